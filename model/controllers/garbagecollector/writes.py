"""What the garbage collector writes to the API server, and what it makes of the answers.

Source: pkg/controller/garbagecollector/operations.go, pkg/controller/garbagecollector/patch.go
"""

from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from model.api.object_meta import ObjectMeta, without_owners
from model.api.owner_references import OwnerReference
from model.control_plane.apiserver.deletion import DeleteOptions
from model.controllers.garbagecollector.graph import Identity

FINALIZER_RETRY_STEPS = 4
"""How often the removal of a finalizer is tried in a row that meets conflicts."""


class RemoveOwnerReferences(msgspec.Struct, frozen=True):
    """PATCH of an object that takes away its references to `owners` (uids). Its uid is a precondition."""

    item: Identity
    owners: tuple[str, ...]


class UnblockOwnerReferences(msgspec.Struct, frozen=True):
    """PATCH of an object that sets blockOwnerDeletion to false in these references. Its uid is a precondition."""

    item: Identity
    references: tuple[OwnerReference, ...]


class DeleteObject(msgspec.Struct, frozen=True):
    """DELETE of an object, with its uid and the resource version that was read as preconditions."""

    item: Identity
    options: DeleteOptions
    owners: tuple[OwnerReference, ...]
    """Its owner references as they were read."""


class RemoveFinalizer(msgspec.Struct, frozen=True):
    """PATCH of an object that sets its finalizers to those left. The resource version is a precondition."""

    item: Identity
    finalizers: tuple[str, ...]
    resource_version: int


Write: TypeAlias = RemoveOwnerReferences | UnblockOwnerReferences | DeleteObject | RemoveFinalizer


def remove_finalizer(item: Identity, live: ObjectMeta | None, finalizer: str) -> RemoveFinalizer | None:
    """Take `finalizer` off the object as it was read; None if it is gone, or the object is.

    On a conflict the object is read again, `FINALIZER_RETRY_STEPS` times in all.
    Source: pkg/controller/garbagecollector/operations.go (removeFinalizer)
    """
    if live is None or finalizer not in live.finalizers:
        return None
    left = tuple(each for each in live.finalizers if each != finalizer)
    return RemoveFinalizer(item, left, live.resource_version)


def delete_after_conflict(refused: DeleteObject, live: ObjectMeta | None) -> DeleteObject | None:
    """The DELETE to send after a conflict: any version will do if the object has the same owners as before.

    None if it is gone, is another, or has other owners: then it is looked at afresh.
    Source: pkg/controller/garbagecollector/operations.go (deleteObject)
    """
    if live is None or refused.options.resource_version is None or live.uid != refused.item.uid:
        return None
    if live.resource_version == refused.options.resource_version or live.owners != refused.owners:
        return None
    return DeleteObject(refused.item, replace(refused.options, resource_version=None), ())


def patched(live: ObjectMeta, write: RemoveOwnerReferences | UnblockOwnerReferences) -> ObjectMeta:
    """The stored object after the patch: references are told apart by uid.

    Source: pkg/controller/garbagecollector/patch.go
    """
    match write:
        case RemoveOwnerReferences(owners=uids):
            return replace(live, owners=without_owners(live.owners, uids))
        case UnblockOwnerReferences(references=references):
            known = {reference.uid: replace(reference, block_owner_deletion=False) for reference in references}
            own = {owner.uid: owner for owner in live.owners}
            return replace(live, owners=tuple((own | known).values()))
