"""What the state keeps of a PersistentVolume that one node at a time can mount."""

from enum import Enum

import msgspec

from checker.state import Row
from model.rows.slots import NodeSlot


class AccessMode(Enum):
    """How a volume may be mounted (``spec.accessModes``)."""

    READ_WRITE_ONCE = "ReadWriteOnce"
    READ_ONLY_MANY = "ReadOnlyMany"
    READ_WRITE_MANY = "ReadWriteMany"
    READ_WRITE_ONCE_POD = "ReadWriteOncePod"


class VolumeSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A claim and the volume that is bound to it. What many nodes may mount at once is no volume of the model."""

    claim: str
    access_modes: tuple[AccessMode, ...] = (AccessMode.READ_WRITE_ONCE,)
    local: bool = False
    """The data is on one node's disk: whoever mounts it must run there."""


class Volume(Row, frozen=True):
    """A volume; its constant part is ``constants.volumes[slot]``."""

    attached: NodeSlot | None = None
    """The node that the attach/detach controller has attached it to."""
    home: NodeSlot | None = None
    """The node whose disk it is, once it has been used (WaitForFirstConsumer), if it is local."""
