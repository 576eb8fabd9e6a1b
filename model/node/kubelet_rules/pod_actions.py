"""What the kubelet does with the sandbox and the containers of a Pod in one sync.

In-place resizes are left out.

Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions)
"""

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from model.api.containers import Container, PodContainers
from model.node.kubelet_rules.grace_periods import KillReason
from model.node.kubelet_rules.init_containers import init_container_actions
from model.node.kubelet_rules.restart_rules import restarts_all_containers, restarts_when_killed, should_be_restarted
from model.node.kubelet_rules.runtime import ContainerRecord, PodRuntime, ProbeResult, RuntimeState
from model.node.kubelet_rules.sandboxes import needs_new_sandbox, sandbox_attempt
from model.rows.pod_template import RestartPolicy


class Which(msgspec.Struct, frozen=True, order=True):
    """One container of a Pod: its position among the app containers or among the init containers."""

    position: int
    init: bool = False


class PodActions(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, in this order: kill, create the sandbox, start. Positions are those in the spec."""

    attempt: int = 0
    """Number of the sandbox to use."""
    kill_pod: bool = False
    """Everything is stopped first, the sandbox too."""
    create_sandbox: bool = False
    ephemeral_containers_to_start: tuple[int, ...] = ()
    init_containers_to_start: tuple[int, ...] = ()
    containers_to_start: tuple[int, ...] = ()
    containers_to_kill: tuple[tuple[Which, KillReason], ...] = ()
    containers_to_reset: tuple[Which, ...] = ()
    """To be killed and forgotten, in this order: the Pod starts over in place."""


def pod_actions(
    spec: PodContainers,
    runtime: PodRuntime,
    *,
    deleting: bool = False,
    host_network: bool = False,
    restart_all_containers: bool = False,
) -> PodActions:
    """What one sync of the Pod does.

    `deleting`: the Pod has a deletion timestamp. `host_network`: it uses the node's addresses.
    `restart_all_containers`: a container's exit asked for the whole Pod to start over in place.
    """
    attempt = sandbox_attempt(runtime.sandboxes, host_network=host_network)
    new_sandbox = needs_new_sandbox(runtime.sandboxes, host_network=host_network)
    if restart_all_containers:
        reset = tuple(_containers_to_reset(spec, runtime))
        return PodActions(attempt=attempt, kill_pod=new_sandbox, create_sandbox=new_sandbox, containers_to_reset=reset)
    if new_sandbox:
        return _actions_with_new_sandbox(spec, runtime, attempt)
    ephemeral = tuple(place for place, record in enumerate(runtime.ephemeral_containers) if record is None)
    inits = init_container_actions(spec, runtime, deleting=deleting)
    actions = PodActions(
        attempt=attempt,
        kill_pod=inits.pod_fails,
        ephemeral_containers_to_start=ephemeral,
        init_containers_to_start=inits.start,
        containers_to_kill=tuple((Which(position, init=True), reason) for position, reason in inits.kill),
    )
    if not inits.initialized:
        return actions
    return _with_app_containers(actions, spec, runtime, deleting=deleting)


def _actions_with_new_sandbox(spec: PodContainers, runtime: PodRuntime, attempt: int) -> PodActions:
    """Everything starts over, from the first init container on, unless the Pod has done its work."""
    only_kill = PodActions(attempt=attempt, kill_pod=True)
    if spec.restart_policy is RestartPolicy.NEVER and attempt != 0 and runtime.has_records:
        return only_kill
    start = tuple(
        position
        for position, container in enumerate(spec.containers)
        if not _has_done_its_work(container, spec.restart_policy, runtime.containers[position])
    )
    if spec.containers and not start:
        return only_kill
    if spec.init_containers:
        return PodActions(attempt=attempt, kill_pod=True, create_sandbox=True, init_containers_to_start=(0,))
    return PodActions(attempt=attempt, kill_pod=True, create_sandbox=True, containers_to_start=start)


def _has_done_its_work(container: Container, pod_policy: RestartPolicy, record: ContainerRecord | None) -> bool:
    policy = container.restart_policy or pod_policy
    return policy is RestartPolicy.ON_FAILURE and record is not None and record.succeeded


def _with_app_containers(
    actions: PodActions, spec: PodContainers, runtime: PodRuntime, *, deleting: bool
) -> PodActions:
    """The actions with those on app containers: a Pod of which none is kept and none is started is killed."""
    start: list[int] = []
    kill = list(actions.containers_to_kill)
    kept = False
    for position, (container, record) in enumerate(zip(spec.containers, runtime.containers, strict=True)):
        decision = _decide(container, spec.restart_policy, record, deleting=deleting)
        if decision.start:
            start.append(position)
        if decision.kill is not None:
            kill.append((Which(position), decision.kill))
        kept = kept or decision.keep
    done = not kept and not start
    return replace(
        actions,
        kill_pod=done,
        # Sidecars must not keep a Pod alive that has done its work.
        init_containers_to_start=() if done else actions.init_containers_to_start,
        containers_to_start=tuple(start),
        containers_to_kill=tuple(kill),
    )


class _Decision(NamedTuple):
    """What is to be done about one app container."""

    start: bool
    kill: KillReason | None
    keep: bool = False


def _decide(
    container: Container, pod_policy: RestartPolicy, record: ContainerRecord | None, *, deleting: bool
) -> _Decision:
    if record is None or not record.runs:
        start = should_be_restarted(container, pod_policy, record, deleting=deleting)
        # In an unknown state it may still run: there must not be two of it.
        may_run = record is not None and record.state is RuntimeState.UNKNOWN
        return _Decision(start, KillReason.UNKNOWN_STATE if start and may_run else None)
    reason = _reason_to_kill(record)
    if reason is None:
        return _Decision(start=False, kill=None, keep=True)
    start = reason is KillReason.SPEC_CHANGED or restarts_when_killed(container, pod_policy)
    return _Decision(start, reason)


def _reason_to_kill(running: ContainerRecord) -> KillReason | None:
    if running.spec_changed:
        return KillReason.SPEC_CHANGED
    if running.liveness is ProbeResult.FAILURE:
        return KillReason.LIVENESS_PROBE
    return KillReason.STARTUP_PROBE if running.startup is ProbeResult.FAILURE else None


def _containers_to_reset(spec: PodContainers, runtime: PodRuntime) -> list[Which]:
    """All containers that the runtime knows: app containers first, those whose exit asked for it last.

    Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (getContainersToReset)
    """
    known = [
        (Which(position, init=init), record is not None and _asks_for_reset(container, record))
        for init, containers, records in (
            (False, spec.containers, runtime.containers),
            (True, spec.init_containers, runtime.init_containers),
        )
        for position, (container, record) in enumerate(zip(containers, records, strict=True))
        if record is not None
    ]
    return [which for which, asks in known if not asks] + [which for which, asks in known if asks]


def _asks_for_reset(container: Container, record: ContainerRecord) -> bool:
    return record.state is RuntimeState.EXITED and restarts_all_containers(container, record.exit_code)
