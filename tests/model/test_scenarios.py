"""Initial states."""

from typing import Any

import pytest

from checker.vocabulary import Fairness
from model import disturbances
from model.cluster import Caches, Cluster, Constants
from model.control_plane.informers import current_pod, current_replica_set
from model.control_plane.scheduler import filters
from model.next_state import NEXT
from model.rows.pod import Container, Endpoint
from model.scenarios import steady_states
from tests.model.clusters import APP, INIT, SIDE, cluster, constants, machine, replica_set, running

EXITED, SERVING, RUNNING = Container.EXITED, Container.SERVING, Container.RUNNING


def steady(tables: Constants, replicas: tuple[int, ...] = (1,), slots: int = 2, **budgets: int) -> list[Cluster]:
    return list(steady_states(tables, replicas, pod_slots=slots, budgets=budgets))


def nodes_of(states: list[Cluster]) -> list[list[int | None]]:
    return [[pod.node for pod in state.pods] for state in states]


def test_in_a_steady_state_everything_of_the_first_revision_is_as_it_should_be() -> None:
    expected = cluster(
        running(), running(), replicas=2, replica_sets=[replica_set(2, max_annotation=3)], empty_pod_slots=1,
        service_answered=True, image_updates=1, scale_ups=2,
    )  # fmt: skip
    assert steady(expected.constants, (2,), 3, image_updates=1, scale_ups=2) == [expected]


def test_nothing_can_happen_in_a_steady_state_but_disturbances() -> None:
    tables = constants(
        containers=(INIT, APP, SIDE), nodes=2, caches=Caches(replica_set_pods=True, deployment_replica_sets=True)
    )
    budgets = dict.fromkeys(("image_updates", "scale_ups", "container_exits", "node_crashes"), 1)
    for state in steady(tables, (2,), **budgets):
        enabled = [
            action
            for action in NEXT
            if any(True for slots in action.bindings(state) for _ in action.function(state, **slots))
        ]
        assert {action.fairness for action in enabled} == {Fairness.NONE}


def test_each_container_is_as_its_kind_says_and_positions_that_the_template_lacks_are_waiting() -> None:
    tables = constants(containers=(INIT, APP, SIDE))
    longer = Constants(**{**_fields(tables), "container_positions": (0, 1, 2, 3)})
    assert [pod.containers for pod in steady(longer)[0].pods] == [(EXITED, SERVING, RUNNING, Container.WAITING)]


@pytest.mark.parametrize("changed", [{"service": None}, {"selected": False}])
def test_without_a_service_nothing_is_routed_and_nothing_has_answered(changed: dict[str, Any]) -> None:
    (state,) = steady(constants(nodes=1, **changed))
    (pod,) = state.pods
    assert (pod.endpoint, pod.routed) == (Endpoint.UNUSED, (Endpoint.UNUSED,))
    assert not state.service_answered


def test_a_service_whose_pods_are_none_has_not_answered() -> None:
    (state,) = steady(constants(), (0,))
    assert not state.service_answered


def test_a_service_has_answered_if_one_deployment_has_pods() -> None:
    (state,) = steady(constants(deployments=2), (0, 1))
    assert state.service_answered


def test_every_deployment_needs_its_size() -> None:
    with pytest.raises(ValueError, match="zip"):
        steady(constants(deployments=2), (1,))


def test_the_last_amount_that_fits_is_taken() -> None:
    nodes = (machine(pods=2, allocatable={"cpu": 1000}),)
    spec = filters.PodSpec(requests={"cpu": 500})
    assert nodes_of(steady(constants(nodes=nodes, spec=spec), (2,))) == [[0, 0]]
    short = (machine(pods=2, allocatable={"cpu": 999}),)
    assert nodes_of(steady(constants(nodes=short, spec=spec), (2,))) == []


def test_caches_that_may_lag_are_up_to_date() -> None:
    (state,) = steady(constants(caches=Caches(replica_set_pods=True, deployment_replica_sets=True)))
    assert [pod.observed for pod in state.pods] == [current_pod(pod) for pod in state.pods]
    assert [row.observed for row in state.replica_sets] == [current_replica_set(row) for row in state.replica_sets]
    (live,) = steady(constants())
    assert [pod.observed for pod in live.pods] == [None]
    assert [row.observed for row in live.replica_sets] == [None]


def test_every_placement_is_initial_up_to_the_order_of_a_replica_sets_pods() -> None:
    assert nodes_of(steady(constants(nodes=2), (2,))) == [[0, 0], [0, 1], [1, 1]]
    two = constants(nodes=2, deployments=2)
    assert nodes_of(steady(two, (1, 1))) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_every_deployment_has_its_own_replica_set() -> None:
    (state,) = steady(constants(deployments=2), (1, 2), 3)
    assert [(row.deployment, row.template, row.replicas, row.max_annotation) for row in state.replica_sets] == [
        (0, 0, 1, 2),
        (1, 2, 2, 3),
    ]
    assert [(pod.replica_set, pod.template) for pod in state.pods] == [(0, 0), (1, 2), (1, 2)]
    assert state.replica_sets.capacity == 4


def test_a_placement_that_does_not_fit_is_not_initial() -> None:
    cpu = filters.PodSpec(requests={"cpu": 500})
    nodes = (machine(allocatable={"cpu": 900}), machine("node-b", allocatable={"cpu": 1000}))
    assert nodes_of(steady(constants(nodes=nodes, spec=cpu), (2,))) == [[0, 1], [1, 1]]
    assert nodes_of(steady(constants(nodes=(machine(pods=1), machine("node-b"))), (2,))) == [[0, 1], [1, 1]]
    assert steady(constants(nodes=(machine(unschedulable=True),))) == []


BEGUN_AND_ENDED = {
    "node_reboots",
    "upgraded_node_comes_back",
    "user_takes_drained_node_down",
    "kubectl_drain_ends",
    "user_deletes_stuck_pod",
    "user_deletes_outdated_pod",
    "metrics_return",
}
"""What comes from outside and happens for certain: the end of what has begun, and what a user has set out to do."""


def test_components_are_fair_and_disturbances_are_not_but_for_what_is_begun_and_ended() -> None:
    for action in NEXT:
        disturbs = action.function.__module__.startswith(disturbances.__name__) and action.name not in BEGUN_AND_ENDED
        assert (action.fairness is Fairness.NONE) == disturbs, action.name
    assert len({action.name for action in NEXT}) == len(NEXT)
    assert {action.name for action in NEXT} >= BEGUN_AND_ENDED


def _fields(row: Constants) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}
