"""kube-scheduler: binds each Pod to a node that may run it.

Modelled: the filters; among feasible nodes every choice is possible (scores only prefer). Left out: queues and back-off
(a binding may be late), preemption, and the lag of the scheduler's own cache.

Source: pkg/scheduler/schedule_one.go, https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.cluster import Cluster, api_node, pod_template
from model.control_plane.scheduler.filters import Requested, feasible
from model.rows.slots import NodeSlot, PodSlot


@derived
def requested(state: Cluster, node: NodeSlot) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Pods on a node that have not ended, terminating ones included, and what they request in all.

    Source: pkg/scheduler/scheduler.go (newPodInformer: Pods that have ended are not watched)
    """
    pods = 0
    totals: dict[str, int] = {}
    for pod in state.pods:
        if pod.node == node and not pod.terminal:
            pods = pods + 1
            for name, amount in pod_template(state, pod).spec.requests.items():
                totals[name] = totals.get(name, 0) + amount
    return pods, tuple(sorted(totals.items()))


def scheduler_binds(state: Cluster, pod: PodSlot, node: NodeSlot) -> Iterator[Cluster]:
    """The scheduler binds a Pod to one of the nodes that its filters let through."""
    pending, machine = state.pods[pod], state.nodes[node]
    if pending is None or machine is None or not pending.active or pending.node is not None:
        return
    pods, resources = requested(state, node)
    if pending.pinned is not None and pending.pinned != node:
        return
    spec = pod_template(state, pending).spec
    if feasible(spec, api_node(state, machine), Requested(pods=pods, resources=dict(resources))) is None:
        yield state.update(pending, node=node)
