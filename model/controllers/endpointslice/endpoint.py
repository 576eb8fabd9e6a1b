"""The EndpointSlice controller: which Pods stand behind a Service, and which of them take traffic.

Source: staging/src/k8s.io/endpointslice/utils.go,
https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

from enum import Enum

import msgspec

from model.api.addresses import parse_ip
from model.api.objects import Pod, PodPhase, Service


class AddressType(Enum):
    """What all addresses of one EndpointSlice are. The controller itself makes no FQDN slices."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"
    FQDN = "FQDN"


class EndpointConditions(msgspec.Struct, frozen=True, kw_only=True):
    """Whether traffic may go to an endpoint."""

    ready: bool
    """Takes new connections."""
    serving: bool
    """The Pod is Ready, be it terminating or not."""
    terminating: bool
    """The Pod is being deleted."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod's entry in an EndpointSlice."""

    addresses: tuple[str, ...]
    conditions: EndpointConditions
    node: str | None = None
    zone: str | None = None
    hostname: str | None = None


def in_endpoints(pod: Pod) -> bool:
    """The Pod gets an endpoint: it has an address and has not finished. Terminating Pods do, too.

    Source: staging/src/k8s.io/endpointslice/util/controller_utils.go (ShouldPodBeInEndpoints)
    """
    return pod.phase not in (PodPhase.SUCCEEDED, PodPhase.FAILED) and bool(pod.ips)


def endpoint_conditions(pod_ready: bool, deleting: bool, publish_not_ready_addresses: bool) -> EndpointConditions:
    """The conditions of a Pod's endpoint, from its Ready condition and whether it is being deleted.

    A terminating Pod is never ready, unless its Service publishes addresses that are not ready.
    Source: staging/src/k8s.io/endpointslice/utils.go (podToEndpoint)
    """
    return EndpointConditions(
        ready=publish_not_ready_addresses or (pod_ready and not deleting),
        serving=pod_ready,
        terminating=deleting,
    )


def pod_to_endpoint(pod: Pod, service: Service, address_type: AddressType, zone: str | None = None) -> Endpoint:
    """The endpoint of a Pod, whose Node carries the label topology.kubernetes.io/zone with this `zone`.

    Raises ValueError if an address of the Pod is malformed. Pod and Service are in one namespace.
    Source: staging/src/k8s.io/endpointslice/utils.go (podToEndpoint)
    """
    return Endpoint(
        addresses=_addresses(pod.ips, address_type),
        conditions=endpoint_conditions(pod.ready, pod.deleting, service.publish_not_ready_addresses),
        node=pod.node or None,
        zone=zone or None,
        hostname=pod.hostname if pod.hostname and pod.subdomain == service.name else None,
    )


def _addresses(ips: tuple[str, ...], address_type: AddressType) -> tuple[str, ...]:
    """The addresses of one family, in their canonical form.

    Source: staging/src/k8s.io/endpointslice/utils.go (getEndpointAddresses)
    """
    version = {AddressType.IPV4: 4, AddressType.IPV6: 6}.get(address_type)
    return tuple(str(address) for address in map(parse_ip, ips) if address.version == version)
