"""Nodes: what the API says about them comes to be true."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.cluster import Cluster


@eventually_always("nodes_converge")
def nodes_not_as_they_are(state: Cluster) -> Iterator[str]:
    """In the end exactly the nodes that are silent are Ready Unknown, and tainted, so that nothing is scheduled there.

    The taint that evicts is not there while no node at all is Ready: then the trouble may lie with who looks at them.
    Relied on by the scheduler, by whoever replaces nodes, and by every dashboard.
    Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
    """
    some_ready = any(node.ready and node.registered for node in state.nodes)
    for slot, node in state.nodes.items():
        name, silent = state.constants.nodes[slot].name, not node.connected
        if not node.registered:
            continue
        if node.ready is silent:
            yield f"Node {name}: {'Ready although it is silent' if silent else 'not Ready although it is there'}"
        if node.repels is not silent:
            yield f"Node {name}: {'without' if silent else 'with'} the taint NoSchedule"
        if node.evicts is not (silent and some_ready):
            yield f"Node {name}: {'without' if silent and some_ready else 'with'} the taint NoExecute"
