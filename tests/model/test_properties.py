"""Each promise: a state, or a step, that breaks it and one that does not."""

import pytest

from checker.vocabulary import Kind
from model.api.objects import Strategy
from model.cluster import Cluster
from model.control_plane.scheduler import filters
from model.rows.pod import Container, Endpoint, Pod
from model.rows.replica_set import ReplicaSet
from properties.no_lost_request import misrouted_pods
from properties.no_outage import unserved_services
from properties.one_writer import overwritten_replica_sets
from properties.placement import misplaced_pods, overcommitted_nodes
from properties.rolling_update import complete_rollouts, deployments_with_too_few_pods, oversized_deployments
from tests.model.clusters import (
    cluster,
    constants,
    deployment,
    gone,
    machine,
    pending,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)

RUNNING, SERVING, STOPPING = Container.RUNNING, Container.SERVING, Container.STOPPING
READY, UNUSED = Endpoint.READY, Endpoint.UNUSED
DEAD = running(containers=(RUNNING,))


class TestNoOutage:
    def test_a_service_that_has_answered_must_have_a_container_that_answers(self) -> None:
        (offender,) = unserved_services.offenders(cluster(DEAD, service_answered=True))
        assert offender == "Service web: no container behind it answers"

    def test_one_container_that_answers_is_enough_even_in_a_terminating_pod(self) -> None:
        assert not unserved_services.offenders(cluster(DEAD, terminating(SERVING), service_answered=True))

    def test_a_service_that_has_never_answered_owes_nothing(self) -> None:
        assert not unserved_services.offenders(cluster(DEAD))

    def test_without_a_service_there_is_no_outage(self) -> None:
        assert not unserved_services.offenders(cluster(DEAD, tables=constants(service=None), service_answered=True))


class TestNoLostRequest:
    @pytest.mark.parametrize("routed", [(READY, UNUSED), (UNUSED, Endpoint.TERMINATING)])
    def test_no_node_may_route_to_a_pod_that_does_not_answer_while_another_does(
        self, routed: tuple[Endpoint, ...]
    ) -> None:
        lost = terminating(STOPPING, routed=routed)
        state = cluster(running(), lost, tables=constants(nodes=2), service_answered=True)
        assert misrouted_pods.offenders(state) == [pod(state, 1)]

    def test_a_route_to_a_pod_that_is_gone_is_lost_too(self) -> None:
        state = cluster(running(), gone(routed=(READY,)), service_answered=True)
        assert misrouted_pods.offenders(state) == [pod(state, 1)]

    def test_a_pod_that_does_not_answer_may_be_there_without_routes(self) -> None:
        assert not misrouted_pods.offenders(cluster(running(), terminating(STOPPING, routed=()), service_answered=True))

    def test_while_nobody_answers_no_request_could_have_been_saved(self) -> None:
        assert not misrouted_pods.offenders(cluster(DEAD, service_answered=True))

    def test_a_service_that_has_never_answered_owes_nothing(self) -> None:
        assert not misrouted_pods.offenders(cluster(running(), DEAD))


class TestEnoughAvailable:
    def offenders(
        self,
        *pods: Pod,
        max_unavailable: int = 1,
        strategy: Strategy = Strategy.ROLLING_UPDATE,
        replica_sets: list[ReplicaSet] | None = None,
    ) -> int:
        tables = constants(max_unavailable=max_unavailable, max_surge=0, strategy=strategy)
        state = cluster(*pods, tables=tables, replicas=3, replica_sets=replica_sets)
        return len(deployments_with_too_few_pods.offenders(state))

    def test_as_many_pods_as_the_strategy_keeps_must_be_available(self) -> None:
        assert self.offenders(running(), running(ready=False)) == 1
        assert self.offenders(running(), running()) == 0
        assert self.offenders(running(), running(), max_unavailable=0) == 0  # not both may be 0

    @pytest.mark.parametrize(
        "unavailable", [running(ready=False), terminating(SERVING), gone(), pending(), running(replica_set=1)]
    )
    def test_a_pod_does_not_count_that_is_not_ready_terminating_gone_or_another_deployments(
        self, unavailable: Pod
    ) -> None:
        assert self.offenders(running(), unavailable) == 1

    def test_pods_of_old_and_new_replica_sets_count(self) -> None:
        sets = [replica_set(2), replica_set(1, template=1)]
        assert self.offenders(running(), running(replica_set=1), replica_sets=sets) == 0

    def test_recreate_keeps_no_pod(self) -> None:
        assert self.offenders(strategy=Strategy.RECREATE) == 0

    def test_the_offender_is_the_deployment_that_has_too_few(self) -> None:
        sets = [replica_set(1), replica_set(1, deployment=1, template=2)]
        state = cluster(running(), tables=constants(deployments=2), replica_sets=sets)
        assert deployments_with_too_few_pods.offenders(state) == [deployment(state, 1)]


class TestSurgeWithinBudget:
    @pytest.mark.parametrize(("old", "new", "offenders"), [(2, 2, 1), (2, 1, 0), (3, 1, 1), (0, 3, 0)])
    def test_replica_sets_ask_for_no_more_than_replicas_and_surge(self, old: int, new: int, offenders: int) -> None:
        state = cluster(replicas=2, replica_sets=[replica_set(old), replica_set(new, template=1)])
        assert len(oversized_deployments.offenders(state)) == offenders

    def test_each_deployment_has_a_budget_of_its_own(self) -> None:
        sets = [replica_set(2), replica_set(3, deployment=1, template=2)]
        state = cluster(tables=constants(deployments=2), replica_sets=sets)
        assert oversized_deployments.offenders(state) == [deployment(state, 1)]


class TestRolloutCompletes:
    def witnesses(self, old: dict[str, int], new: dict[str, int] | None, *, template: int = 1, updates: int = 0) -> int:
        sets = [replica_set(0, **old), *([] if new is None else [replica_set(2, template=1, **new)])]
        state = cluster(replicas=2, template=template, replica_sets=sets, image_updates=updates)
        return len(complete_rollouts.offenders(state))

    def test_a_rollout_is_complete_when_all_pods_of_the_new_template_are_available_and_no_other_counts(self) -> None:
        assert self.witnesses({}, {}) == 1

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ({"replicas": 1, "status_replicas": 0}, {}),
            ({"status_replicas": 1}, {}),
            ({}, {"available_replicas": 1}),
            ({}, {"replicas": 1, "available_replicas": 1}),
            ({}, None),
        ],
        ids=["old wanted", "old left", "new unavailable", "too few wanted", "no new one"],
    )
    def test_a_rollout_is_not_complete_with(self, old: dict[str, int], new: dict[str, int] | None) -> None:
        assert self.witnesses(old, new) == 0

    def test_before_the_update_and_with_the_first_template_there_is_no_rollout_to_complete(self) -> None:
        assert self.witnesses({}, {}, updates=1) == 0
        first = cluster(replicas=1, replica_sets=[replica_set(1)])
        assert not complete_rollouts.offenders(first)

    def test_another_deployments_replica_sets_do_not_matter(self) -> None:
        sets = [replica_set(0), replica_set(1, template=1), replica_set(1, deployment=1, template=2)]
        state = cluster(template=1, tables=constants(deployments=2), replica_sets=sets)
        assert complete_rollouts.offenders(state) == [deployment(state, 0)]


class TestPlacement:
    def test_a_node_is_not_overcommitted(self) -> None:
        nodes = (machine(allocatable={"cpu": 1000}), machine("node-b", pods=1, allocatable={"cpu": 2000}))
        tables = constants(nodes=nodes, spec=filters.PodSpec(requests={"cpu": 500}))
        fits = cluster(running(0), running(0), running(1), pending(), tables=tables)
        assert not overcommitted_nodes.offenders(fits)
        too_much = cluster(running(0), terminating(SERVING, node=0), running(0), running(1), tables=tables)
        assert overcommitted_nodes.offenders(too_much) == [too_much.nodes[0]]
        too_many = cluster(running(1), running(1), tables=tables)
        assert overcommitted_nodes.offenders(too_many) == [too_many.nodes[1]]

    def test_no_pod_is_where_its_node_selector_forbids(self) -> None:
        nodes = (machine(labels={"disk": "ssd"}), machine("node-b"))
        tables = constants(nodes=nodes, spec=filters.PodSpec(node_selector={"disk": "ssd"}))
        state = cluster(running(0), running(1), pending(), tables=tables)
        assert misplaced_pods.offenders(state) == [pod(state, 1)]

    def test_a_full_node_is_no_forbidden_one(self) -> None:
        state = cluster(running(), running(), tables=constants(nodes=(machine(pods=1),)))
        assert not misplaced_pods.offenders(state)


class TestNoLostUpdate:
    def step(self, current: bool, **changes: int) -> tuple[Cluster, Cluster]:
        before = cluster(replica_sets=[replica_set(1, observed_is_current=current)])
        return before, before.update(rs(before), **changes)

    def test_a_version_that_its_writer_has_not_read_must_not_be_overwritten(self) -> None:
        before, after = self.step(current=False, replicas=2)
        assert overwritten_replica_sets.offenders(before, after) == [rs(before)]

    def test_a_version_that_its_writer_has_read_may_be_overwritten(self) -> None:
        assert not overwritten_replica_sets.offenders(*self.step(current=True, replicas=2))

    def test_the_status_may_be_written_at_any_time(self) -> None:
        assert not overwritten_replica_sets.offenders(*self.step(current=False, status_replicas=0))

    def test_a_replica_set_that_is_gone_was_not_overwritten(self) -> None:
        before, _ = self.step(current=False)
        assert not overwritten_replica_sets.offenders(before, before.delete(rs(before)))


def test_every_promise_has_its_name_and_kind() -> None:
    assert {
        prop.name: prop.kind
        for prop in (
            unserved_services,
            misrouted_pods,
            deployments_with_too_few_pods,
            oversized_deployments,
            complete_rollouts,
            overcommitted_nodes,
            misplaced_pods,
            overwritten_replica_sets,
        )
    } == {
        "no_outage": Kind.NEVER,
        "no_lost_request": Kind.NEVER,
        "enough_available": Kind.NEVER,
        "surge_within_budget": Kind.NEVER,
        "rollout_completes": Kind.SOMETIMES,
        "no_overcommit": Kind.NEVER,
        "allowed_node": Kind.NEVER,
        "no_lost_update": Kind.NEVER_STEP,
    }
