"""The phase of a Pod, from the reported states of its containers.

Source: pkg/kubelet/kubelet_pods.go (getPhase)
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

from model.api.container_statuses import ContainerState, ContainerStatus, status_of
from model.api.containers import Container, PodContainers, is_sidecar
from model.api.objects import PodPhase
from model.node.kubelet_rules.restart_rules import restarts_after_exit
from model.rows.pod_template import RestartPolicy

RESTARTING_ALL_CONTAINERS = "RestartingAllContainers"
"""Why a container ended: it made way for the whole Pod to start over in place."""


class _Seen(Enum):
    """What a container counts as."""

    UNKNOWN = auto()
    NEVER_RAN = auto()
    RUNNING = auto()
    STOPPED = auto()


class _Initialization(Enum):
    """How far one ordinary init container is."""

    PENDING = auto()
    FAILED_FOR_GOOD = auto()
    ENDED = auto()


def pod_phase(
    spec: PodContainers,
    statuses: Sequence[ContainerStatus],
    *,
    pod_is_terminal: bool = False,
    pod_has_initialized: bool = False,
    static: bool = False,
) -> PodPhase:
    """The phase that the kubelet reports.

    `pod_is_terminal`: its containers have been stopped for good; a static Pod's phase does not follow from that.
    `pod_has_initialized`: some app container was started, so that sidecars that start again do not take it back.
    """
    inits = {_initialization(each, spec.restart_policy, status_of(statuses, each.name)) for each in _plain_inits(spec)}
    if _Initialization.FAILED_FOR_GOOD in inits:
        return PodPhase.FAILED
    if _Initialization.PENDING in inits:
        return PodPhase.PENDING
    if not pod_has_initialized and any(_is_starting(status_of(statuses, each.name)) for each in _sidecars(spec)):
        return PodPhase.PENDING
    seen = Counter(_counted(spec, statuses))
    if seen[_Seen.NEVER_RAN] or seen[_Seen.UNKNOWN]:
        return PodPhase.PENDING
    if seen[_Seen.RUNNING]:
        return PodPhase.RUNNING
    if not seen[_Seen.STOPPED]:
        return PodPhase.PENDING
    return _phase_once_stopped(spec, statuses, may_restart=not pod_is_terminal or static)


def _phase_once_stopped(spec: PodContainers, statuses: Sequence[ContainerStatus], *, may_restart: bool) -> PodPhase:
    """The phase once no app container runs: Running if one of them will again."""
    ended = [(each, status) for each in spec.containers if (status := status_of(statuses, each.name)) is not None]
    if may_restart and any(not _ended_for_good(each, spec.restart_policy, status) for each, status in ended):
        return PodPhase.RUNNING
    succeeded = all(status.state is ContainerState.TERMINATED and status.exit_code == 0 for _, status in ended)
    return PodPhase.SUCCEEDED if succeeded else PodPhase.FAILED


def _initialization(container: Container, policy: RestartPolicy, status: ContainerStatus | None) -> _Initialization:
    exit_code = _exit_code(status)
    if status is None or exit_code is None:
        return _Initialization.PENDING
    if exit_code != 0 and _ended_for_good(container, policy, status):
        return _Initialization.FAILED_FOR_GOOD
    return _Initialization.ENDED


def _counted(spec: PodContainers, statuses: Sequence[ContainerStatus]) -> Iterator[_Seen]:
    """What app containers and sidecars count as; a sidecar that stopped does not count."""
    for container in spec.containers:
        yield _seen(status_of(statuses, container.name))
    for container in _sidecars(spec):
        seen = _seen(status_of(statuses, container.name))
        if seen is not _Seen.STOPPED:
            yield seen


def _seen(status: ContainerStatus | None) -> _Seen:
    if status is None or status.state is None:
        return _Seen.UNKNOWN
    if status.state is ContainerState.RUNNING:
        return _Seen.RUNNING
    return _Seen.NEVER_RAN if _exit_code(status) is None else _Seen.STOPPED


def _is_starting(sidecar: ContainerStatus | None) -> bool:
    """The sidecar runs, but has not come as far as to let the next container start."""
    return sidecar is not None and sidecar.state is ContainerState.RUNNING and not sidecar.started


def _exit_code(status: ContainerStatus | None) -> int | None:
    """How the container ended that has terminated or waits to be started again; None if that is not so."""
    if status is None or status.state in (None, ContainerState.RUNNING):
        return None
    return status.exit_code if status.state is ContainerState.TERMINATED else status.last_exit_code


def _ended_for_good(container: Container, policy: RestartPolicy, status: ContainerStatus) -> bool:
    """The container has ended and neither its policies nor a restart of the whole Pod start it again."""
    exit_code = _exit_code(status)
    if exit_code is None or status.termination_reason == RESTARTING_ALL_CONTAINERS:
        return False
    return not restarts_after_exit(container, policy, exit_code)


def _plain_inits(spec: PodContainers) -> Iterable[Container]:
    return (container for container in spec.init_containers if not is_sidecar(container))


def _sidecars(spec: PodContainers) -> Iterable[Container]:
    return (container for container in spec.init_containers if is_sidecar(container))
