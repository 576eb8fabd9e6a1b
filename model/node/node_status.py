"""What a kubelet says about its own node: that it is there, and Ready.

A kubelet that runs posts its status, or renews its Lease, often enough; how often is not modelled, only that it stops.

Source: pkg/kubelet/kubelet_node_status.go
"""

from collections.abc import Iterator

from model.cluster import Cluster
from model.parts import Part, component
from model.rows.slots import NodeSlot


def kubelet_posts_node_status(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The kubelet of a node that was given up posts its status again: Ready is True."""
    machine = state.nodes[node]
    if machine is not None and machine.registered and machine.connected and not machine.ready:
        yield state.update(machine, ready=True)


def kubelet_registers_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The kubelet of a node whose object was deleted starts, and registers it anew: no taints, not cordoned, Ready.

    A kubelet registers its Node when it starts. One that had only been cut off is restarted by somebody.
    Source: pkg/kubelet/kubelet_node_status.go (registerWithAPIServer)
    """
    machine = state.nodes[node]
    if machine is not None and not machine.registered and machine.connected:
        yield state.update(machine, registered=True, ready=True, repels=False, evicts=False, cordoned=False)


PARTS: tuple[Part, ...] = (
    *component(lambda state: state.node_returns > 0, kubelet_posts_node_status),
    *component(lambda state: state.node_returns > 0 and state.node_deletions > 0, kubelet_registers_node),
)
