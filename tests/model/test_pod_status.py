"""What a kubelet reports about a Pod."""

import pytest

from model.api.objects import PodPhase
from model.cluster import Container, ContainerSpec
from model.node.pod_status import container_ready, pod_phase, pod_ready
from tests.model.clusters import APP, INIT, SIDE

WAITING, RUNNING, SERVING, STOPPING, EXITED = Container
STARTING = ContainerSpec(name="app", startup_probe=True)


@pytest.mark.parametrize("spec", [APP, STARTING], ids=["readiness probe", "startup probe"])
@pytest.mark.parametrize("container", Container)
def test_a_container_with_a_probe_is_ready_while_its_process_answers(spec: ContainerSpec, container: Container) -> None:
    assert container_ready(spec, container) == (container is SERVING)


@pytest.mark.parametrize("container", Container)
def test_a_container_without_a_probe_is_ready_while_its_process_runs(container: Container) -> None:
    assert container_ready(SIDE, container) == (container in (RUNNING, SERVING, STOPPING))


def test_a_pod_is_ready_when_all_its_app_containers_are() -> None:
    specs = (INIT, APP, SIDE)
    assert pod_ready(specs, (EXITED, SERVING, RUNNING))
    assert not pod_ready(specs, (EXITED, RUNNING, RUNNING))
    assert not pod_ready(specs, (EXITED, SERVING, EXITED))


def test_a_pod_is_pending_until_every_app_container_has_been_started() -> None:
    specs = (INIT, APP, SIDE)
    assert pod_phase(specs, (RUNNING, WAITING, WAITING)) is PodPhase.PENDING
    assert pod_phase(specs, (EXITED, RUNNING, WAITING)) is PodPhase.PENDING
    assert pod_phase(specs, (EXITED, EXITED, RUNNING)) is PodPhase.RUNNING
    assert pod_phase(specs, (WAITING, RUNNING, RUNNING)) is PodPhase.RUNNING
