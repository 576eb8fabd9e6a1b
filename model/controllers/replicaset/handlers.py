"""What the ReplicaSet controller does when a watch shows a change: note it, and queue ReplicaSets.

A new or changed ReplicaSet is simply queued. A deleted one is queued and its expectations are deleted; a
ReplicaSet that comes back with another uid is taken for a deletion and a creation.

Source: pkg/controller/replicaset/replica_set.go
"""

from collections.abc import Callable, Sequence

import msgspec

from model.api.objects import Pod, ReplicaSet
from model.controllers.claims import owned

Selects = Callable[[ReplicaSet, Pod], bool]
"""Whether the ReplicaSet's selector matches the Pod."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What one watch event of a Pod leads to. The queue holds a ReplicaSet at most once."""

    queued: tuple[ReplicaSet, ...] = ()
    queued_after: tuple[tuple[ReplicaSet, int], ...] = ()
    """ReplicaSets to queue later, and after how many seconds."""
    creation_observed: ReplicaSet | None = None
    """Whose expectations see a creation."""
    deletion_observed: tuple[ReplicaSet, ...] = ()
    """Whose expectations see the deletion of this Pod, by its key."""


def resolve_controller(pod: Pod, replica_sets: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The ReplicaSet in the cache that owns the Pod, if there is one.

    Source: pkg/controller/replicaset/replica_set.go (resolveControllerRef)
    """
    return next((replica_set for replica_set in replica_sets if owned(pod, replica_set)), None)


def pod_added(pod: Pod, replica_sets: Sequence[ReplicaSet], selects: Selects) -> Reaction:
    """A Pod appears. If it is being deleted already that is no creation; an orphan may be adopted.

    Source: pkg/controller/replicaset/replica_set.go (addPod)
    """
    if pod.deleting:
        return pod_deleted(pod, replica_sets)
    if pod.controller is None:
        return Reaction(queued=_selecting(pod, replica_sets, selects))
    owner = resolve_controller(pod, replica_sets)
    return Reaction() if owner is None else Reaction(queued=(owner,), creation_observed=owner)


def pod_updated(old: Pod, new: Pod, replica_sets: Sequence[ReplicaSet], selects: Selects) -> Reaction:
    """A Pod changes. That it is being deleted counts as a deletion, long before it is gone.

    A resync, which shows a Pod that did not change, is no event.
    Source: pkg/controller/replicaset/replica_set.go (updatePod)
    """
    relabeled = old.labels != new.labels
    if new.deleting:
        seen = (new, old) if relabeled else (new,)
        owners = tuple(owner for pod in seen for owner in pod_deleted(pod, replica_sets).deletion_observed)
        return Reaction(queued=owners, deletion_observed=owners)
    changed_hands = old.controller != new.controller
    former = resolve_controller(old, replica_sets) if changed_hands else None
    queued = () if former is None else (former,)
    if new.controller is None:
        adopters = _selecting(new, replica_sets, selects) if relabeled or changed_hands else ()
        return Reaction(queued=queued + adopters)
    owner = resolve_controller(new, replica_sets)
    if owner is None:
        return Reaction(queued=queued)
    becomes_ready = new.ready and not old.ready and owner.min_ready_seconds > 0
    later = ((owner, owner.min_ready_seconds),) if becomes_ready else ()
    return Reaction(queued=(*queued, owner), queued_after=later)


def pod_deleted(pod: Pod, replica_sets: Sequence[ReplicaSet]) -> Reaction:
    """A Pod is gone. That concerns its owner alone.

    Source: pkg/controller/replicaset/replica_set.go (deletePod)
    """
    owner = resolve_controller(pod, replica_sets)
    return Reaction() if owner is None else Reaction(queued=(owner,), deletion_observed=(owner,))


def _selecting(pod: Pod, replica_sets: Sequence[ReplicaSet], selects: Selects) -> tuple[ReplicaSet, ...]:
    return tuple(replica_set for replica_set in replica_sets if selects(replica_set, pod))
