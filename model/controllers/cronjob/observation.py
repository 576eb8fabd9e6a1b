"""The status of a CronJob follows its Jobs: which of them run, and when one last succeeded.

Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, CronJob, JobOutcome
from model.api.refusals import Refusal
from model.controllers.cronjob.active_jobs import delete_from_active_list, in_active_list
from model.controllers.cronjob.progress import Progress
from model.controllers.cronjob.requests import Event, GetCronJob, GetJob, Steps


def observe_jobs(progress: Progress, jobs: Sequence[ChildJob]) -> Steps[Progress]:
    """Bring the status up to date with the Jobs in the cache, and with those it refers to that the cache lacks.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    for job in jobs:
        if job.finished is not None:
            progress = yield from observe_finished(progress, job)
        elif not in_active_list(progress.cron_job, job.uid):
            progress = yield from look_for_unexpected(progress, job)
        if progress.error is not None:
            return progress
    return (yield from drop_missing(progress, jobs))


def observe_finished(progress: Progress, job: ChildJob) -> Steps[Progress]:
    """A finished Job is active no more. One that succeeded counts even if it was not known to be active.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    if in_active_list(progress.cron_job, job.uid):
        yield Event.SAW_COMPLETED_JOB
        progress = progress.status_changed(delete_from_active_list(progress.cron_job, job.uid))
    last = progress.cron_job.last_successful_time
    if job.finished is JobOutcome.COMPLETE and (
        last is None or (job.completion_time is not None and job.completion_time > last)
    ):
        progress = progress.status_changed(replace(progress.cron_job, last_successful_time=job.completion_time))
    return progress


def look_for_unexpected(progress: Progress, job: ChildJob) -> Steps[Progress]:
    """A running Job that the status does not refer to: perhaps the live status does, otherwise it stays out.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    live = yield GetCronJob()
    if isinstance(live, Refusal):
        return progress.failed(live)
    if isinstance(live, CronJob) and in_active_list(live, job.uid):
        return progress.refreshed(live)
    yield Event.UNEXPECTED_JOB
    return progress


def drop_missing(progress: Progress, jobs: Sequence[ChildJob]) -> Steps[Progress]:
    """Drop references to Jobs that are neither in the cache nor, asked for by name, in the API server.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    cached = {job.uid for job in jobs}
    for reference in progress.cron_job.active:
        if reference.uid in cached:
            continue
        live = yield GetJob(reference.name)
        if live is Refusal.NOT_FOUND:
            yield Event.MISSING_JOB
            progress = progress.status_changed(delete_from_active_list(progress.cron_job, reference.uid))
        elif isinstance(live, Refusal):
            return progress.failed(live)
    return progress
