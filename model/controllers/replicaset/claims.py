"""Which Pods a ReplicaSet's controller takes for its own, which it adopts and which it lets go.

Source: pkg/controller/controller_ref_manager.go
"""

from collections.abc import Callable, Iterable

import msgspec

from model.api.objects import Pod, ReplicaSet


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of claiming. An adopted Pod is as the cache shows it, without its new owner reference."""

    claimed: tuple[Pod, ...] = ()
    """Owned and adopted Pods, in the order given."""
    adopted: tuple[Pod, ...] = ()
    released: tuple[Pod, ...] = ()
    error: bool = False
    """An adoption was called for but not allowed: the sync ends here and is tried again."""


def owned(pod: Pod, replica_set: ReplicaSet) -> bool:
    """Whether the Pod's controlling owner reference names this ReplicaSet, by uid."""
    return pod.controller is not None and pod.controller == replica_set.uid


def adoptable(pod: Pod, replica_set: ReplicaSet, selected: Callable[[Pod], bool]) -> bool:
    """Whether the Pod is an orphan that the selector matches, and neither of the two is being deleted."""
    return pod.controller is None and not replica_set.deleting and not pod.deleting and selected(pod)


def releasable(pod: Pod, replica_set: ReplicaSet, selected: Callable[[Pod], bool]) -> bool:
    """Whether the Pod is owned, the selector does not match it (any more), and the ReplicaSet stays."""
    return owned(pod, replica_set) and not replica_set.deleting and not selected(pod)


def claim(
    replica_set: ReplicaSet, pods: Iterable[Pod], selected: Callable[[Pod], bool], *, can_adopt: bool = True
) -> Claim:
    """Claim what is the ReplicaSet's among `pods`; `selected` is its selector.

    `can_adopt` is what a live read of the ReplicaSet says: the same uid is there and not being deleted. It is
    asked only if there is something to adopt.

    Source: pkg/controller/controller_ref_manager.go (ClaimObject, ClaimPods)
    """
    candidates = [(pod, adoptable(pod, replica_set, selected)) for pod in pods]
    adopted = tuple(pod for pod, adopts in candidates if adopts and can_adopt)
    return Claim(
        claimed=tuple(
            pod for pod, adopts in candidates if (adopts and can_adopt) or (owned(pod, replica_set) and selected(pod))
        ),
        adopted=adopted,
        released=tuple(pod for pod, _ in candidates if releasable(pod, replica_set, selected)),
        error=not can_adopt and any(adopts for _, adopts in candidates),
    )


def claimed_without_adopting(
    replica_set: ReplicaSet, pods: Iterable[Pod], selected: Callable[[Pod], bool]
) -> list[Pod]:
    """The Pods that are owned and selected already.

    Source: pkg/controller/controller_utils.go (FilterClaimedPods)
    """
    return [pod for pod in pods if owned(pod, replica_set) and selected(pod)]
