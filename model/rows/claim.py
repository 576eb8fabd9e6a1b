"""What the state keeps of the PersistentVolumeClaims of a StatefulSet's Pod."""

from enum import Enum

from checker.state import Row
from model.rows.slots import StatefulSetSlot


class ClaimOwner(Enum):
    """Whom a claim goes with (``metadata.ownerReferences``)."""

    NOBODY = "nobody"
    STATEFUL_SET = "StatefulSet"
    POD = "Pod"
    """The Pod of its ordinal that was there when the StatefulSet did not want that ordinal any more."""


class Claim(Row, frozen=True):
    """The claims that a StatefulSet's Pods with one ordinal mount, as one: what happens to one happens to all."""

    stateful_set: StatefulSetSlot
    ordinal: int
    owner: ClaimOwner = ClaimOwner.NOBODY
