"""Which activation of a schedule is due, and when to look again.

Only the latest missed activation is ever due, however many were missed. More than a hundred used to stop a CronJob;
now they are only warned of.

Times are milliseconds since 1970 (UTC).
Source: pkg/controller/cronjob/utils.go
"""

from enum import Enum

import msgspec

from model.api.cron_jobs import CronJob
from model.controllers.cronjob.schedules import Schedule

MANY_MISSED = 100
"""More missed activations than this are many."""
NEXT_SCHEDULE_DELTA = 100
"""Milliseconds by which the next sync comes later than the activation (``nextScheduleDelta``)."""


class MissedSchedules(Enum):
    """Roughly how many activations were missed."""

    NONE = "none"
    FEW = "few"
    MANY = "many"


class MostRecent(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a search for the latest activation."""

    earliest_time: int
    """Activations up to here do not count."""
    scheduled_time: int | None = None
    """The latest activation up to now; None if there is none, or the search missed it."""
    missed: MissedSchedules = MissedSchedules.NONE


def most_recent_schedule_time(
    cron_job: CronJob, now: int, schedule: Schedule, include_starting_deadline: bool
) -> MostRecent | None:
    """The latest activation after the last one that started a Job, or after the CronJob's creation.

    None if the schedule never fires, such as one for the 31st of February. With `include_starting_deadline`
    activations that are too late to be started do not count.
    Source: pkg/controller/cronjob/utils.go (mostRecentScheduleTime)
    """
    earliest = _earliest_time(cron_job, now, include_starting_deadline)
    first = schedule.next(earliest)
    if first is None:
        return None
    if now < first:
        return MostRecent(earliest_time=earliest)
    second = schedule.next(first)
    if second is None:
        return None
    if now < second:
        return MostRecent(earliest_time=earliest, scheduled_time=first)
    interval = second - first
    count = (now - first) // interval + 1
    return MostRecent(
        earliest_time=earliest,
        # One interval earlier than a regular schedule needs: an irregular one may have fired less often.
        scheduled_time=_last_activation(schedule, first + (count - 2) * interval, now),
        missed=MissedSchedules.MANY if count > MANY_MISSED else MissedSchedules.FEW,
    )


def _earliest_time(cron_job: CronJob, now: int, include_starting_deadline: bool) -> int:
    earliest = cron_job.created if cron_job.last_schedule_time is None else cron_job.last_schedule_time
    if include_starting_deadline and cron_job.starting_deadline_seconds is not None:
        return max(earliest, now - cron_job.starting_deadline_seconds * 1000)
    return earliest


def _last_activation(schedule: Schedule, after: int, now: int) -> int | None:
    """The last activation later than `after` and up to `now`."""
    last = None
    following = schedule.next(after)
    while following is not None and following <= now:
        last = following
        following = schedule.next(following)
    return last


def next_schedule_time(cron_job: CronJob, now: int, schedule: Schedule) -> MostRecent | None:
    """The activation that a Job is to be started for: the latest that the starting deadline leaves.

    If one is due and many were missed, the controller warns of it. None if the schedule never fires.
    Source: pkg/controller/cronjob/utils.go (nextScheduleTime)
    """
    return most_recent_schedule_time(cron_job, now, schedule, include_starting_deadline=True)


def next_schedule_duration(cron_job: CronJob, now: int, schedule: Schedule) -> int:
    """Milliseconds until the CronJob is synced again: just after the next activation; 0 if it never fires again.

    The starting deadline plays no part. A negative delay is none at all.
    Source: pkg/controller/cronjob/utils.go (nextScheduleTimeDuration)
    """
    recent = most_recent_schedule_time(cron_job, now, schedule, include_starting_deadline=False)
    following = schedule.next(now if recent is None else _to_continue_from(recent, now))
    return 0 if following is None else following + NEXT_SCHEDULE_DELTA - now


def _to_continue_from(recent: MostRecent, now: int) -> int:
    """Where the search for the next activation starts: at the latest one; now if the search missed it."""
    if recent.scheduled_time is not None:
        return recent.scheduled_time
    return recent.earliest_time if recent.missed is MissedSchedules.NONE else now
