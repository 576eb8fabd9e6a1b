"""Which endpoints a kube-proxy knows for every port of a Service.

Source: pkg/proxy/endpointslicecache.go, pkg/proxy/endpoint.go
"""

from collections.abc import Iterator, Sequence
from itertools import permutations

import msgspec

from model.api.addresses import parse_ip
from model.controllers.endpointslice.slices import Hints
from model.node.proxy.observed_slices import ObservedEndpoint, ObservedSlice, ServiceName


class ServicePortName(msgspec.Struct, frozen=True):
    """Which port of which Service."""

    service: ServiceName
    port: str
    protocol: str = "TCP"


class ProxyEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint as one node's kube-proxy sees it."""

    ip: str
    port: int
    local: bool = False
    """It runs on this node."""
    ready: bool = True
    serving: bool = True
    terminating: bool = False
    zone_hints: frozenset[str] = frozenset()
    node_hints: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Address and port; no two endpoints of a port of a Service share them."""
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"


EndpointsMap = dict[ServicePortName, tuple[ProxyEndpoint, ...]]


def proxy_endpoint(endpoint: ObservedEndpoint, port: int, node_name: str) -> ProxyEndpoint:
    """What the kube-proxy on a node makes of an endpoint. Without further notice it is ready and serving.

    A kube-proxy that does not know its node's name (``""``) takes no endpoint for local.
    Source: pkg/proxy/endpointslicecache.go (addEndpoints)
    """
    hints = endpoint.hints or Hints()
    return ProxyEndpoint(
        ip=str(parse_ip(endpoint.addresses[0])),
        port=port,
        local=bool(node_name) and endpoint.node == node_name,
        ready=endpoint.ready is not False,
        serving=endpoint.serving is not False,
        terminating=endpoint.terminating is True,
        zone_hints=frozenset(hints.zones),
        node_hints=frozenset(hints.nodes),
    )


def endpoints_map(service: ServiceName, slices: Sequence[ObservedSlice], node_name: str = "") -> EndpointsMap:
    """The endpoints of every port of the Service, ordered by their text, from its slices in the order given.

    Ports without a name or number, and endpoints without an address, are passed over. Where two endpoints share address
    and port, one that is not terminating is preferred: the network may have given the address to a new Pod before the
    old one was deleted. Of several such the last one is taken, of terminating ones the first.

    Source: pkg/proxy/endpointslicecache.go (endpointInfoByServicePort, addEndpoints, endpointsMapFromEndpointInfo)
    """
    found: dict[ServicePortName, dict[str, ProxyEndpoint]] = {}
    for port_name, endpoint in _endpoints(service, slices, node_name):
        endpoints = found.setdefault(port_name, {})
        if str(endpoint) not in endpoints or not endpoint.terminating:
            endpoints[str(endpoint)] = endpoint
    return {port_name: tuple(endpoints[text] for text in sorted(endpoints)) for port_name, endpoints in found.items()}


def possible_endpoints_maps(
    service: ServiceName, slices: Sequence[ObservedSlice], node_name: str = ""
) -> Iterator[EndpointsMap]:
    """Each map that a kube-proxy could make of the slices, which it goes through in no particular order.

    There are several only while an endpoint is in two slices that say different things about it.
    Source: pkg/proxy/endpointslicecache.go (endpointInfoByServicePort)
    """
    seen: list[EndpointsMap] = []
    for order in permutations(slices):
        found = endpoints_map(service, order, node_name)
        if found not in seen:
            seen.append(found)
            yield found


def _endpoints(
    service: ServiceName, slices: Sequence[ObservedSlice], node_name: str
) -> Iterator[tuple[ServicePortName, ProxyEndpoint]]:
    for observed in slices:
        for port in observed.ports:
            if port.name is None or not port.port:
                continue
            for endpoint in observed.endpoints:
                if endpoint.addresses:
                    port_name = ServicePortName(service, port.name, port.protocol)
                    yield port_name, proxy_endpoint(endpoint, port.port, node_name)
