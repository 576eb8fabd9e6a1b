"""When a Node gets its NoExecute taint, and when it is taken away.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

from typing import TypeAlias

import msgspec

from model.api.nodes import ConditionStatus, Node, ready_condition
from model.api.taints import Taint
from model.controllers.nodelifecycle.pacing import RETRY_AFTER, TaintQueue, add, postponed, remove, served
from model.controllers.nodelifecycle.taints import (
    NOT_READY,
    UNREACHABLE,
    AddTaints,
    RemoveTaints,
    no_execute_taint,
    no_execute_taints,
    opposite,
    remove_taints,
    taint_exists,
)

TaintWrites: TypeAlias = tuple[AddTaints | RemoveTaints, ...]


class Tainting(msgspec.Struct, frozen=True, kw_only=True):
    """What is written to the API server, in this order, and the zone's queue afterwards."""

    writes: TaintWrites = ()
    queue: TaintQueue


def mark_as_reachable(node: Node, queue: TaintQueue) -> Tainting:
    """Take both NoExecute taints away, by a write each, and the Node out of the queue.

    A write that is refused ends this, and leaves the Node in the queue.
    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (markNodeAsReachable)
    """
    writes = (*remove_taints(node, UNREACHABLE), *remove_taints(node, NOT_READY))
    return Tainting(writes=writes, queue=remove(queue, node.name))


def mark_for_tainting(node: Node, taint: Taint, queue: TaintQueue, now: float) -> TaintQueue:
    """Put the Node into the queue, behind the others even if it waits there: unless it has the taint and was served.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (markNodeForTainting)
    """
    if not taint_exists(node.taints, taint):
        queue = remove(queue, node.name)
    return add(queue, node.name, now)


def process_taint_based_eviction(node: Node, ready: str, queue: TaintQueue, now: float) -> Tainting:
    """What the status of the Ready condition, `ready`, means for the NoExecute taints of the Node in the cache.

    A Node that has the opposite taint was tainted at its zone's pace before: it is swapped at once.
    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (processTaintBaseEviction)
    """
    if ready == ConditionStatus.TRUE:
        return mark_as_reachable(node, queue)
    taint = no_execute_taint(ready)
    if taint is None:
        return Tainting(queue=queue)
    if taint_exists(node.taints, opposite(taint)):
        return Tainting(writes=no_execute_taints(node, taint), queue=queue)
    return Tainting(queue=mark_for_tainting(node, taint, queue, now))


def taint_queued_node(
    name: str, node: Node | None, queue: TaintQueue, now: float, *, refused: bool = False
) -> Tainting:
    """Taint the Node whose turn it is, by its Ready condition now; `node` is None if the cache has it no more.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoExecuteTaintingPass)
    """
    if node is None:
        return Tainting(queue=served(queue, name))
    ready = ready_condition(node)
    if ready is None:
        return Tainting(queue=postponed(queue, name, now, RETRY_AFTER))
    taint = no_execute_taint(ready.status)
    if taint is None:
        return Tainting(queue=served(queue, name))
    after = postponed(queue, name, now) if refused else served(queue, name)
    return Tainting(writes=no_execute_taints(node, taint), queue=after)
