"""CronJobs in front of the model.

The model looks at so few activations that what day it is does not matter: a schedule becomes one that fires every other
tick of the model's clock. Durations become ticks in proportion to the shortest time between two activations.
"""

from itertools import pairwise

from msgspec.structs import replace

from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member, pod_fields
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.api import cron_jobs as api
from model.api.cron_jobs import ConcurrencyPolicy
from model.controllers.cronjob.schedules import ConstantDelaySchedule, Schedule
from model.controllers.cronjob.sync import parsed_schedule
from model.rows.cron_job import CronJobSpec
from model.rows.pod_template import PodTemplate

_A_DAY = 1_767_225_600_000
"""Where the activations are looked at from: 2026-01-01, in milliseconds."""
_LOOKED_AT = 9
"""So many activations: a schedule with a rhythm of its own has shown it by then."""
_PERIOD = 2
"""Ticks of the model's clock between two activations."""
_TICK = 60
"""Seconds of the model's clock in a tick."""


class WorkloadCronJob(Member, frozen=True, kw_only=True):
    """A CronJob as its manifest says it. Its size is how many finished Jobs it keeps."""

    schedule: str
    """On the model's clock."""
    concurrency_policy: ConcurrencyPolicy = ConcurrencyPolicy.ALLOW
    starting_deadline_seconds: int | None = None
    """On the model's clock."""
    successful_jobs_history_limit: int = 3
    failed_jobs_history_limit: int = 1
    suspended: bool = False
    finished_jobs_expire: bool = False
    """Its Jobs have ``ttlSecondsAfterFinished``."""

    def pods(self, nodes: int) -> int:  # noqa: ARG002  its Pods are not followed, on any number of nodes
        """None that the model has: it takes Jobs as wholes."""
        return 0


def read(manifest: Manifest, service: Manifest | None) -> WorkloadCronJob:
    """The CronJob in a manifest, with the API server's defaults.

    Source: pkg/apis/batch/v1/defaults.go (SetDefaults_CronJob)
    """
    spec = mapping(manifest.data, "spec")
    schedule = parsed_schedule(api.CronJob(schedule=spec["schedule"], time_zone=spec.get("timeZone")))
    assert schedule is not None  # the manifest was checked
    successful, failed = spec.get("successfulJobsHistoryLimit"), spec.get("failedJobsHistoryLimit")
    kept = (3 if successful is None else successful, 1 if failed is None else failed)
    return WorkloadCronJob(
        **pod_fields(manifest, service, "spec", "jobTemplate", "spec", "template"),
        replicas=max(kept),
        schedule=_on_the_clock(schedule),
        concurrency_policy=ConcurrencyPolicy(spec.get("concurrencyPolicy") or ConcurrencyPolicy.ALLOW.value),
        starting_deadline_seconds=_scaled(spec.get("startingDeadlineSeconds"), _shortest_period(schedule)),
        successful_jobs_history_limit=kept[0],
        failed_jobs_history_limit=kept[1],
        suspended=bool(spec.get("suspend")),
        finished_jobs_expire=field(spec, "jobTemplate", "spec", "ttlSecondsAfterFinished") is not None,
    )


def _on_the_clock(schedule: Schedule) -> str:
    """A schedule of the same kind: a constant delay, fixed times, or never."""
    if isinstance(schedule, ConstantDelaySchedule):
        return f"@every {_PERIOD}m"
    return f"*/{_PERIOD} * * * *" if schedule.next(_A_DAY) is not None else "0 0 31 2 *"


def _shortest_period(schedule: Schedule) -> int | None:
    """Seconds between two activations, at least; None if it does not fire twice."""
    found: list[int] = []
    following = schedule.next(_A_DAY)
    while following is not None and len(found) < _LOOKED_AT:
        found.append(following)
        following = schedule.next(following)
    return min((later - earlier) // 1000 for earlier, later in pairwise(found)) if len(found) > 1 else None


def _scaled(seconds: int | None, period: int | None) -> int | None:
    """A deadline that passes after as many ticks, in the middle of one: whoever acts acts at the beginning."""
    if not seconds or period is None:
        return seconds
    return seconds * _PERIOD // period * _TICK + _TICK // 2


def smaller(cron_job: WorkloadCronJob, most: int) -> WorkloadCronJob:
    """The CronJob with a history of at most `most` Jobs of each kind."""
    return replace(
        cron_job,
        replicas=most,
        successful_jobs_history_limit=min(cron_job.successful_jobs_history_limit, most),
        failed_jobs_history_limit=min(cron_job.failed_jobs_history_limit, most),
    )


def spec(cron_job: WorkloadCronJob, _templates: list[PodTemplate], _revisions: int) -> CronJobSpec:
    """The CronJob's constant part. It has no Pod template: its Pods are not modelled."""
    return CronJobSpec(
        name=cron_job.name,
        schedule=cron_job.schedule,
        concurrency_policy=cron_job.concurrency_policy,
        starting_deadline_seconds=cron_job.starting_deadline_seconds,
        successful_jobs_history_limit=cron_job.successful_jobs_history_limit,
        failed_jobs_history_limit=cron_job.failed_jobs_history_limit,
        suspended=cron_job.suspended,
        finished_jobs_expire=cron_job.finished_jobs_expire,
    )


def proportions(cron_job: WorkloadCronJob) -> str:
    """What the history limits have become."""
    return (
        f" (successfulJobsHistoryLimit {cron_job.successful_jobs_history_limit}, "
        f"failedJobsHistoryLimit {cron_job.failed_jobs_history_limit})"
    )


CRON_JOB = Kind(
    name="CronJob",
    field="cron_jobs",
    counted="finished Jobs kept",
    read=read,
    smaller=smaller,
    spec=spec,
    proportions=proportions,
)
