"""EndpointSlices as a kube-proxy observes them: whoever wrote them, with whatever they leave unset.

Source: staging/src/k8s.io/api/discovery/v1/types.go,
https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

import msgspec

from model.controllers.endpointslice.endpoint import AddressType
from model.controllers.endpointslice.slices import Hints


class ServiceName(msgspec.Struct, frozen=True):
    """Which Service."""

    namespace: str
    name: str


class ObservedPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of every endpoint in a slice. The apiserver sets its protocol and its name, but not its number."""

    name: str | None = ""
    port: int | None = None
    """None stands for all ports."""
    protocol: str = "TCP"


class ObservedEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint in a slice. Conditions that are None are unset."""

    addresses: tuple[str, ...] = ()
    """They stand for the same endpoint; only the first one is used."""
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None
    node: str | None = None
    hints: Hints | None = None


class ObservedSlice(msgspec.Struct, frozen=True, kw_only=True):
    """An EndpointSlice."""

    namespace: str = "default"
    name: str
    service: str | None = None
    """Value of the label ``kubernetes.io/service-name``."""
    resource_version: int = 0
    address_type: AddressType = AddressType.IPV4
    ports: tuple[ObservedPort, ...] = ()
    endpoints: tuple[ObservedEndpoint, ...] = ()


def service_of(observed: ObservedSlice) -> ServiceName | None:
    """The Service that a slice belongs to. One that names no Service, or has no name itself, belongs to none.

    Source: pkg/proxy/endpointslicecache.go (endpointSliceCacheKeys)
    """
    if not (observed.service and observed.namespace and observed.name):
        return None
    return ServiceName(observed.namespace, observed.service)
