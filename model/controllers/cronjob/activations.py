"""The activations of a CronJob's schedule on the scenario's clock.

A tick is a minute, because the names of Jobs tell minutes apart. Who acts in a tick acts a tenth of a second after its
beginning, which is when the controller plans to look.
"""

from msgspec.structs import replace

from model.api import cron_jobs as api
from model.cluster import Cluster
from model.controllers.cronjob.missed_schedules import NEXT_SCHEDULE_DELTA, MostRecent, most_recent_schedule_time
from model.controllers.cronjob.starting import job_name
from model.controllers.cronjob.sync import parsed_schedule
from model.rows.cron_job import CronJob, CronJobStatus

_TICK = 60_000
"""Milliseconds."""


def moment(tick: int) -> int:
    """When somebody acts who acts in a tick, in milliseconds."""
    return tick * _TICK + NEXT_SCHEDULE_DELTA


def activation(tick: int) -> int:
    """When the schedule fires that fires in a tick, in milliseconds."""
    return tick * _TICK


def tick_of(milliseconds: int) -> int:
    """The tick that a moment lies in."""
    return milliseconds // _TICK


def api_cron_job(state: Cluster, cron_job: int, status: CronJobStatus, suspended: bool = False) -> api.CronJob:
    """The CronJob in a slot with this status, as the rules take it. It was created when the scenario begins."""
    spec, last = state.constants.cron_jobs[cron_job], status.last_schedule_time
    bare = api.CronJob(
        name=spec.name,
        uid=spec.name,
        schedule=spec.schedule,
        suspend=suspended,
        concurrency_policy=spec.concurrency_policy,
        starting_deadline_seconds=spec.starting_deadline_seconds,
        successful_jobs_history_limit=spec.successful_jobs_history_limit,
        failed_jobs_history_limit=spec.failed_jobs_history_limit,
        last_schedule_time=None if last is None else activation(last),
        last_successful_time=0,
    )
    return replace(bare, active=tuple(job_reference(bare, tick) for tick in status.active))


def job_reference(cron_job: api.CronJob, scheduled: int) -> api.JobReference:
    """The entry of a Job in the active list. It never means one of two Jobs that had the same name."""
    name = job_name(cron_job, activation(scheduled))
    return api.JobReference(name, uid=name)


def activations(state: Cluster, cron_job: int, row: CronJob, tick: int) -> MostRecent | None:
    """The activations up to a tick that no Job was created for; None if the schedule never fires."""
    really = api_cron_job(state, cron_job, CronJobStatus(last_schedule_time=row.last_started))
    schedule = parsed_schedule(really)
    assert schedule is not None  # it was valid when it was read
    return most_recent_schedule_time(really, moment(tick), schedule, include_starting_deadline=False)


def fires(state: Cluster, cron_job: int, row: CronJob, tick: int) -> bool:
    """The schedule fires in a tick that lies after the last activation that a Job was created for."""
    latest = activations(state, cron_job, row, tick)
    return latest is not None and latest.scheduled_time == activation(tick)


def starting_deadline_passed(state: Cluster, cron_job: int, scheduled: int, tick: int) -> bool:
    """In this tick it is too late to start the Job of an activation."""
    deadline = state.constants.cron_jobs[cron_job].starting_deadline_seconds
    return deadline is not None and activation(scheduled) + deadline * 1000 < moment(tick)
