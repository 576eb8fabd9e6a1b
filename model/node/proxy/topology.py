"""Which of a Service's endpoints a node sends traffic to.

Source: pkg/proxy/topology.go, pkg/proxy/serviceport.go,
https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies
"""

from collections.abc import Sequence
from enum import Enum

import msgspec

from model.node.proxy.endpoints_map import ProxyEndpoint

Endpoints = tuple[ProxyEndpoint, ...]


class ProxiedPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a Service, with what decides on where its traffic goes."""

    internal_policy_local: bool = False
    """``internalTrafficPolicy`` is Local."""
    external_policy_local: bool = False
    """``externalTrafficPolicy`` is Local."""
    node_port: int = 0
    """0 if it has none."""
    load_balancer_ips: tuple[str, ...] = ()
    """Those that kube-proxy handles itself (``ipMode: VIP``)."""
    external_ips: tuple[str, ...] = ()


class TopologyMode(Enum):
    """Whether an endpoint's hints decide on who may use it."""

    ANY = ""
    SAME_ZONE = "PreferSameZone"
    SAME_NODE = "PreferSameNode"


class CategorizedEndpoints(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoints of a port of a Service that one node uses."""

    cluster: Endpoints | None
    """For traffic under the policy Cluster; None if the port never has any."""
    local: Endpoints | None
    """For traffic under the policy Local; None if the port never has any."""
    reachable: Endpoints
    """Those of either kind."""
    exist_anywhere: bool
    """Some node of the cluster could use an endpoint: traffic that finds none here is dropped, not rejected."""


def externally_accessible(port: ProxiedPort) -> bool:
    """The port can be reached by something other than its cluster IP.

    Source: pkg/proxy/serviceport.go (ExternallyAccessible)
    """
    return port.node_port != 0 or bool(port.load_balancer_ips) or bool(port.external_ips)


def uses_cluster_endpoints(port: ProxiedPort) -> bool:
    """Some of the port's traffic goes to endpoints anywhere.

    So does, even under an external policy Local, what Pods and the node itself send to an external address.
    Source: pkg/proxy/serviceport.go (UsesClusterEndpoints)
    """
    return not port.internal_policy_local or externally_accessible(port)


def uses_local_endpoints(port: ProxiedPort) -> bool:
    """Some of the port's traffic goes to endpoints on the same node only.

    Source: pkg/proxy/serviceport.go (UsesLocalEndpoints)
    """
    return port.internal_policy_local or (port.external_policy_local and externally_accessible(port))


def topology_mode(endpoints: Sequence[ProxyEndpoint], node_name: str, zone: str) -> TopologyMode:
    """Hints count if every ready endpoint has one and one of them is for this node, or else for its zone.

    Source: pkg/proxy/topology.go (topologyModeFromHints)
    """
    ready = [endpoint for endpoint in endpoints if endpoint.ready]
    if _decide([endpoint.node_hints for endpoint in ready], node_name):
        return TopologyMode.SAME_NODE
    if _decide([endpoint.zone_hints for endpoint in ready], zone):
        return TopologyMode.SAME_ZONE
    return TopologyMode.ANY


def _decide(hints: Sequence[frozenset[str]], place: str) -> bool:
    return all(hints) and any(place in each for each in hints)


def available_for_topology(endpoint: ProxyEndpoint, mode: TopologyMode, node_name: str, zone: str) -> bool:
    """The endpoint is meant for this node's traffic.

    Source: pkg/proxy/topology.go (availableForTopology)
    """
    match mode:
        case TopologyMode.ANY:
            return True
        case TopologyMode.SAME_NODE:
            return node_name in endpoint.node_hints
        case TopologyMode.SAME_ZONE:
            return zone in endpoint.zone_hints


def cluster_endpoints(endpoints: Sequence[ProxyEndpoint], node_name: str = "", zone: str = "") -> Endpoints:
    """Ready endpoints, as far as hints allow; if none is ready, all that terminate but still serve, on whatever node.

    Source: pkg/proxy/topology.go (CategorizeEndpoints)
    """
    mode = topology_mode(endpoints, node_name, zone)
    ready = (endpoint for endpoint in endpoints if endpoint.ready)
    available = tuple(endpoint for endpoint in ready if available_for_topology(endpoint, mode, node_name, zone))
    return available or _serving_terminating(endpoints)


def local_endpoints(endpoints: Sequence[ProxyEndpoint]) -> Endpoints:
    """Ready endpoints on this node; if there are none, those on it that terminate but still serve.

    Ready ones elsewhere make no difference, nor do hints.
    Source: pkg/proxy/topology.go (CategorizeEndpoints)
    """
    local = [endpoint for endpoint in endpoints if endpoint.local]
    return tuple(endpoint for endpoint in local if endpoint.ready) or _serving_terminating(local)


def _serving_terminating(endpoints: Sequence[ProxyEndpoint]) -> Endpoints:
    return tuple(endpoint for endpoint in endpoints if endpoint.serving and endpoint.terminating)


def categorize_endpoints(
    endpoints: Sequence[ProxyEndpoint], port: ProxiedPort, node_name: str = "", zone: str = ""
) -> CategorizedEndpoints:
    """The endpoints of a port that the node of this name uses, whose label topology.kubernetes.io/zone is `zone`.

    `zone` is ``""`` if the node has no such label.
    Source: pkg/proxy/topology.go (CategorizeEndpoints)
    """
    cluster = cluster_endpoints(endpoints, node_name, zone) if uses_cluster_endpoints(port) else None
    local = local_endpoints(endpoints) if uses_local_endpoints(port) else None
    used = {*(cluster or ()), *(local or ())}
    return CategorizedEndpoints(
        cluster=cluster,
        local=local,
        reachable=tuple(endpoint for endpoint in endpoints if endpoint in used),
        exist_anywhere=any(endpoint.ready or (endpoint.serving and endpoint.terminating) for endpoint in endpoints),
    )
