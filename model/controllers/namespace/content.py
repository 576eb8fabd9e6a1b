"""What is left in a namespace after its objects have been deleted, and how long that may last.

Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from model.api.object_meta import ObjectMeta
from model.api.objects import Pod
from model.api.pods import terminal

PODS = "pods"
FINALIZER_ESTIMATE_SECONDS = 15
"""How long finalizers are taken to need."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """The API server's answers for one kind: to DELETECOLLECTION, or a DELETE for each, and to the list after it."""

    remaining: tuple[ObjectMeta, ...] = ()
    refused: bool = False
    """Deleting failed, or listing did."""


class Remaining(msgspec.Struct, frozen=True, kw_only=True):
    """What is left, of one kind or of all."""

    objects: int = 0
    finalizers: Mapping[str, int] = {}
    """How many objects have each finalizer."""
    estimate: int = 0
    """Seconds until they may be gone; 0 says nothing."""
    failed: bool = False


def estimate_for_pods(pods: Iterable[Pod], deleting_for: int) -> int:
    """Seconds that the Pods may still need to terminate, in a namespace being deleted for `deleting_for` seconds.

    That is the longest grace period of them; once it must be over, nothing is expected any more.
    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (estimateGracefulTermination,
    estimateGracefulTerminationForPods)
    """
    periods = (pod.termination_grace_period_seconds or 0 for pod in pods if not terminal(pod))
    estimate = max(periods, default=0)
    return estimate if deleting_for < estimate else 0


def remaining_of(collection: Collection, estimate: int = 0) -> Remaining:
    """What is left of one kind, with the time that its objects are expected to need.

    Objects that have neither a grace period nor finalizers should be gone: that is a failure.
    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go
    (deleteAllContentForGroupVersionResource)
    """
    if collection.refused:
        return Remaining(estimate=estimate, failed=True)
    if not collection.remaining:
        return Remaining()
    finalizers: dict[str, int] = {}
    for meta in collection.remaining:
        for finalizer in meta.finalizers:
            finalizers[finalizer] = finalizers.get(finalizer, 0) + 1
    if estimate == 0 and finalizers:
        estimate = FINALIZER_ESTIMATE_SECONDS
    return Remaining(objects=len(collection.remaining), finalizers=finalizers, estimate=estimate, failed=estimate == 0)


def together(parts: Sequence[Remaining]) -> Remaining:
    """What is left of all kinds.

    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent)
    """
    finalizers: dict[str, int] = {}
    for part in parts:
        for finalizer, number in part.finalizers.items():
            finalizers[finalizer] = finalizers.get(finalizer, 0) + number
    return Remaining(
        objects=sum(part.objects for part in parts),
        finalizers=finalizers,
        estimate=max((part.estimate for part in parts), default=0),
        failed=any(part.failed for part in parts),
    )
