"""What the API server refuses about Deployments, ReplicaSets, DaemonSets and StatefulSets.

The specs are defaulted ones (see `defaults`).

Source: pkg/apis/apps/validation/validation.go
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from model.control_plane.apiserver.validation_errors import (
    Errors,
    dns_label,
    forbidden,
    invalid,
    is_zero,
    nonnegative,
    not_more_than_100_percent,
    not_supported,
    one_of,
    positive_int_or_percent,
    required,
)
from model.control_plane.apiserver.validation_pod_template import (
    empty,
    selects,
    template_labels,
    validate_labels,
    validate_pod_template,
    validate_runs_forever,
    validate_selector,
)

Spec: TypeAlias = Mapping[str, Any]

DOES_NOT_MATCH = "`selector` does not match template `labels`"
RETENTION_POLICIES = ("Retain", "Delete")


def validate_deployment_spec(spec: Spec) -> Errors:
    """What must hold of a Deployment's spec.

    Source: pkg/apis/apps/validation/validation.go (ValidateDeploymentSpec)
    """
    errors = nonnegative(spec["replicas"], "spec.replicas")
    errors += _validate_selector_and_template(spec, "deployment", "ReplicaSet", "invalid label selector")
    errors += validate_deployment_strategy(spec["strategy"])
    errors += nonnegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += nonnegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")
    deadline = spec["progressDeadlineSeconds"]
    errors += nonnegative(deadline, "spec.progressDeadlineSeconds")
    if deadline <= spec["minReadySeconds"]:
        errors.append(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    return errors


def validate_replica_set_spec(spec: Spec) -> Errors:
    """What must hold of a ReplicaSet's spec.

    Source: pkg/apis/apps/validation/validation.go (ValidateReplicaSetSpec)
    """
    errors = nonnegative(spec["replicas"], "spec.replicas")
    errors += nonnegative(spec["minReadySeconds"], "spec.minReadySeconds")
    return errors + _validate_selector_and_template(spec, "deployment", "ReplicaSet", "invalid label selector")


def _validate_selector_and_template(spec: Spec, kind: str, pods_of: str, malformed: str) -> Errors:
    """There is a selector that requires something, and it selects the Pods of the template.

    Source: pkg/apis/apps/validation/validation.go (ValidatePodTemplateSpecForReplicaSet)
    """
    selector, template = spec.get("selector"), spec["template"]
    errors = validate_required_selector(selector, kind)
    selected = selects(selector, template_labels(template))
    if selected is None:
        return [*errors, invalid("spec.selector", selector, malformed)]
    if not selected:
        errors.append(invalid("spec.template.metadata.labels", template_labels(template), DOES_NOT_MATCH))
    errors += validate_pod_template(template, "spec.template")
    return errors + validate_runs_forever(template, pods_of, "spec.template")


def validate_required_selector(selector: Spec | None, kind: str) -> Errors:
    """There is a selector, it is well formed, and it requires something."""
    if selector is None:
        return [required("spec.selector")]
    errors = validate_selector(selector, "spec.selector")
    if empty(selector):
        errors.append(invalid("spec.selector", selector, f"empty selector is invalid for {kind}"))
    return errors


def validate_deployment_strategy(strategy: Spec) -> Errors:
    """The strategy is known, and only a rolling update has limits: not both of them 0.

    Source: pkg/apis/apps/validation/validation.go (ValidateDeploymentStrategy, ValidateRollingUpdateDeployment)
    """
    rolling, field = strategy.get("rollingUpdate"), "spec.strategy.rollingUpdate"
    match strategy["type"]:
        case "Recreate":
            detail = "may not be specified when strategy `type` is 'Recreate'"
            return [] if rolling is None else [forbidden(field, detail)]
        case "RollingUpdate":
            unavailable, surge = strategy["rollingUpdate"]["maxUnavailable"], strategy["rollingUpdate"]["maxSurge"]
        case _:
            return [not_supported("spec.strategy", strategy, ("Recreate", "RollingUpdate"))]
    errors = positive_int_or_percent(unavailable, f"{field}.maxUnavailable")
    errors += positive_int_or_percent(surge, f"{field}.maxSurge")
    if is_zero(unavailable) and is_zero(surge):
        errors.append(invalid(f"{field}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
    return errors + not_more_than_100_percent(unavailable, f"{field}.maxUnavailable")


def validate_daemon_set_spec(spec: Spec) -> Errors:
    """What must hold of a DaemonSet's spec.

    Source: pkg/apis/apps/validation/validation.go (ValidateDaemonSetSpec)
    """
    selector, template = spec.get("selector"), spec["template"]
    errors = validate_selector(selector, "spec.selector")
    if selects(selector, template_labels(template)) is False:
        errors.append(invalid("spec.template.metadata.labels", template_labels(template), DOES_NOT_MATCH))
    if empty(selector):
        errors.append(invalid("spec.selector", selector, "empty selector is invalid for daemonset"))
    errors += validate_pod_template(template, "spec.template")
    errors += validate_runs_forever(template, "DaemonSet", "spec.template")
    errors += nonnegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += validate_daemon_set_update_strategy(spec["updateStrategy"])
    return errors + nonnegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")


def validate_daemon_set_update_strategy(strategy: Spec) -> Errors:
    """The strategy is known, and a rolling update has exactly one limit that is not 0.

    Source: pkg/apis/apps/validation/validation.go (ValidateDaemonSetUpdateStrategy, ValidateRollingUpdateDaemonSet)
    """
    if strategy["type"] == "OnDelete":
        return []
    if strategy["type"] != "RollingUpdate":
        return [not_supported("spec.updateStrategy", strategy, ("RollingUpdate", "OnDelete"))]
    unavailable, surge = strategy["rollingUpdate"]["maxUnavailable"], strategy["rollingUpdate"]["maxSurge"]
    field = "spec.updateStrategy.rollingUpdate"
    errors = positive_int_or_percent(unavailable, f"{field}.maxUnavailable")
    errors += positive_int_or_percent(surge, f"{field}.maxSurge")
    errors += not_more_than_100_percent(unavailable, f"{field}.maxUnavailable")
    errors += not_more_than_100_percent(surge, f"{field}.maxSurge")
    if is_zero(unavailable) and is_zero(surge):
        errors.append(required(f"{field}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    if not is_zero(unavailable) and not is_zero(surge):
        errors.append(invalid(f"{field}.maxSurge", surge, "may not be set when maxUnavailable is non-zero"))
    return errors


def validate_stateful_set_spec(spec: Spec, *, updating: bool = False, skip_pod_template: bool = False) -> Errors:
    """What must hold of a StatefulSet's spec.

    An update (`updating`) does not look at what it cannot change: the claims and the name of the Service. It takes a
    Pod template that is not valid (`skip_pod_template`) if the stored one was not valid either.
    Source: pkg/apis/apps/validation/validation.go (ValidateStatefulSetSpec)
    """
    selector, template = spec.get("selector"), spec["template"]
    errors = _validate_pod_management_policy(spec["podManagementPolicy"])
    errors += validate_stateful_set_update_strategy(spec["updateStrategy"])
    retention = "spec.persistentVolumeClaimRetentionPolicy"
    for key in ("whenDeleted", "whenScaled"):
        policy = spec["persistentVolumeClaimRetentionPolicy"][key]
        errors += one_of(policy, RETENTION_POLICIES, f"{retention}.{key}")
    if not updating:
        errors += _validate_claims(spec)
    errors += nonnegative(spec["replicas"], "spec.replicas")
    errors += nonnegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += nonnegative((spec.get("ordinals") or {}).get("start"), "spec.ordinals.start")
    if spec["serviceName"] and not updating:
        errors += dns_label(spec["serviceName"], "spec.serviceName")
    errors += validate_required_selector(selector, "statefulset")
    selected = selects(selector, template_labels(template))
    if selected is None:
        errors.append(invalid("spec.selector", selector, ""))
    else:
        if not selected:
            errors.append(invalid("spec.template.metadata.labels", template_labels(template), DOES_NOT_MATCH))
        if not skip_pod_template:
            errors += validate_pod_template(template, "spec.template")
        errors += validate_labels(template_labels(template), "spec.template.labels")
    return errors + validate_runs_forever(template, "StatefulSet", "spec.template")


def _validate_pod_management_policy(policy: str) -> Errors:
    """The policy is known."""
    if policy in ("OrderedReady", "Parallel"):
        return []
    return [invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")]


def validate_stateful_set_update_strategy(strategy: Spec) -> Errors:
    """The strategy is known, and only a rolling update has limits.

    Source: pkg/apis/apps/validation/validation.go (validateRollingUpdateStatefulSet)
    """
    rolling, field = strategy.get("rollingUpdate"), "spec.updateStrategy.rollingUpdate"
    if strategy["type"] not in ("RollingUpdate", "OnDelete"):
        return [invalid("spec.updateStrategy", strategy, "must be 'RollingUpdate' or 'OnDelete'")]
    if rolling is None:
        return []
    if strategy["type"] == "OnDelete":
        return [invalid(field, rolling, "only allowed for updateStrategy 'RollingUpdate'")]
    errors = nonnegative(rolling.get("partition"), f"{field}.partition")
    unavailable = rolling.get("maxUnavailable")
    if unavailable is None:
        return errors
    errors += positive_int_or_percent(unavailable, f"{field}.maxUnavailable")
    if is_zero(unavailable):
        errors.append(invalid(f"{field}.maxUnavailable", unavailable, "cannot be 0"))
    return errors + not_more_than_100_percent(unavailable, f"{field}.maxUnavailable")


def _validate_claims(spec: Spec) -> Errors:
    """Each volume claim says how it may be mounted and how much it asks for.

    Source: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec)
    """
    errors: Errors = []
    for index, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
        field = f"spec.volumeClaimTemplates[{index}].spec"
        if not claim["spec"].get("accessModes"):
            errors.append(required(f"{field}.accessModes", "at least 1 access mode is required"))
        if "storage" not in ((claim["spec"].get("resources") or {}).get("requests") or {}):
            errors.append(required(f"{field}.resources[storage]"))
    return errors
