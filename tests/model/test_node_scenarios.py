"""Whole runs in which a node is lost: the two runs of the model agree, and what breaks which promise."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from checker.liveness import check_liveness
from checker.machine import state_machine
from checker.search import search
from checker.verdict import Outcome, Verdict, verdicts
from checker.vocabulary import Property, Scenario
from kubeproof.kinds.deployment import WorkloadDeployment
from kubeproof.kinds.stateful_set import WorkloadStatefulSet
from kubeproof.scenarios import build
from kubeproof.standard.nodes import SCENARIOS
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import Cluster
from properties.eviction_within_toleration import pods_evicted_early
from properties.node_loss_recovery import owners_that_miss_pods, pods_of_deleted_nodes, services_without_answer
from properties.node_status_converges import nodes_not_as_they_are
from properties.stateful_set_identity import doubled_identities
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import APP, machine

RANDOM = settings(
    max_examples=10,
    stateful_step_count=30,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


SMALL: dict[str, Workload] = {
    "Deployment": Workload(
        name="web",
        namespace="default",
        service="web",
        deployments=(WorkloadDeployment(name="web", replicas=1, containers=(APP,)),),
        nodes=(machine("node-a"), machine("node-b")),
    ),
    "StatefulSet": Workload(
        name="db",
        namespace="default",
        stateful_sets=(WorkloadStatefulSet(name="db", replicas=1, containers=(APP,), selected=False),),
        nodes=(machine("node-a"), machine("node-b")),
    ),
}


def small(standard: StandardScenario) -> Scenario[Cluster]:
    return build(SMALL[standard.kind], standard)


def named(name: str, kind: str = "Deployment") -> StandardScenario:
    return next(standard for standard in SCENARIOS if (standard.name, standard.kind) == (name, kind))


WITHOUT_VOLUMES = [standard for standard in SCENARIOS if standard.is_for(SMALL[standard.kind])]
every_scenario = pytest.mark.parametrize("standard", WITHOUT_VOLUMES, ids=lambda each: f"{each.kind} {each.name}")


@every_scenario
def test_the_runs_agree(standard: StandardScenario) -> None:
    assert_runs_agree(small(standard), max_states=120)


@pytest.mark.slow
@every_scenario
def test_the_runs_agree_for_longer(standard: StandardScenario) -> None:
    assert_runs_agree(small(standard), max_states=300)


@every_scenario
def test_random_runs_keep_what_the_search_finds_kept(standard: StandardScenario) -> None:
    scenario = small(standard)
    kept = tuple(verdict.promise for verdict in safety(scenario) if verdict.outcome is Outcome.HOLDS)
    run_state_machine_as_test(state_machine(replace(scenario, properties=kept)), settings=RANDOM)


def safety(scenario: Scenario[Cluster]) -> tuple[Verdict, ...]:
    decided = replace(scenario, properties=scenario.safety_properties)
    return verdicts(decided, search(decided)).verdicts


def found(standard: StandardScenario, prop: Property) -> Outcome:
    [outcome] = [verdict.outcome for verdict in safety(small(standard)) if verdict.promise is prop]
    return outcome


def test_a_pod_is_evicted_early_only_where_the_controller_lags() -> None:
    assert found(named("node-return"), pods_evicted_early) is Outcome.HOLDS
    assert found(named("stale-taints"), pods_evicted_early) is Outcome.VIOLATED


def test_two_pods_of_one_identity_run_only_where_the_node_of_the_first_is_not_really_off() -> None:
    assert found(named("force-delete-crashed", "StatefulSet"), doubled_identities) is Outcome.HOLDS
    assert found(named("force-delete-cut-off", "StatefulSet"), doubled_identities) is Outcome.VIOLATED


def outcome(standard: StandardScenario, prop: Property, *, without: str = "") -> Outcome:
    scenario = small(standard)
    actions = tuple(action for action in scenario.actions if action.name != without)
    [verdict] = check_liveness(replace(scenario, properties=(prop,), actions=actions))
    return verdict.outcome


@pytest.mark.parametrize(
    ("prop", "broken"),
    [
        (nodes_not_as_they_are, "node_lifecycle_controller_taints_no_schedule"),
        (owners_that_miss_pods, "taint_eviction_controller_timer_fires"),
        (services_without_answer, "node_lifecycle_controller_taints_no_execute"),
    ],
    ids=lambda each: getattr(each, "name", each),
)
def test_who_does_not_do_his_part_breaks_the_promise(prop: Property, broken: str) -> None:
    assert outcome(named("node-loss"), prop) is Outcome.HOLDS
    assert outcome(named("node-loss"), prop, without=broken) is Outcome.VIOLATED


def test_without_pod_gc_orphans_stay() -> None:
    assert outcome(named("node-deleted", "StatefulSet"), pods_of_deleted_nodes) is Outcome.HOLDS
    broken = outcome(named("node-deleted", "StatefulSet"), pods_of_deleted_nodes, without="pod_gc_collects_orphan")
    assert broken is Outcome.VIOLATED


def test_with_all_nodes_lost_nobody_is_evicted_and_nothing_recovers() -> None:
    for prop in (owners_that_miss_pods, services_without_answer):
        assert outcome(named("all-nodes-lost"), prop) is Outcome.VIOLATED
    assert outcome(named("all-nodes-lost"), nodes_not_as_they_are) is Outcome.HOLDS


def test_a_stateful_set_waits_for_its_node_for_ever() -> None:
    assert outcome(named("node-loss", "StatefulSet"), owners_that_miss_pods) is Outcome.VIOLATED
