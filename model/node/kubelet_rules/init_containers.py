"""What one sync of a Pod does with its init containers.

Source: pkg/kubelet/kuberuntime/kuberuntime_container.go (computeInitContainerActions)
"""

from collections.abc import Sequence

import msgspec

from model.api.containers import Container, PodContainers, is_sidecar
from model.node.kubelet_rules.grace_periods import KillReason
from model.node.kubelet_rules.restart_rules import restarts_when_killed, should_be_restarted
from model.node.kubelet_rules.runtime import ContainerRecord, PodRuntime, ProbeResult, RuntimeState
from model.rows.pod_template import RestartPolicy


class InitContainerActions(msgspec.Struct, frozen=True, kw_only=True):
    """Which init containers are started and killed, by position, and how far initialization is."""

    initialized: bool = False
    """App containers may run."""
    pod_fails: bool = False
    """An init container failed and is not started again: nothing of the Pod is."""
    start: tuple[int, ...] = ()
    kill: tuple[tuple[int, KillReason], ...] = ()


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done about one init container."""

    done: bool = False
    """The next container may start."""
    start: bool = False
    kill: KillReason | None = None
    pod_fails: bool = False


_NOTHING = _Decision()
_POD_FAILS = _Decision(pod_fails=True)


def init_container_actions(spec: PodContainers, runtime: PodRuntime, *, deleting: bool = False) -> InitContainerActions:
    """What to do about the init containers of a Pod with a usable sandbox.

    The newest one tells how far initialization is, as the runtime may have forgotten earlier ones: of those, only
    sidecars are looked at, and so it is once an app container was created. `deleting`: the Pod has a deletion
    timestamp.
    """
    if not spec.init_containers:
        return InitContainerActions(initialized=True)
    was_initialized = any(_was_created(record) for record in runtime.containers)
    newest = None if was_initialized else _newest(runtime.init_containers)
    if newest is None and not was_initialized:
        return InitContainerActions(start=(0,))
    decisions = {
        position: _decide(
            spec.init_containers[position], spec.restart_policy, runtime.init_containers[position], deleting
        )
        for position in _considered(spec.init_containers, newest)
    }
    if any(decision.pod_fails for decision in decisions.values()):
        return InitContainerActions(pod_fails=True)
    newest_done = newest is not None and decisions[newest].done
    is_last = newest == len(spec.init_containers) - 1
    start = [position for position, decision in decisions.items() if decision.start]
    if newest is not None and newest_done and not is_last:
        start.append(newest + 1)
    return InitContainerActions(
        initialized=was_initialized or (newest_done and is_last),
        start=tuple(start),
        kill=tuple((position, each.kill) for position, each in decisions.items() if each.kill is not None),
    )


def _was_created(app_container: ContainerRecord | None) -> bool:
    """One that exited may belong to an earlier sandbox, and tells nothing about this one."""
    return app_container is not None and app_container.state in (RuntimeState.CREATED, RuntimeState.RUNNING)


def _newest(records: Sequence[ContainerRecord | None]) -> int | None:
    """The position of the last container in the spec that was created."""
    return max((position for position, record in enumerate(records) if record is not None), default=None)


def _considered(containers: Sequence[Container], newest: int | None) -> list[int]:
    """The newest container, and the sidecars before it; all sidecars once there is an app container."""
    candidates = range(len(containers) if newest is None else newest + 1)
    return [position for position in candidates if position == newest or is_sidecar(containers[position])]


def _decide(container: Container, policy: RestartPolicy, record: ContainerRecord | None, deleting: bool) -> _Decision:
    if record is None:
        return _Decision(start=True)
    if is_sidecar(container):
        return _decide_sidecar(container, record)
    match record.state:
        case RuntimeState.CREATED:
            return _Decision(start=True)
        case RuntimeState.RUNNING:
            return _NOTHING
        case RuntimeState.EXITED if record.succeeded and not record.out_of_memory:
            return _Decision(done=True)
        case RuntimeState.EXITED:
            restarts = should_be_restarted(container, policy, record, deleting=deleting)
            return _Decision(start=True) if restarts else _POD_FAILS
        case RuntimeState.UNKNOWN:
            restarts = restarts_when_killed(container, policy)
            return _Decision(start=True, kill=KillReason.UNKNOWN_STATE) if restarts else _POD_FAILS


def _decide_sidecar(container: Container, record: ContainerRecord) -> _Decision:
    match record.state:
        case RuntimeState.CREATED | RuntimeState.EXITED:
            return _Decision(start=True)
        case RuntimeState.UNKNOWN:
            return _Decision(start=True, kill=KillReason.UNKNOWN_STATE)
        case RuntimeState.RUNNING:
            return _decide_running_sidecar(container, record)


def _decide_running_sidecar(container: Container, record: ContainerRecord) -> _Decision:
    """It is done once its startup probe passes; its liveness probe does not hold the next container up."""
    if container.startup_probe is not None and record.startup is not ProbeResult.SUCCESS:
        failed = record.startup is ProbeResult.FAILURE
        return _Decision(start=True, kill=KillReason.STARTUP_PROBE) if failed else _NOTHING
    if record.spec_changed:
        return _Decision(done=True, start=True, kill=KillReason.SPEC_CHANGED)
    if container.liveness_probe is not None and record.liveness is ProbeResult.FAILURE:
        return _Decision(done=True, start=True, kill=KillReason.LIVENESS_PROBE)
    return _Decision(done=True)
