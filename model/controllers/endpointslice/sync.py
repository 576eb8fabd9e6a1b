"""One sync of a Service by the EndpointSlice controller.

Source: pkg/controller/endpointslice/endpointslice_controller.go,
staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go
"""

from collections.abc import Sequence

import msgspec

from model.controllers.endpointslice.reconcile import MOST_ENDPOINTS, Reconciliation, SelectedPod, reconcile
from model.controllers.endpointslice.slices import EndpointSlice, ServiceSpec


class TrackedSlice(msgspec.Struct, frozen=True):
    """What the controller knows of a slice from its own writes."""

    uid: str
    generation: int | None
    """As the API server answered its last write; None: it deleted the slice."""


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did."""

    reconciliations: tuple[Reconciliation, ...] = ()
    stale: bool = False
    """The cache does not show the controller's own writes yet: nothing was done, and the Service is requeued."""


def stale(tracked: Sequence[TrackedSlice], slices: Sequence[EndpointSlice]) -> bool:
    """The cache is older than what the controller wrote itself.

    It lacks a slice that was written, shows an earlier generation, or still shows one that was deleted.
    Source: staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go (StaleSlices)
    """
    shown = {each.uid: each.generation for each in slices}
    return any(
        each.uid in shown if each.generation is None else shown.get(each.uid, -1) < each.generation for each in tracked
    )


def sync_service(
    service: ServiceSpec | None,
    pods: Sequence[SelectedPod],
    slices: Sequence[EndpointSlice],
    tracked: Sequence[TrackedSlice] = (),
    most: int = MOST_ENDPOINTS,
) -> Sync:
    """One sync; `pods` are those that the Service selects, `slices` carry its name and the controller's.

    Slices of a Service that is gone are left to the garbage collector.
    Source: pkg/controller/endpointslice/endpointslice_controller.go (syncService)
    """
    if service is None or service.external_name or not service.has_selector:
        return Sync()
    live = [each for each in slices if not each.deleting]
    if stale(tracked, live):
        return Sync(stale=True)
    return Sync(reconciliations=reconcile(service, pods, live, most))
