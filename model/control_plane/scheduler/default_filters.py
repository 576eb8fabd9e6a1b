"""May this Node run this Pod, beside and among these Pods? All filters of the default profile, in its order.

Left out: the volume filters and dynamic resource allocation.

Source: pkg/scheduler/apis/config/v1/default_plugins.go, pkg/scheduler/framework/runtime/framework.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.control_plane.scheduler.filters import Node, Requested, feasible
from model.control_plane.scheduler.interpod_affinity import interpod_affinity, interpod_affinity_skipped
from model.control_plane.scheduler.node_ports import node_ports
from model.control_plane.scheduler.refusal import Refusal
from model.control_plane.scheduler.snapshot import Changes, PodInfo, Snapshot, changed_snapshot
from model.control_plane.scheduler.topology_spread import topology_spread


def default_filters(pod: PodInfo, node: Node, snapshot: Snapshot, removed: Sequence[PodInfo] = ()) -> Refusal | None:
    """None if the `node` of the `snapshot` can run the `pod`, else the first refusal.

    `removed` are Pods of the snapshot that preemption tries to do without. Pods of equal or higher priority that are
    nominated to the Node may come or not: the `pod` must be able to run there either way.
    Source: framework.go (RunFilterPluginsWithNominatedPods, addGENominatedPods)
    """
    gone = tuple(removed)
    nominated = tuple(
        replace(other, node=node.name)
        for other in snapshot.nominated
        if other.nominated_node == node.name and other.priority >= pod.priority and not _same(other, pod)
    )
    refusal = _refusal(pod, node, snapshot, Changes(removed=gone, added=nominated))
    if refusal is not None or not nominated:
        return refusal
    return _refusal(pod, node, snapshot, Changes(removed=gone))


def _same(one: PodInfo, other: PodInfo) -> bool:
    return (one.namespace, one.name) == (other.namespace, other.name)


def _refusal(pod: PodInfo, node: Node, snapshot: Snapshot, changes: Changes) -> Refusal | None:
    """The first refusal in the order of the default profile, with the changes made."""
    supposed = changed_snapshot(snapshot, changes)
    there = supposed.pods_on(node.name)
    alone = feasible(pod.spec, node, requested(there))
    if alone is not None and alone.plugin != "NodeResourcesFit":
        return alone
    # NodePorts comes just before NodeResourcesFit.
    return (
        node_ports(pod.host_ports, [port for other in there for port in other.host_ports])
        or alone
        or topology_spread(pod, node.labels, snapshot, changes)
        or _interpod_affinity(pod, node, snapshot, supposed)
    )


def _interpod_affinity(pod: PodInfo, node: Node, snapshot: Snapshot, supposed: Snapshot) -> Refusal | None:
    """What InterPodAffinity says about what is `supposed`, unless the snapshot as it is gave it nothing to say."""
    return None if interpod_affinity_skipped(pod, snapshot) else interpod_affinity(pod, node.labels, supposed)


def requested(pods: Sequence[PodInfo]) -> Requested:
    """What these Pods take on their Node."""
    totals: dict[str, int] = {}
    for pod in pods:
        for name, amount in pod.spec.requests.items():
            totals[name] = totals.get(name, 0) + amount
    return Requested(pods=len(pods), resources=totals)


def feasible_nodes(pod: PodInfo, snapshot: Snapshot) -> tuple[tuple[str, ...], dict[str, Refusal]]:
    """The names of the Nodes that can run the `pod`, and why each other one cannot.

    Source: pkg/scheduler/schedule_one.go (findNodesThatFitPod), without sampling
    """
    answers = {node.name: default_filters(pod, node, snapshot) for node in snapshot.nodes}
    refused = {name: refusal for name, refusal in answers.items() if refusal is not None}
    return tuple(name for name in answers if name not in refused), refused
