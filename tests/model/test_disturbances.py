"""What users do and what fails."""

from collections.abc import Callable, Iterator

import pytest

from model.cluster import Cluster
from model.disturbances.containers import container_exits, readiness_flaps
from model.disturbances.deployment import (
    user_applies_new_image,
    user_rolls_back,
    user_scales_down,
    user_scales_up,
)
from model.disturbances.nodes import node_crashes, node_reboots
from model.rows.pod import Container, Endpoint, Worker
from tests.model.clusters import (
    APP,
    INIT,
    SIDE,
    cluster,
    constants,
    deployment,
    disabled,
    gone,
    only,
    pod,
    running,
    terminating,
    without_deployment,
    without_node,
)

WAITING, RUNNING, SERVING, STOPPING, EXITED, FAILED = Container
READY, UNUSED = Endpoint.READY, Endpoint.UNUSED
THREE = constants(containers=(INIT, APP, SIDE))


class TestUser:
    def test_the_user_applies_the_next_revision(self) -> None:
        state = cluster(image_updates=2)
        after = state.update(deployment(state), template=1).set(image_updates=1)
        assert only(user_applies_new_image(state, 0)) == after

    def test_there_is_no_revision_after_the_last(self) -> None:
        assert disabled(user_applies_new_image(cluster(image_updates=1, template=1), 0))

    def test_the_user_rolls_back_to_the_revision_before(self) -> None:
        state = cluster(rollbacks=2, template=1)
        after = state.update(deployment(state), template=0).set(rollbacks=1)
        assert only(user_rolls_back(state, 0)) == after

    def test_there_is_no_revision_before_the_first(self) -> None:
        assert disabled(user_rolls_back(cluster(rollbacks=1), 0))

    def test_each_deployment_has_its_own_revisions(self) -> None:
        state = cluster(tables=constants(deployments=2), image_updates=1)
        after = state.update(deployment(state, 1), template=3).set(image_updates=0)
        assert only(user_applies_new_image(state, 1)) == after

    def test_the_user_scales_up_by_one(self) -> None:
        state = cluster(scale_ups=2)
        assert only(user_scales_up(state, 0)) == state.update(deployment(state), replicas=2).set(scale_ups=1)

    def test_the_user_scales_down_by_one(self) -> None:
        state = cluster(scale_downs=2)
        assert only(user_scales_down(state, 0)) == state.update(deployment(state), replicas=0).set(scale_downs=1)

    @pytest.mark.parametrize(
        ("action", "budget", "template"),
        [
            (user_applies_new_image, "image_updates", 0),
            (user_rolls_back, "rollbacks", 1),
            (user_scales_up, "scale_ups", 0),
            (user_scales_down, "scale_downs", 0),
        ],
    )
    def test_a_budget_of_one_is_for_one_deployment_that_exists(
        self, action: Callable[[Cluster, int], Iterator[Cluster]], budget: str, template: int
    ) -> None:
        state = cluster(template=template).set(**{budget: 1})
        assert getattr(only(action(state, 0)), budget) == 0
        assert disabled(action(without_deployment(state), 0))

    def test_nothing_is_below_zero_replicas(self) -> None:
        assert disabled(user_scales_down(cluster(scale_downs=1, replicas=0), 0))

    @pytest.mark.parametrize("action", [user_applies_new_image, user_scales_up, user_scales_down])
    def test_a_budget_that_is_spent_allows_no_more(self, action: Callable[[Cluster, int], Iterator[Cluster]]) -> None:
        assert disabled(action(cluster(), 0))

    def test_a_spent_budget_allows_no_rollback(self) -> None:
        assert disabled(user_rolls_back(cluster(template=1), 0))


class TestContainerExits:
    def test_any_app_container_that_runs_may_exit(self) -> None:
        state = cluster(running(containers=(RUNNING, SERVING, RUNNING)), tables=THREE, container_exits=2)
        assert list(container_exits(state, 0)) == [
            state.update(pod(state), containers=(RUNNING, EXITED, RUNNING)).set(container_exits=1),
            state.update(pod(state), containers=(RUNNING, SERVING, EXITED)).set(container_exits=1),
        ]

    @pytest.mark.parametrize("container", [WAITING, STOPPING, EXITED])
    def test_a_container_that_does_not_run_does_not(self, container: Container) -> None:
        assert disabled(container_exits(cluster(running(containers=(container,)), container_exits=1), 0))

    def test_no_container_exits_once_the_budget_is_spent_or_in_an_empty_slot(self) -> None:
        assert disabled(container_exits(cluster(running()), 0))
        assert disabled(container_exits(cluster(empty_pod_slots=1, container_exits=1), 0))

    def test_a_container_may_exit_while_its_pre_stop_hook_runs(self) -> None:
        assert not disabled(container_exits(cluster(terminating(SERVING), container_exits=1), 0))


class TestReadinessFlaps:
    def test_a_probed_process_that_answers_may_stop_answering(self) -> None:
        two = constants(containers=(APP, APP))
        state = cluster(running(containers=(SERVING, SERVING)), tables=two, readiness_flaps=2)
        assert list(readiness_flaps(state, 0)) == [
            state.update(pod(state), containers=(RUNNING, SERVING)).set(readiness_flaps=1),
            state.update(pod(state), containers=(SERVING, RUNNING)).set(readiness_flaps=1),
        ]

    @pytest.mark.parametrize("container", [WAITING, RUNNING, STOPPING, EXITED])
    def test_a_process_that_does_not_answer_cannot(self, container: Container) -> None:
        assert disabled(readiness_flaps(cluster(running(containers=(container,)), readiness_flaps=1), 0))

    def test_without_a_readiness_probe_nobody_can_tell(self) -> None:
        unprobed = cluster(running(), tables=constants(containers=(SIDE,)), readiness_flaps=1)
        assert disabled(readiness_flaps(unprobed, 0))

    def test_nothing_flaps_once_the_budget_is_spent_in_a_terminating_pod_or_in_an_empty_slot(self) -> None:
        assert disabled(readiness_flaps(cluster(running()), 0))
        assert disabled(readiness_flaps(cluster(terminating(SERVING), readiness_flaps=1), 0))
        assert disabled(readiness_flaps(cluster(empty_pod_slots=1, readiness_flaps=1), 0))


class TestNodes:
    def test_a_crash_ends_all_that_runs_on_the_node_and_all_that_the_node_routes(self) -> None:
        here = running(0, routed=(READY, READY))
        there = running(1, routed=(READY, READY))
        unrouted = running(1, routed=(UNUSED, READY))
        state = cluster(here, there, unrouted, tables=constants(nodes=2), node_crashes=2)
        after = state.set(node_crashes=1)
        machine = after.nodes[0]
        assert machine is not None
        after = after.update(machine, up=False)
        after = after.update(pod(after, 0), worker=Worker.NONE, containers=(WAITING,), routed=(UNUSED, READY))
        after = after.update(pod(after, 1), routed=(UNUSED, READY))
        assert only(node_crashes(state, 0)) == after

    def test_the_api_does_not_know_of_a_crash(self) -> None:
        crashed = pod(only(node_crashes(cluster(running(), node_crashes=1), 0)))
        assert (crashed.ready, crashed.phase, crashed.node, crashed.endpoint) == (True, running().phase, 0, READY)

    def test_a_node_that_is_down_or_a_budget_that_is_spent_allows_no_crash(self) -> None:
        assert disabled(node_crashes(cluster(node_crashes=1, down=[0]), 0))
        assert disabled(node_crashes(cluster(), 0))
        assert disabled(node_crashes(without_node(cluster(node_crashes=1)), 0))

    def test_a_pod_that_is_gone_leaves_no_row_once_its_last_route_crashes(self) -> None:
        state = cluster(gone(routed=(READY,)), node_crashes=1)
        assert list(only(node_crashes(state, 0)).pods) == []

    def test_a_node_that_is_down_comes_back_with_nothing_running(self) -> None:
        state = cluster(running(worker=Worker.NONE, containers=(), routed=()), tables=constants(nodes=2), down=[0, 1])
        machine = state.nodes[1]
        assert machine is not None
        assert only(node_reboots(state, 1)) == state.update(machine, up=True)

    def test_a_node_that_is_up_does_not_come_back(self) -> None:
        assert disabled(node_reboots(cluster(), 0))
        assert disabled(node_reboots(without_node(cluster()), 0))
