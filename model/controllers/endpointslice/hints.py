"""Hints: which clients' traffic an endpoint is meant for.

Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go, staging/src/k8s.io/endpointslice/utils.go,
https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from model.controllers.endpointslice.slices import EndpointSlice, Hints, SliceEndpoint

TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
TOPOLOGY_AWARE_HINTS = "service.kubernetes.io/topology-aware-hints"
"""Its older name; it takes precedence."""
SAME_NODE = "PreferSameNode"
CLOSE = ("PreferClose", "PreferSameZone", SAME_NODE)

Slices = tuple[EndpointSlice, ...]


def hints_enabled(annotations: Mapping[str, str]) -> bool:
    """The Service asks for hints by the share of each zone in the cluster (topology aware routing).

    Source: staging/src/k8s.io/endpointslice/utils.go (hintsEnabled)
    """
    mode = annotations.get(TOPOLOGY_AWARE_HINTS, annotations.get(TOPOLOGY_MODE, ""))
    return mode in ("Auto", "auto")


def wanted_hints(endpoint: SliceEndpoint, traffic_distribution: str | None) -> Hints | None:
    """The hints of a ready endpoint: its zone, and if node-local traffic is preferred, its node.

    Without a preference there are none.
    Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go (preferCloseHeuristic.update)
    """
    if traffic_distribution not in CLOSE:
        return None
    zone, node = endpoint.endpoint.zone, endpoint.endpoint.node
    zones = () if zone is None else (zone,)
    nodes = () if node is None or traffic_distribution != SAME_NODE else (node,)
    return Hints(zones=zones, nodes=nodes) if zones or nodes else None


def updated(existing: EndpointSlice, traffic_distribution: str | None) -> EndpointSlice:
    """The slice with the hints it should have. Endpoints that are not ready keep theirs, if there is a preference.

    Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go (update)
    """
    return replace(
        existing,
        endpoints=tuple(
            replace(each, hints=wanted_hints(each, traffic_distribution))
            if _has_a_say(each, traffic_distribution)
            else each
            for each in existing.endpoints
        ),
    )


def needs_update(existing: EndpointSlice, traffic_distribution: str | None) -> bool:
    """A hint is missing, wrong, or there without being wanted.

    Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go (needsUpdate)
    """
    if traffic_distribution not in CLOSE:
        return any(each.hints is not None for each in existing.endpoints)
    return any(
        (each.hints or Hints()) != (wanted_hints(each, traffic_distribution) or Hints())
        for each in existing.endpoints
        if _has_a_say(each, traffic_distribution)
    )


def _has_a_say(endpoint: SliceEndpoint, traffic_distribution: str | None) -> bool:
    return endpoint.endpoint.conditions.ready or traffic_distribution not in CLOSE


def reconcile_hints(
    traffic_distribution: str | None,
    create: Iterable[EndpointSlice],
    update: Iterable[EndpointSlice],
    unchanged: Slices,
) -> tuple[Slices, Slices, Slices]:
    """The slices to create, to update and to leave, with their hints; what needs others is updated last.

    Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go (ReconcileHints)
    """
    moved = tuple(each for each in unchanged if needs_update(each, traffic_distribution))
    left = tuple(each for each in unchanged if not needs_update(each, traffic_distribution))
    return (
        tuple(updated(each, traffic_distribution) for each in create),
        tuple(updated(each, traffic_distribution) for each in (*update, *moved)),
        left,
    )
