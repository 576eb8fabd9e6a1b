"""What the API server refuses about a Job's policies: on failures, on success, on replacing Pods.

Source: pkg/apis/batch/validation/validation.go
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from model.control_plane.apiserver.validation_errors import (
    OMITTED,
    Errors,
    duplicate,
    invalid,
    nonnegative,
    one_of,
    required,
    too_long,
    too_many,
)

Spec: TypeAlias = Mapping[str, Any]

MAX_RULES = 20
MAX_EXIT_CODES = 255
MAX_POD_CONDITIONS = 20
MAX_INDEXES_LENGTH = 64 * 1024
ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
OPERATORS = ("In", "NotIn")
STATUSES = ("False", "True", "Unknown")
_INTERVAL = re.compile(r"(\+?[0-9]+)(?:-(\+?[0-9]+))?")


def _words(words: Sequence[str]) -> str:
    """The words as Go prints a list of them."""
    return "valid values: [" + " ".join(f'"{word}"' for word in words) + "]"


def validate_pod_replacement_policy(spec: Spec, field: str) -> Errors:
    """The policy is known; with a podFailurePolicy only Pods that have failed are replaced.

    Source: pkg/apis/batch/validation/validation.go (validatePodReplacementPolicy)
    """
    policy = spec.get("podReplacementPolicy")
    if policy is None:
        return []
    supported = ("Failed",) if spec.get("podFailurePolicy") is not None else ("Failed", "TerminatingOrFailed")
    return one_of(policy, supported, field)


def validate_pod_failure_policy(spec: Spec, field: str) -> Errors:
    """Every rule is well formed.

    Source: pkg/apis/batch/validation/validation.go (validatePodFailurePolicy)
    """
    rules = spec["podFailurePolicy"].get("rules") or []
    errors = [too_many(f"{field}.rules", len(rules), MAX_RULES)] if len(rules) > MAX_RULES else []
    pod = spec["template"].get("spec") or {}
    containers = [each.get("name") for key in ("containers", "initContainers") for each in pod.get(key) or ()]
    for index, rule in enumerate(rules):
        errors += _validate_failure_rule(spec, rule, f"{field}.rules[{index}]", containers)
    return errors


def _validate_failure_rule(spec: Spec, rule: Spec, field: str, containers: Sequence[Any]) -> Errors:
    """The rule has a known action, and looks at either exit codes or conditions.

    Source: pkg/apis/batch/validation/validation.go (validatePodFailurePolicyRule)
    """
    action, codes, conditions = rule.get("action") or "", rule.get("onExitCodes"), rule.get("onPodConditions") or []
    errors = one_of(action, ACTIONS, f"{field}.action") if action else [required(f"{field}.action", _words(ACTIONS))]
    if action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.append(invalid(f"{field}.action", action, "requires the backoffLimitPerIndex to be set"))
    if codes is not None:
        errors += _validate_exit_codes(codes, f"{field}.onExitCodes", containers)
    if len(conditions) > MAX_POD_CONDITIONS:
        errors.append(too_many(f"{field}.onPodConditions", len(conditions), MAX_POD_CONDITIONS))
    for index, condition in enumerate(conditions):
        where = f"{field}.onPodConditions[{index}].status"
        status = condition.get("status") or ""
        errors += one_of(status, STATUSES, where) if status else [required(where, _words(STATUSES))]
    if codes is not None and conditions:
        errors.append(invalid(field, OMITTED, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if codes is None and not conditions:
        errors.append(invalid(field, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _validate_exit_codes(requirement: Spec, field: str, containers: Sequence[Any]) -> Errors:
    """The exit codes are ascending and each there once; 0 is no failure.

    Source: pkg/apis/batch/validation/validation.go (validatePodFailurePolicyRuleOnExitCodes)
    """
    operator, values = requirement.get("operator") or "", requirement.get("values") or []
    where = f"{field}.operator"
    errors = one_of(operator, OPERATORS, where) if operator else [required(where, _words(OPERATORS))]
    container = requirement.get("containerName")
    if container is not None and container not in containers:
        detail = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid(f"{field}.containerName", container, detail))
    if not values:
        errors.append(invalid(f"{field}.values", values, "at least one value is required"))
    if len(values) > MAX_EXIT_CODES:
        errors.append(too_many(f"{field}.values", len(values), MAX_EXIT_CODES))
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.append(invalid(f"{field}.values[{index}]", value, "must not be 0 for the In operator"))
        if value in values[:index]:
            errors.append(duplicate(f"{field}.values[{index}]", value))
    if list(values) != sorted(values):
        errors.append(invalid(f"{field}.values", values, "must be ordered"))
    return errors


def validate_success_policy(spec: Spec, field: str) -> Errors:
    """The Job is indexed, and every rule is well formed.

    Source: pkg/apis/batch/validation/validation.go (validateSuccessPolicy)
    """
    if spec.get("completionMode") != "Indexed":
        return [invalid(field, spec["successPolicy"], "requires indexed completion mode")]
    rules = spec["successPolicy"].get("rules") or []
    errors: Errors = []
    if not rules:
        detail = "at least one rules must be specified when the successPolicy is specified"
        errors.append(required(f"{field}.rules", detail))
    if len(rules) > MAX_RULES:
        errors.append(too_many(f"{field}.rules", len(rules), MAX_RULES))
    for index, rule in enumerate(rules):
        errors += _validate_success_rule(spec.get("completions") or 0, rule, f"{field}.rules[{index}]")
    return errors


def _validate_success_rule(completions: int, rule: Spec, field: str) -> Errors:
    """The rule names indexes that there are, or a number of them.

    Source: pkg/apis/batch/validation/validation.go (validateSuccessPolicyRule)
    """
    indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    if indexes is None and count is None:
        return [required(field, "at least one of succeededCount or succeededIndexes must be specified")]
    errors = nonnegative(count, f"{field}.succeededCount")
    named = None
    if indexes is not None:
        if len(indexes) > MAX_INDEXES_LENGTH:
            errors.append(too_long(f"{field}.succeededIndexes", MAX_INDEXES_LENGTH))
        named = count_indexes(indexes, completions)
        if isinstance(named, str):
            detail = f"error parsing succeededIndexes: {named}"
            errors.append(invalid(f"{field}.succeededIndexes", indexes, detail))
            named = 0
    for most, what in (
        (completions, "specified completions"),
        (named, "indexes in the specified succeededIndexes field"),
    ):
        if count is not None and most is not None and count > most:
            detail = f"must be less than or equal to {most} (the number of {what})"
            errors.append(invalid(f"{field}.succeededCount", count, detail))
    return errors


def count_indexes(indexes: str, completions: int) -> int | str:
    """How many indexes text such as ``0-2,5`` names, ascending and below `completions`; or what is wrong with it.

    Source: pkg/apis/batch/validation/validation.go (validateIndexesFormat)
    """
    last, number = -1, 0
    for part in indexes.split(",") if indexes else ():
        interval = _INTERVAL.fullmatch(part)
        if interval is None:
            return f'cannot read index interval: "{part}"'
        first, end = int(interval[1]), int(interval[2] or interval[1])
        if first >= completions or end >= completions:
            return f'too large index: "{interval[1] if first >= completions else interval[2]}"'
        if interval[2] is not None and first >= end:
            return f"non-increasing order, previous: {first}, current: {end}"
        if last >= first:
            return f"non-increasing order, previous: {last}, current: {first}"
        last, number = end, number + end - first + 1
    return number
