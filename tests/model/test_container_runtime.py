"""What processes in containers do by themselves."""

import pytest

from model.node.container_runtime import init_container_completes, process_answers, stopping_container_exits
from model.rows.pod import Container
from model.rows.pod_template import ContainerSpec
from tests.model.clusters import (
    APP,
    INIT,
    SIDE,
    UNPROBED,
    cluster,
    constants,
    disabled,
    only,
    pod,
    running,
    terminating,
)

WAITING, RUNNING, SERVING, STOPPING, EXITED, FAILED = Container
TWO_APPS = constants(containers=(INIT, UNPROBED, APP))


class TestProcessAnswers:
    def test_each_started_process_begins_to_answer_by_itself(self) -> None:
        state = cluster(running(containers=(EXITED, RUNNING, RUNNING)), tables=TWO_APPS)
        assert list(process_answers(state, 0)) == [
            state.update(pod(state), containers=(EXITED, SERVING, RUNNING)),
            state.update(pod(state), containers=(EXITED, RUNNING, SERVING)),
        ]

    @pytest.mark.parametrize("container", [WAITING, SERVING, STOPPING, EXITED])
    def test_a_process_that_does_not_run_or_answers_already_does_not_begin_to(self, container: Container) -> None:
        assert disabled(process_answers(cluster(running(containers=(container,))), 0))

    def test_init_containers_and_processes_that_nobody_asks_never_answer(self) -> None:
        probed_init = constants(containers=(ContainerSpec(name="init", init=True, startup_probe=True), SIDE))
        assert disabled(process_answers(cluster(running(containers=(RUNNING, RUNNING)), tables=probed_init), 0))

    def test_nothing_answers_in_an_empty_slot(self) -> None:
        assert disabled(process_answers(cluster(empty_pod_slots=1), 0))


class TestInitContainerCompletes:
    def test_an_init_container_that_runs_ends(self) -> None:
        state = cluster(running(containers=(RUNNING, WAITING, WAITING)), tables=TWO_APPS)
        after = state.update(pod(state), containers=(EXITED, WAITING, WAITING))
        assert only(init_container_completes(state, 0)) == after

    @pytest.mark.parametrize("container", [WAITING, STOPPING, EXITED])
    def test_an_init_container_that_does_not_run_does_not(self, container: Container) -> None:
        state = cluster(running(containers=(container, RUNNING, RUNNING)), tables=TWO_APPS)
        assert disabled(init_container_completes(state, 0))

    def test_nothing_completes_in_an_empty_slot(self) -> None:
        assert disabled(init_container_completes(cluster(empty_pod_slots=1), 0))


class TestStoppingContainerExits:
    def test_each_process_that_got_sigterm_ends_by_itself(self) -> None:
        state = cluster(terminating(STOPPING, STOPPING, SERVING), tables=TWO_APPS)
        assert list(stopping_container_exits(state, 0)) == [
            state.update(pod(state), containers=(EXITED, STOPPING, SERVING)),
            state.update(pod(state), containers=(STOPPING, EXITED, SERVING)),
        ]

    @pytest.mark.parametrize("container", [WAITING, RUNNING, SERVING, EXITED])
    def test_a_process_that_got_no_sigterm_does_not(self, container: Container) -> None:
        assert disabled(stopping_container_exits(cluster(terminating(container)), 0))

    def test_nothing_ends_on_a_node_that_is_down_or_in_an_empty_slot(self) -> None:
        assert disabled(stopping_container_exits(cluster(terminating(STOPPING), down=[0]), 0))
        assert disabled(stopping_container_exits(cluster(empty_pod_slots=1), 0))
