"""Users delete a Deployment or its namespace; the garbage collector and the namespace controller do the rest."""

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from model.api.namespaces import NamespacePhase
from model.cluster import Cluster
from model.controllers.garbagecollector.actions import (
    garbage_collector_deletes_pod,
    garbage_collector_deletes_replica_set,
    garbage_collector_lets_deployment_go,
    garbage_collector_orphans_replica_sets,
)
from model.controllers.namespace.actions import namespace_controller_syncs
from model.controllers.replicaset.actions import replica_set_controller_manages_pods
from model.disturbances.deletion import (
    user_deletes_deployment,
    user_deletes_deployment_and_leaves_its_pods,
    user_deletes_deployment_in_the_foreground,
    user_deletes_namespace,
)
from model.rows.deletion import WaitsTo
from properties.deletion import collected_despite_their_owner, created_in_a_closed_namespace, not_gone_yet
from tests.model.clusters import (
    cluster,
    deployment,
    disabled,
    only,
    pending,
    pod,
    replica_set,
    rs,
    running,
    without_deployment,
)

FOREGROUND, ORPHAN = WaitsTo
BUDGETS = dict.fromkeys(
    ("background_deletions", "foreground_deletions", "orphaning_deletions", "namespace_deletions"), 1
)


def web(*pods: object, **fields: object) -> Cluster:
    return cluster(*(pods or (running(),)), **{**BUDGETS, **fields})  # type: ignore[arg-type]


def without_replica_set(state: Cluster, slot: int = 0) -> Cluster:
    return state.delete(rs(state, slot))


class TestTheUser:
    def test_deletes_a_deployment_and_it_is_gone_at_once(self) -> None:
        after = only(user_deletes_deployment(web(), 0))
        assert after.deployments[0] is None
        assert after.background_deletions == 0
        assert (rs(after).owned, rs(after).deleting, pod(after).deleting) == (True, None, False)

    def test_deletes_it_in_the_foreground_and_it_waits_for_its_dependents(self) -> None:
        assert deployment(only(user_deletes_deployment_in_the_foreground(web(), 0))).deleting is FOREGROUND

    def test_deletes_it_and_leaves_its_pods_and_it_waits_to_be_parted_from_them(self) -> None:
        assert deployment(only(user_deletes_deployment_and_leaves_its_pods(web(), 0))).deleting is ORPHAN

    @pytest.mark.parametrize(
        "again",
        [
            user_deletes_deployment,
            user_deletes_deployment_in_the_foreground,
            user_deletes_deployment_and_leaves_its_pods,
        ],
    )
    def test_does_not_delete_twice_nor_without_a_budget(
        self, again: Callable[[Cluster, int], Iterator[Cluster]]
    ) -> None:
        waiting = only(user_deletes_deployment_in_the_foreground(web(), 0)).set(**BUDGETS)
        assert disabled(again(waiting, 0))
        assert disabled(again(cluster(), 0))

    def test_deletes_a_namespace_and_it_terminates(self) -> None:
        after = only(user_deletes_namespace(web()))
        assert after.namespace is NamespacePhase.TERMINATING
        assert disabled(user_deletes_namespace(after.set(namespace_deletions=1)))


class TestTheGarbageCollector:
    def test_leaves_alone_what_has_a_live_owner(self) -> None:
        assert disabled(garbage_collector_deletes_replica_set(web(), 0))
        assert disabled(garbage_collector_deletes_pod(web(), 0))
        assert disabled(garbage_collector_lets_deployment_go(web(), 0))
        assert disabled(garbage_collector_orphans_replica_sets(web(), 0))

    def test_deletes_a_replica_set_whose_deployment_is_gone_then_its_pods(self) -> None:
        gone = without_deployment(web(running(), pending()))
        assert disabled(garbage_collector_deletes_pod(gone, 0))
        after = only(garbage_collector_deletes_replica_set(gone, 0))
        assert after.replica_sets[0] is None
        assert pod(only(garbage_collector_deletes_pod(after, 0))).deleting
        assert only(garbage_collector_deletes_pod(after, 1)).pods[1] is None

    def test_deletes_nothing_that_has_no_owner(self) -> None:
        orphaned = without_deployment(web(replica_sets=[replica_set(1, owned=False)]))
        assert disabled(garbage_collector_deletes_replica_set(orphaned, 0))
        assert disabled(garbage_collector_deletes_pod(web(running(replica_set=None)), 0))

    def test_deletes_from_the_leaves_up_in_the_foreground(self) -> None:
        waiting = only(user_deletes_deployment_in_the_foreground(web(pending()), 0))
        assert disabled(garbage_collector_lets_deployment_go(waiting, 0))
        assert disabled(garbage_collector_deletes_pod(waiting, 0))
        both = only(garbage_collector_deletes_replica_set(waiting, 0))
        assert rs(both).deleting is FOREGROUND
        assert disabled(garbage_collector_deletes_replica_set(both, 0))
        empty = only(garbage_collector_deletes_pod(both, 0))
        alone = only(garbage_collector_deletes_replica_set(empty, 0))
        assert alone.replica_sets[0] is None
        assert only(garbage_collector_lets_deployment_go(alone, 0)).deployments[0] is None

    def test_deletes_a_replica_set_without_pods_at_once_even_in_the_foreground(self) -> None:
        waiting = only(user_deletes_deployment_in_the_foreground(cluster(**BUDGETS), 0))
        assert only(garbage_collector_deletes_replica_set(waiting, 0)).replica_sets[0] is None

    def test_parts_a_deployment_from_its_replica_sets_before_it_lets_it_go(self) -> None:
        waiting = only(user_deletes_deployment_and_leaves_its_pods(web(), 0))
        assert disabled(garbage_collector_lets_deployment_go(waiting, 0))
        parted = only(garbage_collector_orphans_replica_sets(waiting, 0))
        assert not rs(parted).owned
        after = only(garbage_collector_lets_deployment_go(parted, 0))
        assert after.deployments[0] is None
        assert disabled(garbage_collector_deletes_replica_set(after, 0))
        assert not_gone_yet.offenders(after) == []


def test_a_replica_set_that_is_being_deleted_makes_no_pods() -> None:
    state = web(replica_sets=[replica_set(2, deleting=FOREGROUND)])
    assert disabled(replica_set_controller_manages_pods(state, 0))


class TestTheNamespaceController:
    def test_does_nothing_in_a_namespace_that_stays(self) -> None:
        assert disabled(namespace_controller_syncs(web()))

    def test_deletes_pods_first_and_nothing_else_while_one_is_left(self) -> None:
        after = only(namespace_controller_syncs(web(running(), pending(), namespace=NamespacePhase.TERMINATING)))
        assert pod(after).deleting
        assert after.pods[1] is None
        assert after.deployments[0] is not None
        assert disabled(namespace_controller_syncs(after))

    def test_deletes_the_rest_once_no_pod_is_left_and_lets_the_namespace_go(self) -> None:
        after = only(namespace_controller_syncs(cluster(namespace=NamespacePhase.TERMINATING)))
        assert (after.deployments[0], after.replica_sets[0], after.namespace) == (None, None, None)
        assert not_gone_yet.offenders(after) == []

    def test_pods_cannot_be_created_in_a_namespace_that_terminates(self) -> None:
        state = cluster(empty_pod_slots=1, namespace=NamespacePhase.TERMINATING)
        assert only(replica_set_controller_manages_pods(state, 0)) == state


class TestThePromises:
    def test_a_replica_set_that_goes_before_its_deployment_offends(self) -> None:
        state = web()
        assert collected_despite_their_owner.offenders(state, without_replica_set(state)) == [rs(state)]
        assert collected_despite_their_owner.offenders(state, state) == []

    def test_one_whose_deployment_waits_for_it_or_is_gone_does_not(self) -> None:
        state = without_deployment(web())
        assert collected_despite_their_owner.offenders(state, without_replica_set(state)) == []
        foreground = only(user_deletes_deployment_in_the_foreground(web(), 0))
        assert collected_despite_their_owner.offenders(foreground, without_replica_set(foreground)) == []

    def test_one_that_was_left_behind_offends_if_it_goes(self) -> None:
        state = without_deployment(web(replica_sets=[replica_set(1, owned=False)]))
        assert collected_despite_their_owner.offenders(state, without_replica_set(state)) == [rs(state)]

    def test_a_pod_that_comes_into_a_closed_namespace_offends(self) -> None:
        closed = cluster(running(), empty_pod_slots=1, namespace=NamespacePhase.TERMINATING)
        more = closed.create("pods", replace(pod(closed)))
        assert created_in_a_closed_namespace.offenders(closed, more) != []
        assert created_in_a_closed_namespace.offenders(closed, closed) == []
        opened = closed.set(namespace=NamespacePhase.ACTIVE)
        assert created_in_a_closed_namespace.offenders(opened, more) == []

    @pytest.mark.parametrize(
        "left",
        [
            without_deployment(web()),
            without_replica_set(web()),
            only(user_deletes_deployment_in_the_foreground(web(), 0)),
            web(replica_sets=[replica_set(1, deleting=FOREGROUND)]),
            web(namespace=NamespacePhase.TERMINATING),
            web(namespace=None),
        ],
    )
    def test_what_is_left_of_a_deletion_offends(self, left: Cluster) -> None:
        assert not_gone_yet.offenders(left) != []

    def test_what_nobody_has_deleted_does_not(self) -> None:
        assert not_gone_yet.offenders(web()) == []
