"""A drain ends: the nodes that are to be maintained come free."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.cluster import Cluster


@eventually_always("drain_ends")
def nodes_still_draining(state: Cluster) -> Iterator[str]:
    """Every drain ends.

    It does not where a PodDisruptionBudget never allows a disruption: one replica with ``minAvailable: 1``,
    ``maxUnavailable: 0``, or replacements that find no other node.
    Relied on by whoever upgrades nodes, and by every cluster autoscaler.
    Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/,
    https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#troubleshooting-stuck-evictions
    """
    for slot, node in state.nodes.items():
        if node.draining:
            yield f"Node {state.constants.nodes[slot].name}: its drain is not over"
