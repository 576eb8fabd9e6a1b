"""The promises about rollouts under control, ReplicaSets' sizes and refused requests: what breaks each, what not."""

from typing import Any

import pytest

from checker.vocabulary import Kind
from model.api.objects import PodPhase, Strategy
from model.cluster import Cluster
from model.controllers.deployment.conditions import Reason
from model.rows.deployment import DeploymentStatus
from model.rows.pod import Container, Endpoint, Pod
from model.rows.replica_set import ReplicaSet
from properties.eventually_stable import deployments_not_as_wanted
from properties.never_refused import refusing_nodes
from properties.paused_rollout import paused_deployments_of_another_size, rollouts_that_went_on
from properties.recreate import deployments_of_two_revisions, deployments_running_two_revisions
from properties.replica_set_size import overfilled_replica_sets
from properties.rollout_progress import deployments_without_history, replica_sets_moved_back, unreported_rollouts
from tests.model.clusters import (
    cluster,
    constants,
    deployment,
    gone,
    pending,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)

UNUSED, READY = Endpoint.UNUSED, Endpoint.READY


def of_two(old: int = 1, new: int = 1, *, wanted: int = 2, paused: bool = False) -> Cluster:
    """A rollout to the second template, of a Deployment of two replicas that all ReplicaSets know of."""
    sets = [
        replica_set(old, desired_annotation=2),
        replica_set(new, template=1, revision=2, desired_annotation=2),
    ]
    state = cluster(replicas=wanted, template=1, replica_sets=sets)
    return state.update(deployment(state), paused=paused)


class TestNeverRefused:
    NOT_READY = running(ready=False, endpoint=UNUSED, routed=(UNUSED,))

    def test_a_kube_proxy_that_routes_nowhere_refuses_what_a_pod_would_have_answered(self) -> None:
        state = cluster(self.NOT_READY, service_answered=True)
        assert refusing_nodes.offenders(state) == [state.nodes[0]]

    def test_every_node_is_looked_at(self) -> None:
        state = cluster(running(), tables=constants(nodes=2), service_answered=True)
        assert refusing_nodes.offenders(state) == [state.nodes[1]]

    def test_one_route_is_enough_wherever_it_leads(self) -> None:
        state = cluster(self.NOT_READY, gone(routed=(READY,)), service_answered=True)
        assert refusing_nodes.offenders(state) == []

    def test_nobody_is_refused_where_nobody_would_answer_or_before_the_service_has(self) -> None:
        silent = running(ready=False, containers=(Container.RUNNING,), endpoint=UNUSED, routed=(UNUSED,))
        assert refusing_nodes.offenders(cluster(silent, service_answered=True)) == []
        assert refusing_nodes.offenders(cluster(self.NOT_READY)) == []
        without = cluster(self.NOT_READY, tables=constants(service=None), service_answered=True)
        assert refusing_nodes.offenders(without) == []

    def test_a_node_that_is_down_runs_no_kube_proxy(self) -> None:
        tables = constants(nodes=2)
        state = cluster(running(1, routed=(UNUSED, READY)), tables=tables, service_answered=True, down=[0])
        assert refusing_nodes.offenders(state) == []


class TestPausedRolloutStandsStill:
    def step(self, *, paused: bool = True, wanted: int = 2, **sizes: int) -> list[Any]:
        before = of_two(wanted=wanted, paused=paused)
        after = before.update(rs(before, sizes.get("slot", 0)), replicas=sizes.get("to", 2))
        return rollouts_that_went_on.offenders(before, after)

    def test_no_size_changes_while_a_deployment_is_paused(self) -> None:
        assert len(self.step()) == len(self.step(to=0)) == len(self.step(slot=1)) == 1
        assert self.step(to=1) == []

    def test_a_size_may_change_while_it_is_not_or_when_the_user_has_scaled(self) -> None:
        assert self.step(paused=False) == []
        assert self.step(wanted=3) == []

    def test_no_replica_set_is_created_while_a_deployment_is_paused(self) -> None:
        before = cluster()
        before = before.update(deployment(before), paused=True)
        after = before.create("replica_sets", replica_set(0, template=1))
        assert rollouts_that_went_on.offenders(before, after) == [deployment(before)]
        assert rollouts_that_went_on.offenders(before, before.update(rs(before), status_replicas=0)) == []

    def test_other_deployments_do_not_matter(self) -> None:
        tables = constants(deployments=2)
        sets = [replica_set(1), replica_set(1, deployment=1, template=2)]
        before = cluster(tables=tables, replica_sets=sets)
        before = before.update(deployment(before), paused=True)
        assert rollouts_that_went_on.offenders(before, before.update(rs(before, 1), replicas=2)) == []


class TestPausedSizeConverges:
    @pytest.mark.parametrize(("old", "new", "offenders"), [(1, 0, 1), (1, 1, 0), (2, 1, 0), (2, 2, 1)])
    def test_a_paused_deployment_asks_for_its_size_and_at_most_the_surge_more(
        self, old: int, new: int, offenders: int
    ) -> None:
        assert len(paused_deployments_of_another_size.offenders(of_two(old, new, paused=True))) == offenders
        assert paused_deployments_of_another_size.offenders(of_two(old, new)) == []

    def test_one_of_no_size_asks_for_none(self) -> None:
        assert len(paused_deployments_of_another_size.offenders(of_two(0, 1, wanted=0, paused=True))) == 1
        assert paused_deployments_of_another_size.offenders(of_two(0, 0, wanted=0, paused=True)) == []


class TestRolloutMovesForward:
    def step(self, slot: int, to: int, *, wanted: int = 2) -> list[Any]:
        before = of_two(wanted=wanted)
        return replica_sets_moved_back.offenders(before, before.update(rs(before, slot), replicas=to))

    def test_an_old_replica_set_only_shrinks_and_the_new_one_only_grows(self) -> None:
        assert len(self.step(0, 2)) == len(self.step(1, 0)) == 1
        assert self.step(0, 0) == self.step(1, 2) == []

    def test_a_user_who_scales_moves_all(self) -> None:
        assert self.step(0, 2, wanted=3) == self.step(1, 0, wanted=3) == []

    def test_a_replica_set_that_is_deleted_was_not_moved(self) -> None:
        before = of_two()
        assert replica_sets_moved_back.offenders(before, before.delete(rs(before, 0))) == []


class TestStuckRolloutReported:
    def offenders(self, *, paused: bool = False, **fields: Any) -> list[Any]:
        written = {"replicas": 1, "updated_replicas": 1, "available_replicas": 1, "revision": 1, **fields}
        state = cluster()
        row = deployment(state)
        return unreported_rollouts.offenders(state.update(row, paused=paused, status=DeploymentStatus(**written)))

    def test_what_is_not_complete_is_reported_in_the_end(self) -> None:
        [offender] = self.offenders(available_replicas=0, progressing=Reason.REPLICA_SET_UPDATED)
        assert offender == "Deployment web: its rollout is not complete, and its status says ReplicaSetUpdated"
        assert len(self.offenders(available_replicas=0)) == 1
        assert self.offenders(available_replicas=0, progressing=Reason.PROGRESS_DEADLINE_EXCEEDED) == []

    def test_what_is_complete_or_paused_need_not_be(self) -> None:
        assert self.offenders() == []
        assert self.offenders(available_replicas=0, paused=True) == []
        assert unreported_rollouts.offenders(cluster(replica_sets=[])) == []


class TestRollbackPossible:
    def test_the_replica_set_of_the_revision_before_must_be_there(self) -> None:
        state = cluster(template=1, replica_sets=[replica_set(1, template=1)])
        assert deployments_without_history.offenders(state) == [deployment(state)]
        assert deployments_without_history.offenders(of_two()) == []

    def test_the_first_revision_has_none_before(self) -> None:
        assert deployments_without_history.offenders(cluster()) == []


class TestOneRevisionAtATime:
    SETS = (replica_set(1), replica_set(1, template=1))
    NEW = pending(replica_set=1, template=1)

    def offenders(self, *pods: Pod, strategy: Strategy = Strategy.RECREATE) -> tuple[int, int]:
        """How many Deployments have, and how many run, two revisions."""
        state = cluster(*pods, tables=constants(strategy=strategy), replica_sets=self.SETS)
        promises = deployments_of_two_revisions, deployments_running_two_revisions
        there, run = (len(prop.offenders(state)) for prop in promises)
        return there, run

    def test_an_old_pod_that_terminates_is_still_there_and_runs(self) -> None:
        assert self.offenders(terminating(Container.STOPPING), self.NEW) == (1, 0)
        assert self.offenders(terminating(Container.STOPPING), running(replica_set=1, template=1)) == (1, 1)

    def test_pods_that_have_ended_are_not_there_and_do_not_run(self) -> None:
        failed = running(phase=PodPhase.FAILED, containers=(Container.EXITED,))
        assert self.offenders(failed, running(replica_set=1, template=1)) == (0, 0)
        assert self.offenders(gone(containers=(Container.WAITING,)), self.NEW) == (0, 0)

    def test_two_pods_of_one_revision_are_fine_and_so_is_a_rolling_update(self) -> None:
        assert self.offenders(running(), running()) == (0, 0)
        both = running(), running(replica_set=1, template=1)
        assert self.offenders(*both, strategy=Strategy.ROLLING_UPDATE) == (0, 0)

    def test_each_deployment_has_its_own_revisions(self) -> None:
        tables = constants(strategy=Strategy.RECREATE, deployments=2)
        sets = [replica_set(1), replica_set(1, deployment=1, template=2)]
        orphan = running(replica_set=None, template=1)
        state = cluster(running(), running(replica_set=1, template=2), orphan, tables=tables, replica_sets=sets)
        assert deployments_of_two_revisions.offenders(state) == []


class TestNoPodTooMany:
    def step(self, before: Cluster, *more: Pod) -> list[ReplicaSet]:
        after = before
        for each in more:
            after = after.create("pods", each)
        return overfilled_replica_sets.offenders(before, after)

    def test_a_full_replica_set_gets_no_other_pod(self) -> None:
        full = cluster(running(), empty_pod_slots=1)
        assert self.step(full, pending()) == [rs(full)]

    def test_one_that_lacks_pods_may_get_as_many_as_it_lacks(self) -> None:
        state = cluster(running(), replicas=2, empty_pod_slots=2)
        assert self.step(state, pending()) == []
        assert self.step(state, pending(), pending()) == [rs(state)]

    def test_one_that_has_come_to_want_fewer_may_have_more_for_a_while(self) -> None:
        state = cluster(running(), running())
        assert overfilled_replica_sets.offenders(state, state.update(rs(state), status_replicas=2)) == []
        assert overfilled_replica_sets.offenders(state, state.update(pod(state), deleting=True)) == []

    def test_a_pod_of_another_replica_set_does_not_count(self) -> None:
        sets = [replica_set(1), replica_set(1, template=1)]
        state = cluster(running(), replica_sets=sets, empty_pod_slots=1)
        assert self.step(state, pending(replica_set=1, template=1)) == []


class TestDeploymentConverges:
    def test_a_paused_deployment_owes_nothing_of_the_new_template(self) -> None:
        state = cluster(running(), template=1)
        assert deployments_not_as_wanted.offenders(state)
        assert not deployments_not_as_wanted.offenders(state.update(deployment(state), paused=True))

    def test_a_pod_that_has_ended_may_lie_around(self) -> None:
        failed = running(phase=PodPhase.FAILED, ready=False)
        assert deployments_not_as_wanted.offenders(cluster(running(), failed)) == []


def test_every_promise_has_its_name_and_kind() -> None:
    promises = (
        refusing_nodes,
        rollouts_that_went_on,
        paused_deployments_of_another_size,
        replica_sets_moved_back,
        unreported_rollouts,
        deployments_without_history,
        deployments_of_two_revisions,
        deployments_running_two_revisions,
        overfilled_replica_sets,
    )
    assert {prop.name: prop.kind for prop in promises} == {
        "never_refused": Kind.NEVER,
        "paused_rollout_stands_still": Kind.NEVER_STEP,
        "paused_size_converges": Kind.EVENTUALLY_ALWAYS,
        "rollout_moves_forward": Kind.NEVER_STEP,
        "stuck_rollout_reported": Kind.EVENTUALLY_ALWAYS,
        "rollback_possible": Kind.NEVER,
        "one_revision_at_a_time": Kind.NEVER,
        "one_revision_runs": Kind.NEVER,
        "no_pod_too_many": Kind.NEVER_STEP,
    }
