"""What an object's owner references are worth: is the owner there, and does it stay?

Source: pkg/controller/garbagecollector/garbagecollector.go
"""

from collections.abc import Callable
from enum import Enum

import msgspec

from model.api.object_meta import ObjectMeta, waits_for_dependents
from model.api.owner_references import OwnerReference
from model.controllers.garbagecollector.absent_owners import AbsentOwners, known_absent, remembered
from model.controllers.garbagecollector.graph import Identity, identity_by_reference

LiveOwner = Callable[[OwnerReference], ObjectMeta | None]
"""The object with the kind and name of a reference, in the dependent's namespace, as the API server has it now."""

Namespaced = Callable[[str], bool | None]
"""Whether objects of a kind are in namespaces; None if the garbage collector does not know the kind (yet)."""


class Unclassified(Enum):
    """Why an object's references cannot be told apart."""

    UNKNOWN_KIND = "an owner's kind is unknown: perhaps it is known later"
    NAMESPACED_OWNER = "a cluster-scoped object has a namespaced owner: that will never be right"


class Classified(msgspec.Struct, frozen=True, kw_only=True):
    """An object's owner references, and the absent owners known after looking them up."""

    solid: tuple[OwnerReference, ...] = ()
    """The owner is there, and does not wait for its dependents to go."""
    dangling: tuple[OwnerReference, ...] = ()
    """There is no such owner; one with the same name and another uid is another."""
    waiting: tuple[OwnerReference, ...] = ()
    """The owner is being deleted in the foreground."""
    absent: AbsentOwners = ()
    error: Unclassified | None = None


def classify(
    item: Identity,
    references: tuple[OwnerReference, ...],
    live_owner: LiveOwner,
    absent: AbsentOwners,
    namespaced: Namespaced,
) -> Classified:
    """Tell the references of `item` apart; the first that cannot be looked up ends it.

    Source: pkg/controller/garbagecollector/garbagecollector.go (classifyReferences, isDangling)
    """
    classified = Classified(absent=absent)
    for reference in references:
        classified = _with_reference(classified, item, reference, live_owner, namespaced)
        if classified.error is not None:
            break
    return classified


def _with_reference(
    classified: Classified, item: Identity, reference: OwnerReference, live_owner: LiveOwner, namespaced: Namespaced
) -> Classified:
    known = known_absent(classified.absent, reference, item.namespace)
    if known is not None:
        return _with_dangling(classified, reference, known)
    scope = namespaced(reference.kind)
    if scope is None:
        return msgspec.structs.replace(classified, error=Unclassified.UNKNOWN_KIND)
    if scope and not item.namespace:
        return msgspec.structs.replace(classified, error=Unclassified.NAMESPACED_OWNER)
    owner = live_owner(reference)
    if owner is None or owner.uid != reference.uid:
        identity = identity_by_reference(reference, item.namespace if scope else "")
        return _with_dangling(classified, reference, identity)
    if waits_for_dependents(owner):
        return msgspec.structs.replace(classified, waiting=(*classified.waiting, reference))
    return msgspec.structs.replace(classified, solid=(*classified.solid, reference))


def _with_dangling(classified: Classified, reference: OwnerReference, owner: Identity) -> Classified:
    return msgspec.structs.replace(
        classified, dangling=(*classified.dangling, reference), absent=remembered(classified.absent, owner)
    )
