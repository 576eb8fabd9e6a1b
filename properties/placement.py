"""Placement: no node is overcommitted, and no Pod is where it must not be."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.cluster import Cluster, pod_template
from model.control_plane.scheduler.actions import requested
from model.control_plane.scheduler.filters import Requested, feasible
from model.rows.node import Node
from model.rows.pod import Pod


@never("no_overcommit")
def overcommitted_nodes(state: Cluster) -> Iterator[Node]:
    """The Pods on a node never request more than the node can allocate.

    Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-run
    """
    for slot, node in state.nodes.items():
        pods, resources = requested(state, slot)
        allocatable = state.constants.nodes[node.like].allocatable
        demanded = (("pods", pods), *resources)
        if any(amount > allocatable[name] for name, amount in demanded if name in allocatable):
            yield node


@never("allowed_node")
def misplaced_pods(state: Cluster) -> Iterator[Pod]:
    """No Pod is bound to a node that its node selector, its affinity or the node's taints forbid.

    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/,
    https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
    """
    for pod in state.pods:
        node = None if pod.node is None else state.nodes[pod.node]
        if node is not None:
            spec, written = pod_template(state, pod).spec, state.constants.nodes[node.like]
            if feasible(spec, written, Requested()) is not None:
                yield pod
