"""The standard scenarios of Jobs: what holds in them and what does not, the same in every way to run them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from checker.liveness import check_liveness
from checker.machine import state_machine
from checker.search import search
from checker.verdict import Outcome, verdicts
from kubeproof.kinds.job import JOB, exit_codes
from kubeproof.standard.job import SCENARIOS
from model.api.jobs import SuccessPolicyRule
from model.rows.pod_template import RestartPolicy
from tests.checker.agreement import assert_runs_agree
from tests.model.job_clusters import INDEXED, REPLACE_FAILED, scenario, workload, written
from tests.model.test_job import FAILS_ON_42, IGNORES_DISRUPTIONS

SHAPES: dict[str, dict[str, Any]] = {
    "one-pod": {"completions": 1, "parallelism": 1, "backoff_limit": 1},
    "two-at-once": {"completions": 2, "parallelism": 2, "pod_replacement_policy": REPLACE_FAILED},
    "indexed": {"completion_mode": INDEXED, "parallelism": 1, "active_deadline_seconds": 600},
    "per-index": {"completion_mode": INDEXED, "backoff_limit_per_index": 1, "backoff_limit": 2**31 - 1},
    "policies": {"completions": 1, "parallelism": 1, "pod_failure_policy": (IGNORES_DISRUPTIONS, FAILS_ON_42)},
    "short-lived": {"completions": None, "parallelism": 1, "ttl_seconds_after_finished": 60},
    "suspended": {"completions": 1, "parallelism": 1, "suspend": True},
}
NAMES = [standard.name for standard in SCENARIOS]


EVERY_SCENARIO = [(name, "indexed") for name in NAMES]
EVERY_SHAPE = [("controller-restart", shape) for shape in SHAPES if shape != "indexed"]
RANDOM = settings(
    max_examples=10,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.mark.parametrize(("name", "shape"), [*EVERY_SCENARIO, *EVERY_SHAPE])
def test_the_plain_and_the_learned_run_agree(name: str, shape: str) -> None:
    assert_runs_agree(scenario(name, **SHAPES[shape]), max_states=40)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_the_runs_agree_on_every_shape_of_job(name: str, shape: str) -> None:
    assert_runs_agree(scenario(name, **SHAPES[shape]), max_states=300)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_runs_agree_on_a_job_that_restarts_its_containers(name: str) -> None:
    assert_runs_agree(scenario(name, RestartPolicy.ON_FAILURE, **SHAPES["one-pod"]), max_states=300)


@pytest.mark.parametrize(("name", "shape"), [*EVERY_SCENARIO, *EVERY_SHAPE])
def test_a_machine_walks_through_it(name: str, shape: str) -> None:
    built = scenario(name, **SHAPES[shape])
    kept = tuple(prop for prop in built.safety_properties if prop.name in _HOLD_EVERYWHERE)

    run_state_machine_as_test(state_machine(replace(built, properties=kept)), settings=RANDOM)


_HOLD_EVERYWHERE = frozenset(
    {
        "job_active_pods_within_parallelism",
        "job_has_one_outcome",
        "job_outcome_is_final",
        "job_ends_after_its_pods",
        "no_start_after_the_end",
        "allowed_node",
        "no_overcommit",
    }
)


def outcomes(name: str, restart_policy: RestartPolicy = RestartPolicy.NEVER, **fields: Any) -> dict[str, Outcome]:
    built = scenario(name, restart_policy, **fields)
    safety = replace(built, properties=built.safety_properties)
    found = [*verdicts(safety, search(safety)).verdicts, *check_liveness(built)]
    return {verdict.promise.name: verdict.outcome for verdict in found}


@pytest.mark.parametrize("name", ["run", "eviction", "node-failure", "controller-restart"])
def test_every_promise_is_kept_while_nobody_deletes_or_suspends(name: str) -> None:
    found = outcomes(name, completions=2, parallelism=2, backoff_limit=4)

    assert set(found.values()) == {Outcome.HOLDS}


def test_by_default_a_deleted_pod_is_replaced_while_it_still_runs() -> None:
    found = outcomes("pod-deletion", completion_mode=INDEXED)

    assert {name for name, outcome in found.items() if outcome is Outcome.VIOLATED} == {
        "job_running_pods_within_parallelism",
        "one_pod_per_index",
    }


def test_with_policy_failed_it_is_not() -> None:
    found = outcomes("pod-deletion", completion_mode=INDEXED, pod_replacement_policy=REPLACE_FAILED)

    assert set(found.values()) == {Outcome.HOLDS}


def test_a_pod_that_succeeds_while_the_job_is_being_suspended_may_be_lost() -> None:
    found = outcomes("suspend", completions=1, parallelism=1, pod_replacement_policy=REPLACE_FAILED)

    assert {name for name, outcome in found.items() if outcome is Outcome.VIOLATED} == {"each_pod_counts_once"}


@pytest.mark.parametrize(("name", "survives"), [("eviction", True), ("pod-deletion", False), ("node-failure", False)])
def test_the_policy_ignores_evictions_but_neither_deletions_nor_crashes(name: str, survives: bool) -> None:
    found = outcomes(
        name, completions=1, parallelism=1, backoff_limit=0, pod_failure_policy=(IGNORES_DISRUPTIONS, FAILS_ON_42)
    )

    assert found["job_survives_disruptions"] is (Outcome.HOLDS if survives else Outcome.VIOLATED)
    assert found["job_ends"] is Outcome.HOLDS


def test_a_job_that_is_created_suspended_runs_when_it_is_resumed() -> None:
    found = outcomes("run", completions=1, parallelism=1, suspend=True)

    assert found["job_completes"] is found["job_ends"] is Outcome.HOLDS


# -- in front of the model


def test_a_smaller_job_keeps_its_proportions() -> None:
    rules = (SuccessPolicyRule(succeeded_indexes="3-5"), SuccessPolicyRule(succeeded_count=4))
    of = workload(completions=6, parallelism=4, completion_mode=INDEXED, max_failed_indexes=5, success_policy=rules)

    job = JOB.smaller(of.jobs[0], 2).job

    assert (job.completions, job.parallelism, job.max_failed_indexes) == (2, 2, 2)
    assert job.success_policy == (SuccessPolicyRule(succeeded_indexes="1"), SuccessPolicyRule(succeeded_count=2))


def test_a_smaller_job_without_completions_has_fewer_pods_at_once() -> None:
    job = JOB.smaller(workload(completions=None, parallelism=5).jobs[0], 2).job

    assert (job.completions, job.parallelism) == (None, 2)


@pytest.mark.parametrize(
    ("rules", "codes"), [(None, ()), ((IGNORES_DISRUPTIONS,), ()), ((FAILS_ON_42, IGNORES_DISRUPTIONS), (42, 1))]
)
def test_exit_codes_are_told_apart_where_the_policy_does(rules: Any, codes: tuple[int, ...]) -> None:
    assert tuple(exit_codes(written(pod_failure_policy=rules))) == codes
