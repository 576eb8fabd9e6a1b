"""Cases of k8s.io/endpointslice: hints."""

from model.controllers.endpointslice.endpoint import Endpoint, EndpointConditions
from model.controllers.endpointslice.hints import hints_enabled, reconcile_hints
from model.controllers.endpointslice.slices import EndpointSlice, Hints, SliceEndpoint
from tests.conformance.registry import Case, adapter

KINDS = ("slices_to_create", "slices_to_update", "slices_unchanged")


@adapter("endpointslice_hints_enabled")
def topology_hints(given: Case, expected: Case) -> Case:
    return {"enabled": hints_enabled(given["annotations"] or {})}


@adapter("endpointslice_traffic_distribution")
def traffic_distribution(given: Case, expected: Case) -> Case:
    originals: list[Case] = []
    found = reconcile_hints(
        given["traffic_distribution"],
        *(tuple(endpoint_slice(endpoints, originals) for endpoints in given[kind]) for kind in KINDS),
    )
    return {
        kind: [[shape(each, originals) for each in endpoints.endpoints] for endpoints in slices]
        for kind, slices in zip(KINDS, found, strict=True)
    }


def endpoint_slice(endpoints: list[Case], originals: list[Case]) -> EndpointSlice:
    return EndpointSlice(endpoints=tuple(slice_endpoint(each, originals) for each in endpoints))


def slice_endpoint(given: Case, originals: list[Case]) -> SliceEndpoint:
    """The endpoint; its Pod is named after its place in `originals`, which know what conditions are unset."""
    originals.append(given)
    hints = Hints(zones=tuple(given["hints_for_zones"]), nodes=tuple(given["hints_for_nodes"]))
    return SliceEndpoint(
        endpoint=Endpoint(
            addresses=tuple(given["addresses"]),
            conditions=EndpointConditions(
                ready=bool(given["ready"]), serving=bool(given["serving"]), terminating=bool(given["terminating"])
            ),
            node=given["node_name"],
            zone=given["zone"],
        ),
        pod=str(len(originals) - 1),
        hints=None if hints == Hints() else hints,
    )


def shape(each: SliceEndpoint, originals: list[Case]) -> Case:
    hints = each.hints or Hints()
    original = originals[int(each.pod)]
    return {
        "addresses": list(each.endpoint.addresses),
        "zone": each.endpoint.zone,
        "node_name": each.endpoint.node,
        "ready": original["ready"],
        "serving": original["serving"],
        "terminating": original["terminating"],
        "hints_for_zones": list(hints.zones),
        "hints_for_nodes": list(hints.nodes),
    }
