"""One round of the node lifecycle controller over all Nodes.

The real controller looks at eight Nodes at a time: the writes for one Node are in order, those for different Nodes are
in any. Left out: the events, and the repair of the beta labels for operating system and architecture.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from model.api.nodes import Node, NodeCondition, zone_key
from model.api.objects import Pod
from model.controllers.nodelifecycle.health import HealthCheck, NodeHealth, after_disruption, try_update_node_health
from model.controllers.nodelifecycle.no_execute import mark_as_reachable, process_taint_based_eviction
from model.controllers.nodelifecycle.pacing import Limiter, TaintQueue, with_rate
from model.controllers.nodelifecycle.pods import marks_pods, pods_to_mark
from model.controllers.nodelifecycle.settings import Settings
from model.controllers.nodelifecycle.taints import AddTaints, RemoveTaints
from model.controllers.nodelifecycle.zones import (
    EXCLUDED_FROM_DISRUPTION,
    Disruption,
    ZoneState,
    count_zone,
    handle_disruption,
)


class UpdateNodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """PUT of a Node's status with these conditions."""

    node: str
    conditions: tuple[NodeCondition, ...]


class MarkPodNotReady(msgspec.Struct, frozen=True, kw_only=True):
    """PUT of a Pod's status with Ready False."""

    pod: Pod


Write: TypeAlias = UpdateNodeStatus | AddTaints | RemoveTaints | MarkPodNotReady


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers from round to round; a restart forgets all of it."""

    known: tuple[str, ...] = ()
    """The Nodes of the last round."""
    health: Mapping[str, NodeHealth] = {}
    zones: Mapping[str, ZoneState | None] = {}
    queues: Mapping[str, TaintQueue] = {}
    """The queue of each zone that ever was."""
    retry: tuple[str, ...] = ()
    """Nodes whose Pods could not all be marked not ready."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What a round writes, and what is remembered afterwards."""

    writes: tuple[Write, ...] = ()
    memory: Memory


def monitor_node_health(
    nodes: Sequence[Node],
    leases: Mapping[str, int],
    pods: Sequence[Pod],
    memory: Memory,
    now: int,
    settings: Settings,
    *,
    refused: Collection[str] = (),
) -> Round:
    """Look at every Node in the cache once.

    `leases` has the renewal time of each Node's Lease. `refused` are the names of the Nodes and Pods whose status the
    API server refuses to write, each time that it is tried.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (monitorNodeHealth)
    """
    met = meet_nodes(nodes, memory, settings)
    writes, memory = met.writes, met.memory
    counted: dict[str, list[NodeCondition | None]] = {}
    for node in nodes:
        check = try_update_node_health(
            node, memory.health.get(node.name), leases.get(node.name), now, settings, refused=node.name in refused
        )
        memory = replace(memory, health={**memory.health, node.name: check.health})
        if check.failed:
            continue
        if EXCLUDED_FROM_DISRUPTION not in node.labels:
            counted.setdefault(zone_key(node.labels), []).append(check.current)
        done = act_on_health(node, check, pods, memory, now, refused)
        writes, memory = writes + done.writes, done.memory
    zones = {key: count_zone(conditions) for key, conditions in counted.items()}
    done = act_on_disruption(nodes, handle_disruption(memory.zones, zones, settings), memory, now)
    return Round(writes=writes + done.writes, memory=done.memory)


def meet_nodes(nodes: Sequence[Node], memory: Memory, settings: Settings) -> Round:
    """Zones that the controller does not know get a queue; Nodes that are new to it lose their NoExecute taints.

    After a restart all Nodes are new.
    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (classifyNodes, addPodEvictorForNewZone)
    """
    keys = [key for key in sorted({zone_key(node.labels) for node in nodes}) if key not in memory.zones]
    new = TaintQueue(limiter=Limiter(rate=settings.eviction_rate))
    queues = {**memory.queues, **dict.fromkeys(keys, new)}
    writes: tuple[Write, ...] = ()
    for node in nodes:
        if node.name not in memory.known:
            tainting = mark_as_reachable(node, queues[zone_key(node.labels)])
            writes += tainting.writes
            queues[zone_key(node.labels)] = tainting.queue
    zones = {**memory.zones, **dict.fromkeys(keys, ZoneState.INITIAL)}
    known = tuple(node.name for node in nodes)
    return Round(writes=writes, memory=replace(memory, known=known, zones=zones, queues=queues))


def act_on_health(
    node: Node, check: HealthCheck, pods: Sequence[Pod], memory: Memory, now: int, refused: Collection[str] = ()
) -> Round:
    """Write the Node's status, if it has changed; then its NoExecute taints; then mark its Pods.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (monitorNodeHealth)
    """
    retry = tuple(name for name in memory.retry if name != node.name)
    if check.current is None:
        return Round(memory=replace(memory, retry=retry))
    key = zone_key(node.labels)
    tainting = process_taint_based_eviction(node, check.current.status, memory.queues[key], now)
    marked = pods_to_mark(pods, node.name) if marks_pods(check, node.name in memory.retry) else ()
    if any(pod.name in refused for pod in marked):
        retry = (*retry, node.name)
    return Round(
        writes=(
            *(() if check.written is None else (UpdateNodeStatus(node=node.name, conditions=check.written),)),
            *tainting.writes,
            *(MarkPodNotReady(pod=pod) for pod in marked),
        ),
        memory=replace(memory, queues={**memory.queues, key: tainting.queue}, retry=retry),
    )


def act_on_disruption(nodes: Sequence[Node], disruption: Disruption, memory: Memory, now: int) -> Round:
    """Set the pace of the zones; with all zones fully disrupted, take all NoExecute taints away.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (handleDisruption)
    """
    writes: tuple[Write, ...] = ()
    queues = dict(memory.queues)
    health = dict(memory.health)
    for node in nodes:
        if disruption.entered:
            tainting = mark_as_reachable(node, queues[zone_key(node.labels)])
            writes += tainting.writes
            queues[zone_key(node.labels)] = tainting.queue
        if disruption.left:
            health[node.name] = after_disruption(health[node.name], now)
    queues |= {key: with_rate(queues[key], rate, now) for key, rate in disruption.rates.items()}
    return Round(writes=writes, memory=replace(memory, zones=disruption.states, queues=queues, health=health))
