"""Cases about what the kubelet does with containers: start, kill, start again; and how long they get to end."""

from typing import Any

from msgspec.structs import replace

from model.api.containers import Container, PodContainers, Probe
from model.node.kubelet_rules.grace_periods import KillReason, container_grace_period, effective_grace_period
from model.node.kubelet_rules.pod_actions import PodActions, Which, pod_actions
from model.node.kubelet_rules.restart_rules import should_be_restarted
from model.node.kubelet_rules.runtime import ContainerRecord, PodRuntime, ProbeResult, RuntimeState, Sandbox
from model.rows.pod_template import RestartPolicy
from tests.conformance.adapters.kubelet_status import container
from tests.conformance.registry import Case, adapter


def probed_container(given: Case) -> Container:
    """The container of the spec; where the case names its probes, it has those that are not null."""
    return replace(
        container(given),
        startup_probe=Probe() if given.get("startup_probe") else None,
        liveness_probe=Probe() if given.get("liveness_probe") else None,
    )


def probe_result(given: Case, probe: str) -> ProbeResult | None:
    """What is held about the probe: by name, or only whether it failed."""
    if given.get(f"{probe}_failed"):
        return ProbeResult.FAILURE
    named = given.get(f"{probe}_probe")
    return ProbeResult(named) if named not in (None, "none_yet") else None


def record(given: Case | None) -> ContainerRecord | None:
    """What the runtime says of the container; None where it says nothing."""
    if given is None or not given["state"]:
        return None
    return ContainerRecord(
        state=RuntimeState(given["state"]),
        exit_code=given["exit_code"] or 0,
        spec_changed=given.get("spec_changed", False),
        liveness=probe_result(given, "liveness"),
        startup=probe_result(given, "startup"),
    )


def sandbox(given: Case) -> Sandbox:
    return Sandbox(ready=given["ready"], has_ip=given["has_ip"], attempt=given["attempt"])


def position(which: Which) -> int | str:
    return f"init:{which.position}" if which.init else which.position


def in_order(positions: list[int | str]) -> list[int | str]:
    """App containers first, then init containers, each by position."""
    return sorted(positions, key=lambda each: (isinstance(each, str), str(each)))


def answered(actions: PodActions) -> dict[str, Any]:
    return {
        "kill_pod": actions.kill_pod,
        "create_sandbox": actions.create_sandbox,
        "sandbox_attempt": actions.attempt,
        "init_containers_to_start": list(actions.init_containers_to_start),
        "containers_to_start": list(actions.containers_to_start),
        "containers_to_kill": in_order([position(which) for which, _ in actions.containers_to_kill]),
    }


@adapter("kubelet_pod_actions", "kubelet_pod_actions_sidecars")
def actions(given: Case, expected: Case) -> Case:
    spec = PodContainers(
        containers=tuple(probed_container(each or {}) for each in given["containers"]),
        init_containers=tuple(probed_container(each or {}) for each in given["init_containers"]),
        restart_policy=RestartPolicy(given["restart_policy"]),
    )
    runtime = PodRuntime(
        sandboxes=(sandbox(given["sandbox"]),) if given["sandbox"] else (),
        containers=tuple(map(record, given["containers"])),
        init_containers=tuple(map(record, given["init_containers"])),
    )
    return answered(pod_actions(spec, runtime))


@adapter("kubelet_should_container_be_restarted", "kubelet_should_restart_with_rules")
def restarted(given: Case, expected: Case) -> Case:
    newest = record(given["history"][0]) if given["history"] else None
    policy = RestartPolicy(given["restart_policy"])
    restart = should_be_restarted(container(given.get("container", {})), policy, newest, deleting=given["pod_deleting"])
    return {"restart": restart}


@adapter("kubelet_effective_grace_period")
def grace_period_of_pod(given: Case, expected: Case) -> Case:
    answer = effective_grace_period(
        given["current_grace_period_s"],
        given["deletion_grace_period_s"],
        given["termination_grace_period_s"],
        given["override_s"],
    )
    return {"grace_period_s": answer.seconds, "shortened": answer.shortened}


@adapter("kubelet_container_kill_grace_period")
def grace_period_of_container(given: Case, expected: Case) -> Case:
    killed = Container(
        liveness_probe=Probe(termination_grace_period_seconds=given["liveness_probe_grace_period_s"]),
        startup_probe=Probe(termination_grace_period_seconds=given["startup_probe_grace_period_s"]),
    )
    reason = KillReason(given["reason"]) if given["reason"] else None
    seconds = container_grace_period(
        killed, given["deletion_grace_period_s"], given["termination_grace_period_s"], reason
    )
    return {"grace_period_s": seconds}
