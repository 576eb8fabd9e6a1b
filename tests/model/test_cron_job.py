"""What the CronJob controller does and what befalls it, step by step, and what its promises call an offence."""

from typing import Any

import pytest

from checker.vocabulary import Kind, Property
from model.api.cron_jobs import ConcurrencyPolicy
from model.clock import clock_ticks
from model.cluster import Cluster
from model.control_plane.controller_manager import without_memory
from model.controllers.cronjob.actions import (
    cron_job_controller_syncs,
    cron_job_controller_writes_status,
    sync_is_due,
)
from model.controllers.cronjob.child_jobs import (
    child_job_completes,
    child_job_expires,
    child_job_runs,
    child_job_stops,
)
from model.disturbances.cron_job import (
    child_job_fails,
    child_job_outlasts_period,
    cron_job_controller_is_late,
    user_deletes_child_job,
    user_resumes_cron_job,
    user_suspends_cron_job,
)
from model.rows.cron_job import ChildJob, CronJob, CronJobStatus
from properties.cron_job_converges import cron_jobs_not_as_wanted, oversized_histories
from properties.cron_job_overlap import overlapping_jobs, overlapping_runs
from properties.cron_job_schedule import (
    cron_jobs_that_started,
    cron_jobs_with_skipped_slots,
    jobs_off_schedule,
    repeated_slots,
)
from tests.model.clusters import disabled, only
from tests.model.cron_job_clusters import (
    complete,
    cron_job,
    cron_job_cluster,
    deleted,
    failed,
    jobs,
    noted,
    running,
)

FORBID, REPLACE = ConcurrencyPolicy.FORBID, ConcurrencyPolicy.REPLACE
TEN_SECONDS, HALF_A_PERIOD, TWO_PERIODS = 10, 90, 250
"""Starting deadlines: within the tick, within the next one, within the next four."""


def synced(state: Cluster) -> Cluster:
    """After a sync, its status written."""
    after = only(cron_job_controller_syncs(state, 0))
    return after if cron_job(after).unwritten is None else only(cron_job_controller_writes_status(after, 0))


class TestStartingJobs:
    def test_nothing_is_due_before_the_first_slot(self) -> None:
        assert disabled(cron_job_controller_syncs(cron_job_cluster(now=1), 0))

    def test_a_job_is_created_for_a_slot_and_noted_in_a_step_of_its_own(self) -> None:
        created = only(cron_job_controller_syncs(cron_job_cluster(now=2), 0))
        assert jobs(created) == [ChildJob(cron_job=0, scheduled=2)]
        assert cron_job(created).status == CronJobStatus()
        assert cron_job(only(cron_job_controller_writes_status(created, 0))) == noted(2, last=2)

    def test_a_sync_goes_on_before_another_one_begins(self) -> None:
        created = only(cron_job_controller_syncs(cron_job_cluster(now=2), 0))
        assert disabled(cron_job_controller_syncs(created, 0))
        assert sync_is_due(created, 0)

    def test_a_slot_that_was_started_is_not_started_again(self) -> None:
        done = synced(cron_job_cluster(now=2))
        assert disabled(cron_job_controller_syncs(done, 0))
        assert not sync_is_due(done, 0)

    def test_of_several_missed_slots_only_the_latest_is_started(self) -> None:
        assert [job.scheduled for job in jobs(synced(cron_job_cluster(now=7)))] == [6]

    def test_that_is_so_however_many_were_missed(self) -> None:
        assert [job.scheduled for job in jobs(synced(cron_job_cluster(now=251)))] == [250]

    @pytest.mark.parametrize(
        ("deadline", "late", "starts"),
        [
            (None, 1, True),
            (0, 0, False),
            (TEN_SECONDS, 0, True),
            (TEN_SECONDS, 1, False),
            (HALF_A_PERIOD, 1, True),
            (TWO_PERIODS, 1, True),
        ],
    )
    def test_a_slot_is_started_until_its_deadline(self, deadline: int | None, late: int, starts: bool) -> None:
        state = cron_job_cluster(now=2 + late, starting_deadline_seconds=deadline)
        assert disabled(cron_job_controller_syncs(state, 0)) is not starts

    def test_a_delay_with_a_shorter_deadline_never_comes(self) -> None:
        for now in range(8):
            state = cron_job_cluster(now=now, schedule="@every 2m", starting_deadline_seconds=HALF_A_PERIOD)
            assert disabled(cron_job_controller_syncs(state, 0))
        assert not disabled(cron_job_controller_syncs(cron_job_cluster(now=2, schedule="@every 2m"), 0))

    def test_a_suspended_cron_job_starts_nothing(self) -> None:
        assert disabled(cron_job_controller_syncs(cron_job_cluster(row=CronJob(suspended=True)), 0))


class TestConcurrency:
    def test_allow_starts_beside_what_runs(self) -> None:
        after = synced(cron_job_cluster(running(2), now=4, row=noted(2, last=2)))
        assert [job.scheduled for job in jobs(after)] == [2, 4]
        assert cron_job(after) == noted(2, 4, last=4)

    def test_forbid_waits_and_then_starts_the_slot_late(self) -> None:
        state = cron_job_cluster(running(2), now=4, row=noted(2, last=2), concurrency_policy=FORBID)
        assert disabled(cron_job_controller_syncs(state, 0))
        later = state.set(now=5)
        ended = only(child_job_completes(later, 0))
        assert [job.scheduled for job in jobs(synced(ended))] == [2, 4]

    def test_replace_deletes_what_runs_and_does_not_wait_for_its_pods(self) -> None:
        state = cron_job_cluster(running(2), now=4, row=noted(2, last=2), concurrency_policy=REPLACE)
        after = synced(state)
        assert jobs(after) == [deleted(2), ChildJob(cron_job=0, scheduled=4)]
        assert cron_job(after) == noted(4, last=4)

    def test_replace_leaves_no_trace_of_a_job_without_pods(self) -> None:
        state = cron_job_cluster(running(2, runs=False), now=4, row=noted(2, last=2), concurrency_policy=REPLACE)
        assert [job.scheduled for job in jobs(synced(state))] == [4]

    def test_forbid_overlooks_a_job_that_the_status_does_not_list(self) -> None:
        state = cron_job_cluster(running(2), now=4, row=noted(last_started=2), concurrency_policy=FORBID)
        assert [job.scheduled for job in jobs(synced(state))] == [2, 4]


class TestStatusAndHistory:
    def test_a_job_whose_creation_was_not_noted_is_noted(self) -> None:
        state = cron_job_cluster(running(2), row=noted(last_started=2))
        after = only(cron_job_controller_syncs(state, 0))
        assert jobs(after) == [running(2)]
        assert cron_job(after) == noted(2, last=2)

    @pytest.mark.parametrize("job", [complete(2), failed(2)])
    def test_a_finished_job_is_active_no_more(self, job: ChildJob) -> None:
        after = only(cron_job_controller_syncs(cron_job_cluster(job, row=noted(2, last=2)), 0))
        assert cron_job(after) == noted(last=2)

    def test_a_job_that_is_gone_is_active_no_more(self) -> None:
        after = only(cron_job_controller_syncs(cron_job_cluster(deleted(2), row=noted(2, last=2)), 0))
        assert cron_job(after) == noted(last=2)

    @pytest.mark.parametrize("job", [complete, failed])
    def test_the_oldest_finished_jobs_go_beyond_the_limit(self, job: Any) -> None:
        state = cron_job_cluster(
            *(job(4), job(6), job(2)),
            now=6,
            row=noted(last=6),
            successful_jobs_history_limit=1,
            failed_jobs_history_limit=1,
        )
        after = only(cron_job_controller_syncs(state, 0))
        assert jobs(after) == [job(6)]

    def test_successes_and_failures_have_limits_of_their_own(self) -> None:
        state = cron_job_cluster(complete(2), failed(4), now=4, row=noted(last=4), successful_jobs_history_limit=1)
        assert disabled(cron_job_controller_syncs(state, 0))

    def test_the_history_of_a_suspended_cron_job_is_cleaned_up_too(self) -> None:
        row = noted(last=2, suspended=True)
        after = only(cron_job_controller_syncs(cron_job_cluster(failed(2), row=row, failed_jobs_history_limit=0), 0))
        assert jobs(after) == []

    def test_with_nothing_kept_and_nothing_noted_a_slot_is_started_again(self) -> None:
        state = cron_job_cluster(complete(2), row=noted(last_started=2), successful_jobs_history_limit=0)
        assert jobs(only(cron_job_controller_syncs(state, 0))) == [ChildJob(cron_job=0, scheduled=2)]

    def test_a_restart_loses_the_status_that_was_to_be_written(self) -> None:
        created = only(cron_job_controller_syncs(cron_job_cluster(), 0))
        assert cron_job(without_memory(created)) == noted(last_started=2)


class TestUsers:
    def test_a_change_makes_the_controller_s_write_fail(self) -> None:
        state = cron_job_cluster(budgets={"suspensions": 1})
        created = only(cron_job_controller_syncs(state, 0))
        suspended = only(user_suspends_cron_job(created, 0))
        after = only(cron_job_controller_writes_status(suspended, 0))
        assert cron_job(after) == noted(suspended=True, last_started=2)

    def test_a_change_between_two_syncs_does_not(self) -> None:
        suspended = only(user_suspends_cron_job(cron_job_cluster(budgets={"suspensions": 1}), 0))
        assert cron_job(suspended) == CronJob(suspended=True)
        assert suspended.suspensions == 0

    def test_what_is_suspended_can_be_resumed_and_what_is_not_cannot(self) -> None:
        state = cron_job_cluster(row=CronJob(suspended=True), budgets={"suspensions": 1, "resumes": 1})
        assert disabled(user_suspends_cron_job(state, 0))
        resumed = only(user_resumes_cron_job(state, 0))
        assert cron_job(resumed) == CronJob()
        assert disabled(user_resumes_cron_job(resumed.set(resumes=1), 0))

    def test_resuming_makes_the_controller_s_write_fail_too(self) -> None:
        row = CronJob(suspended=True, unwritten=CronJobStatus(last_schedule_time=2))
        resumed = only(user_resumes_cron_job(cron_job_cluster(row=row, budgets={"resumes": 1}), 0))
        assert cron_job(resumed).outdated

    def test_nobody_acts_without_a_budget(self) -> None:
        state = cron_job_cluster(running(2))
        assert disabled(user_suspends_cron_job(state, 0))
        assert disabled(user_resumes_cron_job(cron_job_cluster(row=CronJob(suspended=True)), 0))
        assert disabled(user_deletes_child_job(state, 0))
        assert disabled(child_job_fails(state, 0))

    def test_a_job_that_is_deleted_leaves_its_pods_behind(self) -> None:
        state = cron_job_cluster(running(2), complete(4), budgets={"job_deletions": 1})
        after = only(user_deletes_child_job(state, 0))
        assert jobs(after) == [deleted(2), complete(4)]
        assert disabled(user_deletes_child_job(state, 1))
        assert jobs(only(child_job_stops(after, 0))) == [complete(4)]


class TestJobs:
    def test_a_job_runs_and_comes_to_its_end(self) -> None:
        state = cron_job_cluster(running(2, runs=False), budgets={"job_failures": 1})
        assert disabled(child_job_completes(state, 0))
        started = only(child_job_runs(state, 0))
        assert jobs(started) == [running(2)]
        assert jobs(only(child_job_completes(started, 0))) == [complete(2)]
        assert jobs(only(child_job_fails(started, 0))) == [failed(2)]

    def test_a_finished_job_does_nothing_more(self) -> None:
        state = cron_job_cluster(complete(2), budgets={"job_failures": 1})
        assert all(
            disabled(action(state, 0))
            for action in (child_job_runs, child_job_completes, child_job_stops, child_job_expires, child_job_fails)
        )

    def test_a_finished_job_with_a_time_to_live_is_deleted(self) -> None:
        state = cron_job_cluster(complete(2), running(4), finished_jobs_expire=True)
        assert jobs(only(child_job_expires(state, 0))) == [running(4)]
        assert disabled(child_job_expires(state, 1))


TIME = {"ticks": 4, "late_ticks": 1, "overruns": 1}


class TestTime:
    def test_a_tick_passes_while_nobody_has_anything_to_do(self) -> None:
        after = only(clock_ticks(cron_job_cluster(now=0, budgets=TIME)))
        assert (after.now, after.ticks) == (1, 3)
        assert disabled(clock_ticks(cron_job_cluster(now=0)))

    def test_the_clock_waits_for_a_controller_that_is_on_time(self) -> None:
        due = cron_job_cluster(now=2, budgets=TIME)
        assert disabled(clock_ticks(due))
        late = only(cron_job_controller_is_late(due))
        assert (late.now, late.ticks, late.late_ticks) == (3, 3, 0)
        assert disabled(cron_job_controller_is_late(late))

    def test_a_controller_that_has_nothing_to_do_is_not_late(self) -> None:
        assert disabled(cron_job_controller_is_late(cron_job_cluster(now=1, budgets=TIME)))

    def test_jobs_on_time_end_before_the_next_slot_and_not_before_every_tick(self) -> None:
        state = cron_job_cluster(running(2), now=2, row=noted(2, last=2), budgets=TIME)
        assert only(clock_ticks(state)).now == 3
        before_a_slot = state.set(now=3)
        assert disabled(clock_ticks(before_a_slot))
        longer = only(child_job_outlasts_period(before_a_slot))
        assert (longer.now, longer.ticks, longer.overruns) == (4, 3, 0)
        assert disabled(child_job_outlasts_period(longer.set(now=5)))

    @pytest.mark.parametrize("job", [running(2, runs=False), deleted(2)])
    def test_a_job_that_has_yet_to_run_and_pods_that_have_yet_to_stop_are_not_on_time(self, job: ChildJob) -> None:
        active = [2] if job.exists else []
        state = cron_job_cluster(job, now=3, row=noted(*active, last=2), budgets=TIME)
        assert not sync_is_due(state, 0)
        assert disabled(clock_ticks(state))

    def test_who_is_late_while_a_job_overruns_needs_both(self) -> None:
        row = CronJob(unwritten=CronJobStatus(active=(2,), last_schedule_time=2), last_started=2)
        state = cron_job_cluster(running(2), now=3, row=row, budgets=TIME)
        both = only(cron_job_controller_is_late(state))
        assert (both.now, both.late_ticks, both.overruns) == (4, 0, 0)
        assert disabled(cron_job_controller_is_late(state.set(overruns=0)))
        assert disabled(child_job_outlasts_period(state))


class TestOverlap:
    @pytest.mark.parametrize("prop", [overlapping_jobs, overlapping_runs], ids=lambda prop: prop.name)
    def test_two_jobs_at_once_offend_unless_they_are_allowed(self, prop: Property) -> None:
        for policy in (FORBID, REPLACE):
            state = cron_job_cluster(running(2), running(4), concurrency_policy=policy)
            assert prop.offenders(state) == [cron_job(state)]
        assert prop.offenders(cron_job_cluster(running(2), running(4))) == []
        assert prop.offenders(cron_job_cluster(running(2), complete(4), concurrency_policy=FORBID)) == []

    def test_pods_that_still_terminate_run_and_are_no_job(self) -> None:
        state = cron_job_cluster(deleted(2), running(4), concurrency_policy=REPLACE)
        assert overlapping_jobs.offenders(state) == []
        assert overlapping_runs.offenders(state) == [cron_job(state)]

    def test_a_job_without_pods_is_one_that_does_not_run(self) -> None:
        state = cron_job_cluster(running(2), running(4, runs=False), concurrency_policy=FORBID)
        assert overlapping_jobs.offenders(state) == [cron_job(state)]
        assert overlapping_runs.offenders(state) == []


class TestSlots:
    def test_a_second_job_for_a_slot_offends(self) -> None:
        before = cron_job_cluster(complete(2), row=noted(last_started=2), successful_jobs_history_limit=0)
        assert repeated_slots.offenders(before, synced(before)) == [cron_job(before)]

    def test_a_job_for_a_new_slot_does_not(self) -> None:
        before = cron_job_cluster(complete(2), now=4, row=noted(last=2))
        assert repeated_slots.offenders(before, synced(before)) == []
        noticed = cron_job_cluster(running(2), row=noted(last_started=2))
        assert repeated_slots.offenders(noticed, synced(noticed)) == []

    @pytest.mark.parametrize(("deadline", "offends"), [(None, True), (TEN_SECONDS, True), (HALF_A_PERIOD, False)])
    def test_a_late_job_offends_unless_the_deadline_allows_it(self, deadline: int | None, offends: bool) -> None:
        before = cron_job_cluster(now=3, starting_deadline_seconds=deadline)
        after = before.create("child_jobs", running(2, runs=False))
        assert bool(jobs_off_schedule.offenders(before, after)) is offends

    def test_a_job_on_time_does_not(self) -> None:
        before = cron_job_cluster(now=2)
        assert jobs_off_schedule.offenders(before, synced(before)) == []

    def test_a_slot_that_has_no_job_when_the_next_one_comes_is_skipped(self) -> None:
        assert cron_jobs_with_skipped_slots.offenders(cron_job_cluster(now=3)) == []
        skipped = cron_job_cluster(now=4)
        assert cron_jobs_with_skipped_slots.offenders(skipped) == [cron_job(skipped)]
        assert cron_jobs_with_skipped_slots.offenders(cron_job_cluster(now=4, row=noted(last_started=2))) == []

    def test_a_cron_job_that_has_started_something_is_a_witness(self) -> None:
        assert cron_jobs_that_started.kind is Kind.SOMETIMES
        assert cron_jobs_that_started.offenders(cron_job_cluster()) == []
        after = synced(cron_job_cluster())
        assert cron_jobs_that_started.offenders(after) == [cron_job(after)]


class TestInTheEnd:
    def test_both_say_what_is_so_in_the_end_and_stays_so(self) -> None:
        assert {prop.kind for prop in (cron_jobs_not_as_wanted, oversized_histories)} == {Kind.EVENTUALLY_ALWAYS}

    @pytest.mark.parametrize(
        ("state", "offenders"),
        [
            (cron_job_cluster(now=1), []),
            (cron_job_cluster(now=2), ["there is no Job for its slot 2"]),
            (cron_job_cluster(now=2, row=CronJob(suspended=True)), []),
            (cron_job_cluster(now=3, starting_deadline_seconds=TEN_SECONDS), []),
            (cron_job_cluster(now=3, starting_deadline_seconds=HALF_A_PERIOD), ["there is no Job for its slot 2"]),
            (cron_job_cluster(running(2), row=noted(last=2)), ["its Job of slot 2 has not ended"]),
            (cron_job_cluster(row=noted(2, last=2)), ["its status lists the Job of slot 2 as active"]),
            (cron_job_cluster(complete(2), row=noted(last=2)), []),
        ],
    )
    def test_the_latest_slot_has_had_its_job_and_nothing_is_active(self, state: Cluster, offenders: list[str]) -> None:
        assert cron_jobs_not_as_wanted.offenders(state) == [f"CronJob backup: {text}" for text in offenders]

    def test_the_history_is_within_its_limits(self) -> None:
        kept = (complete(2), complete(4), failed(6))
        assert oversized_histories.offenders(cron_job_cluster(*kept)) == []
        assert oversized_histories.offenders(cron_job_cluster(*kept, successful_jobs_history_limit=1)) == [
            "CronJob backup: 2 Complete Jobs are kept, not 1"
        ]
        assert oversized_histories.offenders(cron_job_cluster(*kept, failed_jobs_history_limit=0)) == [
            "CronJob backup: 1 Failed Jobs are kept, not 0"
        ]
