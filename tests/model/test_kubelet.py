"""The kubelet's pod worker, action by action."""

import pytest

from model.api.objects import PodPhase
from model.node.kubelet import (
    kubelet_begins_termination,
    kubelet_pulls_images,
    kubelet_removes_pod,
    kubelet_reports_status,
    kubelet_restarts_container,
    kubelet_starts_container,
    pre_stop_hook_ends,
)
from model.rows.pod import Container, Endpoint, Pod, Worker
from tests.model.clusters import (
    APP,
    HOOKED,
    INIT,
    PRESTOP_OUTLASTS,
    SIDE,
    STALE_PODS,
    cluster,
    constants,
    disabled,
    gone,
    observed,
    only,
    pending,
    pod,
    running,
    terminating,
)

WAITING, RUNNING, SERVING, STOPPING, EXITED, FAILED = Container
Containers = tuple[Container, ...]
THREE = constants(containers=(INIT, APP, SIDE))
TWO_HOOKS = constants(containers=(HOOKED, HOOKED), nodes=2)


class TestPullsImages:
    def test_a_bound_pod_gets_a_worker(self) -> None:
        state = cluster(pending(node=0))
        assert only(kubelet_pulls_images(state, 0)) == state.update(pod(state), worker=Worker.SYNC)

    @pytest.mark.parametrize(
        "not_to_be_started",
        [
            pending(),
            pending(node=0, deleting=True),
            pending(node=0, worker=Worker.SYNC),
            pending(node=0, worker=Worker.TERMINATING),
            gone(node=0),
        ],
        ids=["unbound", "deleted", "started already", "terminating", "gone"],
    )
    def test_no_other_pod_does(self, not_to_be_started: Pod) -> None:
        assert disabled(kubelet_pulls_images(cluster(not_to_be_started), 0))

    def test_nothing_starts_in_an_empty_slot_or_on_a_node_that_is_down(self) -> None:
        assert disabled(kubelet_pulls_images(cluster(empty_pod_slots=1), 0))
        assert disabled(kubelet_pulls_images(cluster(pending(node=0), down=[0]), 0))


class TestStartsContainer:
    def started(self, *containers: Container) -> tuple[Container, ...]:
        state = cluster(pending(node=0, worker=Worker.SYNC, containers=containers), tables=THREE)
        after = only(kubelet_starts_container(state, 0))
        assert after == state.update(pod(state), containers=pod(after).containers)
        return pod(after).containers

    def test_the_init_container_starts_first(self) -> None:
        assert self.started(WAITING, WAITING, WAITING) == (RUNNING, WAITING, WAITING)

    def test_app_containers_start_in_order_once_the_init_container_has_completed(self) -> None:
        assert self.started(EXITED, WAITING, WAITING) == (EXITED, RUNNING, WAITING)
        assert self.started(EXITED, RUNNING, WAITING) == (EXITED, RUNNING, RUNNING)
        assert self.started(EXITED, EXITED, WAITING) == (EXITED, EXITED, RUNNING)

    @pytest.mark.parametrize(
        "containers",
        [(RUNNING, WAITING, WAITING), (EXITED, SERVING, RUNNING), (EXITED, EXITED, RUNNING)],
        ids=["the init container runs", "all are started", "one has exited"],
    )
    def test_no_container_starts_while_one_must_end_first_or_none_waits(self, containers: Containers) -> None:
        state = cluster(pending(node=0, worker=Worker.SYNC, containers=containers), tables=THREE)
        assert disabled(kubelet_starts_container(state, 0))

    @pytest.mark.parametrize("worker", [Worker.NONE, Worker.TERMINATING])
    def test_no_container_starts_without_a_worker_that_keeps_the_pod_running(self, worker: Worker) -> None:
        assert disabled(kubelet_starts_container(cluster(pending(node=0, worker=worker)), 0))

    def test_no_container_starts_on_a_node_that_is_down_or_in_an_empty_slot(self) -> None:
        assert disabled(kubelet_starts_container(cluster(pending(node=0, worker=Worker.SYNC), down=[0]), 0))
        assert disabled(kubelet_starts_container(cluster(empty_pod_slots=1), 0))


class TestRestartsContainer:
    def test_any_app_container_that_has_exited_is_started_again(self) -> None:
        state = cluster(running(containers=(EXITED, EXITED, EXITED)), tables=THREE)
        assert list(kubelet_restarts_container(state, 0)) == [
            state.update(pod(state), containers=(EXITED, RUNNING, EXITED)),
            state.update(pod(state), containers=(EXITED, EXITED, RUNNING)),
        ]

    @pytest.mark.parametrize(
        "containers", [(EXITED, SERVING, RUNNING), (EXITED, STOPPING, WAITING)], ids=["running", "stopping"]
    )
    def test_containers_that_have_not_exited_and_completed_init_containers_are_left_alone(
        self, containers: Containers
    ) -> None:
        assert disabled(kubelet_restarts_container(cluster(running(containers=containers), tables=THREE), 0))

    def test_nothing_is_restarted_in_a_terminating_pod_on_a_node_that_is_down_or_in_an_empty_slot(self) -> None:
        assert disabled(kubelet_restarts_container(cluster(terminating(EXITED)), 0))
        assert disabled(kubelet_restarts_container(cluster(running(containers=(EXITED,)), down=[0]), 0))
        assert disabled(kubelet_restarts_container(cluster(empty_pod_slots=1), 0))


class TestReportsStatus:
    def test_a_pod_whose_containers_serve_becomes_running_and_ready(self) -> None:
        state = cluster(pending(node=0, worker=Worker.SYNC, containers=(SERVING,)))
        after = state.update(pod(state), phase=PodPhase.RUNNING, ready=True)
        assert only(kubelet_reports_status(state, 0)) == after

    def test_a_pod_that_is_running_may_be_reported_before_it_is_ready(self) -> None:
        state = cluster(pending(node=0, worker=Worker.SYNC, containers=(RUNNING,)))
        assert only(kubelet_reports_status(state, 0)) == state.update(pod(state), phase=PodPhase.RUNNING)

    def test_a_terminating_pod_loses_its_readiness_once_its_process_stops_answering(self) -> None:
        state = cluster(terminating(STOPPING))
        assert only(kubelet_reports_status(state, 0)) == state.update(pod(state), ready=False)

    def test_a_terminating_pod_stays_ready_while_its_pre_stop_hook_runs(self) -> None:
        assert disabled(kubelet_reports_status(cluster(terminating(SERVING)), 0))

    def test_nothing_is_reported_when_nothing_has_changed(self) -> None:
        assert disabled(kubelet_reports_status(cluster(running()), 0))

    @pytest.mark.parametrize(
        "unreported",
        [
            gone(node=0, worker=Worker.SYNC, containers=(SERVING,)),
            running(worker=Worker.NONE, containers=(WAITING,)),
        ],
        ids=["gone", "without a worker"],
    )
    def test_nothing_is_reported_of_a_pod_that_is(self, unreported: Pod) -> None:
        assert disabled(kubelet_reports_status(cluster(unreported), 0))

    def test_a_node_that_is_down_reports_nothing(self) -> None:
        assert disabled(kubelet_reports_status(cluster(running(containers=(EXITED,)), down=[0]), 0))
        assert disabled(kubelet_reports_status(cluster(empty_pod_slots=1), 0))


class TestBeginsTermination:
    def test_sigterm_is_sent_at_once_to_containers_without_a_hook(self) -> None:
        state = cluster(running(deleting=True))
        after = state.update(pod(state), worker=Worker.TERMINATING, containers=(STOPPING,))
        assert only(kubelet_begins_termination(state, 0)) == after

    def test_a_container_with_a_hook_goes_on(self) -> None:
        state = cluster(
            running(deleting=True, containers=(SERVING, RUNNING)), tables=constants(containers=(HOOKED, SIDE))
        )
        after = state.update(pod(state), worker=Worker.TERMINATING, containers=(SERVING, STOPPING))
        assert only(kubelet_begins_termination(state, 0)) == after

    def test_an_init_container_that_runs_gets_sigterm_and_what_does_not_run_gets_nothing(self) -> None:
        state = cluster(pending(node=0, deleting=True, containers=(RUNNING, WAITING, EXITED)), tables=THREE)
        after = state.update(pod(state), worker=Worker.TERMINATING, containers=(STOPPING, WAITING, EXITED))
        assert only(kubelet_begins_termination(state, 0)) == after

    def test_a_pod_that_was_never_started_terminates_too(self) -> None:
        state = cluster(pending(node=0, deleting=True))
        assert only(kubelet_begins_termination(state, 0)) == state.update(pod(state), worker=Worker.TERMINATING)

    def test_a_pod_that_is_not_deleted_or_terminates_already_is_left_alone(self) -> None:
        assert disabled(kubelet_begins_termination(cluster(running()), 0))
        assert disabled(kubelet_begins_termination(cluster(terminating(SERVING)), 0))

    def test_a_node_that_is_down_terminates_nothing(self) -> None:
        assert disabled(kubelet_begins_termination(cluster(running(deleting=True), down=[0]), 0))
        assert disabled(kubelet_begins_termination(cluster(empty_pod_slots=1), 0))


class TestPreStopHookEnds:
    def test_each_hook_ends_by_itself_and_its_container_gets_sigterm(self) -> None:
        state = cluster(terminating(SERVING, RUNNING), tables=TWO_HOOKS)
        assert list(pre_stop_hook_ends(state, 0)) == [
            state.update(pod(state), containers=(STOPPING, RUNNING)),
            state.update(pod(state), containers=(SERVING, STOPPING)),
        ]

    @pytest.mark.parametrize("container", [WAITING, STOPPING, EXITED])
    def test_a_container_that_does_not_run_has_no_hook_running(self, container: Container) -> None:
        assert disabled(pre_stop_hook_ends(cluster(terminating(container, EXITED), tables=TWO_HOOKS), 0))

    def test_a_container_without_a_hook_has_none_to_end(self) -> None:
        assert disabled(pre_stop_hook_ends(cluster(terminating(SERVING)), 0))

    def test_hooks_run_only_in_terminating_pods_on_nodes_that_are_up(self) -> None:
        hooked = constants(containers=(HOOKED,))
        assert disabled(pre_stop_hook_ends(cluster(running(deleting=True), tables=hooked), 0))
        assert disabled(pre_stop_hook_ends(cluster(terminating(SERVING), tables=hooked, down=[0]), 0))
        assert disabled(pre_stop_hook_ends(cluster(empty_pod_slots=1, tables=hooked), 0))

    @pytest.mark.parametrize(
        ("endpoint", "routed"),
        [
            (Endpoint.READY, (Endpoint.UNUSED, Endpoint.UNUSED)),
            (Endpoint.TERMINATING, (Endpoint.READY, Endpoint.UNUSED)),
            (Endpoint.UNUSED, (Endpoint.UNUSED, Endpoint.READY)),
        ],
        ids=["the slice", "the first node", "the second node"],
    )
    def test_a_hook_assumed_to_outlast_propagation_does_not_end_while_the_pod_counts_as_ready_in(
        self, endpoint: Endpoint, routed: tuple[Endpoint, ...]
    ) -> None:
        stopping = terminating(SERVING, RUNNING, endpoint=endpoint, routed=routed)
        assumed = constants(containers=(HOOKED, HOOKED), nodes=2, assumptions=PRESTOP_OUTLASTS)
        assert disabled(pre_stop_hook_ends(cluster(stopping, tables=assumed), 0))
        assert len(list(pre_stop_hook_ends(cluster(stopping, tables=TWO_HOOKS), 0))) == 2

    @pytest.mark.parametrize("told", [Endpoint.UNUSED, Endpoint.TERMINATING])
    def test_a_hook_assumed_to_outlast_propagation_may_end_once_everybody_knows(self, told: Endpoint) -> None:
        assumed = constants(containers=(HOOKED,), assumptions=PRESTOP_OUTLASTS)
        state = cluster(terminating(SERVING, endpoint=told, routed=(told,)), tables=assumed)
        assert only(pre_stop_hook_ends(state, 0)) == state.update(pod(state), containers=(STOPPING,))

    def test_a_hook_ends_although_the_service_publishes_not_ready_addresses(self) -> None:
        assumed = constants(containers=(HOOKED,), assumptions=PRESTOP_OUTLASTS, publish_not_ready_addresses=True)
        assert not disabled(pre_stop_hook_ends(cluster(terminating(SERVING), tables=assumed), 0))


class TestRemovesPod:
    def test_a_pod_whose_containers_have_stopped_is_removed_but_routes_to_it_remain(self) -> None:
        state = cluster(terminating(EXITED))
        after = state.update(
            pod(state),
            exists=False,
            phase=PodPhase.PENDING,
            ready=False,
            deleting=False,
            node=None,
            worker=Worker.NONE,
            containers=(WAITING,),
        )
        assert only(kubelet_removes_pod(state, 0)) == after

    def test_a_pod_whose_containers_were_never_started_is_removed_too(self) -> None:
        assert not pod(only(kubelet_removes_pod(cluster(terminating(WAITING)), 0))).exists

    def test_a_pod_that_nobody_remembers_leaves_no_row(self) -> None:
        state = cluster(terminating(EXITED, endpoint=Endpoint.UNUSED, routed=()))
        assert only(kubelet_removes_pod(state, 0)) == state.delete(pod(state))

    def test_a_pod_that_a_cache_still_shows_keeps_its_row(self) -> None:
        shown = terminating(EXITED, endpoint=Endpoint.UNUSED, routed=(), observed=observed())
        after = only(kubelet_removes_pod(cluster(shown, tables=constants(caches=STALE_PODS)), 0))
        assert pod(after) == gone(containers=(WAITING,), routed=(Endpoint.UNUSED,), observed=observed())

    @pytest.mark.parametrize("container", [RUNNING, SERVING, STOPPING])
    def test_a_pod_with_a_container_that_has_not_stopped_stays(self, container: Container) -> None:
        two = constants(containers=(APP, SIDE))
        assert disabled(kubelet_removes_pod(cluster(terminating(EXITED, container), tables=two), 0))

    @pytest.mark.parametrize(
        "kept",
        [running(deleting=True, containers=(EXITED,)), gone(node=0)],
        ids=["not terminating", "gone already"],
    )
    def test_a_pod_stays_as_it_is_when_it_is(self, kept: Pod) -> None:
        assert disabled(kubelet_removes_pod(cluster(kept), 0))

    def test_a_node_that_is_down_removes_nothing(self) -> None:
        assert disabled(kubelet_removes_pod(cluster(terminating(EXITED), down=[0]), 0))
        assert disabled(kubelet_removes_pod(cluster(empty_pod_slots=1), 0))
