"""The ReplicaSet controller's steps."""

import pytest

from checker.state import BoundReached
from model.api.objects import PodPhase
from model.cluster import Caches, Cluster
from model.control_plane.pod_requests import new_pod
from model.controllers.replicaset.actions import (
    available_replicas_counted,
    expectations_satisfied,
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
    replicas_counted,
)
from model.rows.pod import Container, Endpoint, Pod
from tests.model.clusters import (
    STALE_PODS,
    STALE_REPLICA_SETS,
    cluster,
    constants,
    disabled,
    gone,
    observed,
    only,
    pending,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)

SERVING = Container.SERVING
TWO_NODES = constants(nodes=2)
LAGGING = constants(caches=STALE_PODS)


def deleted(state: Cluster) -> list[list[int]]:
    """The slots that each successor of the controller's step marks for deletion, or empties."""
    return [
        [
            slot
            for slot, row in state.pods.items()
            if row.active and (now := after.pods[slot]) != row and not (now and now.active)
        ]
        for after in replica_set_controller_manages_pods(state, 0)
    ]


class TestCreates:
    def test_all_missing_pods_are_created_at_once(self) -> None:
        state = cluster(running(), replicas=3, empty_pod_slots=2)
        made = pending(containers=(Container.WAITING,), routed=(Endpoint.UNUSED,))
        after = state.create("pods", made).create("pods", made)
        assert only(replica_set_controller_manages_pods(state, 0)) == after

    def test_a_new_pod_is_of_its_replica_sets_template_and_waits_for_a_node(self) -> None:
        tables = constants(containers=(), nodes=2)
        assert new_pod(cluster(tables=tables), Pod(template=1, replica_set=1)) == Pod(
            replica_set=1, template=1, routed=(Endpoint.UNUSED, Endpoint.UNUSED)
        )

    def test_the_pods_are_those_of_the_replica_set_that_lacks_them(self) -> None:
        state = cluster(replica_sets=[replica_set(), replica_set(template=1)], empty_pod_slots=1)
        created = pod(only(replica_set_controller_manages_pods(state, 1)))
        assert (created.replica_set, created.template) == (1, 1)

    @pytest.mark.parametrize("uncounted", [terminating(SERVING), gone(endpoint=Endpoint.READY), running(replica_set=1)])
    def test_pods_that_terminate_are_gone_or_belong_to_another_do_not_count(self, uncounted: Pod) -> None:
        state = cluster(uncounted, empty_pod_slots=1)
        assert list(only(replica_set_controller_manages_pods(state, 0)).pods)[1].active

    def test_a_pod_that_finds_no_slot_is_a_bound_that_was_reached(self) -> None:
        with pytest.raises(BoundReached):
            list(replica_set_controller_manages_pods(cluster(replicas=1), 0))


class TestDeletes:
    def test_a_bound_pod_gets_its_grace_period(self) -> None:
        state = cluster(running(), replicas=0)
        assert only(replica_set_controller_manages_pods(state, 0)) == state.update(pod(state), deleting=True)

    def test_a_pod_that_is_not_bound_is_gone_at_once(self) -> None:
        state = cluster(pending(), replicas=0)
        assert only(replica_set_controller_manages_pods(state, 0)) == state.delete(pod(state))

    def test_any_of_several_equal_pods_may_be_the_victim(self) -> None:
        assert deleted(cluster(running(), running(), running(), replicas=1)) == [[0, 1], [0, 2], [1, 2]]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (pending(), pending(node=0)),
            (pending(node=0), running()),
            (running(ready=False, phase=PodPhase.PENDING), running(ready=False)),
            (running(ready=False), running()),
        ],
        ids=["unbound before bound", "pending before ready", "pending before running", "unready before ready"],
    )
    def test_the_pod_that_is_less_far_goes_first(self, first: Pod, second: Pod) -> None:
        assert deleted(cluster(first, second)) == [[0]]
        assert deleted(cluster(second, first)) == [[1]]

    def test_a_pod_that_shares_its_node_with_its_deployments_others_goes_first(self) -> None:
        sets = [replica_set(), replica_set(template=1)]
        state = cluster(running(0), running(1), running(0, replica_set=1), tables=TWO_NODES, replica_sets=sets)
        assert deleted(state) == [[0]]

    def test_pods_of_another_deployment_and_pods_that_terminate_do_not_count_as_sharing(self) -> None:
        two = constants(nodes=2, deployments=2)
        sets = [replica_set(), replica_set(deployment=1, template=2)]
        assert deleted(cluster(running(0), running(1), running(0, replica_set=1), tables=two, replica_sets=sets)) == [
            [0],
            [1],
        ]
        assert deleted(cluster(running(0), running(1), terminating(SERVING), tables=TWO_NODES)) == [[0], [1]]

    def test_only_the_replica_sets_own_active_pods_are_victims(self) -> None:
        state = cluster(running(replica_set=1), terminating(SERVING), running(), replicas=0)
        assert deleted(state) == [[2]]

    def test_nothing_happens_when_the_number_is_right_or_in_an_empty_slot(self) -> None:
        assert disabled(replica_set_controller_manages_pods(cluster(running()), 0))
        assert disabled(replica_set_controller_manages_pods(cluster(running()), 1))


class TestWithALaggingCache:
    def test_the_controller_counts_what_its_cache_shows(self) -> None:
        shown_as_terminating = running(observed=observed(deleting=True))
        state = cluster(shown_as_terminating, running(observed=observed(ready=False)), tables=LAGGING)
        assert replicas_counted(state, 0) == 1
        assert available_replicas_counted(state, 0) == 0
        assert replicas_counted(cluster(*state.pods), 0) == available_replicas_counted(cluster(*state.pods), 0) == 2

    def test_pods_of_others_that_the_cache_does_not_show_do_not_count_as_sharing(self) -> None:
        sets = [replica_set(), replica_set(template=1)]
        here, there = running(0, observed=observed()), running(1, observed=observed(node=1))
        tables = constants(caches=STALE_PODS, nodes=2)
        assert deleted(cluster(here, there, running(0, replica_set=1), tables=tables, replica_sets=sets)) == [[0], [1]]

    def test_it_counts_a_pod_that_is_gone_while_the_cache_still_shows_it(self) -> None:
        state = cluster(gone(observed=observed()), tables=LAGGING)
        assert (replicas_counted(state, 0), available_replicas_counted(state, 0)) == (1, 1)

    @pytest.mark.parametrize(
        "unseen",
        [running(), terminating(SERVING, observed=observed()), gone(observed=observed())],
        ids=["creation", "deletion", "removal"],
    )
    def test_it_waits_until_the_cache_shows_its_own(self, unseen: Pod) -> None:
        state = cluster(unseen, tables=LAGGING, replicas=2, empty_pod_slots=2)
        assert not expectations_satisfied(state, 0)
        assert disabled(replica_set_controller_manages_pods(state, 0))
        assert expectations_satisfied(cluster(unseen), 0)
        assert expectations_satisfied(state, 1)

    @pytest.mark.parametrize(
        "seen",
        [
            running(observed=observed()),
            terminating(SERVING, observed=observed(deleting=True)),
            gone(endpoint=Endpoint.READY),
        ],
        ids=["creation", "deletion", "removal"],
    )
    def test_it_acts_again_once_the_cache_shows_its_own(self, seen: Pod) -> None:
        assert expectations_satisfied(cluster(seen, tables=LAGGING), 0)

    def test_it_chooses_victims_by_what_the_cache_shows(self) -> None:
        unready, shown_as_unready = running(ready=False, observed=observed()), running(observed=observed(ready=False))
        state = cluster(running(observed=observed()), unready, shown_as_unready, tables=LAGGING, replicas=2)
        assert deleted(state) == [[2]]

    def test_a_pod_shown_without_a_node_or_in_an_early_phase_is_a_victim_first(self) -> None:
        early = observed(PodPhase.PENDING, ready=False)
        unbound = observed(PodPhase.PENDING, ready=False, node=None)
        shown = [running(observed=observed()), running(observed=early), running(observed=unbound)]
        assert deleted(cluster(*shown, tables=LAGGING, replicas=2)) == [[2]]
        assert deleted(cluster(*shown[:2], tables=LAGGING)) == [[1]]

    def test_a_pod_shown_without_a_node_that_has_one_gets_its_grace_period(self) -> None:
        state = cluster(
            running(observed=observed(PodPhase.PENDING, ready=False, node=None)), tables=LAGGING, replicas=0
        )
        assert only(replica_set_controller_manages_pods(state, 0)) == state.update(pod(state), deleting=True)

    def test_a_pod_that_is_gone_at_once_stays_in_the_cache(self) -> None:
        shown = observed(PodPhase.PENDING, ready=False, node=None)
        state = cluster(pending(observed=shown), tables=LAGGING, replicas=0)
        assert only(replica_set_controller_manages_pods(state, 0)) == state.update(pod(state), exists=False)


class TestWritesStatus:
    def test_the_status_says_how_many_pods_there_are_and_how_many_are_available(self) -> None:
        sets = [replica_set(0), replica_set(1, template=1)]
        pods = running(), running(ready=False), terminating(SERVING), running(replica_set=1)
        state = cluster(*pods, replica_sets=sets)
        after = state.update(rs(state), status_replicas=2, available_replicas=1)
        assert only(replica_set_controller_writes_status(state, 0)) == after

    @pytest.mark.parametrize("stale", [{"status_replicas": 0}, {"available_replicas": 0}])
    def test_one_number_that_changed_is_enough(self, stale: dict[str, int]) -> None:
        state = cluster(running(), replica_sets=[replica_set(**stale)])
        after = state.update(rs(state), status_replicas=1, available_replicas=1)
        assert only(replica_set_controller_writes_status(state, 0)) == after

    def test_a_status_that_is_right_is_not_written(self) -> None:
        assert disabled(replica_set_controller_writes_status(cluster(running()), 0))
        assert disabled(replica_set_controller_writes_status(cluster(running()), 1))

    def test_the_status_may_be_written_while_the_controller_waits_for_its_own_pods(self) -> None:
        state = cluster(terminating(SERVING, observed=observed()), tables=LAGGING, replica_sets=[replica_set(0)])
        after = state.update(rs(state), status_replicas=1, available_replicas=1)
        assert only(replica_set_controller_writes_status(state, 0)) == after

    @pytest.mark.parametrize(("caches", "current"), [(Caches(), True), (STALE_REPLICA_SETS, False)])
    def test_a_written_status_makes_the_deployment_controllers_copy_old(self, caches: Caches, current: bool) -> None:
        state = cluster(tables=constants(caches=caches))
        assert rs(only(replica_set_controller_writes_status(state, 0))).observed_is_current is current
