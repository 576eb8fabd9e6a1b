"""The standard scenarios of StatefulSets: both runs say the same of them, and random runs find what a search finds."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from checker.machine import state_machine
from checker.verdict import Outcome
from kubeproof import verify
from kubeproof.instances import instance
from kubeproof.kinds.stateful_set import WorkloadStatefulSet
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build
from kubeproof.standard.scenario import StandardScenario
from kubeproof.standard.stateful_set import SCENARIOS
from kubeproof.testing import workload_machine
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.stateful_sets import PodManagementPolicy, UpdateStrategy
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import machine
from tests.model.stateful_set_clusters import PROBED

EXAMPLES = Path(__file__).parents[2] / "examples"
KEPT = ("one_pod_per_identity", "no_overcommit", "allowed_node")
"""Promises that every scenario keeps in which nobody deletes a Pod by force."""
RANDOM = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
"""The same random runs each time, not made shorter where they fail: only whether they do matters here."""

SHAPES = {
    "ordered": WorkloadStatefulSet(name="db", replicas=2, containers=(PROBED,), partition=1, max_unavailable=2),
    "parallel": WorkloadStatefulSet(
        name="db",
        replicas=2,
        containers=(PROBED,),
        pod_management_policy=PodManagementPolicy.PARALLEL,
        partition=None,
        max_unavailable=2,
        min_ready_seconds=5,
        start_ordinal=3,
    ),
    "on-delete": WorkloadStatefulSet(
        name="db", replicas=2, containers=(PROBED,), update_strategy=UpdateStrategy.ON_DELETE, partition=None
    ),
}


def workload(stateful_set: WorkloadStatefulSet, nodes: int = 1) -> Workload:
    return Workload(
        name="db",
        namespace="default",
        stateful_sets=(stateful_set,),
        nodes=tuple(machine(f"node-{'ab'[number]}") for number in range(nodes)),
    )


@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_the_runs_agree_on_one_node(standard: StandardScenario) -> None:
    assert_runs_agree(build(workload(SHAPES["ordered"]), standard), max_states=100)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "nodes"), list(zip(SHAPES, (2, 1, 1), strict=True)))
@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_the_runs_agree_on_every_shape(standard: StandardScenario, shape: str, nodes: int) -> None:
    assert_runs_agree(build(workload(SHAPES[shape], nodes), standard), max_states=300)


@pytest.mark.parametrize("standard", SCENARIOS, ids=lambda standard: standard.name)
def test_random_runs_keep_what_is_promised_unless_pods_are_deleted_by_force(standard: StandardScenario) -> None:
    scenario = build(workload(SHAPES["parallel"], 2), standard)
    kept = tuple(
        prop
        for prop in scenario.properties
        if prop.name in KEPT and not ("forced_deletions" in standard.budgets and prop.name == "one_pod_per_identity")
    )
    random_runs = state_machine(replace(scenario, properties=kept))
    run_state_machine_as_test(random_runs, settings=settings(RANDOM, max_examples=10, stateful_step_count=30))


def test_random_runs_find_two_pods_of_one_identity() -> None:
    random_runs = workload_machine(EXAMPLES / "postgres-cluster.yaml", "forced-deletion")
    with pytest.raises(AssertionError, match="one_pod_per_identity violated"):
        run_state_machine_as_test(random_runs, settings=settings(RANDOM, max_examples=200, stateful_step_count=15))


def test_a_smaller_stateful_set_keeps_some_pods_below_the_partition_and_some_above() -> None:
    [cache] = workloads_of(load([str(EXAMPLES / "cache-canary.yaml")]), 2)
    [small] = instance(cache, replicas=2).stateful_sets
    assert (small.replicas, small.partition, small.start_ordinal) == (2, 1, 1)


def test_several_unavailable_pods_stay_several_in_a_smaller_stateful_set() -> None:
    [search] = workloads_of(load([str(EXAMPLES / "search-parallel.yaml")]), 2)
    assert [instance(search, replicas=most).stateful_sets[0].max_unavailable for most in (3, 2, 1)] == [2, 2, 1]


def test_only_a_user_frees_a_rollout_that_is_stuck() -> None:
    report = verify(
        EXAMPLES / "postgres-cluster.yaml",
        scenarios=["stuck-rollout", "freed-rollout"],
        properties=["spec_reaches_every_pod"],
    )
    found = {verdict.scenario: verdict.outcome for verdict in report.verdicts}
    assert found == {"stuck-rollout": Outcome.VIOLATED, "freed-rollout": Outcome.HOLDS}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("  updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}\n", "does not go with type OnDelete"),
        ("  updateStrategy: {rollingUpdate: {maxUnavailable: many}}\n", "maxUnavailable"),
        ("  ordinals: {start: -1}\n", "start"),
        ("  persistentVolumeClaimRetentionPolicy: {whenDeleted: Remove}\n", "whenDeleted"),
    ],
)
def test_what_kubernetes_refuses_in_a_stateful_set_is_a_mistake(written: str, said: str) -> None:
    text = (EXAMPLES / "postgres-cluster.yaml").read_text().replace("  replicas: 3\n", f"  replicas: 3\n{written}")
    with pytest.raises(BadManifests) as raised:
        load(["-"], io.StringIO(text))
    [mistake] = raised.value.errors
    assert said in mistake.message
