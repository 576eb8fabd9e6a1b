"""Whether a container has started and whether it is ready, from its state and its probes.

Source: pkg/kubelet/prober/prober_manager.go (UpdatePodStatus)
"""

from msgspec.structs import replace

from model.api.container_statuses import ContainerState, ContainerStatus
from model.api.containers import Container, is_sidecar
from model.node.kubelet_rules.runtime import ProbeResult


def container_started(container: Container, status: ContainerStatus, startup: ProbeResult | None) -> bool:
    """It runs, and its startup probe, if it has one, has passed.

    `startup` is what is held about this container; None: nothing. What the status said before a restart of the kubelet
    then counts.
    Source: pkg/kubelet/prober/prober_manager.go (isContainerStarted)
    """
    if status.state is not ContainerState.RUNNING:
        return False
    if startup is not None:
        return startup is ProbeResult.SUCCESS
    return bool(status.started) or container.startup_probe is None


def with_probes(
    container: Container,
    status: ContainerStatus,
    *,
    init: bool = False,
    startup: ProbeResult | None = None,
    readiness: ProbeResult | None = None,
    older_than_kubelet: bool = False,
    pod_was_ready: bool = False,
) -> ContainerStatus:
    """The container's status with `started` and `ready` as its probes say.

    An ordinary init container is ready once it has succeeded. `startup` and `readiness` are what is held about this
    container, None for nothing. `older_than_kubelet`: it was started more than ten seconds before the kubelet itself;
    `pod_was_ready`: so the API says.
    Source: pkg/kubelet/prober/prober_manager.go (UpdatePodStatus)
    """
    started = container_started(container, status, startup)
    status = replace(status, started=started)
    if init and not is_sidecar(container):
        succeeded = status.state is ContainerState.TERMINATED and status.exit_code == 0
        return replace(status, ready=status.ready or succeeded)
    if not started:
        return status
    if readiness is ProbeResult.SUCCESS:
        return replace(status, ready=True)
    if older_than_kubelet:
        return replace(status, ready=_keeps_ready(container, readiness, pod_was_ready=pod_was_ready))
    return replace(status, ready=container.readiness_probe is None)


def _keeps_ready(container: Container, readiness: ProbeResult | None, *, pod_was_ready: bool) -> bool:
    """A container is as ready after a restart of the kubelet as its Pod was before, until its probe says otherwise.

    Source: pkg/kubelet/prober/prober_manager.go (setReadyStateOnKubeletRestart)
    """
    if container.readiness_probe is None:
        return True
    return readiness is None and pod_was_ready
