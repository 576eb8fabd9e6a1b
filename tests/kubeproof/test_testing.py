"""Hypothesis state machines fail in the words of ``kubeproof verify``, and say why."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from checker.trace import Choice, replay
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.testing import in_words, workload_machine
from kubeproof.translation import workloads_of
from properties.no_lost_request import misrouted_pods

NO_PROBE = Path(__file__).parents[2] / "examples" / "web-no-probe.yaml"


def test_a_failure_tells_the_trace_and_why_it_ends_so() -> None:
    [web] = workloads_of(load([str(NO_PROBE)]), 2)
    scenario = build(instance(web, replicas=2), standard_scenario("container-crash"))
    trace = replay(scenario, 0, [Choice("container_exits", {"pod": 0})])
    text = in_words(scenario, trace, misrouted_pods)

    assert "1  container on node-a container exits: web-v1-a" in text or "container exits: web-v1-a" in text
    assert "offends: Pod web-v1-a" in text
    assert "why: Pod web-v1-a is routed to by kube-proxy" in text


def test_a_machine_finds_what_a_container_crash_does() -> None:
    machine = workload_machine(NO_PROBE, "container-crash")
    with pytest.raises(AssertionError, match="no_lost_request violated after 1 steps"):
        run_state_machine_as_test(machine, settings=settings(max_examples=50, stateful_step_count=10, database=None))
