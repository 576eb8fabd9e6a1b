"""kube-proxy: each node's rules follow the EndpointSlice, each at its own time.

Modelled: rules replaced as a whole, late, node by node; ready endpoints first, serving and terminating ones while there
is no other. Left out: traffic policies Local, topology hints, session affinity, established connections.

Source: pkg/proxy/topology.go (CategorizeEndpoints), pkg/proxy/iptables/proxier.go
"""

from collections.abc import Iterator

from checker.state import with_item
from checker.vocabulary import derived
from model.cluster import Cluster, without_forgotten
from model.parts import Part, component
from model.rows.pod import Endpoint
from model.rows.slots import NodeSlot


@derived
def usable_endpoints(state: Cluster) -> Endpoint:
    """Which endpoints a kube-proxy sends new requests to: ready ones, or else those serving and terminating."""
    ready = any(pod.endpoint is Endpoint.READY for pod in state.pods)
    return Endpoint.READY if ready else Endpoint.TERMINATING


def kube_proxy_programs_rules(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node's kube-proxy replaces its rules by what the EndpointSlice says now."""
    machine = state.nodes[node]
    if machine is None or not machine.connected:
        return
    usable = usable_endpoints(state)
    after = state
    for pod in state.pods:
        route = usable if pod.endpoint is usable else Endpoint.UNUSED
        if pod.routed[node] is not route:
            after = after.update(pod, routed=with_item(pod.routed, node, route))
    if after is not state:
        yield without_forgotten(after)


PARTS: tuple[Part, ...] = component(lambda state: state.constants.service is not None, kube_proxy_programs_rules)
