"""Cases of k8s.io/endpointslice: how endpoints are spread over slices."""

from msgspec.structs import replace

from model.api.objects import Pod, PodPhase, Service
from model.controllers.endpointslice.endpoint import AddressType, pod_to_endpoint
from model.controllers.endpointslice.ports import ServicePort, endpoint_ports
from model.controllers.endpointslice.reconcile import SelectedPod, reconcile_family
from model.controllers.endpointslice.slices import EndpointSlice, ServiceSpec, SliceEndpoint, new_slice
from tests.conformance.registry import Case, adapter

FAMILY = AddressType.IPV4
BEFORE = ServiceSpec(service=Service(name="web"), uid="web", ports=(ServicePort(port=80, target_port=8080),))
AFTER = replace(BEFORE, ports=(ServicePort(port=80, target_port=9090),))


def pod(number: int) -> Pod:
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    return Pod(name=f"pod-{number}", phase=PodPhase.RUNNING, ready=True, ips=(address,))


def entry(given: Pod) -> SliceEndpoint:
    return SliceEndpoint(endpoint=pod_to_endpoint(given, BEFORE.service, FAMILY), pod=given.name)


def existing_slice(position: int, pods: list[Pod], changed: bool) -> EndpointSlice:
    """A slice that shows the Pods; if it is to have changed, its first Pod was not ready when it was written."""
    shown = [replace(each, ready=False) if changed and number == 0 else each for number, each in enumerate(pods)]
    ports = endpoint_ports(BEFORE.ports, SelectedPod(pod=Pod()).ports)
    written = new_slice(BEFORE, FAMILY, ports, tuple(entry(each) for each in shown))
    return replace(written, name=f"slice-{position}")


@adapter("endpointslice_packing")
def packing(given: Case, expected: Case) -> Case:
    lengths, pods = given["existing_slice_lengths"], []
    slices: list[EndpointSlice] = []
    for position, length in enumerate(lengths):
        shown = [pod(10_000 * position + number) for number in range(length)]
        slices.append(existing_slice(position, shown, position in given["slices_with_changed_endpoints"]))
        # The Pods at the end are gone: the first one is that whose condition may have changed.
        pods += shown[: length - given.get("endpoints_gone", [0] * len(lengths))[position]]
    pods += [pod(1_000_000 + number) for number in range(given["endpoints_to_add"])]
    service = AFTER if given["service_port_changed"] else BEFORE
    selected = [SelectedPod(pod=each) for each in pods]
    found = reconcile_family(service, selected, slices, FAMILY, given["max_endpoints_per_slice"]).changes
    after = {each.name: each for each in slices} | {each.name: each for each in found.update}
    gone = {each.name for each in found.delete}
    left = [each for name, each in after.items() if name not in gone]
    return {
        "slice_lengths": sorted(len(each.endpoints) for each in (*left, *found.create)),
        "created": len(found.create),
        "updated": len(found.update),
        "deleted": len(found.delete),
    }
