"""What Kubernetes refuses in a CronJob.

Source: pkg/apis/batch/validation/validation.go (validateCronJobSpec)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.ranges import not_negative, one_of
from model.api.cron_jobs import ConcurrencyPolicy
from model.control_plane.apiserver.validation_batch import validate_schedule

_REMEDIES = {
    "spec.schedule": 'write five fields such as "30 2 * * 1-5", or one such as @daily; a time zone goes into timeZone',
    "spec.timeZone": "write a name of the time zone database, such as Europe/Berlin or Etc/UTC",
}


def cron_job(data: dict[str, Any]) -> Iterator[Finding]:
    """The schedule, the policy, and numbers that must not be negative."""
    for error in validate_schedule(mapping(data, "spec"), None):
        path: Path = tuple(error.field.split("."))
        yield Finding(path, f"{error.field}: {error.detail or 'there must be one'}", _REMEDIES[error.field])
    policy: Path = ("spec", "concurrencyPolicy")
    yield from one_of(policy, field(data, *policy), [each.value for each in ConcurrencyPolicy])
    for name in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(("spec", name), field(data, "spec", name))
