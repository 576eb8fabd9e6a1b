"""Hypothesis state machines over the scenarios of Deployments that run on request."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from kubeproof.testing import workload_machine

EXAMPLES = Path(__file__).parents[2] / "examples"
BRIEF = settings(
    max_examples=30,
    stateful_step_count=12,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],  # many events are not enabled
)


@pytest.mark.parametrize(
    ("example", "scenario"),
    [
        ("worker.yaml", "pod-deletion"),
        ("worker.yaml", "pod-eviction"),
        ("worker.yaml", "consistency-store"),
        ("worker.yaml", "controller-restart"),
        ("recreate-file-lock.yaml", "recreate"),
        ("web-graceful.yaml", "stuck-rollout"),
    ],
)
def test_no_random_run_breaks_what_holds(example: str, scenario: str) -> None:
    run_state_machine_as_test(workload_machine(EXAMPLES / example, scenario), settings=BRIEF)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["expired-expectations", "stale-restart"])
def test_random_runs_find_a_pod_too_many(scenario: str) -> None:
    often = settings(BRIEF, max_examples=400)
    with pytest.raises(AssertionError, match="no_pod_too_many violated"):
        run_state_machine_as_test(workload_machine(EXAMPLES / "worker.yaml", scenario), settings=often)
