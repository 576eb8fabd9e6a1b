"""kube-scheduler's binding."""

import pytest

from model.control_plane.scheduler import filters
from model.control_plane.scheduler.actions import requested, scheduler_binds
from model.rows.pod import Pod
from tests.model.clusters import cluster, constants, disabled, gone, machine, only, pending, pod, running, terminating

CPU = filters.PodSpec(requests={"cpu": 500, "memory": 64})


def test_a_pending_pod_may_be_bound_to_any_node_that_fits() -> None:
    state = cluster(pending(), tables=constants(nodes=2))
    for node in (0, 1):
        assert only(scheduler_binds(state, 0, node)) == state.update(pod(state), node=node)


@pytest.mark.parametrize(
    "unbindable",
    [running(), pending(deleting=True), gone()],
    ids=["bound", "deleted", "gone"],
)
def test_a_pod_is_not_bound_that_is(unbindable: Pod) -> None:
    assert disabled(scheduler_binds(cluster(unbindable, tables=constants(nodes=2)), 0, 1))


def test_no_pod_is_bound_from_an_empty_slot() -> None:
    assert disabled(scheduler_binds(cluster(empty_pod_slots=1), 0, 0))


def test_a_pod_is_bound_only_where_its_requests_fit_beside_those_of_others() -> None:
    nodes = (
        machine(allocatable={"cpu": 1000, "memory": 100}),
        machine("node-b", allocatable={"cpu": 1000, "memory": 128}),
    )
    state = cluster(pending(), running(0), running(1), tables=constants(nodes=nodes, spec=CPU))
    assert disabled(scheduler_binds(state, 0, 0))
    assert only(scheduler_binds(state, 0, 1)) == state.update(pod(state), node=1)


def test_a_pod_is_bound_only_where_a_place_for_one_more_pod_is_left() -> None:
    tables = constants(nodes=(machine(pods=1), machine("node-b", pods=2)))
    state = cluster(pending(), running(0), running(1), tables=tables)
    assert disabled(scheduler_binds(state, 0, 0))
    assert not disabled(scheduler_binds(state, 0, 1))


def test_a_pod_is_bound_only_where_the_filters_allow() -> None:
    state = cluster(pending(), tables=constants(nodes=(machine(unschedulable=True), machine("node-b", pods=0))))
    assert disabled(scheduler_binds(state, 0, 0))
    assert disabled(scheduler_binds(state, 0, 1))


def test_a_node_that_is_down_looks_like_any_other_to_the_scheduler() -> None:
    assert not disabled(scheduler_binds(cluster(pending(), down=[0]), 0, 0))


def test_terminating_pods_take_room_on_their_node_and_on_no_other() -> None:
    state = cluster(running(0), terminating(node=0), running(1), gone(), tables=constants(nodes=2, spec=CPU))
    assert requested(state, 0) == (2, (("cpu", 1000), ("memory", 128)))
    assert requested(state, 1) == (1, (("cpu", 500), ("memory", 64)))


def test_an_empty_node_has_nothing_requested() -> None:
    assert requested(cluster(pending()), 0) == (0, ())
