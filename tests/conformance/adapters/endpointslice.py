"""Cases of k8s.io/endpointslice."""

from model.api.objects import Pod, Service
from model.controllers.endpointslice.endpoint import AddressType, pod_to_endpoint
from tests.conformance.registry import Case, adapter


@adapter("endpointslice_pod_to_endpoint")
def to_endpoint(given: Case, expected: Case) -> Case:
    endpoint = pod_to_endpoint(
        Pod(
            ready=given["pod"]["ready"],
            deleting=given["pod"]["terminating"],
            node=given["pod"]["node_name"] or "",
            ips=tuple(given["pod"]["ips"] or ()),
            hostname=given["pod"]["hostname"] or "",
            subdomain=given["pod"]["subdomain"] or "",
        ),
        Service(
            name=given["service"]["name"],
            publish_not_ready_addresses=given["service"]["publish_not_ready_addresses"],
        ),
        AddressType(given["address_type"]),
        given["node_zone"],
    )
    return {
        "addresses": list(endpoint.addresses),
        "ready": endpoint.conditions.ready,
        "serving": endpoint.conditions.serving,
        "terminating": endpoint.conditions.terminating,
        "zone": endpoint.zone,
        "node_name": endpoint.node,
        "hostname": endpoint.hostname,
    }
