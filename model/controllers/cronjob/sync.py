"""One whole sync of a CronJob, as a pure function of what the controller's caches show and the API server answers.

Source: pkg/controller/cronjob/cronjob_controllerv2.go
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, ConcurrencyPolicy, CronJob
from model.api.refusals import Refusal
from model.controllers.cronjob.active_jobs import jobs_to_be_reconciled
from model.controllers.cronjob.history import cleanup_finished_jobs
from model.controllers.cronjob.missed_schedules import (
    MissedSchedules,
    next_schedule_duration,
    next_schedule_time,
)
from model.controllers.cronjob.observation import observe_jobs
from model.controllers.cronjob.progress import Progress
from model.controllers.cronjob.requests import (
    ApiServer,
    Event,
    Steps,
    UpdateCronJobStatus,
    Write,
    run,
    undisturbed,
)
from model.controllers.cronjob.schedule_text import parse_schedule
from model.controllers.cronjob.schedules import Schedule
from model.controllers.cronjob.starting import Obstacle, create_job, obstacle, replace_active_jobs
from model.controllers.cronjob.time_zones import load_location

_OBSTACLE_EVENTS = {Obstacle.TOO_LATE: Event.MISS_SCHEDULE, Obstacle.FORBIDDEN: Event.JOB_ALREADY_ACTIVE}


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did: its accepted writes and its events in order, and when the CronJob is synced again."""

    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    requeue_after: int | None = None
    """Milliseconds until then; None: at the next event, or after an error at a limited rate."""
    error: Refusal | None = None


def formatted_schedule(cron_job: CronJob) -> str:
    """The schedule with the time zone in front of it, unless it names one itself.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (formatSchedule)
    """
    zone = cron_job.time_zone
    if "TZ" in cron_job.schedule or zone is None or load_location(zone) is None:
        return cron_job.schedule
    return f"TZ={zone} {cron_job.schedule}"


def parsed_schedule(cron_job: CronJob) -> Schedule | None:
    """The CronJob's schedule in its time zone; None if it is malformed."""
    try:
        return parse_schedule(formatted_schedule(cron_job))
    except ValueError:
        return None


def schedule_to_follow(cron_job: CronJob) -> Steps[Schedule | None]:
    """The schedule, if Jobs are to be started by it: neither suspended nor unusable.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    if cron_job.time_zone is not None and load_location(cron_job.time_zone) is None:
        yield Event.UNKNOWN_TIME_ZONE
        return None
    if cron_job.suspend:
        return None
    if "TZ" in cron_job.schedule:
        yield Event.UNSUPPORTED_SCHEDULE
    schedule = parsed_schedule(cron_job)
    if schedule is None:
        yield Event.UNPARSEABLE_SCHEDULE
    return schedule


def start_due_job(progress: Progress, schedule: Schedule, now: int) -> Steps[Progress]:
    """Start the Job of the latest activation, if it is due and nothing keeps it from being started.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    due = next_schedule_time(progress.cron_job, now, schedule)
    if due is None:
        yield Event.INVALID_SCHEDULE
        return progress
    wait = next_schedule_duration(progress.cron_job, now, schedule)
    if due.scheduled_time is None:
        return replace(progress, requeue_after=wait)
    if due.missed is MissedSchedules.MANY:
        yield Event.TOO_MANY_MISSED_TIMES
    kept = obstacle(progress.cron_job, due.scheduled_time, now)
    if kept is not None:
        if kept in _OBSTACLE_EVENTS:
            yield _OBSTACLE_EVENTS[kept]
        return replace(progress, requeue_after=wait)
    return (yield from start_job(progress, due.scheduled_time, schedule, now))


def start_job(progress: Progress, scheduled_time: int, schedule: Schedule, now: int) -> Steps[Progress]:
    """Start the Job of that activation, in place of those that still run if the policy is Replace.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    if progress.cron_job.concurrency_policy is ConcurrencyPolicy.REPLACE:
        progress = yield from replace_active_jobs(progress)
        if progress.error is not None:
            return progress
    progress, noted = yield from create_job(progress, scheduled_time)
    if not noted:
        return progress
    return replace(progress, requeue_after=next_schedule_duration(progress.cron_job, now, schedule))


def sync_cron_job(progress: Progress, jobs: Sequence[ChildJob], now: int) -> Steps[Progress]:
    """Bring the status up to date and start the Job that is due. `jobs` are the CronJob's in the cache.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    progress = yield from observe_jobs(progress, jobs)
    if progress.error is not None or progress.cron_job.deleting:
        return progress
    schedule = yield from schedule_to_follow(progress.cron_job)
    if schedule is None:
        return progress
    return (yield from start_due_job(progress, schedule, now))


def sync_steps(cron_job: CronJob, jobs: Sequence[ChildJob], now: int) -> Steps[Progress]:
    """One sync, call by call: clean up, start, and write the status once if it changed, even after an error.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (sync)
    """
    own = jobs_to_be_reconciled(cron_job, jobs)
    progress = yield from cleanup_finished_jobs(Progress(cron_job=cron_job), own)
    progress = yield from sync_cron_job(progress, own, now)
    if progress.update_status:
        answer = yield UpdateCronJobStatus(progress.to_write())
        if isinstance(answer, Refusal):
            return replace(progress.failed(answer), requeue_after=None)
    return progress


def sync(cron_job: CronJob, jobs: Sequence[ChildJob], now: int, api_server: ApiServer | None = None) -> Sync:
    """One sync of a CronJob: what it does, given what the controller's caches show.

    `jobs` are those of the namespace, `now` is in milliseconds since 1970. By default the API server has just what
    the caches show, and nobody else writes in the meantime.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (sync)
    """
    done = run(sync_steps(cron_job, jobs, now), api_server or undisturbed(cron_job, jobs))
    return Sync(
        writes=done.writes,
        events=done.events,
        requeue_after=done.result.requeue_after,
        error=done.result.error,
    )
