"""Which Pods a controller takes for its owner's, which it adopts and which it lets go.

Source: pkg/controller/controller_ref_manager.go
"""

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from model.api.objects import Pod


class Owner(Protocol):
    """An object that owns Pods, whatever its kind."""

    @property
    def uid(self) -> str:
        """``metadata.uid``."""

    @property
    def deleting(self) -> bool:
        """``metadata.deletionTimestamp`` is set."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of claiming. An adopted Pod is as the cache shows it, without its new owner reference."""

    claimed: tuple[Pod, ...] = ()
    """Owned and adopted Pods, in the order given."""
    adopted: tuple[Pod, ...] = ()
    released: tuple[Pod, ...] = ()
    error: bool = False
    """An adoption was called for but not allowed: the sync ends here and is tried again."""


def owned(pod: Pod, owner: Owner) -> bool:
    """Whether the Pod's controlling owner reference names this owner, by uid."""
    return pod.controller is not None and pod.controller == owner.uid


def adoptable(pod: Pod, owner: Owner, selected: Callable[[Pod], bool]) -> bool:
    """Whether the Pod is an orphan that the selector matches, and neither of the two is being deleted."""
    return pod.controller is None and not owner.deleting and not pod.deleting and selected(pod)


def releasable(pod: Pod, owner: Owner, selected: Callable[[Pod], bool]) -> bool:
    """Whether the Pod is owned, the selector does not match it (any more), and the owner stays."""
    return owned(pod, owner) and not owner.deleting and not selected(pod)


def claim(owner: Owner, pods: Iterable[Pod], selected: Callable[[Pod], bool], *, can_adopt: bool = True) -> Claim:
    """Claim what is the owner's among `pods`; `selected` is its selector.

    `can_adopt` is what a live read of the owner says: the same uid is there and not being deleted. It is
    asked only if there is something to adopt.

    Source: pkg/controller/controller_ref_manager.go (ClaimObject, ClaimPods)
    """
    candidates = [(pod, adoptable(pod, owner, selected)) for pod in pods]
    adopted = tuple(pod for pod, adopts in candidates if adopts and can_adopt)
    return Claim(
        claimed=tuple(
            pod for pod, adopts in candidates if (adopts and can_adopt) or (owned(pod, owner) and selected(pod))
        ),
        adopted=adopted,
        released=tuple(pod for pod, _ in candidates if releasable(pod, owner, selected)),
        error=not can_adopt and any(adopts for _, adopts in candidates),
    )


def claimed_without_adopting(owner: Owner, pods: Iterable[Pod], selected: Callable[[Pod], bool]) -> list[Pod]:
    """The Pods that are owned and selected already.

    Source: pkg/controller/controller_utils.go (FilterClaimedPods)
    """
    return [pod for pod in pods if owned(pod, owner) and selected(pod)]
