"""Starting the Job of an activation.

A Job's name is made of the CronJob's and of the minute it was due in: at most one is started for it.

Source: pkg/controller/cronjob/cronjob_controllerv2.go, pkg/controller/cronjob/utils.go
"""

from datetime import UTC
from enum import Enum

from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, ConcurrencyPolicy, CronJob
from model.api.refusals import Refusal
from model.controllers.cronjob.active_jobs import add_to_active_list, in_active_list, in_active_list_by_name
from model.controllers.cronjob.history import delete_job
from model.controllers.cronjob.progress import Progress
from model.controllers.cronjob.requests import CreateJob, Event, GetJob, Steps
from model.controllers.cronjob.time_zones import load_location, rfc3339

_MINUTE = 60_000


class Obstacle(Enum):
    """Why no Job is started although one is due."""

    TOO_LATE = "past the starting deadline"
    ALREADY_PROCESSED = "a Job was started for this activation"
    FORBIDDEN = "an earlier Job still runs, and Jobs may not overlap"


def obstacle(cron_job: CronJob, scheduled_time: int, now: int) -> Obstacle | None:
    """What keeps the Job that is due from being started; None if nothing does.

    Forbid does not use the activation up: its Job may start later, once the earlier one has finished.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    deadline = cron_job.starting_deadline_seconds
    if deadline is not None and scheduled_time + deadline * 1000 < now:
        return Obstacle.TOO_LATE
    started = in_active_list_by_name(cron_job, job_name(cron_job, scheduled_time))
    if started or cron_job.last_schedule_time == scheduled_time:
        return Obstacle.ALREADY_PROCESSED
    if cron_job.concurrency_policy is ConcurrencyPolicy.FORBID and cron_job.active:
        return Obstacle.FORBIDDEN
    return None


def job_name(cron_job: CronJob, scheduled_time: int) -> str:
    """The name of the Job of that activation.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (getJobName)
    """
    return f"{cron_job.name}-{scheduled_time // _MINUTE}"


def job_from_template(cron_job: CronJob, scheduled_time: int) -> ChildJob:
    """The Job to create for that activation.

    Source: pkg/controller/cronjob/utils.go (getJobFromTemplate2)
    """
    return ChildJob(
        name=job_name(cron_job, scheduled_time),
        namespace=cron_job.namespace,
        controller=cron_job.uid,
        controller_name=cron_job.name,
        scheduled_timestamp=rfc3339(scheduled_time // 1000, load_location(cron_job.time_zone or "") or UTC),
        template=cron_job.job_template,
    )


def replace_active_jobs(progress: Progress) -> Steps[Progress]:
    """Delete every Job that still runs. The first refusal ends the sync.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    for reference in progress.cron_job.active:
        live = yield GetJob(reference.name)
        if isinstance(live, Refusal):
            yield Event.FAILED_GET
            return progress.failed(live)
        assert isinstance(live, ChildJob)  # what GetJob asks for
        progress, refusal = yield from delete_job(progress, live)
        if refusal is not None:
            return progress.failed(refusal)
    return progress


def create_job(progress: Progress, scheduled_time: int) -> Steps[tuple[Progress, bool]]:
    """Create the Job of that activation and note it in the status; also says whether the status now has it.

    A Job of that name which an earlier sync created without getting its status written is noted now.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    cron_job = progress.cron_job
    job = job_from_template(cron_job, scheduled_time)
    answer = yield CreateJob(job)
    if answer is Refusal.ALREADY_EXISTS:
        answer = yield GetJob(job.name)
        if isinstance(answer, ChildJob) and not _forgotten(cron_job, answer):
            return progress, False
    elif not isinstance(answer, Refusal):
        yield Event.SUCCESSFUL_CREATE
    elif answer is not Refusal.NAMESPACE_TERMINATING:
        yield Event.FAILED_CREATE
    if isinstance(answer, Refusal):
        return progress.failed(answer), False
    assert isinstance(answer, ChildJob)  # what CreateJob and GetJob ask for
    noted = replace(add_to_active_list(cron_job, answer), last_schedule_time=scheduled_time)
    return progress.status_changed(noted), True


def _forgotten(cron_job: CronJob, job: ChildJob) -> bool:
    """Whether the Job is the CronJob's, by uid, and its status lacks it."""
    return job.controller == cron_job.uid and not in_active_list(cron_job, job.uid)
