"""Cases about the node lifecycle controller."""

from model.api.nodes import Node, NodeCondition, ready_condition
from model.api.objects import Pod
from model.api.taints import Taint
from model.controllers.nodelifecycle.monitor import MarkPodNotReady, Memory, UpdateNodeStatus, monitor_node_health
from model.controllers.nodelifecycle.no_execute import TaintWrites, process_taint_based_eviction, taint_queued_node
from model.controllers.nodelifecycle.pacing import Limiter, TaintQueue, next_attempt
from model.controllers.nodelifecycle.settings import Settings
from model.controllers.nodelifecycle.taints import applied, no_schedule_taints
from model.controllers.nodelifecycle.zones import Zone, ZoneState, count_zone, handle_disruption, zone_state
from tests.conformance.adapters.taints import taint
from tests.conformance.registry import Case, adapter

READY_STATUS = {"ready": "True", "not_ready": "False", "unknown": "Unknown"}


def condition(given: Case) -> NodeCondition:
    return NodeCondition(
        type=given["type"],
        status=given["status"],
        reason=given.get("reason") or "",
        last_heartbeat_time=given.get("last_heartbeat_s"),
        last_transition_time=given.get("last_transition_s"),
    )


def shape(given: NodeCondition) -> Case:
    return {
        "type": given.type,
        "status": given.status,
        "reason": given.reason or None,
        "last_heartbeat_s": given.last_heartbeat_time,
        "last_transition_s": given.last_transition_time,
    }


def rounds(given: Case) -> list[Case]:
    """What each round of the monitor writes about the one Node there is; its Pod is Ready whenever it looks.

    The cases were recorded against a store that answers with the Node as the controller last wrote it, if it ever
    did, and only otherwise with the conditions of the round (FakeNodeHandler.List in pkg/controller/testutil).
    """
    settings = Settings(monitor_grace=given.get("monitor_grace_s", 50))
    memory, stored, answers = Memory(), None, []
    for each in given["rounds"]:
        conditions = stored or tuple(condition(one) for one in each["conditions"])
        node = Node(name="node", created=given["node_created_s"], conditions=conditions)
        leases = {} if each["lease_renewed_s"] is None else {"node": each["lease_renewed_s"]}
        pods = [Pod(name="pod", node="node", ready=True)]
        done = monitor_node_health([node], leases, pods, memory, each["now_s"], settings)
        memory = done.memory
        written = [write.conditions for write in done.writes if isinstance(write, UpdateNodeStatus)]
        stored = written[-1] if written else stored
        answers.append(
            {
                "conditions": [shape(one) for one in written[-1]] if written else None,
                "pod_status_updated": any(isinstance(write, MarkPodNotReady) for write in done.writes),
            }
        )
    return answers


@adapter("nodelifecycle_node_health")
def node_health(given: Case, expected: Case) -> Case:
    last = rounds(given)[-1]
    return {key: last[key] for key in expected}


@adapter("nodelifecycle_node_health_rounds")
def node_health_rounds(given: Case, expected: Case) -> Case:
    return {"rounds": rounds(given)}


def spelled(taints: tuple[Taint, ...]) -> list[str]:
    return sorted(f"{each.key}:{each.effect.value}" for each in taints)


def after(writes: TaintWrites, taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    for write in writes:
        taints = applied(write, taints)
    return taints


def after_no_execute_pass(node: Node) -> tuple[Taint, ...]:
    ready = ready_condition(node)
    if ready is None:
        return node.taints
    tainting = process_taint_based_eviction(node, ready.status, TaintQueue(limiter=Limiter(rate=1)), 0)
    taints = after(tainting.writes, node.taints)
    for name in next_attempt(tainting.queue, 0).nodes:
        taints = after(taint_queued_node(name, node, tainting.queue, 0).writes, taints)
    return taints


@adapter("nodelifecycle_taints")
def taints(given: Case, expected: Case) -> Case:
    node = Node(
        name="node",
        unschedulable=given["unschedulable"],
        taints=tuple(taint(each) for each in given["taints"]),
        conditions=tuple(condition(each) for each in given["conditions"]),
    )
    answer = {
        "after_no_schedule_pass": after(no_schedule_taints(node), node.taints),
        "after_no_execute_pass": after_no_execute_pass(node),
    }
    return {key: spelled(answer[key]) for key in expected}


@adapter("nodelifecycle_zone_state")
def state(given: Case, expected: Case) -> Case:
    conditions = [
        NodeCondition(type="Ready", status=status) for key, status in READY_STATUS.items() for _ in range(given[key])
    ]
    zone = count_zone([*conditions, *[None] * given["without_condition"]])
    return {"not_ready": zone.not_ready, "state": zone_state(zone, given["unhealthy_zone_threshold"]).value}


@adapter("nodelifecycle_disruption")
def disruption(given: Case, expected: Case) -> Case:
    settings = Settings(
        eviction_rate=given["eviction_qps"],
        secondary_eviction_rate=given["secondary_eviction_qps"],
        large_cluster_threshold=given["large_cluster_threshold"],
        unhealthy_zone_threshold=given["unhealthy_zone_threshold"],
    )
    states: dict[str, ZoneState | None] = {}
    rates: dict[str, float] = {}
    answers = []
    for each in given["rounds"]:
        zones = {name: Zone(ready=zone["ready"], not_ready=zone["not_ready"]) for name, zone in each.items()}
        rates |= {name: settings.eviction_rate for name in zones if name not in states}
        result = handle_disruption(states, zones, settings)
        states = dict(result.states)
        rates |= result.rates
        answers.append({name: {"state": states[name].value, "eviction_qps": rates[name]} for name in zones})
    return {"rounds": answers}
