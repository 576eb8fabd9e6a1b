"""Whether a Node still gives signs of life; if not, its conditions become Unknown.

A sign of life is a *change*: another heartbeat in the Ready condition, or a Lease renewed later than before. What
counts is when the controller saw it, on its own clock; nobody else remembers that.

Left out: when the Ready condition was seen to change. The real controller notes it, but nothing depends on it.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

import msgspec
from msgspec.structs import replace

from model.api.nodes import (
    ConditionStatus,
    Node,
    NodeCondition,
    NodeConditionType,
    find_node_condition,
    ready_condition,
)
from model.controllers.nodelifecycle.settings import Settings

POSTED_BY_KUBELET = (
    NodeConditionType.READY,
    NodeConditionType.MEMORY_PRESSURE,
    NodeConditionType.DISK_PRESSURE,
    NodeConditionType.PID_PRESSURE,
)
"""Conditions that nobody vouches for once the kubelet is silent; NetworkUnavailable is set by the control plane."""


class NodeHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers of a Node; a restart forgets it. Times are in seconds."""

    ready: NodeCondition | None = None
    """The Ready condition when it last gave a sign of life, or as the controller itself wrote it."""
    probed: int
    """When the last sign of life was seen."""
    lease_renewed: int | None = None
    """``spec.renewTime`` of the Lease when it last was a sign of life."""


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a Node's health comes to."""

    observed: NodeCondition
    """The Ready condition before; Unknown since the Node's creation if it had none."""
    current: NodeCondition | None
    """The Ready condition afterwards."""
    written: tuple[NodeCondition, ...] | None = None
    """All conditions, to be written into the Node's status; None: nothing is written."""
    health: NodeHealth
    """What is remembered now."""
    failed: bool = False
    """The write was refused: the same again with the live Node, five times at most."""


def try_update_node_health(
    node: Node,
    health: NodeHealth | None,
    lease_renewed: int | None,
    now: int,
    settings: Settings,
    *,
    refused: bool = False,
) -> HealthCheck:
    """Look at a Node's signs of life, and make its conditions Unknown if it gave none during its grace period.

    `health` is what is remembered of the Node, None if it is new; `lease_renewed` the renewal time of its Lease, None
    if it has none. `refused` says that the API server refuses the status, should it be written.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth)
    """
    ready = ready_condition(node)
    observed = ready or never_posted(node)
    grace = settings.startup_grace if ready is None else settings.monitor_grace
    seen = after_lease(after_heartbeat(node, ready, health, now), health, lease_renewed, now)
    if now <= seen.probed + grace:
        return HealthCheck(observed=observed, current=ready, health=seen)
    conditions = unknown_conditions(node, now)
    current = find_node_condition(conditions, NodeConditionType.READY)
    if current == observed:
        return HealthCheck(observed=observed, current=current, health=seen)
    if refused:
        kept = replace(seen, ready=current) if ready is None else seen
        return HealthCheck(observed=observed, current=current, health=kept, failed=True)
    written = NodeHealth(ready=current, probed=seen.probed, lease_renewed=lease_renewed)
    return HealthCheck(observed=observed, current=current, written=conditions, health=written)


def never_posted(node: Node) -> NodeCondition:
    """What stands in for the Ready condition of a Node that has none."""
    return NodeCondition(
        type=NodeConditionType.READY,
        status=ConditionStatus.UNKNOWN,
        last_heartbeat_time=node.created,
        last_transition_time=node.created,
    )


def after_heartbeat(node: Node, ready: NodeCondition | None, health: NodeHealth | None, now: int) -> NodeHealth:
    """What is remembered once the Ready condition was looked at.

    The grace period of a Node without one counts from its creation, or from the last sign of life that it gave. With
    another heartbeat the controller also forgets the Lease: its next look takes it for renewed.
    """
    if ready is None:
        return NodeHealth(probed=node.created) if health is None else replace(health, ready=None)
    if health is None or health.ready is None or health.ready.last_heartbeat_time != ready.last_heartbeat_time:
        return NodeHealth(ready=ready, probed=now)
    return health


def after_lease(seen: NodeHealth, before: NodeHealth | None, lease_renewed: int | None, now: int) -> NodeHealth:
    """What is remembered once the Lease was looked at, too: has it been renewed since `before`?"""
    if lease_renewed is None:
        return seen
    known = None if before is None else before.lease_renewed
    if known is None or known < lease_renewed:
        return replace(seen, lease_renewed=lease_renewed, probed=now)
    return seen


def unknown_conditions(node: Node, now: int) -> tuple[NodeCondition, ...]:
    """The Node's conditions, those that the kubelet posts made Unknown, or added where it never posted them."""
    kept = tuple(_unknown(each, now) if each.type in POSTED_BY_KUBELET else each for each in node.conditions)
    added = tuple(
        NodeCondition(
            type=type,
            status=ConditionStatus.UNKNOWN,
            reason="NodeStatusNeverUpdated",
            last_heartbeat_time=node.created,
            last_transition_time=now,
        )
        for type in POSTED_BY_KUBELET
        if find_node_condition(node.conditions, type) is None
    )
    return kept + added


def _unknown(condition: NodeCondition, now: int) -> NodeCondition:
    """The condition, Unknown from now on unless it was Unknown before."""
    if condition.status == ConditionStatus.UNKNOWN:
        return condition
    return replace(condition, status=ConditionStatus.UNKNOWN, reason="NodeStatusUnknown", last_transition_time=now)


def after_disruption(health: NodeHealth, now: int) -> NodeHealth:
    """What is remembered of every Node when not all zones are fully disrupted any more: all get a new grace period.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (handleDisruption)
    """
    return replace(health, probed=now)
