"""How endpoints are spread over slices: few writes matter more than few slices.

Nothing is ever moved from one slice to another. Where Kubernetes takes slices or endpoints in the order of a Go map,
this takes them in the order given: other orders give other slices of the same lengths, but where slices tie.

Source: staging/src/k8s.io/endpointslice/reconciler.go, staging/src/k8s.io/endpointslice/utils.go
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.controllers.endpointslice.slices import (
    EndpointSlice,
    ServiceSpec,
    SliceEndpoint,
    labels_changed,
    slice_labels,
)

Slices = tuple[EndpointSlice, ...]
Endpoints = tuple[SliceEndpoint, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The slices to create, to update and to delete."""

    create: Slices = ()
    update: Slices = ()
    delete: Slices = ()


def same_endpoint(one: SliceEndpoint, other: SliceEndpoint) -> bool:
    """Both are the entry of one Pod at its addresses; its conditions and its place may have changed.

    Source: staging/src/k8s.io/endpointslice/util/endpointset.go (hashEndpoint)
    """
    return (
        sorted(one.endpoint.addresses) == sorted(other.endpoint.addresses)
        and one.endpoint.hostname == other.endpoint.hostname
        and one.pod == other.pod
    )


def endpoint_changed(existing: SliceEndpoint, wanted: SliceEndpoint) -> bool:
    """The entry must be rewritten. Hints are not looked at.

    Source: staging/src/k8s.io/endpointslice/util/controller_utils.go (EndpointsEqualBeyondHash)
    """
    old, new = existing.endpoint, wanted.endpoint
    return (old.node, old.zone, old.conditions, existing.pod_uid) != (
        new.node,
        new.zone,
        new.conditions,
        wanted.pod_uid,
    )


def slice_to_fill(lengths: Sequence[int], number: int, most: int) -> int | None:
    """The slice, by its position, that is closest to full with `number` more endpoints; None if none has the room.

    Source: staging/src/k8s.io/endpointslice/utils.go (getSliceToFill)
    """
    left = [(most - length - number, position) for position, length in enumerate(lengths)]
    return min(((room, position) for room, position in left if 0 <= room < most), default=(0, None))[1]


def pack(service: ServiceSpec, existing: Slices, wanted: Endpoints, template: EndpointSlice, most: int) -> Changes:
    """The changes that turn slices of one set of ports into slices of the `wanted` endpoints, at most `most` in each.

    `template` is an empty slice to be created.
    Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByPortMapping)
    """
    update, unchanged, delete, missing = _keep(service, existing, wanted)
    fullest_first = sorted(update, key=lambda each: -len(each.endpoints))
    filled, missing = _fill(fullest_first, missing, most)
    create: Slices = ()
    while missing:
        lengths = [len(each.endpoints) for each in unchanged]
        position = slice_to_fill(lengths, len(missing), most) if len(missing) < most else None
        if position is None:
            new, missing = _fill([template], missing, most)
            create += new
        else:
            more, missing = _fill([unchanged[position]], missing, most)
            filled += more
            unchanged = unchanged[:position] + unchanged[position + 1 :]
    return Changes(create=create, update=filled, delete=delete)


def _keep(service: ServiceSpec, existing: Slices, wanted: Endpoints) -> tuple[Slices, Slices, Slices, Endpoints]:
    """The slices to update, to leave and to delete if no endpoint were added, and the wanted ones that are in none."""
    update: Slices = ()
    unchanged: Slices = ()
    delete: Slices = ()
    missing = wanted
    for each in existing:
        kept, changed, missing = _still_wanted(each.endpoints, missing)
        if changed and not kept:
            delete += (each,)
        elif changed:
            update += (replace(each, endpoints=kept, labels=slice_labels(service)),)
        elif labels_changed(each, service):
            update += (replace(each, labels=slice_labels(service)),)
        else:
            unchanged += (each,)
    return update, unchanged, delete, missing


def _still_wanted(endpoints: Endpoints, wanted: Endpoints) -> tuple[Endpoints, bool, Endpoints]:
    """Those of a slice's endpoints that are wanted, whether that is a change, and what else is wanted."""
    kept: Endpoints = ()
    changed = False
    for endpoint in endpoints:
        found = next((each for each in wanted if same_endpoint(each, endpoint)), None)
        changed = changed or found is None or endpoint_changed(endpoint, found)
        if found is not None:
            kept += (found,)
            wanted = tuple(each for each in wanted if each is not found)
    return kept, changed, wanted


def _fill(slices: Sequence[EndpointSlice], endpoints: Endpoints, most: int) -> tuple[Slices, Endpoints]:
    """The slices filled up one after the other, and the endpoints for which there was no room."""
    filled: Slices = ()
    for each in slices:
        room = max(0, most - len(each.endpoints))
        filled += (replace(each, endpoints=each.endpoints + endpoints[:room]),)
        endpoints = endpoints[room:]
    return filled, endpoints
