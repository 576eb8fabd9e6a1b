"""Owners that have been found not to exist: the garbage collector does not ask for them again.

They are forgotten only when there are too many; as uids are never used twice, that is safe.

Source: pkg/controller/garbagecollector/uid_cache.go
"""

from model.api.owner_references import OwnerReference
from model.controllers.garbagecollector.graph import Identity, identity_by_reference

MAX_ABSENT_OWNERS = 500
"""The most owners that are remembered."""

AbsentOwners = tuple[Identity, ...]
"""The one asked for last comes last."""


def remembered(absent: AbsentOwners, identity: Identity, size: int = MAX_ABSENT_OWNERS) -> AbsentOwners:
    """The owners with this one as the last; the one that was not asked for longest goes if there are too many.

    Source: pkg/controller/garbagecollector/uid_cache.go (Add, Has)
    """
    return (*(each for each in absent if each != identity), identity)[-size:]


def known_absent(absent: AbsentOwners, reference: OwnerReference, namespace: str) -> Identity | None:
    """The remembered owner that a reference from an object of that namespace means; None if there is none.

    Source: pkg/controller/garbagecollector/garbagecollector.go (isDangling)
    """
    meant = (identity_by_reference(reference, ""), identity_by_reference(reference, namespace))
    return next((identity for identity in meant if identity in absent), None)
