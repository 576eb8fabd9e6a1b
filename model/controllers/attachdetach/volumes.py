"""When a volume is attached to a Node, and when it is taken off again.

Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go, pkg/volume/util/util.go
"""

from collections.abc import Collection

from model.api.objects import PodPhase
from model.rows.volume import AccessMode

_MANY = (AccessMode.READ_WRITE_MANY, AccessMode.READ_ONLY_MANY)


def multi_attach_allowed(access_modes: Collection[AccessMode]) -> bool:
    """Several Nodes may have the volume attached at once; also where no mode is given.

    Source: reconciler.go (isMultiAttachAllowed)
    """
    return not access_modes or any(mode in _MANY for mode in access_modes)


def may_attach(access_modes: Collection[AccessMode], attached_elsewhere: bool) -> bool:
    """The volume can be attached to a Node that wants it; otherwise a Pod there waits (event FailedAttachVolume)."""
    return not attached_elsewhere or multi_attach_allowed(access_modes)


def wants_volume(phase: PodPhase, deleting: bool, some_container_runs: bool) -> bool:
    """A bound Pod keeps its volumes attached until it is terminated.

    Source: util.go (IsPodTerminated): Failed, Succeeded, or deleting with no running container
    """
    ended = phase in (PodPhase.FAILED, PodPhase.SUCCEEDED)
    return not ended and (not deleting or some_container_runs)


def may_detach(wanted: bool, mounted: bool, node_ready: bool, waited_long: bool) -> bool:
    """Nobody on the Node wants the volume, and the Node has unmounted it: or is not Ready, for longer than 6 minutes.

    `mounted` is what the Node's status says (``volumesInUse``). A forced detach does not ask the kubelet.
    """
    return not wanted and (not mounted or (not node_ready and waited_long))
