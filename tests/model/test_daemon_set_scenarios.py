"""The standard scenarios of DaemonSets: both runs say the same of them, and random runs find what a search finds."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from checker.machine import state_machine
from checker.verdict import Outcome
from kubeproof import verify
from kubeproof.kinds.daemon_set import WorkloadDaemonSet
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.standard.daemon_set import SCENARIOS
from kubeproof.standard.scenario import StandardScenario
from kubeproof.testing import workload_machine
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.control_plane.scheduler.filters import PodSpec
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import machine
from tests.model.daemon_set_clusters import PROBED

EXAMPLES = Path(__file__).parents[2] / "examples"
BROKEN_BY_DESIGN = frozenset({"one_daemon_pod_per_node", "daemon_set_availability", "daemon_set_surge_bound"})
"""Promises that some scenario is there to break."""
RANDOM = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
"""The same random runs each time, not made shorter where they fail: only whether they do matters here."""

SHAPES = {
    "one-at-a-time": WorkloadDaemonSet(
        name="agent", containers=(PROBED,), pod_spec=PodSpec(node_selector={"role": "worker"})
    ),
    "surging": WorkloadDaemonSet(
        name="agent", containers=(PROBED,), max_unavailable=0, max_surge="50%", min_ready_seconds=5
    ),
    "on-delete": WorkloadDaemonSet(
        name="agent",
        containers=(PROBED,),
        update_strategy=DaemonSetUpdateStrategy.ON_DELETE,
        max_unavailable=None,
        max_surge=None,
    ),
}


def workload(daemon_set: WorkloadDaemonSet, nodes: int = 1) -> Workload:
    return Workload(
        name="agent",
        namespace="default",
        daemon_sets=(daemon_set,),
        nodes=tuple(machine(f"node-{'ab'[number]}", labels={"role": "worker"}) for number in range(nodes)),
    )


@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_the_runs_agree_on_one_node(standard: StandardScenario) -> None:
    assert_runs_agree(build(workload(SHAPES["one-at-a-time"]), standard), max_states=100)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "nodes"), [("one-at-a-time", 2), ("surging", 1), ("on-delete", 2)])
@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_the_runs_agree_on_every_shape(standard: StandardScenario, shape: str, nodes: int) -> None:
    assert_runs_agree(build(workload(SHAPES[shape], nodes), standard), max_states=200)


@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_random_runs_keep_what_no_scenario_is_there_to_break(standard: StandardScenario) -> None:
    scenario = build(workload(SHAPES["surging"], 2), standard)
    kept = tuple(prop for prop in scenario.safety_properties if prop.name not in BROKEN_BY_DESIGN)
    random_runs = state_machine(replace(scenario, properties=kept))
    run_state_machine_as_test(random_runs, settings=settings(RANDOM, max_examples=10, stateful_step_count=30))


def test_random_runs_find_two_pods_on_a_node() -> None:
    random_runs = workload_machine(EXAMPLES / "node-exporter.yaml", "stale-cache-before-1.36")
    with pytest.raises(AssertionError, match="one_daemon_pod_per_node violated"):
        run_state_machine_as_test(random_runs, settings=settings(RANDOM, max_examples=200, stateful_step_count=15))


def test_only_the_consistency_store_keeps_a_controller_from_creating_a_pod_twice() -> None:
    report = verify(
        EXAMPLES / "node-exporter.yaml",
        scenarios=["stale-cache", "stale-cache-before-1.36"],
        properties=["one_daemon_pod_per_node"],
    )
    found = {verdict.scenario: verdict.outcome for verdict in report.verdicts}
    assert found == {"stale-cache": Outcome.HOLDS, "stale-cache-before-1.36": Outcome.VIOLATED}


def test_a_correction_reaches_every_node_without_anybody_deleting_pods() -> None:
    report = verify(
        EXAMPLES / "node-exporter.yaml", scenarios=["corrected-rollout"], properties=["daemon_set_update_arrives"]
    )
    assert [verdict.outcome for verdict in report.verdicts] == [Outcome.HOLDS]


def test_nodes_that_are_alike_are_interchangeable() -> None:
    [alike] = workloads_of(load([str(EXAMPLES / "node-exporter.yaml")]), 3)
    scenario = build(alike, standard_scenario("node-change", alike))
    [state] = scenario.initial
    assert {node.like for node in state.nodes} == {0}


def test_the_node_selector_is_a_label_that_can_be_taken_from_an_assumed_node() -> None:
    [collector] = workloads_of(load([str(EXAMPLES / "log-collector-on-delete.yaml")]), 2)
    assert {tuple(node.labels.items()) for node in collector.nodes} == {(("logging", "true"),)}
    scenario = build(collector, standard_scenario("node-change", collector))
    nodes = scenario.initial[0].constants.nodes
    assert [node.labels for node in nodes[2:]].count({}) == 2


def test_an_agent_is_on_the_nodes_that_its_affinity_asks_for() -> None:
    [agent] = workloads_of(load([str(EXAMPLES / "gpu-node-agent.yaml")]), 2)
    [state] = build(agent, standard_scenario("rollout", agent)).initial
    assert {pod.node for pod in state.pods} == {0, 1}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{type: Recreate}", "RollingUpdate"),
        ("{rollingUpdate: {maxUnavailable: many}}", "maxUnavailable"),
        ("{rollingUpdate: {maxUnavailable: 0}}", "both 0"),
        ("{rollingUpdate: {maxSurge: 1}}", "both not 0"),
        ("{rollingUpdate: {maxUnavailable: 0, maxSurge: 101%}}", "maxSurge is 101%"),
    ],
)
def test_what_kubernetes_refuses_in_a_daemon_set_is_a_mistake(written: str, said: str) -> None:
    text = (EXAMPLES / "log-collector-on-delete.yaml").read_text()
    text = text.replace("  updateStrategy:\n    type: OnDelete\n", f"  updateStrategy: {written}\n")
    with pytest.raises(BadManifests) as raised:
        load(["-"], io.StringIO(text))
    [mistake] = raised.value.errors
    assert said in f"{mistake.message} {mistake.remedy}"
