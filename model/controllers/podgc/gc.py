"""One pass of the Pod garbage collector, which goes over all Pods of the cluster every 20 seconds.

Source: pkg/controller/podgc/gc_controller.go
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

import msgspec

from model.api.objects import Condition, Pod
from model.api.pods import terminal
from model.api.refusals import Refusal
from model.control_plane.scheduler.filters import Node
from model.controllers.podgc.collection import (
    TERMINATED_POD_THRESHOLD,
    collection_order,
    orphaned_pods,
    out_of_service,
    terminated_pods,
    terminating_pods,
    unscheduled_terminating_pods,
)
from model.controllers.podgc.quarantine import (
    QUARANTINE_TIME,
    Quarantine,
    discover_deleted_nodes,
    missing_nodes,
)

GC_CHECK_PERIOD = 20
"""Seconds between passes (``gcCheckPeriod``)."""

DELETION_BY_POD_GC = Condition(type="DisruptionTarget", status="True", reason="DeletionByPodGC")
"""What the status of an orphaned Pod says, for the sake of Jobs."""


class MarkFailed(msgspec.Struct, frozen=True):
    """PATCH of a Pod's status, under the precondition of its uid: its phase is Failed, for nobody else will say so."""

    pod: Pod
    condition: Condition | None = None
    """A condition that is set along with it."""


class DeletePod(msgspec.Struct, frozen=True):
    """DELETE of a Pod by name, without grace: it is gone at once, or when its finalizers are."""

    pod: Pod


Write: TypeAlias = MarkFailed | DeletePod

Answer: TypeAlias = Callable[[Write], Refusal | None]
"""The API server's answer to a write: None if it accepts it."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass did: its accepted writes in order, and the Nodes in quarantine after it."""

    writes: tuple[Write, ...] = ()
    quarantine: Quarantine = {}


def accepted(write: Write) -> None:
    """The answer of an API server that refuses nothing."""


def mark_failed_and_delete(pod: Pod, answer: Answer, condition: Condition | None = None) -> tuple[Write, ...]:
    """Delete the Pod, but mark it as failed before, unless it has finished. If that is refused, nothing follows.

    A Pod that has finished does not get the condition either.
    Source: pkg/controller/podgc/gc_controller.go (markFailedAndDeletePodWithCondition)
    """
    marks = () if terminal(pod) else (MarkFailed(pod, condition),)
    if any(answer(mark) is not None for mark in marks):
        return ()
    delete = DeletePod(pod)
    return (*marks, delete) if answer(delete) is None else marks


def collect(pods: Iterable[Pod], answer: Answer, condition: Condition | None = None) -> tuple[Write, ...]:
    """Mark and delete each of the Pods; what is refused for one does not stop the others."""
    return tuple(write for pod in pods for write in mark_failed_and_delete(pod, answer, condition))


def gc(
    pods: Sequence[Pod],
    nodes: Sequence[Node],
    now: int,
    *,
    ready_nodes: Collection[str] = (),
    live_nodes: Collection[str] = (),
    quarantine: Quarantine | None = None,
    threshold: int = TERMINATED_POD_THRESHOLD,
    quarantine_time: int = QUARANTINE_TIME,
    answer: Answer = accepted,
) -> Pass:
    """One pass over the `pods` and `nodes` that the caches show, at `now` (seconds).

    `ready_nodes` are the names of those whose Ready condition is True, `live_nodes` of those that the API server has,
    or does not answer for. `quarantine` is what the last pass left. A Pod that is to go for two reasons is deleted
    twice. Pods of a Node that is out of service are deleted at once.

    Source: pkg/controller/podgc/gc_controller.go (gc)
    """
    known = [node.name for node in nodes]
    off = [node.name for node in nodes if out_of_service(node.name in ready_nodes, node.taints)]
    discovered = discover_deleted_nodes(
        quarantine or {}, missing_nodes(pods, known), known, live_nodes, now, quarantine_time
    )
    writes = (
        collect(terminated_pods(pods, threshold), answer)
        + collect(sorted(terminating_pods(pods, off), key=collection_order), answer)
        + collect(orphaned_pods(pods, discovered.deleted_nodes), answer, DELETION_BY_POD_GC)
        + collect(unscheduled_terminating_pods(pods), answer)
    )
    return Pass(writes=writes, quarantine=discovered.quarantine)
