"""The node lifecycle controller as transitions of the cluster.

A node whose kubelet is silent becomes Ready Unknown once its grace period is over, a timer that may fire at any moment;
its Pods are marked not ready, one by one; the taint with effect NoSchedule follows the condition, and the one with
effect NoExecute at the pace of the node's zone.

NoSchedule comes first, as it does in all but a race between two goroutines of the controller that wake up some tenths
of a second apart. It goes last. In truth it may go up to 5 seconds before NoExecute, the controller's period; a Pod
that tolerates NoExecute for less than that may be bound to the node and evicted again, over and over, in that time.

What the controller remembers is kept where it matters: that it has found all zones fully disrupted. When a sign of life
was seen is not: a timer that was started anew may also fire at any moment. Its queue of Nodes can be read off their
taints. A zone is that of the Node that a node is like.

Left out: kubelets that report Ready False, pressures and their taints, refused writes, a lagging cache of Nodes.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.api import nodes, objects
from model.api.nodes import ConditionStatus, NodeCondition, NodeConditionType, ready_condition, zone_key
from model.api.taints import UNREACHABLE
from model.cluster import Cluster, unreachable_taints
from model.controllers.nodelifecycle.health import NodeHealth, try_update_node_health
from model.controllers.nodelifecycle.no_execute import (
    mark_as_reachable,
    process_taint_based_eviction,
    taint_queued_node,
)
from model.controllers.nodelifecycle.pacing import Limiter, TaintQueue, next_attempt
from model.controllers.nodelifecycle.pods import marks_pods, pods_to_mark
from model.controllers.nodelifecycle.settings import Settings
from model.controllers.nodelifecycle.taints import AddTaints, RemoveTaints, applied, no_schedule_taints, taint_exists
from model.controllers.nodelifecycle.zones import (
    EXCLUDED_FROM_DISRUPTION,
    Zone,
    ZoneState,
    count_zone,
    eviction_rate,
    handle_disruption,
    zone_state,
)
from model.parts import Part, component
from model.rows.node import Node
from model.rows.pod import TaintTimer
from model.rows.slots import NodeSlot, PodSlot

SETTINGS = Settings()
_SILENCE = SETTINGS.monitor_grace + 1
"""Seconds after the last sign of life when the grace period is over."""


def node_lifecycle_controller_marks_node_unknown(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The node lifecycle controller has heard nothing of a node for its grace period: Ready becomes Unknown."""
    silent = state.nodes[node]
    if silent is None or not silent.registered or silent.connected:
        return
    known = known_node(state, silent)
    check = try_update_node_health(known, NodeHealth(ready=ready_condition(known), probed=0), None, _SILENCE, SETTINGS)
    if check.written is not None:
        yield state.update(silent, ready=False)


def node_lifecycle_controller_marks_pod_not_ready(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The node lifecycle controller marks a Pod of a node that has become Unknown as not ready.

    It does so for as long as the node is silent: a kubelet that is back says itself what is ready.
    """
    marked = state.pods[pod]
    machine = None if marked is None or marked.node is None else state.nodes[marked.node]
    if marked is None or machine is None or not marked.exists or machine.connected or not machine.registered:
        return
    known = known_node(state, machine)
    health = NodeHealth(ready=ready_condition(known), probed=0)
    check = try_update_node_health(known, health, None, _SILENCE, SETTINGS)
    written = objects.Pod(node=known.name, ready=marked.ready)
    if check.written is None and marks_pods(check, needs_retry=True) and pods_to_mark([written], known.name):
        yield state.update(marked, ready=False, ready_long_enough=False)


def node_lifecycle_controller_taints_no_schedule(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The node lifecycle controller makes the NoSchedule taint of a node say what its Ready condition says."""
    machine = state.nodes[node]
    if machine is None or not machine.registered or (machine.ready and machine.evicts):
        return
    writes = no_schedule_taints(known_node(state, machine))
    if writes:
        yield _written(state, node, writes)


def node_lifecycle_controller_taints_no_execute(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The node lifecycle controller adds the NoExecute taint when it is the node's turn in its zone, or takes it away.

    With all zones fully disrupted it is nobody's turn, and in a small zone that is partly disrupted neither.
    """
    machine = state.nodes[node]
    if machine is None or not machine.registered or not (machine.ready or machine.repels):
        return
    known = known_node(state, machine)
    ready = ConditionStatus.TRUE if machine.ready else ConditionStatus.UNKNOWN
    queue = TaintQueue(
        limiter=Limiter(rate=0 if state.fully_disrupted else _rate(state, node)),
        served=(known.name,) if machine.evicts else (),
    )
    tainting = process_taint_based_eviction(known, ready, queue, 0)
    if tainting.writes:
        yield _written(state, node, tainting.writes)
    elif next_attempt(tainting.queue, 0).nodes:
        yield _written(state, node, taint_queued_node(known.name, known, tainting.queue, 0).writes)


def node_lifecycle_controller_handles_disruption(state: Cluster) -> Iterator[Cluster]:
    """The node lifecycle controller sees that every zone is fully disrupted, or no longer so.

    When it begins, no node keeps its NoExecute taint: a write for each, which are one step here, because an eviction
    between two of them is one before the first.
    """
    zones = _zones(state)
    if not zones:
        return
    before = ZoneState.FULL_DISRUPTION if state.fully_disrupted else ZoneState.NORMAL
    disruption = handle_disruption(dict.fromkeys(zones, before), zones, SETTINGS)
    if disruption.entered:
        after = state.set(fully_disrupted=True)
        for slot, machine in state.nodes.items():
            queue = TaintQueue(limiter=Limiter(rate=0))
            after = _written(after, slot, mark_as_reachable(known_node(state, machine), queue).writes)
        yield after
    if disruption.left:
        yield state.set(fully_disrupted=False)


def known_node(state: Cluster, machine: Node) -> nodes.Node:
    """The Node as this controller reads it: its own taints and conditions, and no one else's."""
    written = state.constants.nodes[machine.like]
    ready = ConditionStatus.TRUE if machine.ready else ConditionStatus.UNKNOWN
    return nodes.Node(
        name=written.name,
        labels=written.labels,
        taints=unreachable_taints(machine),
        conditions=(NodeCondition(type=NodeConditionType.READY, status=ready, last_heartbeat_time=0),),
    )


def _written(state: Cluster, slot: int, writes: tuple[AddTaints | RemoveTaints, ...]) -> Cluster:
    """The state after the writes; timers of Pods that tolerate a taint that is gone are called off, or soon will be."""
    machine = state.nodes[slot]
    assert machine is not None  # the caller has looked
    taints = unreachable_taints(machine)
    for write in writes:
        taints = applied(write, taints)
    repels, evicts = (taint_exists(taints, taint) for taint in UNREACHABLE)
    after = state.update(machine, repels=repels, evicts=evicts)
    if machine.evicts and not evicts:
        for pod in state.pods:
            if pod.node == slot and pod.taint_timer is TaintTimer.CURRENT:
                after = after.update(pod, taint_timer=TaintTimer.OUTDATED)
    return after


@derived
def _zone_counts(state: Cluster) -> tuple[tuple[str, Zone], ...]:
    conditions: dict[str, list[NodeCondition | None]] = {}
    for machine in state.nodes:
        known = known_node(state, machine)
        if machine.registered and EXCLUDED_FROM_DISRUPTION not in known.labels:
            conditions.setdefault(zone_key(known.labels), []).append(ready_condition(known))
    return tuple(sorted((key, count_zone(found)) for key, found in conditions.items()))


def _zones(state: Cluster) -> dict[str, Zone]:
    return dict(_zone_counts(state))


def _rate(state: Cluster, node: int) -> float:
    """Nodes of the node's zone that may be tainted a second."""
    machine = state.nodes[node]
    assert machine is not None  # the caller has looked
    zone = _zones(state).get(zone_key(state.constants.nodes[machine.like].labels))
    if zone is None:  # a node that does not count for its zone, alone in it
        return SETTINGS.eviction_rate
    now = zone_state(zone, SETTINGS.unhealthy_zone_threshold)
    return eviction_rate(now, zone.ready + zone.not_ready, SETTINGS)


def nodes_are_lost(state: Cluster) -> bool:
    """Scenarios in which nodes fall silent for long enough for the control plane to react."""
    return state.node_losses + state.partitions > 0


PARTS: tuple[Part, ...] = component(
    nodes_are_lost,
    node_lifecycle_controller_marks_node_unknown,
    node_lifecycle_controller_marks_pod_not_ready,
    node_lifecycle_controller_taints_no_schedule,
    node_lifecycle_controller_taints_no_execute,
    node_lifecycle_controller_handles_disruption,
)
