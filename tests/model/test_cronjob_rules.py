"""What the CronJob controller decides, where no conformance case says so."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, ConcurrencyPolicy, CronJob, JobOutcome, JobReference
from model.api.refusals import Refusal
from model.controllers.cronjob.durations import parse_duration
from model.controllers.cronjob.handlers import delay_after_update, queued_by_job
from model.controllers.cronjob.requests import (
    Answer,
    CreateJob,
    DeleteJob,
    Event,
    GetCronJob,
    GetJob,
    Request,
    UpdateCronJobStatus,
    Write,
    undisturbed,
)
from model.controllers.cronjob.schedule_text import parse_schedule
from model.controllers.cronjob.schedules import SpecSchedule
from model.controllers.cronjob.sync import sync
from model.controllers.cronjob.time_zones import load_location, rfc3339

HOUR = 3_600_000
HOURLY = CronJob(name="report", uid="owner", schedule="@hourly")


def child(hour: int, finished: JobOutcome | None = None) -> ChildJob:
    """The Job of HOURLY that was due in that hour of 1970."""
    name = f"report-{hour * 60}"
    return ChildJob(name=name, uid=name, controller="owner", controller_name="report", finished=finished)


def running(*hours: int) -> CronJob:
    active = tuple(JobReference(child(hour).name, child(hour).uid) for hour in hours)
    return replace(HOURLY, active=active, last_schedule_time=max(hours) * HOUR)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1000


def created(writes: Sequence[Write]) -> list[str]:
    return [write.job.name for write in writes if isinstance(write, CreateJob)]


# Schedules


@pytest.mark.parametrize(
    ("after", "schedule", "following"),
    [
        ("2012-03-11T01:00-05:00", "0 * * * *", "2012-03-11T03:00-04:00"),
        ("2012-03-11T00:00-05:00", "0 2 * * *", "2012-03-12T02:00-04:00"),
        ("2012-03-11T00:00-05:00", "30 2 11 Mar ?", "2013-03-11T02:30-04:00"),
        ("2012-11-04T01:00-04:00", "0 1 * * *", "2012-11-04T01:00-05:00"),
        ("2012-11-04T01:00-05:00", "0 1 * * *", "2012-11-05T01:00-05:00"),
        ("2012-11-04T00:00-04:00", "30 2 04 Nov ?", "2012-11-04T02:30-05:00"),
    ],
)
def test_where_clocks_change_an_hour_is_left_out_or_fires_twice(after: str, schedule: str, following: str) -> None:
    assert parse_schedule(f"TZ=America/New_York {schedule}").next(at(after)) == at(following)


def test_a_day_that_begins_at_one_o_clock_is_not_lost() -> None:
    schedule = parse_schedule("CRON_TZ=America/Sao_Paulo 0 9 10 * *")
    assert schedule.next(at("2018-10-17T06:00-03:00")) == at("2018-11-10T09:00-02:00")


def first_minute_after(schedule: SpecSchedule, after: int) -> int:
    minute = after // 60_000
    while True:
        minute += 1
        shown = datetime.fromtimestamp(minute * 60, UTC)
        in_day = shown.minute in schedule.minutes and shown.hour in schedule.hours
        if in_day and shown.month in schedule.months and schedule.day_matches(shown):
            return minute * 60_000


@given(
    st.sampled_from(["*", "*/7", "5", "0,30", "10-20/3"]),
    st.sampled_from(["*", "*/5", "3", "9-17/2", "22/1"]),
    st.sampled_from(["*", "?", "1", "15,28", "*/2"]),
    st.sampled_from(["*", "Mon-Fri", "0", "*/3"]),
    st.integers(min_value=0, max_value=40 * 24 * HOUR),
)
def test_the_next_activation_is_the_first_minute_that_matches(
    minute: str, hour: str, day: str, weekday: str, after: int
) -> None:
    schedule = parse_schedule(f"{minute} {hour} {day} * {weekday}")
    assert isinstance(schedule, SpecSchedule)
    assert schedule.next(after) == first_minute_after(schedule, after)


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 4,6,9,11 ?", ", * * * *"])
def test_what_fits_no_date_never_fires(text: str) -> None:
    assert parse_schedule(text).next(0) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* * 0 * *",
        "* * * * 7",
        "5-1 * * * *",
        "*/0 * * * *",
        "1/2/3 * * * *",
        "1-2-3 * * * *",
        "1-x * * * *",
        "*/-1 * * * *",
        "1_0 * * * *",
        "mon * * * *",
        "@sometimes",
        "@every",
        "@every 5",
        "@every x",
        "@every 1h.s",
        "TZ=0",
        "CRON_TZ=UTC",
        "TZ=Nowhere/Else 0 * * * *",
    ],
)
def test_a_malformed_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_schedule(text)


def test_a_star_with_a_step_makes_either_day_field_enough_and_one_without_makes_both_necessary() -> None:
    either = parse_schedule("0 0 13 * */6")
    assert either.next(at("2024-05-05T00:00Z")) == at("2024-05-11T00:00Z")
    both = parse_schedule("0 0 */1 * 5")
    assert both.next(at("2024-05-05T00:00Z")) == at("2024-05-10T00:00Z")


@pytest.mark.parametrize(
    ("text", "delay"), [("@every 1h1.5m", 61 * 60_000 + 30_000), ("@every 1500ms", 1000), ("@every -5m", 1000)]
)
def test_a_constant_delay_is_at_least_a_second_and_whole(text: str, delay: int) -> None:
    assert parse_schedule(text).next(7250) == 7000 + delay


def test_durations_are_read_as_go_does() -> None:
    assert parse_duration("-1m0.5s") == -60_500_000_000
    assert parse_duration("2us3\u00b5s1ns") == 5001
    assert parse_duration("0") == 0
    with pytest.raises(ValueError, match="longer than"):
        parse_duration("2562048h")


@pytest.mark.parametrize("name", ["Nowhere/Else", "../UTC", "America"])
def test_what_is_no_time_zone_is_none(name: str) -> None:
    assert load_location(name) is None


def test_the_annotation_is_in_the_zone_of_the_cron_job() -> None:
    zone = load_location("Asia/Kolkata")
    assert zone is not None
    assert rfc3339(0, zone) == "1970-01-01T05:30:00+05:30"
    writes = sync(replace(HOURLY, time_zone="Asia/Kolkata"), [], HOUR).writes
    stamps = [write.job.scheduled_timestamp for write in writes if isinstance(write, CreateJob)]
    assert stamps == ["1970-01-01T06:00:00+05:30"]


# Whole syncs


def test_the_status_is_written_once_after_the_job_was_created() -> None:
    done = sync(HOURLY, [], HOUR)
    create, update = done.writes
    assert isinstance(create, CreateJob)
    assert isinstance(update, UpdateCronJobStatus)
    assert update.cron_job == running(1)
    assert (done.requeue_after, done.error) == (HOUR + 100, None)


def test_a_job_whose_status_update_was_lost_is_noted_by_the_next_sync() -> None:
    done = sync(HOURLY, [child(1)], HOUR + 1000)
    assert done.writes == (UpdateCronJobStatus(running(1)),)
    assert done.events == (Event.UNEXPECTED_JOB,)


def test_a_job_of_that_name_which_belongs_to_somebody_else_is_left_alone() -> None:
    stranger = replace(child(1), controller="other", controller_name="other")
    assert sync(HOURLY, [stranger], HOUR).writes == ()


def test_a_stale_cache_starts_the_next_job_but_its_status_is_refused() -> None:
    live = replace(running(1), resource_version=1)
    done = sync(HOURLY, [child(1)], 2 * HOUR, undisturbed(live, [child(1)]))
    assert created(done.writes) == ["report-120"]
    assert (done.requeue_after, done.error, done.events) == (None, Refusal.CONFLICT, (Event.SUCCESSFUL_CREATE,))


def test_forbid_seen_live_keeps_the_next_job_back() -> None:
    live = replace(running(1), concurrency_policy=ConcurrencyPolicy.FORBID, resource_version=1)
    stale = replace(HOURLY, concurrency_policy=ConcurrencyPolicy.FORBID)
    done = sync(stale, [child(1)], 2 * HOUR, undisturbed(live, [child(1)]))
    assert (done.writes, done.events, done.error) == ((), (Event.JOB_ALREADY_ACTIVE,), None)


def test_history_is_pruned_before_anything_else_and_the_oldest_go_first() -> None:
    old = [replace(child(hour, JobOutcome.FAILED), start_time=-hour) for hour in (0, 1, 2)]
    done = sync(replace(running(2), suspend=True), old, 3 * HOUR)
    assert done.writes[:2] == (DeleteJob(child(2).name), DeleteJob(child(1).name))
    assert isinstance(done.writes[2], UpdateCronJobStatus)
    assert done.writes[2].cron_job.active == ()


class ApiServerThat:
    """Refuses one kind of request."""

    def __init__(self, kind: type[Request], refusal: Refusal, cron_job: CronJob, jobs: Sequence[ChildJob]) -> None:
        self.kind, self.refusal, self.otherwise = kind, refusal, undisturbed(cron_job, jobs)

    def __call__(self, request: Request, earlier: Sequence[Write]) -> Answer:
        return self.refusal if isinstance(request, self.kind) else self.otherwise(request, earlier)


@pytest.mark.parametrize(
    ("kind", "refusal", "event"),
    [
        (CreateJob, Refusal.FORBIDDEN, Event.FAILED_CREATE),
        (DeleteJob, Refusal.FORBIDDEN, Event.FAILED_DELETE),
        (GetJob, Refusal.NOT_FOUND, Event.MISSING_JOB),
        (GetJob, Refusal.FORBIDDEN, None),
    ],
)
def test_a_refusal_ends_the_sync_of_a_replacing_cron_job(
    kind: type[Request], refusal: Refusal, event: Event | None
) -> None:
    replacing = replace(running(1), concurrency_policy=ConcurrencyPolicy.REPLACE)
    cached = [] if kind is GetJob else [child(1)]
    done = sync(replacing, cached, 2 * HOUR, ApiServerThat(kind, refusal, replacing, [child(1)]))
    missing = event is Event.MISSING_JOB
    assert created(done.writes) == (["report-120"] if missing else [])
    assert done.error is (None if missing else refusal)
    assert (event in done.events) if event else done.events == ()


def test_a_replaced_job_that_is_gone_by_then_ends_the_sync() -> None:
    replacing = replace(running(1), concurrency_policy=ConcurrencyPolicy.REPLACE)
    done = sync(replacing, [child(1)], 2 * HOUR, undisturbed(replacing, []))
    assert (done.writes, done.events, done.error) == ((), (Event.FAILED_GET,), Refusal.NOT_FOUND)


def test_nothing_is_said_of_a_job_refused_because_the_namespace_is_going() -> None:
    api_server = ApiServerThat(CreateJob, Refusal.NAMESPACE_TERMINATING, HOURLY, [])
    done = sync(HOURLY, [], HOUR, api_server)
    assert (done.writes, done.events, done.error) == ((), (), Refusal.NAMESPACE_TERMINATING)


def test_a_live_read_that_fails_ends_the_sync() -> None:
    done = sync(HOURLY, [child(1)], HOUR, ApiServerThat(GetCronJob, Refusal.NOT_FOUND, HOURLY, [child(1)]))
    assert (done.writes, done.error) == ((), Refusal.NOT_FOUND)


def test_a_time_zone_in_the_schedule_is_followed_but_warned_of() -> None:
    done = sync(replace(HOURLY, schedule="TZ=Asia/Kolkata 0 7 * * *"), [], 2 * HOUR)
    assert (created(done.writes), done.events[0]) == (["report-90"], Event.UNSUPPORTED_SCHEDULE)


# Watch events


def test_a_new_time_zone_waits_for_its_next_activation_and_a_malformed_schedule_for_nothing() -> None:
    assert delay_after_update(HOURLY, replace(HOURLY, time_zone="Asia/Kolkata"), 1000) == HOUR // 2 + 100 - 1000
    assert delay_after_update(HOURLY, replace(HOURLY, schedule="soon"), 1000) is None
    assert delay_after_update(HOURLY, replace(HOURLY, schedule="0 0 30 2 *"), 1000) == 0
    assert delay_after_update(HOURLY, replace(HOURLY, suspend=True), 1000) == 0


def test_a_job_queues_its_owner_by_name_and_uid_and_the_owner_it_had() -> None:
    other = CronJob(name="other", uid="other")
    taken = replace(child(1), controller="other", controller_name="other")
    cached = [HOURLY, other]
    assert queued_by_job(None, child(1), cached) == (HOURLY,)
    assert queued_by_job(child(1), replace(child(1), start_time=1), cached) == (HOURLY,)
    assert queued_by_job(child(1), taken, cached) == (HOURLY, other)
    assert queued_by_job(child(1), None, cached) == (HOURLY,)
    assert queued_by_job(child(1), child(1), cached) == ()
    assert queued_by_job(None, replace(child(1), controller="former"), cached) == ()
