"""Eventually stable reconciliation: what offends, and small clusters that do and do not come to rest."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from checker.liveness import check_liveness
from checker.verdict import Outcome, Verdict
from checker.vocabulary import Action, ActionFunction, Fairness, Kind, Property, Scenario
from kubeproof.kinds.deployment import WorkloadDeployment
from kubeproof.scenarios import build, standard_scenario
from kubeproof.workload import Workload
from model.api.objects import Strategy
from model.cluster import Cluster
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.deployment.actions import deployment_controller_syncs, progress_deadline_passes
from model.controllers.endpointslice.actions import endpoint_slice_controller_syncs
from model.controllers.replicaset.actions import (
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
)
from model.node.container_runtime import process_answers, stopping_container_exits
from model.node.kube_proxy import kube_proxy_programs_rules
from model.rows.pod import Endpoint
from properties.eventually_stable import (
    deployments_not_as_wanted,
    endpoints_not_as_wanted,
    replica_sets_not_as_wanted,
    routes_not_as_wanted,
)
from properties.paused_rollout import paused_deployments_of_another_size
from properties.rollout_progress import unreported_rollouts
from tests.model.clusters import APP, cluster, constants, gone, machine, pending, replica_set, running, terminating

READY, TERMINATING, UNUSED = Endpoint.READY, Endpoint.TERMINATING, Endpoint.UNUSED
ALL = (deployments_not_as_wanted, replica_sets_not_as_wanted, endpoints_not_as_wanted, routes_not_as_wanted)
OLD = replica_set(1)
NEW = replica_set(1, template=1, revision=2)
UPDATED = running(replica_set=1, template=1)


def test_each_says_what_is_so_in_the_end_and_stays_so() -> None:
    assert {prop.kind for prop in ALL} == {Kind.EVENTUALLY_ALWAYS}


@pytest.mark.parametrize("prop", ALL, ids=lambda prop: prop.name)
def test_a_steady_cluster_has_no_offenders(prop: Property) -> None:
    assert prop.offenders(cluster(running())) == []


# -- what offends


@pytest.mark.parametrize(
    ("state", "offender"),
    [
        (cluster(running(ready=False)), "Deployment web: 0 Pods of v1 are available, not 1"),
        (cluster(), "Deployment web: 0 Pods of v1 are available, not 1"),
        (cluster(running(), running(), replica_sets=[OLD]), "Deployment web: 2 Pods of v1 are available, not 1"),
        (cluster(running(), terminating()), "Deployment web: there are 2 Pods, not 1"),
        (cluster(running(), template=1), "Deployment web: 0 Pods of v2 are available, not 1"),
        (
            cluster(running(), UPDATED, template=1, replica_sets=[OLD, NEW]),
            "Deployment web: its old ReplicaSet web-v1 asks for 1 Pods",
        ),
    ],
    ids=["not ready", "missing", "surplus", "terminating", "not rolled out", "old one left"],
)
def test_a_deployment_wants_its_pods_of_its_template_and_no_others(state: Cluster, offender: str) -> None:
    assert offender in deployments_not_as_wanted.offenders(state)


def test_an_old_replica_set_of_size_zero_may_stay() -> None:
    state = cluster(UPDATED, template=1, replica_sets=[replica_set(0), NEW])
    assert deployments_not_as_wanted.offenders(state) == []


@pytest.mark.parametrize(
    ("state", "offenders"),
    [
        (cluster(replica_sets=[replica_set(1, status_replicas=0, available_replicas=0)]), ["0 Pods, not 1"]),
        (cluster(pending(), running()), ["2 Pods, not 1", "its status says 1 Pods, not 2"]),
        (cluster(running(ready=False)), ["its status says 1 available Pods, not 0"]),
        (cluster(running(), terminating()), []),
    ],
    ids=["missing", "surplus", "status", "terminating"],
)
def test_a_replica_set_wants_its_pods_and_a_status_that_is_true(state: Cluster, offenders: Sequence[str]) -> None:
    assert replica_sets_not_as_wanted.offenders(state) == [f"ReplicaSet web-v1: {text}" for text in offenders]


@pytest.mark.parametrize(
    ("state", "offenders"),
    [
        (cluster(running(endpoint=UNUSED)), ["a Pod of v1 is called not ready"]),
        (cluster(running(ready=False)), ["a Pod of v1 is called ready"]),
        (cluster(terminating()), ["a Pod of v1 is called ready"]),
        (cluster(terminating(endpoint=TERMINATING)), []),
        (cluster(gone(endpoint=READY)), ["a Pod of v1 is called ready"]),
        (cluster(gone(endpoint=TERMINATING)), ["a Pod of v1 that is gone is listed"]),
        (cluster(running(endpoint=UNUSED), tables=constants(selected=False)), []),
        (cluster(running(endpoint=UNUSED), tables=constants(service=None)), []),
        (cluster(running(ready=False), tables=constants(publish_not_ready_addresses=True)), []),
        (cluster(pending(), tables=constants(publish_not_ready_addresses=True)), []),
    ],
)
def test_a_slice_calls_ready_what_is_ready_and_forgets_what_is_gone(state: Cluster, offenders: Sequence[str]) -> None:
    assert endpoints_not_as_wanted.offenders(state) == [f"EndpointSlice: {text}" for text in offenders]


@pytest.mark.parametrize(
    ("state", "offenders"),
    [
        (cluster(running(routed=(UNUSED,))), ["does not route to a Pod of v1"]),
        (cluster(running(), gone(routed=(READY,))), ["routes to a Pod of v1"]),
        (cluster(running(), terminating(endpoint=TERMINATING, routed=(TERMINATING,))), ["routes to a Pod of v1"]),
        (cluster(running(), terminating(endpoint=TERMINATING, routed=(UNUSED,))), []),
        (cluster(terminating(endpoint=TERMINATING, routed=(TERMINATING,))), []),
        (cluster(terminating(endpoint=TERMINATING, routed=(UNUSED,))), ["does not route to a Pod of v1"]),
        (cluster(running(routed=(UNUSED,)), down=[0]), []),
    ],
)
def test_a_node_that_is_up_routes_as_the_slice_says(state: Cluster, offenders: Sequence[str]) -> None:
    assert routes_not_as_wanted.offenders(state) == [f"Node node-a: {text}" for text in offenders]


def test_every_node_is_looked_at() -> None:
    state = cluster(running(routed=(READY, UNUSED)), tables=constants(nodes=2))
    assert routes_not_as_wanted.offenders(state) == ["Node node-b: does not route to a Pod of v1"]


# -- clusters that come to rest


def workload(*, replicas: int = 1, nodes: int = 1, pods: int = 110, **deployment: Any) -> Workload:
    """One Deployment behind a Service; `pods` is the room on each node."""
    written: dict[str, Any] = {"max_surge": 1, "max_unavailable": 0, **deployment}
    return Workload(
        name="web",
        namespace="default",
        service="web",
        deployments=(WorkloadDeployment(name="web", replicas=replicas, containers=(APP,), **written),),
        nodes=tuple(machine(f"node-{'abc'[number]}", pods=pods) for number in range(nodes)),
    )


def verdicts(name: str, written: Workload, *, unfair: Sequence[ActionFunction] = ()) -> dict[str, Verdict]:
    """The verdicts in a standard scenario, if nothing is owed to the actions `unfair`."""
    standard: Scenario[Cluster] = build(written, standard_scenario(name))
    actions = tuple(
        Action(action.function, Fairness.NONE) if action.function in unfair else action for action in standard.actions
    )
    found = check_liveness(msgspec.structs.replace(standard, actions=actions, properties=ALL))
    assert all(verdict.states > 1 for verdict in found)
    return {verdict.promise.name: verdict for verdict in found}


def broken(found: dict[str, Verdict]) -> set[str]:
    assert all(verdict.outcome in (Outcome.HOLDS, Outcome.VIOLATED) for verdict in found.values())
    return {name for name, verdict in found.items() if verdict.outcome is Outcome.VIOLATED}


@pytest.mark.parametrize(
    ("scenario", "written"),
    [
        ("rollout", workload()),
        ("rollout", workload(nodes=2)),
        ("rollout", workload(max_surge=0, max_unavailable=1)),
        ("rollout", workload(strategy=Strategy.RECREATE)),
        ("rollback", workload()),
        ("scale", workload()),
        ("container-crash", workload(replicas=2, nodes=2)),
        ("readiness-flap", workload(replicas=2)),
        ("stale-caches", workload()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_comes_to_rest_as_wanted(scenario: str, written: Workload) -> None:
    assert broken(verdicts(scenario, written)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["rollout", "scale"])
def test_two_replicas_come_to_rest_as_wanted(scenario: str) -> None:
    assert broken(verdicts(scenario, workload(replicas=2))) == set()


# -- clusters that do not


def test_a_rollout_without_room_for_the_surge_pod_never_ends() -> None:
    found = verdicts("rollout", workload(pods=1))
    assert broken(found) == {"deployment_converges"}
    verdict = found["deployment_converges"]
    assert verdict.trace is not None
    assert [step.event.action.name for step in verdict.trace.steps] == [
        "user_applies_new_image",
        "deployment_controller_syncs",
        "replica_set_controller_manages_pods",
        "replica_set_controller_writes_status",
    ]
    assert verdict.cycle == ()
    assert verdict.starved == ()
    assert verdict.offenders == [
        "Deployment web: its old ReplicaSet web-v1 asks for 1 Pods",
        "Deployment web: 0 Pods of v2 are available, not 1",
        "Deployment web: there are 2 Pods, not 1",
    ]


def test_room_for_one_more_pod_lets_it_end() -> None:
    assert broken(verdicts("rollout", workload(pods=2))) == set()


def test_without_room_a_rollout_that_takes_old_pods_down_first_ends() -> None:
    assert broken(verdicts("rollout", workload(pods=1, max_surge=0, max_unavailable=1))) == set()


def test_a_new_image_that_never_answers_never_replaces_the_old_one() -> None:
    found = verdicts("rollout", workload(), unfair=[process_answers])
    assert broken(found) == {"deployment_converges"}
    verdict = found["deployment_converges"]
    assert verdict.cycle == ()
    assert {event.action.name for event in verdict.starved} == {"process_answers"}
    assert "Deployment web: 0 Pods of v2 are available, not 1" in verdict.offenders


@pytest.mark.parametrize(
    ("function", "promise"),
    [
        (deployment_controller_syncs, "deployment_converges"),
        (replica_set_controller_manages_pods, "replica_set_converges"),
        (replica_set_controller_writes_status, "replica_set_converges"),
        (scheduler_binds, "deployment_converges"),
        (stopping_container_exits, "deployment_converges"),
        (endpoint_slice_controller_syncs, "endpoint_slice_converges"),
        (kube_proxy_programs_rules, "kube_proxy_converges"),
    ],
)
def test_each_promise_rests_on_the_component_that_keeps_it(function: ActionFunction, promise: str) -> None:
    verdict = verdicts("rollout", workload(), unfair=[function])[promise]
    assert verdict.outcome is Outcome.VIOLATED
    assert {event.action.name for event in verdict.starved} == {function.__name__}


# -- what a paused and a stuck rollout owe


def outcome(name: str, prop: Property, *unfair: ActionFunction) -> Outcome:
    """The verdict on one promise in a standard scenario of one replica."""
    standard = build(workload(), standard_scenario(name))
    actions = tuple(
        Action(action.function, Fairness.NONE) if action.function in unfair else action for action in standard.actions
    )
    [verdict] = check_liveness(msgspec.structs.replace(standard, actions=actions, properties=(prop,)))
    return verdict.outcome


def test_a_paused_deployment_comes_to_its_size_if_its_controller_acts() -> None:
    assert outcome("pause", paused_deployments_of_another_size) is Outcome.HOLDS
    still = outcome("pause", paused_deployments_of_another_size, deployment_controller_syncs)
    assert still is Outcome.VIOLATED


def test_a_stuck_rollout_is_reported_when_its_deadline_passes_and_its_controller_acts() -> None:
    assert outcome("stuck-rollout", unreported_rollouts) is Outcome.HOLDS
    for unfair in (progress_deadline_passes, deployment_controller_syncs):
        assert outcome("stuck-rollout", unreported_rollouts, unfair) is Outcome.VIOLATED
