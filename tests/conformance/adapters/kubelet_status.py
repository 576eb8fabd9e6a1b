"""Cases about what the kubelet reports: phases, conditions, and which containers are ready."""

from collections.abc import Sequence

from model.api.container_statuses import ContainerState, ContainerStatus
from model.api.containers import Container, ExitCodeOperator, PodContainers, Probe, RestartAction, RestartRule
from model.api.objects import Condition, PodPhase
from model.node.kubelet_rules.conditions import containers_ready, initialized, pod_ready
from model.node.kubelet_rules.container_ready import with_probes
from model.node.kubelet_rules.phase import pod_phase
from model.node.kubelet_rules.runtime import ProbeResult
from model.rows.pod_template import RestartPolicy
from tests.conformance.registry import Case, adapter


def restart_rule(given: Case) -> RestartRule:
    return RestartRule(
        action=RestartAction(given["action"]),
        operator=ExitCodeOperator(given["operator"]),
        exit_codes=tuple(given["exit_codes"]),
    )


def restart_rules(given: Case) -> tuple[RestartRule, ...]:
    """The rules, in full or only by the exit codes that restart all containers."""
    codes = given.get("restart_all_on_exit_codes")
    all_containers = RestartRule(action=RestartAction.RESTART_ALL_CONTAINERS, exit_codes=tuple(codes or ()))
    return (*map(restart_rule, given.get("restart_rules") or ()), *((all_containers,) if codes else ()))


def container(given: Case) -> Container:
    """A container without probes; `restartable` and `kind` are how some cases say that it is a sidecar."""
    sidecar = given.get("restartable") or given.get("kind") == "sidecar"
    policy = "Always" if sidecar else given.get("restart_policy")
    return Container(
        name=given.get("name", ""),
        restart_policy=RestartPolicy(policy) if policy else None,
        restart_rules=restart_rules(given),
    )


def pod_containers(given: Case) -> PodContainers:
    return PodContainers(
        containers=tuple(map(container, given["containers"])),
        init_containers=tuple(map(container, given["init_containers"])),
        restart_policy=RestartPolicy(given.get("restart_policy") or "Always"),
        readiness_gates=tuple(given.get("readiness_gates", ())),
    )


def container_status(given: Case) -> ContainerStatus:
    return ContainerStatus(
        name=given["name"],
        state=ContainerState(given["state"]) if given.get("state") else None,
        exit_code=given.get("exit_code"),
        last_exit_code=given.get("last_exit_code"),
        termination_reason=given.get("reason") or "",
        ready=given.get("ready") or False,
        started=given.get("started"),
    )


def container_statuses(given: list[Case] | None) -> Sequence[ContainerStatus] | None:
    return None if given is None else tuple(map(container_status, given))


def condition(answer: Condition, expected: Case) -> Case:
    fields = {"status": answer.status, "reason": answer.reason, "message": answer.message}
    return {key: fields[key] for key in expected}


@adapter("kubelet_pod_phase", "kubelet_pod_phase_restart_all_containers", "kubelet_pod_phase_restart_rules")
def phase(given: Case, expected: Case) -> Case:
    answer = pod_phase(
        pod_containers(given),
        tuple(map(container_status, given["statuses"])),
        pod_is_terminal=given["pod_is_terminal"],
        pod_has_initialized=given["pod_has_initialized"],
    )
    return {"phase": answer.value}


@adapter("kubelet_containers_ready_condition")
def containers_ready_condition(given: Case, expected: Case) -> Case:
    statuses = container_statuses(given["container_statuses"])
    return condition(containers_ready(pod_containers(given), statuses, PodPhase(given["phase"])), expected)


@adapter("kubelet_pod_ready_condition")
def pod_ready_condition(given: Case, expected: Case) -> Case:
    statuses = container_statuses(given["container_statuses"])
    conditions = [Condition(type=each["type"], status=each["status"]) for each in given["conditions"]]
    return condition(pod_ready(pod_containers(given), statuses, PodPhase(given["phase"]), conditions), expected)


@adapter("kubelet_initialized_condition")
def initialized_condition(given: Case, expected: Case) -> Case:
    regular = [{"name": "regular"}] if given["has_regular_container"] else []
    spec = pod_containers({"containers": regular, "init_containers": given["init_containers"]})
    statuses = container_statuses(given["statuses"])
    return condition(initialized(spec, statuses, PodPhase(given["phase"])), expected)


def ready_and_started(given: Case, probes: dict[str, str | None], exit_code: int) -> Case:
    """What the status says of a container with these probes, of which these results are held."""
    results = {name: ProbeResult(result) for name, result in probes.items() if result is not None}
    spec = Container(
        restart_policy=RestartPolicy.ALWAYS if given["kind"] == "restartable_init" else None,
        readiness_probe=Probe() if "readiness" in probes else None,
        startup_probe=Probe() if "startup" in probes else None,
    )
    state = ContainerState(given["state"])
    before = ContainerStatus(state=state, exit_code=exit_code if state is ContainerState.TERMINATED else None)
    after = with_probes(
        spec,
        before,
        init=given["kind"] != "regular",
        startup=results.get("startup"),
        readiness=results.get("readiness"),
    )
    return {"ready": after.ready, "started": after.started}


@adapter("kubelet_container_ready")
def container_ready(given: Case, expected: Case) -> Case:
    probes = {given["probe"]: given["cached_result"]} if given["probe"] else {}
    answer = ready_and_started(given, probes, exit_code=0)
    return answer if expected["started"] is not None else answer | {"started": None}


@adapter("kubelet_container_ready_probes")
def container_ready_with_probes(given: Case, expected: Case) -> Case:
    return ready_and_started(given, given["probes"], given["exit_code"])
