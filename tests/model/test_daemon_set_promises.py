"""What is promised of a DaemonSet, once broken and once kept."""

from typing import Any

from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.control_plane.pod_requests import deleted
from model.controllers.daemonset.actions import daemon_set_controller_syncs
from properties.daemon_set_converges import daemon_sets_not_as_wanted
from properties.daemon_set_one_per_node import daemon_sets_that_surge_too_far, doubled_daemon_pods
from properties.daemon_set_update import (
    complete_updates,
    daemon_sets_updated_too_fast,
    daemon_sets_with_too_few_pods,
    nodes_that_miss_the_update,
)
from tests.model.clusters import machine
from tests.model.daemon_set_clusters import (
    DRIVEN_OUT,
    KEPT_AWAY,
    PLAIN,
    cluster,
    constants,
    failed,
    pinned,
    running,
    terminating,
    unready,
    without_object,
)

SURGE = constants(max_surge=1, max_unavailable=0)
ON_DELETE = constants(update_strategy=DaemonSetUpdateStrategy.ON_DELETE, max_unavailable=None, max_surge=None)
NEW: dict[str, Any] = {"template": 1, "seniority": 1}


def test_two_live_pods_on_a_node_are_one_too_many() -> None:
    assert doubled_daemon_pods.offenders(cluster(running(0), pinned(0))) == ["DaemonSet agent: 2 Pods for one node"]
    assert doubled_daemon_pods.offenders(cluster(running(0), running(1))) == []


def test_a_pod_that_terminates_or_has_failed_does_not_count_as_a_second_one() -> None:
    assert doubled_daemon_pods.offenders(cluster(running(0), terminating(0), failed(0))) == []


def test_a_surge_allows_an_old_pod_and_a_new_one_and_no_others() -> None:
    assert doubled_daemon_pods.offenders(cluster(running(0), pinned(0, **NEW), tables=SURGE, template=1)) == []
    assert doubled_daemon_pods.offenders(cluster(running(0), pinned(0, seniority=1), tables=SURGE)) != []
    three = (running(0), running(0, **NEW), pinned(0, template=2, seniority=2))
    assert doubled_daemon_pods.offenders(cluster(*three, tables=SURGE, template=2)) != []


def test_a_surge_has_a_bound_which_counts_old_pods_that_are_available() -> None:
    both = (running(0), pinned(0, **NEW))
    allowed = cluster(*both, running(1), tables=SURGE, template=1)
    assert daemon_sets_that_surge_too_far.offenders(allowed) == []
    assert daemon_sets_that_surge_too_far.offenders(
        cluster(*both, running(1), pinned(1, **NEW), tables=SURGE, template=1)
    ) == ["DaemonSet agent: two Pods on 2 nodes, 1 allowed"]
    beside_a_broken_one = cluster(*both, unready(1), pinned(1, **NEW), tables=SURGE, template=1)
    assert daemon_sets_that_surge_too_far.offenders(beside_a_broken_one) == []


def test_at_most_max_unavailable_nodes_are_without_an_available_pod() -> None:
    assert daemon_sets_with_too_few_pods.offenders(cluster(unready(0), running(1))) == []
    assert daemon_sets_with_too_few_pods.offenders(cluster(unready(0), terminating(1))) == [
        "DaemonSet agent: no available Pod on 2 nodes, 1 allowed"
    ]


def test_nodes_that_must_not_run_a_pod_do_not_count() -> None:
    tables = constants(PLAIN, machine("node-b"), KEPT_AWAY, DRIVEN_OUT)
    assert daemon_sets_with_too_few_pods.offenders(cluster(unready(0), running(1), tables=tables)) == []
    assert daemon_sets_with_too_few_pods.offenders(without_object(cluster(unready(0)), 1)) == []


def test_a_surge_may_take_nothing_down() -> None:
    assert daemon_sets_with_too_few_pods.offenders(cluster(unready(0), running(1), tables=SURGE)) != []
    kept = cluster(unready(0), running(0, **NEW), running(1), tables=SURGE, template=1)
    assert daemon_sets_with_too_few_pods.offenders(kept) == []


def test_an_update_may_not_take_an_available_pod_down_beyond_its_budget() -> None:
    state = cluster(unready(0), running(1), template=1)
    assert daemon_sets_updated_too_fast.offenders(state, deleted(state, 1)) == [
        "DaemonSet agent: 1 nodes without an available Pod, 1 more, 1 allowed"
    ]
    for after in daemon_set_controller_syncs(state, 0):
        assert daemon_sets_updated_too_fast.offenders(state, after) == []


def test_what_is_not_available_anyway_is_replaced_beyond_the_budget() -> None:
    state = cluster(unready(0), unready(1), template=1)
    [after] = daemon_set_controller_syncs(state, 0)
    assert [pod.deleting for pod in after.pods] == [True, True]
    assert daemon_sets_updated_too_fast.offenders(state, after) == []


def test_an_old_pod_beside_an_available_new_one_is_not_missed() -> None:
    state = cluster(running(0), running(0, **NEW), running(1, template=1), tables=SURGE, template=1)
    assert daemon_sets_updated_too_fast.offenders(state, deleted(state, 0)) == []


def test_an_update_is_complete_when_every_node_has_the_new_pod_alone() -> None:
    assert complete_updates.offenders(cluster(running(0, template=1), running(1, template=1), template=1)) != []
    assert complete_updates.offenders(cluster(running(0, template=1), running(1), template=1)) == []
    assert complete_updates.offenders(cluster(running(0), running(1))) == []
    beside = (running(0), running(0, **NEW), running(1, template=1))
    assert complete_updates.offenders(cluster(*beside, tables=SURGE, template=1)) == []


def test_every_node_is_updated_but_for_those_that_are_silent() -> None:
    state = cluster(running(0, template=1), running(1), template=1)
    assert nodes_that_miss_the_update.offenders(state) == [
        "DaemonSet agent: the Pod for node-b has template v1, not v2"
    ]
    node = state.nodes[1]
    assert node is not None
    assert nodes_that_miss_the_update.offenders(state.update(node, up=False)) == []


def test_neither_on_delete_nor_a_template_that_does_not_work_promises_updates() -> None:
    pods = (running(0), running(1))
    assert nodes_that_miss_the_update.offenders(cluster(*pods, tables=ON_DELETE, template=1)) == []
    assert nodes_that_miss_the_update.offenders(cluster(*pods, tables=constants(broken=["v2"]), template=1)) == []


def test_in_the_end_every_node_has_one_pod_and_it_is_available() -> None:
    assert daemon_sets_not_as_wanted.offenders(cluster(running(0), running(1))) == []
    for wrong in (cluster(running(0)), cluster(running(0), unready(1)), cluster(running(0), running(1), failed(1))):
        assert len(daemon_sets_not_as_wanted.offenders(wrong)) == 1


def test_in_the_end_it_has_the_template_that_is_wanted() -> None:
    state = (running(0), running(1, template=1))
    assert daemon_sets_not_as_wanted.offenders(cluster(*state, template=1)) == [
        "DaemonSet agent: the Pod for node-a does not have the template that is wanted"
    ]
    assert daemon_sets_not_as_wanted.offenders(cluster(*state, tables=ON_DELETE, template=1)) == []
    assert daemon_sets_not_as_wanted.offenders(cluster(*state, tables=constants(broken=["v2"]), template=1)) == []


def test_in_the_end_there_is_no_pod_where_it_must_not_be() -> None:
    tables = constants(PLAIN, DRIVEN_OUT, KEPT_AWAY)
    pods = (running(0), running(1), running(2))
    assert daemon_sets_not_as_wanted.offenders(cluster(*pods, tables=tables)) == [
        "DaemonSet agent: there is a Pod for node-z, which must not run it"
    ]
    assert daemon_sets_not_as_wanted.offenders(without_object(cluster(running(0), running(1)), 1)) != []
    assert daemon_sets_not_as_wanted.offenders(without_object(cluster(running(0)), 1)) == []
