"""What the DaemonSet controller does when a watch shows a change: note it, and queue DaemonSets.

A new or changed DaemonSet is simply queued; so is a deleted one, whose expectations are deleted. That a Node is gone is
no event. A Node that is new, or whose labels or taints changed, is queued by itself; `daemon_sets_to_queue` is what
comes of it.

Source: pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.should_run import node_should_run_daemon_pod

Selects = Callable[[DaemonSet, Pod], bool]
"""Whether the DaemonSet's selector matches the Pod."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What one watch event of a Pod leads to. The queue holds a DaemonSet at most once."""

    queued: tuple[DaemonSet, ...] = ()
    queued_after: tuple[tuple[DaemonSet, int], ...] = ()
    """DaemonSets to queue later, and after how many seconds."""
    creation_observed: DaemonSet | None = None
    """Whose expectations see a creation."""
    deletion_observed: DaemonSet | None = None
    """Whose expectations see a deletion: each sighting counts, even of one Pod twice."""


def resolve_controller(pod: Pod, daemon_sets: Sequence[DaemonSet]) -> DaemonSet | None:
    """The DaemonSet in the cache that owns the Pod, if there is one.

    Source: pkg/controller/daemon/daemon_controller.go (resolveControllerRef)
    """
    return next((each for each in daemon_sets if each.uid == pod.controller), None)


def pod_added(pod: Pod, daemon_sets: Sequence[DaemonSet], selects: Selects) -> Reaction:
    """A Pod appears. If it is being deleted already that is no creation; an orphan may be adopted.

    Source: pkg/controller/daemon/daemon_controller.go (addPod)
    """
    if pod.deleting:
        return pod_deleted(pod, daemon_sets)
    if pod.controller is None:
        return Reaction(queued=_selecting(pod, daemon_sets, selects))
    owner = resolve_controller(pod, daemon_sets)
    return Reaction() if owner is None else Reaction(queued=(owner,), creation_observed=owner)


def pod_updated(old: Pod, new: Pod, daemon_sets: Sequence[DaemonSet], selects: Selects) -> Reaction:
    """A Pod changes. That it is being deleted counts as a deletion, long before it is gone.

    A Pod that becomes ready is looked at again one second after it should be available, in case clocks differ. A
    resync, which shows a Pod that did not change, is no event.
    Source: pkg/controller/daemon/daemon_controller.go (updatePod)
    """
    if new.deleting:
        return pod_deleted(new, daemon_sets)
    changed_hands = old.controller != new.controller
    former = resolve_controller(old, daemon_sets) if changed_hands else None
    queued = () if former is None else (former,)
    if new.controller is None:
        adopters = _selecting(new, daemon_sets, selects) if old.labels != new.labels or changed_hands else ()
        return Reaction(queued=queued + adopters)
    owner = resolve_controller(new, daemon_sets)
    if owner is None:
        return Reaction(queued=queued)
    becomes_ready = new.ready and not old.ready and owner.min_ready_seconds > 0
    later = ((owner, owner.min_ready_seconds + 1),) if becomes_ready else ()
    return Reaction(queued=(*queued, owner), queued_after=later)


def pod_deleted(pod: Pod, daemon_sets: Sequence[DaemonSet]) -> Reaction:
    """A Pod is gone. That concerns its owner alone.

    Source: pkg/controller/daemon/daemon_controller.go (deletePod)
    """
    owner = resolve_controller(pod, daemon_sets)
    return Reaction() if owner is None else Reaction(queued=(owner,), deletion_observed=owner)


def node_update_matters(old: Node, new: Node) -> bool:
    """Whether a change of a Node is looked at: of its labels or taints, and of nothing else.

    Source: pkg/controller/daemon/daemon_controller.go (shouldIgnoreNodeUpdate)
    """
    return old.labels != new.labels or old.taints != new.taints


def queued_for_node(*, run: bool, continue_running: bool, scheduled: bool, misscheduled: int) -> bool:
    """Whether a DaemonSet is queued for a Node: a Pod is missing or must go, or its status may be out of date.

    `scheduled` says that a Pod of it is bound to the Node; one that is only pinned to it does not count. `misscheduled`
    is what the DaemonSet's status says.
    Source: pkg/controller/daemon/daemon_controller.go (syncNodeUpdate)
    """
    if not scheduled:
        return run
    return not continue_running or misscheduled > 0


def daemon_sets_to_queue(node: Node, daemon_sets: Iterable[DaemonSet], pods: Sequence[Pod]) -> list[DaemonSet]:
    """The DaemonSets to queue because `node` is new or has changed; `pods` are what the cache shows.

    Kubernetes goes by the owner's name here: Pods of an earlier DaemonSet with the same name, which are about to be
    collected, count there, but not here.
    Source: pkg/controller/daemon/daemon_controller.go (syncNodeUpdate)
    """
    on_node = [pod.controller for pod in pods if pod.node == node.name]
    found = []
    for daemon_set in daemon_sets:
        should_run = node_should_run_daemon_pod(node, daemon_set.template)
        if queued_for_node(
            run=should_run.run,
            continue_running=should_run.continue_running,
            scheduled=daemon_set.uid in on_node,
            misscheduled=daemon_set.number_misscheduled,
        ):
            found.append(daemon_set)
    return found


def _selecting(pod: Pod, daemon_sets: Sequence[DaemonSet], selects: Selects) -> tuple[DaemonSet, ...]:
    return tuple(daemon_set for daemon_set in daemon_sets if selects(daemon_set, pod))
