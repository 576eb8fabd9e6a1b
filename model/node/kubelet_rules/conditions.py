"""The conditions that the kubelet reports about a Pod.

Source: pkg/kubelet/status/generate.go
"""

from collections.abc import Callable, Iterable, Sequence

from model.api.conditions import condition_of
from model.api.container_statuses import ContainerState, ContainerStatus, status_of
from model.api.containers import Container, PodContainers, is_sidecar
from model.api.objects import Condition, PodPhase
from model.node.kubelet_rules.runtime import PodRuntime
from model.node.kubelet_rules.sandboxes import needs_new_sandbox

CONTAINERS_READY = "ContainersReady"
READY = "Ready"
INITIALIZED = "Initialized"
READY_TO_START_CONTAINERS = "PodReadyToStartContainers"

UNKNOWN_CONTAINER_STATUSES = "UnknownContainerStatuses"
POD_COMPLETED = "PodCompleted"
POD_FAILED = "PodFailed"
CONTAINERS_NOT_READY = "ContainersNotReady"
CONTAINERS_NOT_INITIALIZED = "ContainersNotInitialized"
READINESS_GATES_NOT_READY = "ReadinessGatesNotReady"


def containers_ready(spec: PodContainers, statuses: Sequence[ContainerStatus] | None, phase: PodPhase) -> Condition:
    """ContainersReady: all sidecars and app containers are ready. `statuses` None: nobody knows of any container.

    Source: pkg/kubelet/status/generate.go (GenerateContainersReadyCondition)
    """
    if statuses is None:
        return _false(CONTAINERS_READY, UNKNOWN_CONTAINER_STATUSES)
    sidecars = (container for container in spec.init_containers if is_sidecar(container))
    unknown, unready = _without_status_and_not((*sidecars, *spec.containers), statuses, _is_ready)
    if phase is PodPhase.SUCCEEDED and not unknown:
        return _false(CONTAINERS_READY, POD_COMPLETED)
    if phase is PodPhase.FAILED:
        return _false(CONTAINERS_READY, POD_FAILED)
    if unknown or unready:
        return _false(CONTAINERS_READY, CONTAINERS_NOT_READY, _about_containers(unknown, "unready", unready))
    return Condition(type=CONTAINERS_READY, status="True")


def pod_ready(
    spec: PodContainers,
    statuses: Sequence[ContainerStatus] | None,
    phase: PodPhase,
    conditions: Sequence[Condition] = (),
) -> Condition:
    """Ready: the containers are, and every readiness gate's condition among `conditions` is True.

    Source: pkg/kubelet/status/generate.go (GeneratePodReadyCondition)
    """
    containers = containers_ready(spec, statuses, phase)
    if containers.status != "True":
        return _false(READY, containers.reason, containers.message)
    complaints = [complaint for gate in spec.readiness_gates if (complaint := _complaint(gate, conditions))]
    if complaints:
        return _false(READY, READINESS_GATES_NOT_READY, ", ".join(complaints))
    return Condition(type=READY, status="True")


def initialized(
    spec: PodContainers,
    statuses: Sequence[ContainerStatus] | None,
    phase: PodPhase,
    conditions: Sequence[Condition] = (),
) -> Condition:
    """Initialized: every init container is done, or some app container was started already.

    A Pod that was initialized before, as `conditions` say, stays so while all its containers start over in place.
    Source: pkg/kubelet/status/generate.go (GeneratePodInitializedCondition)
    """
    if statuses is None and spec.init_containers:
        return _false(INITIALIZED, UNKNOWN_CONTAINER_STATUSES)
    known = statuses or ()
    unknown, incomplete = _without_status_and_not(spec.init_containers, known, _is_initialized)
    if phase is PodPhase.SUCCEEDED and not unknown:
        return Condition(type=INITIALIZED, status="True", reason=POD_COMPLETED)
    before = condition_of(conditions, INITIALIZED)
    was_initialized = before is not None and before.status == "True"
    if not (unknown or incomplete) or was_initialized or any_app_container_started(spec, known):
        return Condition(type=INITIALIZED, status="True")
    return _false(INITIALIZED, CONTAINERS_NOT_INITIALIZED, _about_containers(unknown, "incomplete", incomplete))


def ready_to_start_containers(runtime: PodRuntime, *, host_network: bool = False) -> Condition:
    """PodReadyToStartContainers: there is a sandbox with a network that can be used.

    Source: pkg/kubelet/status/generate.go (GeneratePodReadyToStartContainersCondition)
    """
    usable = not needs_new_sandbox(runtime.sandboxes, host_network=host_network)
    return Condition(type=READY_TO_START_CONTAINERS, status="True" if usable else "False")


def any_app_container_started(spec: PodContainers, statuses: Sequence[ContainerStatus]) -> bool:
    """Some app container runs or has run, in its present state.

    Source: pkg/kubelet/container/helpers.go (HasAnyRegularContainerStarted)
    """
    names = {container.name for container in spec.containers}
    started = (ContainerState.RUNNING, ContainerState.TERMINATED)
    return any(status.name in names and status.state in started for status in statuses)


def _is_ready(_container: Container, status: ContainerStatus) -> bool:
    return status.ready


def _is_initialized(init_container: Container, status: ContainerStatus) -> bool:
    return bool(status.started) if is_sidecar(init_container) else status.ready


def _without_status_and_not(
    containers: Iterable[Container],
    statuses: Sequence[ContainerStatus],
    is_fine: Callable[[Container, ContainerStatus], bool],
) -> tuple[list[str], list[str]]:
    """Names of the containers of which nothing is known, and of those that are known not to be fine."""
    unknown, not_fine = [], []
    for container in containers:
        status = status_of(statuses, container.name)
        if status is None:
            unknown.append(container.name)
        elif not is_fine(container, status):
            not_fine.append(container.name)
    return unknown, not_fine


def _about_containers(unknown: Sequence[str], word: str, others: Sequence[str]) -> str:
    listed = (("unknown", unknown), (word, others))
    return ", ".join(f"containers with {kind} status: [{' '.join(names)}]" for kind, names in listed if names)


def _complaint(gate: str, conditions: Sequence[Condition]) -> str | None:
    """Why the readiness gate holds the Pod back, or None."""
    condition = condition_of(conditions, gate)
    if condition is None:
        return f'corresponding condition of pod readiness gate "{gate}" does not exist.'
    if condition.status == "True":
        return None
    return f'the status of pod readiness gate "{gate}" is not "True", but {condition.status}'


def _false(type: str, reason: str, message: str = "") -> Condition:
    return Condition(type=type, status="False", reason=reason, message=message)
