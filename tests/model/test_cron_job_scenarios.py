"""The standard scenarios of CronJobs: what each policy keeps, what it does not, and on whom that rests."""

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from checker.liveness import check_liveness
from checker.machine import state_machine
from checker.search import search
from checker.verdict import Outcome, verdicts
from checker.vocabulary import Action, ActionFunction, Fairness, Scenario
from kubeproof.kinds.cron_job import WorkloadCronJob
from kubeproof.scenarios import build, standard_scenario
from kubeproof.standard.catalog import STANDARD
from kubeproof.workload import Workload
from model.api.cron_jobs import ConcurrencyPolicy
from model.cluster import Cluster
from model.controllers.cronjob.actions import cron_job_controller_syncs, cron_job_controller_writes_status
from model.controllers.cronjob.child_jobs import child_job_completes, child_job_runs
from properties.cron_job_converges import cron_jobs_not_as_wanted, oversized_histories
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import machine

ALLOW, FORBID, REPLACE = ConcurrencyPolicy
NAMES = [standard.name for standard in STANDARD if standard.kind == "CronJob"]
LATER = 90
"""A starting deadline that passes before the next slot, but not at once."""


def workload(policy: ConcurrencyPolicy = ALLOW, *, kept: int = 1, **fields: Any) -> Workload:
    """A CronJob that keeps so many Jobs of each outcome."""
    written = {"schedule": "*/2 * * * *", "successful_jobs_history_limit": kept, "failed_jobs_history_limit": kept}
    cron_job = WorkloadCronJob(
        name="backup", replicas=kept, containers=(), concurrency_policy=policy, **{**written, **fields}
    )
    return Workload(name="backup", namespace="default", cron_jobs=(cron_job,), nodes=(machine(),))


def scenario(name: str, written: Workload) -> Scenario[Cluster]:
    return build(written, standard_scenario(name, written))


@functools.cache
def violated(name: str, policy: ConcurrencyPolicy = ALLOW, **fields: Any) -> frozenset[str]:
    """The promises of states and steps that are violated; all others hold."""
    built = scenario(name, workload(policy, **fields))
    found = verdicts(built, search(msgspec.structs.replace(built, properties=built.safety_properties))).verdicts
    assert {verdict.outcome for verdict in found} <= {Outcome.HOLDS, Outcome.VIOLATED}
    return frozenset(verdict.promise.name for verdict in found if verdict.outcome is Outcome.VIOLATED)


@pytest.mark.parametrize("policy", ConcurrencyPolicy, ids=lambda policy: policy.value)
class TestEveryPolicy:
    def test_on_schedule_everything_is_as_promised(self, policy: ConcurrencyPolicy) -> None:
        assert violated("schedule", policy) == set()

    def test_a_late_controller_skips_slots_and_starts_late(self, policy: ConcurrencyPolicy) -> None:
        assert {"every_slot_runs", "on_schedule"} <= violated("late-controller", policy)

    def test_what_is_resumed_starts_at_once_unless_its_deadline_has_passed(self, policy: ConcurrencyPolicy) -> None:
        assert "on_schedule" in violated("suspend", policy)
        assert "on_schedule" not in violated("suspend", policy, starting_deadline_seconds=LATER)

    def test_a_slot_may_run_again_where_no_job_of_it_is_kept(self, policy: ConcurrencyPolicy) -> None:
        assert "one_job_per_slot" not in violated("suspend", policy)
        assert "one_job_per_slot" not in violated("late-controller", policy)
        assert "one_job_per_slot" in violated("suspend", policy, kept=0)
        assert "one_job_per_slot" in violated("suspend", policy, finished_jobs_expire=True)

    @pytest.mark.slow
    @pytest.mark.parametrize("name", NAMES)
    def test_in_the_end_everything_is_as_wanted(self, policy: ConcurrencyPolicy, name: str) -> None:
        found = check_liveness(scenario(name, workload(policy)))
        assert [verdict.outcome for verdict in found] == [Outcome.HOLDS, Outcome.HOLDS]

    @pytest.mark.slow
    @pytest.mark.parametrize("name", NAMES)
    def test_plain_and_learned_runs_agree_on_all_of_it(self, policy: ConcurrencyPolicy, name: str) -> None:
        assert_runs_agree(scenario(name, workload(policy, kept=0, starting_deadline_seconds=LATER)), max_states=300)


@pytest.mark.parametrize("name", NAMES)
def test_plain_and_learned_runs_agree(name: str) -> None:
    assert_runs_agree(scenario(name, workload(REPLACE, kept=0)), max_states=100)


class TestLongJobs:
    def test_allow_lets_them_overlap_and_every_slot_runs(self) -> None:
        assert violated("long-job", ALLOW) == set()

    def test_forbid_never_overlaps_and_skips_slots(self) -> None:
        assert violated("long-job", FORBID) == {"every_slot_runs", "on_schedule"}

    def test_replace_leaves_one_job_while_pods_of_two_run(self) -> None:
        assert violated("long-job", REPLACE) == {"one_run_at_a_time"}


class TestForbidOverlaps:
    def test_when_the_status_is_lost(self) -> None:
        for name in ("suspend", "late-controller"):
            assert {"one_job_at_a_time", "one_run_at_a_time"} <= violated(name, FORBID)

    def test_in_pods_but_not_in_jobs_when_the_user_deletes_one(self) -> None:
        found = violated("delete-job", FORBID)
        assert "one_job_at_a_time" not in found
        assert "one_run_at_a_time" in found


def test_a_delay_with_a_shorter_deadline_starts_nothing() -> None:
    built = scenario("schedule", workload(schedule="@every 2m", starting_deadline_seconds=LATER))
    found = {verdict.promise.name: verdict.outcome for verdict in verdicts(built, search(built)).verdicts}
    assert found["cron_job_starts"] is Outcome.UNREACHED
    assert found["every_slot_runs"] is Outcome.VIOLATED


@pytest.mark.parametrize(
    ("function", "broken"),
    [
        (cron_job_controller_syncs, {cron_jobs_not_as_wanted.name, oversized_histories.name}),
        (cron_job_controller_writes_status, {cron_jobs_not_as_wanted.name, oversized_histories.name}),
        (child_job_runs, {cron_jobs_not_as_wanted.name}),
        (child_job_completes, {cron_jobs_not_as_wanted.name}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_so_in_the_end_rests_on_who_brings_it_about(function: ActionFunction, broken: set[str]) -> None:
    found = check_liveness(_without_fairness(scenario("long-job", workload()), [function]))
    assert {verdict.promise.name for verdict in found if verdict.outcome is Outcome.VIOLATED} == broken


def _without_fairness(built: Scenario[Cluster], functions: Sequence[ActionFunction]) -> Scenario[Cluster]:
    actions = tuple(
        Action(action.function, Fairness.NONE) if action.function in functions else action for action in built.actions
    )
    return msgspec.structs.replace(built, actions=actions)


RANDOM_RUNS = settings(
    max_examples=100,
    stateful_step_count=30,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much],  # few actions are possible at a time
)


@pytest.mark.parametrize("name", NAMES)
def test_random_runs_keep_what_holds(name: str) -> None:
    built = scenario(name, workload())
    holds = tuple(prop for prop in built.safety_properties if prop.name not in violated(name))
    random_runs = state_machine(msgspec.structs.replace(built, properties=holds))
    run_state_machine_as_test(random_runs, settings=settings(RANDOM_RUNS, max_examples=20))


def test_random_runs_find_what_does_not_hold() -> None:
    with pytest.raises(AssertionError, match="on_schedule violated"):
        run_state_machine_as_test(state_machine(scenario("suspend", workload())), settings=RANDOM_RUNS)
