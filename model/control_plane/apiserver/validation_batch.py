"""What the API server refuses about Jobs and CronJobs.

The specs are defaulted ones (see `defaults`).

Source: pkg/apis/batch/validation/validation.go
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from model.control_plane.apiserver.validation_errors import (
    Errors,
    invalid,
    nonnegative,
    not_supported,
    one_of,
    required,
    too_long,
)
from model.control_plane.apiserver.validation_job_policies import (
    validate_pod_failure_policy,
    validate_pod_replacement_policy,
    validate_success_policy,
)
from model.control_plane.apiserver.validation_pod_template import (
    selects,
    template_labels,
    validate_pod_template,
    validate_selector,
)
from model.controllers.cronjob.schedule_text import parse_schedule
from model.controllers.cronjob.time_zones import load_location

Spec: TypeAlias = Mapping[str, Any]

_ZONE_PART = re.compile(r"[A-Za-z0-9._+-]{1,14}")

MAX_PARALLELISM = 100_000
MAX_FAILED_INDEXES = 100_000
COMPLETIONS_SOFT_LIMIT = 100_000
HIGH_COMPLETIONS_LIMIT = 10_000
MAX_MANAGED_BY_LENGTH = 63
CONCURRENCY_POLICIES = ("Allow", "Forbid", "Replace")
COUNTS = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)


def validate_job_spec(spec: Spec) -> Errors:
    """What must hold of a Job's spec, once its selector has been generated.

    Source: pkg/apis/batch/validation/validation.go (ValidateJobSpec)
    """
    errors = validate_job_fields(spec, "spec")
    selector, labels = spec.get("selector"), template_labels(spec["template"])
    if selector is None:
        errors.append(required("spec.selector"))
    errors += validate_selector(selector, "spec.selector")
    if selects(selector, labels) is False:
        detail = "`selector` does not match template `labels`"
        errors.append(invalid("spec.template.metadata.labels", labels, detail))
    return errors


def validate_job_fields(spec: Spec, field: str) -> Errors:
    """What must hold of the spec of a Job, or of a CronJob's Jobs, apart from the selector.

    Source: pkg/apis/batch/validation/validation.go (validateJobSpec)
    """
    errors = [error for key in COUNTS for error in nonnegative(spec.get(key), f"{field}.{key}")]
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(required(f"{field}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if len(spec.get("managedBy") or "") > MAX_MANAGED_BY_LENGTH:
        errors.append(too_long(f"{field}.managedBy", MAX_MANAGED_BY_LENGTH))
    errors += _validate_completion_mode(spec, field)
    if spec.get("podFailurePolicy") is not None:
        errors += validate_pod_failure_policy(spec, f"{field}.podFailurePolicy")
    if spec.get("successPolicy") is not None:
        errors += validate_success_policy(spec, f"{field}.successPolicy")
    errors += validate_pod_replacement_policy(spec, f"{field}.podReplacementPolicy")
    errors += validate_pod_template(spec["template"], f"{field}.template")
    return errors + _validate_restart_policy(spec, f"{field}.template.spec.restartPolicy")


def _validate_restart_policy(spec: Spec, field: str) -> Errors:
    """Pods of a Job end: they are not always restarted, and with a podFailurePolicy never."""
    policy = spec["template"]["spec"]["restartPolicy"]
    if policy == "Always":
        return [required(field, 'valid values: "OnFailure", "Never"')]
    if policy not in ("OnFailure", "Never"):
        return [not_supported(field, policy, ("OnFailure", "Never"))]
    if spec.get("podFailurePolicy") is not None and policy != "Never":
        return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []


def _validate_completion_mode(spec: Spec, field: str) -> Errors:
    """The mode is known, and what concerns indexes goes with ``Indexed`` only."""
    mode = spec.get("completionMode")
    if mode == "Indexed":
        return _validate_indexed(spec, field)
    errors = [] if mode is None else one_of(mode, ("NonIndexed", "Indexed"), f"{field}.completionMode")
    if mode is None or mode == "NonIndexed":
        for key in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(key) is not None:
                errors.append(invalid(f"{field}.{key}", spec[key], "requires indexed completion mode"))
    return errors


def _validate_indexed(spec: Spec, field: str) -> Errors:
    """An indexed Job says how many indexes it has, and not so many that its status could not list them."""
    completions, parallelism, failed = (spec.get(key) for key in ("completions", "parallelism", "maxFailedIndexes"))
    errors: Errors = []
    if completions is None:
        errors.append(required(f"{field}.completions", "when completion mode is Indexed"))
    if parallelism is not None and parallelism > MAX_PARALLELISM:
        detail = f"must be less than or equal to {MAX_PARALLELISM} when completion mode is Indexed"
        errors.append(invalid(f"{field}.parallelism", parallelism, detail))
    if failed is not None and completions is not None and failed > completions:
        errors.append(invalid(f"{field}.maxFailedIndexes", failed, "must be less than or equal to completions"))
    if failed is not None and failed > MAX_FAILED_INDEXES:
        detail = f"must be less than or equal to {MAX_FAILED_INDEXES}"
        errors.append(invalid(f"{field}.maxFailedIndexes", failed, detail))
    many = completions is not None and completions > COMPLETIONS_SOFT_LIMIT
    if many and spec.get("backoffLimitPerIndex") is not None:
        errors += _validate_high_completions(parallelism, failed, field)
    return errors


def _validate_high_completions(parallelism: int | None, failed: int | None, field: str) -> Errors:
    """With very many indexes, and a back-off limit for each, the other numbers have lower limits."""
    errors: Errors = []
    if failed is None:
        detail = f"must be specified when completions is above {COMPLETIONS_SOFT_LIMIT}"
        errors.append(required(f"{field}.maxFailedIndexes", detail))
    detail = (
        f"must be less than or equal to {HIGH_COMPLETIONS_LIMIT} when completions are above {COMPLETIONS_SOFT_LIMIT} "
        "and used with backoff limit per index"
    )
    for key, number in (("parallelism", parallelism), ("maxFailedIndexes", failed)):
        if number is not None and number > HIGH_COMPLETIONS_LIMIT:
            errors.append(invalid(f"{field}.{key}", number, detail))
    return errors


def validate_cron_job_spec(spec: Spec, *, old: Spec | None = None) -> Errors:
    """What must hold of a CronJob's spec; `old` is the stored one, in an update.

    Source: pkg/apis/batch/validation/validation.go (validateCronJobSpec, ValidateJobTemplateSpec)
    """
    errors = validate_schedule(spec, old)
    errors += nonnegative(spec.get("startingDeadlineSeconds"), "spec.startingDeadlineSeconds")
    errors += one_of(spec["concurrencyPolicy"], CONCURRENCY_POLICIES, "spec.concurrencyPolicy")
    job = spec["jobTemplate"]["spec"]
    errors += validate_job_fields(job, "spec.jobTemplate.spec")
    if job.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        errors.append(invalid("spec.jobTemplate.spec.selector", job["selector"], detail))
    if job.get("manualSelector"):
        errors.append(not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false")))
    errors += nonnegative(spec["successfulJobsHistoryLimit"], "spec.successfulJobsHistoryLimit")
    return errors + nonnegative(spec["failedJobsHistoryLimit"], "spec.failedJobsHistoryLimit")


def validate_schedule(spec: Spec, old: Spec | None) -> Errors:
    """The schedule and the time zone are well formed, and the schedule names no time zone itself, unless it always did.

    Source: pkg/apis/batch/validation/validation.go (validateScheduleFormat, validateTimeZone)
    """
    schedule, zone = spec.get("schedule") or "", spec.get("timeZone")
    zone_changed = old is None or old.get("timeZone") != zone
    zone_errors = _validate_time_zone(zone) if zone_changed else []
    if not schedule:
        return [required("spec.schedule"), *zone_errors]
    errors: Errors = []
    try:
        parse_schedule(schedule)
    except ValueError as error:
        errors.append(invalid("spec.schedule", schedule, str(error)))
    allowed = old is not None and "TZ" in (old.get("schedule") or "")
    if "TZ" in schedule and allowed and zone is not None:
        detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        errors.append(invalid("spec.schedule", schedule, detail))
    if "TZ" in schedule and not allowed:
        detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        errors.append(invalid("spec.schedule", schedule, detail))
    return errors + zone_errors


def _validate_time_zone(zone: str | None) -> Errors:
    """The time zone, if there is one, is in the time zone database."""
    if zone is None:
        return []
    parts_are_names = all(
        _ZONE_PART.fullmatch(part) and part not in (".", "..") and not part.startswith("-") for part in zone.split("/")
    )
    if not parts_are_names or zone.lower() == "local" or load_location(zone) is None:
        return [invalid("spec.timeZone", zone, f"unknown time zone {zone}")]
    return []
