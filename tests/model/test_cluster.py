"""What the cluster's own functions say about a state."""

import pytest

from model.cluster import answers as pod_answers
from model.cluster import on_running_node, somebody_answers, without_forgotten
from model.rows.pod import Container, Endpoint, Pod
from model.rows.pod_template import ContainerSpec, PodTemplate
from tests.model.clusters import (
    APP,
    INIT,
    SIDE,
    UNPROBED,
    cluster,
    constants,
    gone,
    observed,
    pending,
    pod,
    running,
    terminating,
    without_node,
)

WAITING, RUNNING, SERVING, STOPPING, EXITED, FAILED = Container
READY, UNUSED = Endpoint.READY, Endpoint.UNUSED


def answers(*containers: Container, specs: tuple[ContainerSpec, ...] = (UNPROBED,)) -> bool:
    state = cluster(running(containers=containers), tables=constants(containers=specs))
    return pod_answers(state, pod(state))


@pytest.mark.parametrize("container", Container)
def test_a_pod_answers_while_its_process_does(container: Container) -> None:
    assert answers(container) == (container is SERVING)


def test_every_container_behind_a_port_must_answer_and_no_other() -> None:
    two_ports = (INIT, APP, UNPROBED, SIDE)
    assert answers(EXITED, SERVING, SERVING, EXITED, specs=two_ports)
    assert not answers(EXITED, SERVING, RUNNING, RUNNING, specs=two_ports)
    assert not answers(EXITED, RUNNING, SERVING, RUNNING, specs=two_ports)


def test_a_pod_without_a_container_behind_a_port_never_answers() -> None:
    assert not answers(SERVING, specs=(SIDE,))


def test_somebody_answers_if_one_pod_of_the_service_does() -> None:
    assert somebody_answers(cluster(running(containers=(RUNNING,)), terminating(SERVING)))
    assert not somebody_answers(cluster(running(containers=(RUNNING,)), gone()))
    assert not somebody_answers(cluster(running(), tables=constants(selected=False)))


def test_a_pod_is_on_a_running_node_if_it_is_bound_to_one_that_is_up() -> None:
    two = constants(nodes=2)
    state = cluster(running(1), pending(), running(0), tables=two, down=[0])
    assert [on_running_node(state, row) for row in state.pods] == [True, False, False]
    assert not on_running_node(without_node(state, 1), pod(state))


@pytest.mark.parametrize(
    ("row", "forgotten"),
    [
        (gone(), True),
        (pending(), False),
        (gone(endpoint=READY), False),
        (gone(endpoint=Endpoint.TERMINATING), False),
        (gone(routed=(UNUSED, READY)), False),
        (gone(routed=(Endpoint.TERMINATING, UNUSED)), False),
        (gone(observed=observed()), False),
    ],
)
def test_a_pod_is_forgotten_when_nothing_refers_to_it(row: Pod, forgotten: bool) -> None:
    state = cluster(row, tables=constants(nodes=2))
    assert pod(state).forgotten == forgotten


def test_only_forgotten_pods_lose_their_rows() -> None:
    state = cluster(gone(), running(), gone(endpoint=READY), gone())
    assert [slot for slot, _ in without_forgotten(state).pods.items()] == [1, 2]
    assert [row for _, row in without_forgotten(state).pods.items()] == [pod(state, 1), pod(state, 2)]


def test_a_state_in_which_nothing_is_forgotten_stays_as_it_is() -> None:
    state = cluster(running())
    assert without_forgotten(state) is state


@pytest.mark.parametrize(("row", "active"), [(running(), True), (terminating(SERVING), False), (gone(), False)])
def test_a_pod_is_active_while_it_exists_and_is_not_deleted(row: Pod, active: bool) -> None:
    assert row.active == active


@pytest.mark.parametrize(
    ("spec", "matter"),
    [
        (ContainerSpec(name="x"), False),
        (ContainerSpec(name="x", pre_stop=True, init=True), False),
        (ContainerSpec(name="x", readiness_probe=True), True),
        (ContainerSpec(name="x", startup_probe=True), True),
        (ContainerSpec(name="x", receives_traffic=True), True),
    ],
)
def test_answers_matter_where_a_probe_or_a_request_asks(spec: ContainerSpec, matter: bool) -> None:
    assert spec.answers_matter == matter


def test_by_default_a_service_selects_a_template_and_nothing_disturbs_the_cluster() -> None:
    assert PodTemplate(name="v1", containers=()).selected
    state = cluster()
    assert {getattr(state, name) for name in state.__struct_fields__ if isinstance(getattr(state, name), int)} == {0}
