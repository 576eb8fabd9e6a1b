"""Which finished Jobs a CronJob keeps.

Source: pkg/controller/cronjob/cronjob_controllerv2.go, pkg/controller/cronjob/utils.go
"""

from collections.abc import Sequence

from model.api.cron_jobs import ChildJob, JobOutcome
from model.api.refusals import Refusal
from model.controllers.cronjob.active_jobs import delete_from_active_list
from model.controllers.cronjob.progress import Progress
from model.controllers.cronjob.requests import DeleteJob, Event, Steps


def by_job_start_time(jobs: Sequence[ChildJob]) -> tuple[ChildJob, ...]:
    """Oldest first, by name where they started together; those that have not started come last.

    Source: pkg/controller/cronjob/utils.go (byJobStartTime)
    """
    return tuple(sorted(jobs, key=lambda job: (job.start_time is None, job.start_time or 0, job.name)))


def jobs_beyond_limit(jobs: Sequence[ChildJob], outcome: JobOutcome, limit: int | None) -> tuple[ChildJob, ...]:
    """The oldest Jobs that ended in this way, as many as there are more than `limit`.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (cleanupFinishedJobs, removeOldestJobs)
    """
    ended = [job for job in jobs if job.finished is outcome]
    if limit is None or len(ended) <= limit:
        return ()
    return by_job_start_time(ended)[: len(ended) - limit]


def cleanup_finished_jobs(progress: Progress, jobs: Sequence[ChildJob]) -> Steps[Progress]:
    """Delete the finished Jobs of the CronJob that its history limits leave no room for.

    A refusal is passed over: the next sync tries again.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (cleanupFinishedJobs)
    """
    cron_job = progress.cron_job
    beyond = (
        *jobs_beyond_limit(jobs, JobOutcome.COMPLETE, cron_job.successful_jobs_history_limit),
        *jobs_beyond_limit(jobs, JobOutcome.FAILED, cron_job.failed_jobs_history_limit),
    )
    for job in beyond:
        progress, _ = yield from delete_job(progress, job)
    return progress


def delete_job(progress: Progress, job: ChildJob) -> Steps[tuple[Progress, Refusal | None]]:
    """Delete a Job and the reference to it in the status.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (deleteJob)
    """
    answer = yield DeleteJob(job.name)
    if isinstance(answer, Refusal):
        yield Event.FAILED_DELETE
        return progress, answer
    yield Event.SUCCESSFUL_DELETE
    return progress.status_changed(delete_from_active_list(progress.cron_job, job.uid)), None
