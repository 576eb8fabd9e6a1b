"""The taints by which the node lifecycle controller says what is wrong with a Node.

NoSchedule taints mirror the conditions at once. NoExecute taints say that the Node is not ready (``not-ready``) or
silent (``unreachable``), never both; the first of them comes at the pace of the Node's zone (see `pacing`).

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

from collections.abc import Iterable

import msgspec

from model.api.nodes import ConditionStatus, Node, NodeConditionType
from model.api.taints import NODE_UNSCHEDULABLE, Taint, TaintEffect, same_taint

NOT_READY = Taint(key="node.kubernetes.io/not-ready", effect=TaintEffect.NO_EXECUTE)
UNREACHABLE = Taint(key="node.kubernetes.io/unreachable", effect=TaintEffect.NO_EXECUTE)

CONDITION_TAINTS: tuple[tuple[str, str, str], ...] = (
    (NodeConditionType.READY, ConditionStatus.FALSE, NOT_READY.key),
    (NodeConditionType.READY, ConditionStatus.UNKNOWN, UNREACHABLE.key),
    (NodeConditionType.MEMORY_PRESSURE, ConditionStatus.TRUE, "node.kubernetes.io/memory-pressure"),
    (NodeConditionType.DISK_PRESSURE, ConditionStatus.TRUE, "node.kubernetes.io/disk-pressure"),
    (NodeConditionType.NETWORK_UNAVAILABLE, ConditionStatus.TRUE, "node.kubernetes.io/network-unavailable"),
    (NodeConditionType.PID_PRESSURE, ConditionStatus.TRUE, "node.kubernetes.io/pid-pressure"),
)
"""Type and status of a condition, and the key of the taint that they stand for."""

OWN_KEYS = (NODE_UNSCHEDULABLE, *(key for _, _, key in CONDITION_TAINTS))
"""Keys of the NoSchedule taints that are the controller's: it removes them when their reason is gone."""


class AddTaints(msgspec.Struct, frozen=True, kw_only=True):
    """PATCH of the live Node's taints: these are added, each in place of the same taint."""

    node: str
    taints: tuple[Taint, ...]


class RemoveTaints(msgspec.Struct, frozen=True, kw_only=True):
    """PATCH of the live Node's taints: these are removed."""

    node: str
    taints: tuple[Taint, ...]


def taint_exists(taints: Iterable[Taint], taint: Taint) -> bool:
    """Whether `taints` has that taint, with whatever value.

    Source: pkg/util/taints/taints.go (TaintExists)
    """
    return any(same_taint(taint, each) for each in taints)


def applied(write: AddTaints | RemoveTaints, taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """The live Node's `taints` after the write.

    Source: pkg/util/taints/taints.go (AddOrUpdateTaint, RemoveTaint)
    """
    if isinstance(write, RemoveTaints):
        return tuple(each for each in taints if not taint_exists(write.taints, each))
    for new in write.taints:
        if taint_exists(taints, new):
            taints = tuple(new if same_taint(new, each) else each for each in taints)
        else:
            taints = (*taints, new)
    return taints


def remove_taints(node: Node, *taints: Taint) -> tuple[RemoveTaints, ...]:
    """The write that removes `taints`; none if the cached Node has none of them.

    Source: pkg/controller/controller_utils.go (RemoveTaintOffNode)
    """
    present = any(taint_exists(node.taints, taint) for taint in taints)
    return (RemoveTaints(node=node.name, taints=taints),) if present else ()


def swap_taints(
    node: Node, added: tuple[Taint, ...], removed: tuple[Taint, ...]
) -> tuple[AddTaints | RemoveTaints, ...]:
    """First one write that adds, then one that removes: in between the Node has both.

    Source: pkg/controller/util/node/controller_utils.go (SwapNodeControllerTaint)
    """
    adding = (AddTaints(node=node.name, taints=added),) if added else ()
    return (*adding, *remove_taints(node, *removed))


def condition_taints(node: Node) -> tuple[Taint, ...]:
    """The NoSchedule taints that the Node's conditions stand for, and the one of a cordoned Node."""
    keys = [
        key
        for condition in node.conditions
        for type, status, key in CONDITION_TAINTS
        if condition.type == type and condition.status == status
    ]
    if node.unschedulable:
        keys.append(NODE_UNSCHEDULABLE)
    return tuple(Taint(key=key, effect=TaintEffect.NO_SCHEDULE) for key in keys)


def no_schedule_taints(node: Node) -> tuple[AddTaints | RemoveTaints, ...]:
    """Make the NoSchedule taints of the Node mirror its conditions.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass)
    """
    wanted = condition_taints(node)
    own = [taint for taint in node.taints if taint.effect is TaintEffect.NO_SCHEDULE and taint.key in OWN_KEYS]
    return swap_taints(
        node,
        added=tuple(taint for taint in wanted if not taint_exists(own, taint)),
        removed=tuple(taint for taint in own if not taint_exists(wanted, taint)),
    )


def no_execute_taint(ready: str) -> Taint | None:
    """The NoExecute taint of a Node whose Ready condition has that status; None if it has to have none."""
    if ready == ConditionStatus.FALSE:
        return NOT_READY
    return UNREACHABLE if ready == ConditionStatus.UNKNOWN else None


def opposite(taint: Taint) -> Taint:
    """The NoExecute taint that a Node with `taint` must not have."""
    return UNREACHABLE if taint == NOT_READY else NOT_READY


def no_execute_taints(node: Node, taint: Taint) -> tuple[AddTaints | RemoveTaints, ...]:
    """Give the Node that NoExecute taint, and take the opposite one away."""
    return swap_taints(node, added=(taint,), removed=(opposite(taint),))
