"""What every API object carries, whatever its kind: identity, owners, finalizers, deletion.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
"""

from collections.abc import Sequence

import msgspec

from model.api.owner_references import OwnerReference

ORPHAN_FINALIZER = "orphan"
"""The object goes only after its dependents have lost their references to it."""
FOREGROUND_FINALIZER = "foregroundDeletion"
"""The object goes only after the dependents that block its deletion."""


class ObjectMeta(msgspec.Struct, frozen=True, kw_only=True):
    """``metadata`` of an object, and its kind. Cluster-scoped objects have no namespace. Times are in seconds."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: int = 0
    """Counts the changes of the object; a write that carries an older one is refused."""
    generation: int = 0
    owners: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    deletion_timestamp: int | None = None
    """When the object is to be gone: the start of its deletion plus the grace period."""
    deletion_grace_period_seconds: int | None = None


def being_deleted(meta: ObjectMeta) -> bool:
    """Whether somebody has asked for the object to be deleted."""
    return meta.deletion_timestamp is not None


def waits_for_dependents(meta: ObjectMeta) -> bool:
    """Whether the object is being deleted in the foreground: its dependents go first."""
    return being_deleted(meta) and FOREGROUND_FINALIZER in meta.finalizers


def without_owners(owners: Sequence[OwnerReference], uids: Sequence[str]) -> tuple[OwnerReference, ...]:
    """The owner references that name none of the `uids`."""
    return tuple(owner for owner in owners if owner.uid not in uids)
