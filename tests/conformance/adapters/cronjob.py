"""Cases about CronJobs: schedules, which Jobs are theirs, and in what order their history is pruned."""

from datetime import UTC, datetime

from model.api.cron_jobs import ChildJob, CronJob
from model.controllers.cronjob.active_jobs import jobs_to_be_reconciled
from model.controllers.cronjob.handlers import delay_after_update
from model.controllers.cronjob.history import by_job_start_time
from model.controllers.cronjob.missed_schedules import (
    MissedSchedules,
    most_recent_schedule_time,
    next_schedule_duration,
    next_schedule_time,
)
from model.controllers.cronjob.schedule_text import parse_schedule
from tests.conformance.registry import Case, adapter


def nanoseconds(text: str | None) -> int | None:
    """A time of a case; digits beyond a microsecond are read here, since `datetime` drops them."""
    if text is None:
        return None
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = round(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * 10**9 + int(fraction.ljust(9, "0"))


def milliseconds(text: str | None) -> int | None:
    exact = nanoseconds(text)
    return None if exact is None else exact // 10**6


def now(given: Case) -> int:
    at = milliseconds(given["now"])
    assert at is not None
    return at


def shape_time(at: int | None) -> str | None:
    """A time as the cases write it."""
    if at is None:
        return None
    fraction = f".{at % 1000:03}" if at % 1000 else ""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def shape_delay(delay: int | None) -> float | None:
    return None if delay is None else delay / 1000


def cron_job(given: Case) -> CronJob:
    return CronJob(
        name="cron",
        schedule=given.get("schedule", ""),
        created=milliseconds(given.get("creation_time")) or 0,
        last_schedule_time=milliseconds(given["last_schedule_time"]),
        starting_deadline_seconds=given.get("starting_deadline_s"),
    )


@adapter("cronjob_most_recent_schedule_time")
def most_recent(given: Case, expected: Case) -> Case:
    found = most_recent_schedule_time(
        cron_job(given), now(given), parse_schedule(given["schedule"]), given["apply_starting_deadline"]
    )
    return {
        "error": found is None,
        "earliest_time": found and shape_time(found.earliest_time),
        "most_recent_time": found and shape_time(found.scheduled_time),
        "missed": found and found.missed.value,
    }


@adapter("cronjob_next_schedule_time")
def next_scheduled(given: Case, expected: Case) -> Case:
    found = next_schedule_time(cron_job(given), now(given), parse_schedule(given["schedule"]))
    due = found is not None and found.scheduled_time is not None
    answer = {
        "any": due,
        "error": found is None,
        "scheduled_time": found and shape_time(found.scheduled_time),
        "too_many_missed_event": due and found.missed is MissedSchedules.MANY,
    }
    return {key: answer[key] for key in expected}


@adapter("cronjob_next_schedule_duration")
def requeue_after(given: Case, expected: Case) -> Case:
    delay = next_schedule_duration(cron_job(given), now(given), parse_schedule(given["schedule"]))
    return {"requeue_after_s": shape_delay(delay)}


@adapter("cronjob_update_requeue")
def update(given: Case, expected: Case) -> Case:
    old = cron_job({**given, "schedule": given["old_schedule"]})
    new = cron_job({**given, "schedule": given["new_schedule"]})
    return {"delay_s": shape_delay(delay_after_update(old, new, now(given)))}


@adapter("cronjob_job_sort")
def job_order(given: Case, expected: Case) -> Case:
    jobs = [ChildJob(name=each["name"], start_time=nanoseconds(each["start_time"])) for each in given["jobs"]]
    return {"order": [job.name for job in by_job_start_time(jobs)]}


@adapter("cronjob_jobs_to_reconcile")
def own_jobs(given: Case, expected: Case) -> Case:
    jobs = [
        ChildJob(name=each["name"], namespace=each["namespace"], controller_name=each["controller_owner"])
        for each in given["jobs"]
    ]
    own = jobs_to_be_reconciled(CronJob(name="fooer", namespace="foo-ns"), jobs)
    return {"jobs": [job.name for job in own]}
