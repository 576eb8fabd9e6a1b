"""The DaemonSet controller as a transition, and what users do to a DaemonSet and its nodes."""

from typing import Any

from msgspec.structs import replace

from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.cluster import Caches, Cluster, FeatureGates
from model.control_plane.controller_manager import without_memory
from model.control_plane.informers import with_current_pods
from model.control_plane.pod_requests import removed
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.daemonset.actions import daemon_set_controller_syncs
from model.controllers.podgc.actions import pod_gc_collects_orphan
from model.disturbances import daemon_set as users
from model.rows.daemon_set import DaemonSet
from model.rows.node import NodeChange
from model.rows.pod import Pod
from tests.model.clusters import disabled, machine, only
from tests.model.daemon_set_clusters import (
    DRIVEN_OUT,
    KEPT_AWAY,
    PLAIN,
    UNLABELLED,
    cluster,
    constants,
    failed,
    nodes_with,
    pinned,
    running,
    seen,
    terminating,
    unready,
    without_object,
)

ONE_NODE = constants(PLAIN)
SURGE: dict[str, Any] = {"max_surge": 1, "max_unavailable": 0}
ON_DELETE: dict[str, Any] = {
    "update_strategy": DaemonSetUpdateStrategy.ON_DELETE,
    "max_unavailable": None,
    "max_surge": None,
}
STALE: dict[str, Any] = {"caches": Caches(replica_set_pods=True)}


def outcomes(state: Cluster) -> list[list[tuple[int | None, int, bool]]]:
    """What each outcome of a sync leaves: the Pods by node, template, and whether they terminate."""
    return [nodes_with(after) for after in daemon_set_controller_syncs(state, 0)]


def first_pod(state: Cluster) -> Pod:
    pod = state.pods[0]
    assert pod is not None
    return pod


def test_a_pod_is_created_for_every_node_that_has_none() -> None:
    assert outcomes(cluster()) == [[(0, 0, False), (1, 0, False)]]
    assert outcomes(cluster(running(0))) == [[(0, 0, False), (1, 0, False)]]


def test_where_every_node_has_its_pod_nothing_happens() -> None:
    assert outcomes(cluster(running(0), pinned(1))) == []


def test_a_pod_that_terminates_is_waited_for() -> None:
    assert outcomes(cluster(running(0), terminating(1))) == []


def test_no_pod_is_created_where_a_taint_or_a_label_keeps_it_away() -> None:
    tables = constants(machine("node-a", labels={"role": "worker"}), UNLABELLED, node_selector={"role": "worker"})
    assert outcomes(cluster(tables=tables)) == [[(0, 0, False)]]
    assert outcomes(cluster(tables=constants(PLAIN, KEPT_AWAY, DRIVEN_OUT))) == [[(0, 0, False)]]


def test_a_pod_stays_where_no_new_one_would_go_and_leaves_where_it_is_driven_out() -> None:
    tables = constants(KEPT_AWAY, DRIVEN_OUT)
    assert outcomes(cluster(running(0), running(1), tables=tables)) == [[(0, 0, False), (1, 0, True)]]


def test_a_cordoned_node_gets_its_pod() -> None:
    state = only(users.user_cordons_node(cluster(tables=ONE_NODE, node_cordons=1), 0))
    state = only(daemon_set_controller_syncs(state, 0))
    assert first_pod(only(scheduler_binds(state, 0, 0))).node == 0


def test_the_scheduler_binds_a_pod_only_to_the_node_that_it_is_pinned_to() -> None:
    state = cluster(pinned(1))
    assert disabled(scheduler_binds(state, 0, 0))
    bound = first_pod(only(scheduler_binds(state, 0, 1)))
    assert (bound.node, bound.pinned) == (1, None)


def test_before_1_12_the_controller_binds_its_pods_itself() -> None:
    tables = constants(PLAIN, more={"gates": FeatureGates(schedule_daemon_set_pods=False)})
    pod = first_pod(only(daemon_set_controller_syncs(cluster(tables=tables), 0)))
    assert (pod.node, pod.pinned) == (0, None)


def test_an_update_replaces_any_one_pod_at_a_time() -> None:
    state = cluster(running(0), running(1), template=1)
    assert outcomes(state) == [[(0, 0, True), (1, 0, False)], [(0, 0, False), (1, 0, True)]]
    assert outcomes(cluster(terminating(0), running(1), template=1)) == []


def test_an_update_replaces_what_is_not_available_at_once_and_beyond_the_budget() -> None:
    state = cluster(unready(0), unready(1), template=1)
    assert outcomes(state) == [[(0, 0, True), (1, 0, True)]]
    assert outcomes(cluster(unready(0), running(1), template=1)) == [[(0, 0, True), (1, 0, False)]]


def test_an_update_waits_for_min_ready_seconds() -> None:
    tables = constants(min_ready_seconds=10)
    updated: dict[str, Any] = {"template": 1, "tables": tables}
    assert outcomes(cluster(running(0, template=1), running(1, ready_long_enough=True), **updated)) == []
    assert outcomes(
        cluster(running(0, template=1, ready_long_enough=True), running(1, ready_long_enough=True), **updated)
    ) == [[(0, 1, False), (1, 0, True)]]


def test_an_update_that_surges_creates_the_new_pod_first() -> None:
    tables = constants(**SURGE)
    state = cluster(running(0), running(1), tables=tables, template=1)
    assert outcomes(state) == [
        [(0, 0, False), (0, 1, False), (1, 0, False)],
        [(0, 0, False), (1, 0, False), (1, 1, False)],
    ]
    waiting = cluster(running(0), running(1), pinned(0, template=1), tables=tables, template=1)
    assert outcomes(waiting) == []


def test_an_update_that_surges_deletes_the_old_pod_once_the_new_one_is_available() -> None:
    state = cluster(running(0), running(0, template=1, seniority=1), tables=constants(PLAIN, **SURGE), template=1)
    assert outcomes(state) == [[(0, 0, True), (0, 1, False)]]


def test_of_two_old_pods_the_younger_one_goes() -> None:
    state = cluster(running(0), running(0, template=1, seniority=1), tables=constants(PLAIN, **SURGE), template=2)
    assert outcomes(state) == [[(0, 0, False), (0, 1, True)]]


def test_a_new_pod_is_younger_than_what_is_there() -> None:
    state = cluster(running(0), tables=constants(PLAIN, **SURGE), template=1)
    after = only(daemon_set_controller_syncs(state, 0))
    assert [pod.seniority for pod in after.pods] == [0, 1]


def test_with_on_delete_nothing_is_replaced_until_somebody_deletes_it() -> None:
    tables = constants(PLAIN, **ON_DELETE)
    assert outcomes(cluster(running(0), tables=tables, template=1)) == []
    assert outcomes(cluster(tables=tables, template=1)) == [[(0, 1, False)]]


def test_a_failed_pod_is_deleted_unless_it_is_backed_off() -> None:
    assert outcomes(cluster(failed(0), tables=ONE_NODE)) == [[]]


def test_an_update_goes_on_while_a_failed_pod_is_backed_off() -> None:
    tables = constants(PLAIN, machine("node-b"), machine("node-c"), max_unavailable=2)
    state = cluster(failed(0, template=1), running(1), running(2, template=1), tables=tables, template=1)
    assert sorted(outcomes(state)) == sorted(
        [
            [(1, 0, False), (2, 1, False)],
            [(0, 1, False), (1, 0, True), (2, 1, False)],
        ]
    )


def test_a_pod_that_waits_for_a_node_that_is_gone_is_deleted_and_a_bound_one_is_not() -> None:
    state = without_object(cluster(running(0), pinned(1)), 1)
    assert outcomes(state) == [[(0, 0, False)]]
    assert outcomes(without_object(cluster(running(0), running(1)), 1)) == []


def test_the_pod_garbage_collector_deletes_the_pods_of_a_node_that_has_left() -> None:
    left = only(users.node_leaves(cluster(running(0), running(1), node_removals=1), 1))
    assert disabled(pod_gc_collects_orphan(left, 0))
    assert nodes_with(only(pod_gc_collects_orphan(left, 1))) == [(0, 0, False)]


def test_a_node_that_joins_gets_a_pod() -> None:
    tables = constants(PLAIN, machine("node-b"), more={"joining": 1})
    state = cluster(running(0), tables=tables, node_joins=1)
    assert outcomes(state) == []
    joined = only(users.node_joins(state, 1))
    assert outcomes(joined) == [[(0, 0, False), (1, 0, False)]]
    assert disabled(users.node_joins(joined, 0))


def test_a_user_taints_a_node_and_takes_the_taint_away_again() -> None:
    tables = constants(PLAIN, DRIVEN_OUT, more={"node_changes": (NodeChange(0, 1),)})
    state = cluster(running(0), tables=tables, node_changes=2)
    tainted = only(users.user_changes_node(state, 0))
    assert outcomes(tainted) == [[(0, 0, True)]]
    assert outcomes(only(users.user_changes_node(tainted, 0))) == []


def test_a_change_that_no_pod_can_tell_is_none() -> None:
    labelled = replace(PLAIN, labels={"colour": "blue"})
    tables = constants(PLAIN, labelled, more={"node_changes": (NodeChange(0, 1),)})
    assert disabled(users.user_changes_node(cluster(tables=tables, node_changes=1), 0))


def test_users_move_from_revision_to_revision_as_far_as_there_are_any() -> None:
    state = cluster(image_updates=1, rollbacks=1)
    assert disabled(users.user_rolls_daemon_set_back(state, 0))
    updated = only(users.user_updates_daemon_set(state, 0))
    assert only(users.user_rolls_daemon_set_back(updated, 0)).daemon_sets[0] == state.daemon_sets[0]
    assert disabled(users.user_updates_daemon_set(cluster(template=2, image_updates=1), 0))


def test_what_has_no_budget_does_not_happen() -> None:
    state = cluster(running(0), daemon_set={"expects": True})
    for happens in (users.node_leaves, users.node_joins, users.user_changes_node, users.user_cordons_node):
        assert disabled(happens(state, 0))
    for done in (users.user_updates_daemon_set, users.daemon_set_expectations_expire):
        assert disabled(done(state, 0))


def test_a_controller_whose_cache_lags_waits_until_it_sees_what_it_has_written() -> None:
    tables = constants(PLAIN, more=STALE)
    after = only(daemon_set_controller_syncs(cluster(tables=tables), 0))
    assert after.daemon_sets[0] == DaemonSet(template=0, expects=True, unseen_writes=True)
    assert disabled(daemon_set_controller_syncs(after, 0))
    expired = only(users.daemon_set_expectations_expire(after.set(expectation_expiries=1), 0))
    assert disabled(daemon_set_controller_syncs(expired, 0))
    assert with_current_pods(after).daemon_sets[0] == cluster().daemon_sets[0]


def test_without_the_consistency_store_it_creates_a_second_pod_once_it_has_waited_for_too_long() -> None:
    gates = FeatureGates(stale_controller_consistency_daemon_set=False)
    state = cluster(tables=constants(PLAIN, more={**STALE, "gates": gates}), expectation_expiries=1)
    after = only(daemon_set_controller_syncs(state, 0))
    assert disabled(daemon_set_controller_syncs(after, 0))
    expired = only(users.daemon_set_expectations_expire(after, 0))
    assert outcomes(expired) == [[(0, 0, False), (0, 0, False)]]


def test_a_controller_manager_that_restarts_forgets_what_its_daemon_sets_wait_for() -> None:
    state = cluster(daemon_set={"expects": True, "unseen_writes": True})
    assert without_memory(state).daemon_sets[0] == cluster().daemon_sets[0]


def test_a_deletion_that_comes_too_late_is_not_waited_for() -> None:
    state = cluster(seen(failed(0)), tables=constants(PLAIN, more=STALE))
    gone = removed(state, first_pod(state))
    assert first_pod(gone).pinned == 0
    assert disabled(daemon_set_controller_syncs(gone, 0))
    deleting = only(daemon_set_controller_syncs(state, 0))
    assert deleting.daemon_sets[0] == DaemonSet(template=0, expects=True)


def test_the_older_one_of_two_pods_by_mistake_stays() -> None:
    state = cluster(running(0), running(0, seniority=1), tables=ONE_NODE)
    [after] = daemon_set_controller_syncs(state, 0)
    assert [pod.deleting for pod in after.pods] == [False, True]
