"""Cases of k8s.io/endpointslice: the ports of endpoints."""

from model.controllers.endpointslice.ports import ContainerPort, PodPorts, ServicePort, endpoint_ports, find_port
from tests.conformance.registry import Case, adapter


def container_ports(containers: list[Case]) -> tuple[tuple[ContainerPort, ...], ...]:
    return tuple(
        tuple(
            ContainerPort(name=port["name"], container_port=port["container_port"], protocol=port["protocol"])
            for port in container["ports"] or []
        )
        for container in containers
    )


def pod_ports(given: Case) -> PodPorts:
    sidecars = [container for container in given["init_containers"] or [] if container["restart_policy"] == "Always"]
    return PodPorts(containers=container_ports(given["containers"] or []), sidecars=container_ports(sidecars))


@adapter("endpointslice_find_port")
def port_of_a_pod(given: Case, expected: Case) -> Case:
    port = ServicePort(port=0, target_port=given["target_port"], protocol=given["protocol"])
    number = find_port(pod_ports(given), port)
    return {"found": number is not None, "port": number or 0}


@adapter("endpointslice_ports")
def ports_of_an_endpoint(given: Case, expected: Case) -> Case:
    service_ports = [
        ServicePort(
            name=port["name"],
            port=port["port"],
            target_port=port["target_port"],
            protocol=port["protocol"],
            app_protocol=port["app_protocol"],
        )
        for port in given["service_ports"] or []
    ]
    return {
        "ports": [
            {"name": port.name, "port": port.port, "protocol": port.protocol, "app_protocol": port.app_protocol}
            for port in endpoint_ports(service_ports, pod_ports(given))
        ]
    }
