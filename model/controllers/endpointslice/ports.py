"""Which port of a Pod stands behind a port of its Service.

Source: staging/src/k8s.io/endpointslice/utils.go,
https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
"""

from collections.abc import Sequence

import msgspec


class ContainerPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port that a container declares."""

    name: str = ""
    container_port: int
    protocol: str = "TCP"


class ServicePort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a Service; `target_port` is a number, or the name of a container's port."""

    name: str = ""
    port: int
    target_port: int | str
    protocol: str = "TCP"
    app_protocol: str | None = None


class EndpointPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of every endpoint in a slice."""

    name: str = ""
    port: int
    protocol: str = "TCP"
    app_protocol: str | None = None


class PodPorts(msgspec.Struct, frozen=True, kw_only=True):
    """The ports that a Pod's containers declare; of its init containers, only sidecars count."""

    containers: tuple[tuple[ContainerPort, ...], ...] = ()
    sidecars: tuple[tuple[ContainerPort, ...], ...] = ()


def find_port(pod_ports: PodPorts, service_port: ServicePort) -> int | None:
    """The number of the Pod's port behind a Service's port; None if no container has a port of that name.

    A number need not be declared. Of several ports with the name and protocol, the first one counts.
    Source: staging/src/k8s.io/endpointslice/utils.go (FindPort)
    """
    target = service_port.target_port
    if isinstance(target, int):
        return target
    declared = (port for container in pod_ports.containers + pod_ports.sidecars for port in container)
    return next(
        (port.container_port for port in declared if port.name == target and port.protocol == service_port.protocol),
        None,
    )


def endpoint_ports(service_ports: Sequence[ServicePort], pod_ports: PodPorts) -> tuple[EndpointPort, ...]:
    """The ports of a Pod's endpoint; a port of the Service that the Pod does not have is left out.

    Source: staging/src/k8s.io/endpointslice/utils.go (getEndpointPorts)
    """
    found = [(service_port, find_port(pod_ports, service_port)) for service_port in service_ports]
    return tuple(
        EndpointPort(
            name=service_port.name,
            port=number,
            protocol=service_port.protocol,
            app_protocol=service_port.app_protocol,
        )
        for service_port, number in found
        if number is not None
    )


def ports_key(ports: Sequence[EndpointPort]) -> tuple[tuple[str, int, str, str | None], ...]:
    """Equal for equal ports, whatever their order: endpoints with equal ports share slices.

    Source: staging/src/k8s.io/endpointslice/util/controller_utils.go (NewPortMapKey)
    """
    keys = [(port.name, port.port, port.protocol, port.app_protocol) for port in ports]
    return tuple(sorted(keys, key=lambda key: (*key[:3], key[3] is not None, key[3] or "")))
