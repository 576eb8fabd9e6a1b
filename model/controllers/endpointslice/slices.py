"""EndpointSlices, and what each of them must look like.

Source: staging/src/k8s.io/endpointslice/utils.go,
https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

from collections.abc import Mapping
from ipaddress import IPv6Address

import msgspec

from model.api.objects import Service
from model.controllers.endpointslice.endpoint import AddressType, Endpoint
from model.controllers.endpointslice.ports import EndpointPort, ServicePort

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
HEADLESS = "service.kubernetes.io/headless"
CONTROLLER = "endpointslice-controller.k8s.io"
_RESERVED = (SERVICE_NAME, MANAGED_BY, HEADLESS)


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """For whose traffic an endpoint is meant: clients in these zones, on these nodes."""

    zones: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


class SliceEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint in a slice."""

    endpoint: Endpoint
    pod: str = ""
    """Name of the Pod."""
    pod_uid: str = ""
    hints: Hints | None = None


class EndpointSlice(msgspec.Struct, frozen=True, kw_only=True):
    """An EndpointSlice. One that is yet to be created has no name."""

    name: str = ""
    uid: str = ""
    generation: int = 1
    owners: tuple[str, ...] = ()
    """uids of the Services among its owner references."""
    labels: Mapping[str, str] = {}
    deleting: bool = False
    address_type: AddressType = AddressType.IPV4
    ports: tuple[EndpointPort, ...] = ()
    endpoints: tuple[SliceEndpoint, ...] = ()


class ServiceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A Service with everything that its slices are made from."""

    service: Service
    uid: str = ""
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    deleting: bool = False
    external_name: bool = False
    """``spec.type`` is ExternalName."""
    has_selector: bool = True
    cluster_ip: str = ""
    """``None``, as text, for a headless Service."""
    ip_families: tuple[AddressType, ...] = (AddressType.IPV4,)
    ports: tuple[ServicePort, ...] = ()
    traffic_distribution: str | None = None


def headless(service: ServiceSpec) -> bool:
    """The Service has no address of its own.

    Source: staging/src/k8s.io/endpointslice/utils.go (isServiceIPSet)
    """
    return service.cluster_ip in ("", "None")


def address_types(service: ServiceSpec) -> tuple[AddressType, ...]:
    """The address families of the Service's slices; those of its own address, or both, if it does not say.

    Source: staging/src/k8s.io/endpointslice/utils.go (getAddressTypesForService)
    """
    if service.ip_families:
        return tuple(dict.fromkeys(service.ip_families))
    if headless(service):
        return (AddressType.IPV4, AddressType.IPV6)
    return (AddressType.IPV6,) if _is_ipv6(service.cluster_ip) else (AddressType.IPV4,)


def _is_ipv6(address: str) -> bool:
    return ":" in address and IPv6Address(address).ipv4_mapped is None


def slice_labels(service: ServiceSpec) -> dict[str, str]:
    """The labels of the Service's slices: its own, and the reserved ones.

    Source: staging/src/k8s.io/endpointslice/utils.go (setEndpointSliceLabels)
    """
    labels = _without_reserved(service.labels)
    if headless(service):
        labels[HEADLESS] = ""
    return labels | {SERVICE_NAME: service.service.name, MANAGED_BY: CONTROLLER}


def labels_changed(existing: EndpointSlice, service: ServiceSpec) -> bool:
    """A slice must be written because of its labels. Reserved ones alone are not worth a write.

    Source: staging/src/k8s.io/endpointslice/utils.go (setEndpointSliceLabels)
    """
    return _without_reserved(existing.labels) != _without_reserved(service.labels)


def _without_reserved(labels: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in labels.items() if key not in _RESERVED}


def owned_by(existing: EndpointSlice, service: ServiceSpec) -> bool:
    """The slice belongs to this very Service, not to an earlier one of its name.

    Source: staging/src/k8s.io/endpointslice/utils.go (ownedBy)
    """
    return service.uid in existing.owners


def new_slice(
    service: ServiceSpec,
    address_type: AddressType,
    ports: tuple[EndpointPort, ...] = (),
    endpoints: tuple[SliceEndpoint, ...] = (),
) -> EndpointSlice:
    """A slice to be created; without ports and endpoints it is the placeholder that shows that there are none.

    Source: staging/src/k8s.io/endpointslice/utils.go (newEndpointSlice)
    """
    return EndpointSlice(
        owners=(service.uid,),
        labels=slice_labels(service),
        address_type=address_type,
        ports=ports,
        endpoints=endpoints,
    )


def is_placeholder(existing: EndpointSlice, placeholder: EndpointSlice) -> bool:
    """The slice says what the placeholder says. Names and owners may differ, labels only by empty values.

    Source: staging/src/k8s.io/endpointslice/reconciler.go (placeholderSliceCompare)
    """
    keys = {*existing.labels, *placeholder.labels}
    return (
        not existing.ports
        and not existing.endpoints
        and existing.address_type is placeholder.address_type
        and all(existing.labels.get(key, "") == placeholder.labels.get(key, "") for key in keys)
    )
