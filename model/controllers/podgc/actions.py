"""The Pod garbage collector as transitions of the cluster: Pods whose Node object is gone, or that never had a Node.

A pass every 20 seconds puts a missing Node into quarantine; 40 seconds later its Pods go. Both are a timer that may
fire at any moment. A Pod is marked as failed and deleted in one step: a Pod on a node that is gone and that has failed
is terminating in all but name.

Left out: the threshold for Pods that have ended, and the taint out-of-service.

Source: pkg/controller/podgc/gc_controller.go
"""

from collections.abc import Iterator

from model.api import objects
from model.api.objects import PodPhase
from model.cluster import Cluster
from model.control_plane.pod_requests import removed
from model.controllers.podgc.gc import DeletePod, gc
from model.parts import Part, component, some
from model.rows.slots import PodSlot

_DUE = 0
"""When every quarantine is over."""


def pod_gc_collects_orphan(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The Pod garbage collector deletes a Pod by force, because its Node object is gone for good."""
    orphan = state.pods[pod]
    node = None if orphan is None or orphan.node is None else state.nodes[orphan.node]
    if orphan is None or node is None or not orphan.exists:
        return
    name = state.constants.nodes[node.like].name
    collected = objects.Pod(node=name, phase=orphan.phase, deleting=orphan.deleting)
    known = [state.constants.nodes[node.like]] if node.registered else []
    done = gc([collected], known, _DUE, live_nodes=[each.name for each in known], quarantine={name: _DUE})
    if any(isinstance(write, DeletePod) for write in done.writes):
        phase = orphan.phase if orphan.terminal else PodPhase.FAILED
        yield removed(state, orphan, phase=phase, disruption_target=not orphan.terminal)


def pod_gc_collects_unscheduled(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The Pod garbage collector deletes a Pod that was never bound and is being deleted: no kubelet will end it.

    Only a finalizer keeps such a Pod: that of a Job, which may wait for the Pod to have failed.
    """
    left = state.pods[pod]
    if left is None or not left.exists or left.node is not None or left.terminal:
        return
    collected = objects.Pod(phase=left.phase, deleting=left.deleting)
    if any(isinstance(write, DeletePod) for write in gc([collected], [], _DUE).writes):
        yield removed(state, left, phase=PodPhase.FAILED)


PARTS: tuple[Part, ...] = component(
    lambda state: state.node_deletions > 0 or state.node_removals > 0, pod_gc_collects_orphan
) + component(some("jobs"), pod_gc_collects_unscheduled)
