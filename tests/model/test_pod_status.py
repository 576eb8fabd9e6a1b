"""What a kubelet reports about a Pod."""

import pytest

from model.api.objects import PodPhase
from model.node.pod_status import container_ready, final_phase, pod_phase, pod_ready, restarts
from model.rows.pod import Container
from model.rows.pod_template import ContainerSpec, PodTemplate, RestartPolicy
from tests.model.clusters import APP, INIT, SIDE

WAITING, RUNNING, SERVING, STOPPING, EXITED, FAILED = Container
STARTING = ContainerSpec(name="app", startup_probe=True)


@pytest.mark.parametrize("spec", [APP, STARTING], ids=["readiness probe", "startup probe"])
@pytest.mark.parametrize("container", Container)
def test_a_container_with_a_probe_is_ready_while_its_process_answers(spec: ContainerSpec, container: Container) -> None:
    assert container_ready(spec, container) == (container is SERVING)


@pytest.mark.parametrize("container", Container)
def test_a_container_without_a_probe_is_ready_while_its_process_runs(container: Container) -> None:
    assert container_ready(SIDE, container) == (container in (RUNNING, SERVING, STOPPING))


def test_a_pod_is_ready_when_all_its_app_containers_are() -> None:
    specs = PodTemplate(name="v1", containers=(INIT, APP, SIDE))
    assert pod_ready(specs, (EXITED, SERVING, RUNNING))
    assert not pod_ready(specs, (EXITED, RUNNING, RUNNING))
    assert not pod_ready(specs, (EXITED, SERVING, EXITED))


def test_a_pod_is_pending_until_every_app_container_has_been_started() -> None:
    specs = PodTemplate(name="v1", containers=(INIT, APP, SIDE))
    assert pod_phase(specs, (RUNNING, WAITING, WAITING)) is PodPhase.PENDING
    assert pod_phase(specs, (EXITED, RUNNING, WAITING)) is PodPhase.PENDING
    assert pod_phase(specs, (EXITED, EXITED, RUNNING)) is PodPhase.RUNNING
    assert pod_phase(specs, (WAITING, RUNNING, RUNNING)) is PodPhase.RUNNING


@pytest.mark.parametrize(
    ("policy", "started_again"),
    [
        (RestartPolicy.ALWAYS, (EXITED, FAILED)),
        (RestartPolicy.ON_FAILURE, (FAILED,)),
        (RestartPolicy.NEVER, ()),
    ],
)
@pytest.mark.parametrize("container", Container)
def test_containers_are_started_again_as_the_restart_policy_says(
    policy: RestartPolicy, started_again: tuple[Container, ...], container: Container
) -> None:
    assert restarts(policy, container) == (container in started_again)


def test_a_pod_has_ended_when_none_of_its_app_containers_is_started_again() -> None:
    once = PodTemplate(name="v1", containers=(INIT, APP, SIDE), restart_policy=RestartPolicy.NEVER)
    assert pod_phase(once, (EXITED, EXITED, RUNNING)) is PodPhase.RUNNING
    assert pod_phase(once, (EXITED, EXITED, EXITED)) is PodPhase.SUCCEEDED
    assert pod_phase(once, (EXITED, EXITED, FAILED)) is PodPhase.FAILED
    again = PodTemplate(name="v1", containers=(INIT, APP, SIDE), restart_policy=RestartPolicy.ON_FAILURE)
    assert pod_phase(again, (EXITED, EXITED, FAILED)) is PodPhase.RUNNING
    assert pod_phase(again, (EXITED, EXITED, EXITED)) is PodPhase.SUCCEEDED


def test_what_was_never_started_has_not_succeeded_in_the_end() -> None:
    once = PodTemplate(name="v1", containers=(INIT, APP), restart_policy=RestartPolicy.NEVER)
    assert final_phase(once, (EXITED, WAITING)) is PodPhase.FAILED
    assert final_phase(once, (FAILED, EXITED)) is PodPhase.SUCCEEDED
