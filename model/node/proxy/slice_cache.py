"""What a kube-proxy remembers of EndpointSlices: those its rules are made from, and those observed since.

Slices are kept one by one: an endpoint that moves to another slice must not be lost in between.

Source: pkg/proxy/endpointslicecache.go, pkg/proxy/endpointschangetracker.go
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from model.controllers.endpointslice.endpoint import AddressType
from model.node.proxy.observed_slices import ObservedSlice, ServiceName, service_of


class SliceUpdate(msgspec.Struct, frozen=True):
    """A slice was added or updated, or else it was removed: this was its last version."""

    slice: ObservedSlice
    remove: bool = False


class SliceTracker(msgspec.Struct, frozen=True, kw_only=True):
    """The slices of one Service, by their names."""

    applied: Mapping[str, SliceUpdate] = {}
    """What the rules are made from; no removals."""
    pending: Mapping[str, SliceUpdate] = {}
    """Observed after the last sync. Of several updates to one slice the last one is left."""


class EndpointsChange(msgspec.Struct, frozen=True):
    """The slices of a Service before and after a sync takes over what is pending."""

    previous: tuple[ObservedSlice, ...] = ()
    current: tuple[ObservedSlice, ...] = ()


SliceCache = Mapping[ServiceName, SliceTracker]


def slice_changed(tracker: SliceTracker, update: SliceUpdate) -> bool:
    """The update differs from what is known of the slice. The order of ports and endpoints counts.

    Source: pkg/proxy/endpointslicecache.go (esDataChanged)
    """
    name = update.slice.name
    known = tracker.pending.get(name) or tracker.applied.get(name)
    return update != known if known else not update.remove


def observe_slice(
    cache: SliceCache, update: SliceUpdate, address_type: AddressType = AddressType.IPV4
) -> tuple[SliceCache, bool]:
    """A kube-proxy for this address type observes an update: its cache afterwards, and whether it must sync.

    Source: pkg/proxy/endpointschangetracker.go (EndpointSliceUpdate), pkg/proxy/endpointslicecache.go (updatePending)
    """
    service = service_of(update.slice)
    if service is None or update.slice.address_type is not address_type:
        return cache, False
    tracker = cache.get(service, SliceTracker())
    if not slice_changed(tracker, update):
        return cache, False
    pending = {**tracker.pending, update.slice.name: update}
    return {**cache, service: replace(tracker, pending=pending)}, True


def check_out_changes(cache: SliceCache) -> tuple[SliceCache, dict[ServiceName, EndpointsChange]]:
    """A sync takes over all that is pending: the cache afterwards, and the change of every Service that has one.

    Services without a slice are forgotten.
    Source: pkg/proxy/endpointslicecache.go (checkoutChanges)
    """
    after = {service: _applied(tracker) for service, tracker in cache.items()}
    changes = {
        service: EndpointsChange(previous=_slices(tracker), current=_slices(after[service]))
        for service, tracker in cache.items()
        if tracker.pending
    }
    return {service: tracker for service, tracker in after.items() if tracker.applied}, changes


def _applied(tracker: SliceTracker) -> SliceTracker:
    latest = {**tracker.applied, **tracker.pending}
    return SliceTracker(applied={name: update for name, update in latest.items() if not update.remove})


def _slices(tracker: SliceTracker) -> tuple[ObservedSlice, ...]:
    return tuple(update.slice for update in tracker.applied.values())
