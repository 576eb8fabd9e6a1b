"""kube-scheduler: binds each Pod to a node that may run it.

Modelled: the filters; among feasible nodes every choice is possible (scores only prefer). Left out: queues and back-off
(a binding may be late), preemption, and the lag of the scheduler's own cache.

Source: pkg/scheduler/schedule_one.go, https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.cluster import Cluster, api_node, claimed_volumes, pod_template
from model.control_plane.scheduler.filters import Requested, feasible
from model.parts import Part, component, some
from model.rows.pod import Pod
from model.rows.slots import NodeSlot, PodSlot
from model.rows.volume import AccessMode


@derived
def requested(state: Cluster, node: NodeSlot) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Pods on a node that have not ended, terminating ones included, and what they request in all.

    Source: pkg/scheduler/scheduler.go (newPodInformer: Pods that have ended are not watched)
    """
    pods = 0
    totals: dict[str, int] = {}
    for pod in state.pods:
        if pod.node == node and pod.exists and not pod.terminal:
            pods = pods + 1
            for name, amount in pod_template(state, pod).spec.requests.items():
                totals[name] = totals.get(name, 0) + amount
    return pods, tuple(sorted(totals.items()))


def volumes_allow(state: Cluster, pod: Pod, node: int) -> bool:
    """No volume of the Pod is on another node's disk, and none that only one Pod may use is in use.

    Source: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go,
    pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go
    """
    for slot in claimed_volumes(state, pod):
        volume, spec = state.volumes[slot], state.constants.volumes[slot]
        if volume is not None and volume.home is not None and volume.home != node:
            return False
        if AccessMode.READ_WRITE_ONCE_POD in spec.access_modes and _used_by_another(state, slot):
            return False
    return True


def _used_by_another(state: Cluster, volume: int) -> bool:
    """A Pod that is bound and has not ended uses the volume; one that is to be bound is not that."""
    return any(
        other.exists and other.node is not None and not other.terminal and volume in claimed_volumes(state, other)
        for other in state.pods
    )


def scheduler_binds(state: Cluster, pod: PodSlot, node: NodeSlot) -> Iterator[Cluster]:
    """The scheduler binds a Pod to one of the nodes that its filters let through."""
    pending, machine = state.pods[pod], state.nodes[node]
    if pending is None or machine is None or not pending.active or pending.node is not None:
        return
    if not machine.registered:
        return
    pods, resources = requested(state, node)
    if (pending.pinned is not None and pending.pinned != node) or not volumes_allow(state, pending, node):
        return
    spec = pod_template(state, pending).spec
    if feasible(spec, api_node(state, machine), Requested(pods=pods, resources=dict(resources))) is None:
        yield state.update(pending, node=node, pinned=None)


PARTS: tuple[Part, ...] = component(some("pods"), scheduler_binds)
