"""The attach/detach controller as transitions of the cluster.

A node's status says which volumes it has mounted; a kubelet that cannot report keeps that as it was. Here a volume is
mounted from when its kubelet takes a Pod on until it has got rid of it, and while its node is down: nobody has said
otherwise.

Left out: the capacity of nodes for volumes, errors of the storage provider, the out-of-service taint.

Source: pkg/controller/volume/attachdetach/attach_detach_controller.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.cluster import Cluster, claimed_volumes
from model.controllers.attachdetach.volumes import may_attach, may_detach, wants_volume
from model.parts import Part, component, some
from model.rows.pod import Container, Pod, Worker
from model.rows.slots import NodeSlot, VolumeSlot

_RUNS = (Container.RUNNING, Container.SERVING, Container.STOPPING)


@derived
def wanted_on(state: Cluster, volume: VolumeSlot, node: NodeSlot) -> bool:
    """Some Pod that is bound to the node wants the volume there."""
    return any(
        pod.exists
        and pod.node == node
        and volume in claimed_volumes(state, pod)
        and wants_volume(pod.phase, pod.deleting, _some_container_runs(pod))
        for pod in state.pods
    )


@derived
def mounted_on(state: Cluster, volume: VolumeSlot, node: NodeSlot) -> bool:
    """The node's kubelet has mounted the volume for some Pod."""
    return any(
        pod.node == node and pod.worker is not Worker.NONE and volume in claimed_volumes(state, pod)
        for pod in state.pods
    )


def attach_detach_controller_attaches(state: Cluster, volume: VolumeSlot, node: NodeSlot) -> Iterator[Cluster]:
    """The attach/detach controller attaches a volume to a node where a Pod waits for it."""
    free = state.volumes[volume]
    if free is None or state.nodes[node] is None or free.attached == node or not wanted_on(state, volume, node):
        return
    if may_attach(state.constants.volumes[volume].access_modes, free.attached is not None):
        home = node if state.constants.volumes[volume].local else None
        yield state.update(free, attached=node, home=home)


def attach_detach_controller_detaches(state: Cluster, volume: VolumeSlot, node: NodeSlot) -> Iterator[Cluster]:
    """The attach/detach controller detaches a volume that no Pod on the node wants any more.

    From a node that is not Ready it does so by force, after 6 minutes: a timer that may fire at any moment.
    """
    used, machine = state.volumes[volume], state.nodes[node]
    if used is None or used.attached != node:
        return
    mounted = machine is not None and (not machine.up or mounted_on(state, volume, node))
    ready = machine is not None and machine.ready
    if may_detach(wanted_on(state, volume, node), mounted, ready, waited_long=True):
        yield state.update(used, attached=None)


def _some_container_runs(pod: Pod) -> bool:
    return any(container in _RUNS for container in pod.containers)


PARTS: tuple[Part, ...] = component(
    some("volumes"), attach_detach_controller_attaches, attach_detach_controller_detaches
)
