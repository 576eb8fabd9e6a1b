"""Owner references: which objects an object belongs to, and goes with.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
"""

import msgspec


class OwnerReference(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``metadata.ownerReferences``; the API version goes without saying."""

    kind: str
    name: str
    uid: str
    controller: bool = False
    block_owner_deletion: bool = False
    """The owner, if it is deleted in the foreground, waits for this object to go first."""
