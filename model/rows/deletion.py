"""What the state keeps of the deletion of an object that waits for a finalizer of the garbage collector's."""

from enum import Enum

from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER


class WaitsTo(Enum):
    """What has to be done before an object that is being deleted is gone: the finalizer that says so."""

    DELETE_DEPENDENTS = FOREGROUND_FINALIZER
    ORPHAN_DEPENDENTS = ORPHAN_FINALIZER
