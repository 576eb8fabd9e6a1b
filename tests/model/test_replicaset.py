"""The ReplicaSet controller's steps."""

import pytest

from checker.state import BoundReached
from model.api.objects import PodPhase
from model.cluster import Caches, Cluster, FeatureGates
from model.control_plane.informers import pod_informer_catches_up
from model.control_plane.pod_requests import new_pod
from model.controllers.replicaset.actions import (
    available_replicas_counted,
    replica_set_controller_claims_pod,
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
    replicas_counted,
)
from model.disturbances.controller_manager import expectations_expire
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
BEFORE_1_36 = constants(caches=STALE_PODS, gates=FeatureGates(stale_controller_consistency_replica_set=False))


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


def replicas_there(state: Cluster) -> int:
    return sum(1 for row in state.pods if row.active)


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

    def test_it_waits_until_the_cache_shows_what_it_has_created(self) -> None:
        state = cluster(tables=LAGGING, empty_pod_slots=2)
        waiting = only(replica_set_controller_manages_pods(state, 0))
        assert rs(waiting).expects
        assert disabled(replica_set_controller_manages_pods(waiting, 0))
        assert not rs(only(pod_informer_catches_up(waiting))).expects

    def test_it_waits_until_the_cache_shows_what_it_has_deleted(self) -> None:
        state = cluster(running(observed=observed()), tables=LAGGING, replicas=0)
        waiting = only(replica_set_controller_manages_pods(state, 0))
        assert (rs(waiting).expects, pod(waiting).deleting) == (True, True)
        assert disabled(replica_set_controller_manages_pods(waiting, 0))
        assert not rs(only(pod_informer_catches_up(waiting))).expects

    def test_where_its_cache_is_live_it_waits_for_nothing(self) -> None:
        assert not rs(only(replica_set_controller_manages_pods(cluster(empty_pod_slots=1), 0))).expects
        assert not rs(only(replica_set_controller_manages_pods(cluster(running(), replicas=0), 0))).expects

    def test_what_somebody_else_deletes_is_not_waited_for(self) -> None:
        by_a_user = terminating(SERVING, observed=observed())
        state = cluster(by_a_user, running(observed=observed()), tables=LAGGING)
        assert deleted(state) == [[], [1]]  # it takes the terminating Pod for active, and may choose it or the other

    def test_a_victim_that_is_gone_already_is_not_waited_for(self) -> None:
        state = cluster(gone(observed=observed()), tables=LAGGING, replicas=0)
        assert list(replica_set_controller_manages_pods(state, 0)) == [state]

    def test_after_its_expectations_have_expired_it_creates_a_second_time(self) -> None:
        state = cluster(tables=BEFORE_1_36, replicas=1, empty_pod_slots=2, expectation_expiries=1)
        waiting = only(replica_set_controller_manages_pods(state, 0))
        expired = only(expectations_expire(waiting, 0))
        assert replicas_there(only(replica_set_controller_manages_pods(expired, 0))) == 2

    def test_the_consistency_store_does_not_expire(self) -> None:
        state = cluster(tables=LAGGING, replicas=1, empty_pod_slots=2, expectation_expiries=1)
        waiting = only(replica_set_controller_manages_pods(state, 0))
        expired = only(expectations_expire(waiting, 0))
        assert disabled(replica_set_controller_manages_pods(expired, 0))
        assert disabled(replica_set_controller_writes_status(expired, 0))
        assert not disabled(replica_set_controller_writes_status(only(pod_informer_catches_up(expired)), 0))

    def test_the_consistency_store_does_not_note_deletions(self) -> None:
        state = cluster(running(observed=observed()), tables=LAGGING, replicas=0)
        assert not rs(only(replica_set_controller_manages_pods(state, 0))).unseen_writes

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
        shown = observed(PodPhase.PENDING, ready=False, node=None)
        state = cluster(running(observed=shown), tables=LAGGING, replicas=0)
        assert pod(only(replica_set_controller_manages_pods(state, 0))).deleting

    def test_a_pod_that_is_gone_at_once_stays_in_the_cache(self) -> None:
        shown = observed(PodPhase.PENDING, ready=False, node=None)
        state = cluster(pending(observed=shown), tables=LAGGING, replicas=0)
        after = only(replica_set_controller_manages_pods(state, 0))
        assert (pod(after).exists, pod(after).observed) == (False, shown)


class TestPodsThatHaveEnded:
    FAILED = running(phase=PodPhase.FAILED, ready=False, containers=(Container.EXITED,), endpoint=Endpoint.UNUSED)

    def test_they_are_not_counted_and_are_replaced(self) -> None:
        state = cluster(self.FAILED, empty_pod_slots=1)
        assert replicas_counted(state, 0) == 0
        assert replicas_there(only(replica_set_controller_manages_pods(state, 0))) == 1

    def test_they_are_left_alone(self) -> None:
        assert disabled(replica_set_controller_manages_pods(cluster(self.FAILED, replicas=0), 0))


class TestClaims:
    def test_a_pod_whose_labels_were_changed_is_let_go_and_then_replaced(self) -> None:
        state = cluster(running(relabelled=True), empty_pod_slots=1)
        assert replicas_counted(state, 0) == 0
        assert disabled(replica_set_controller_manages_pods(state, 0))
        released = only(replica_set_controller_claims_pod(state, 0, 0))
        assert released == state.update(pod(state), replica_set=None)
        assert replicas_there(only(replica_set_controller_manages_pods(released, 0))) == 2

    def test_an_orphan_with_the_right_labels_is_adopted_and_not_missing(self) -> None:
        state = cluster(running(replica_set=None), empty_pod_slots=1)
        assert disabled(replica_set_controller_manages_pods(state, 0))
        adopted = only(replica_set_controller_claims_pod(state, 0, 0))
        assert adopted == state.update(pod(state), replica_set=0)
        assert disabled(replica_set_controller_manages_pods(adopted, 0))

    def test_what_is_adopted_may_be_one_too_many(self) -> None:
        state = cluster(running(replica_set=None), running())
        assert deleted(only(replica_set_controller_claims_pod(state, 0, 0))) == [[0], [1]]

    @pytest.mark.parametrize(
        "other",
        [
            running(),
            running(replica_set=1),
            running(replica_set=1, relabelled=True),
            running(replica_set=None, template=1),
            running(replica_set=None, relabelled=True),
            terminating(SERVING, replica_set=None),
            terminating(SERVING, relabelled=True),
            running(replica_set=None, stateful_set=0),
        ],
        ids=["own", "another's", "another's to release", "template", "labels", "terminating", "ending", "stateful"],
    )
    def test_there_is_nothing_to_claim_of(self, other: Pod) -> None:
        assert disabled(replica_set_controller_claims_pod(cluster(other), 0, 0))

    def test_an_empty_slot_claims_nothing(self) -> None:
        state = cluster(running(replica_set=None))
        assert disabled(replica_set_controller_claims_pod(state, 1, 0))
        assert disabled(replica_set_controller_claims_pod(state.delete(pod(state)), 0, 0))

    def test_a_pod_with_other_labels_does_not_count_as_sharing_a_node(self) -> None:
        sets = [replica_set(), replica_set(template=1)]
        beside = running(0, replica_set=1, relabelled=True)
        assert deleted(cluster(running(0), running(1), beside, tables=TWO_NODES, replica_sets=sets)) == [[0], [1]]


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
