"""One sync of a namespace that is being deleted: everything in it is deleted, Pods first, then it is let go.

An event is waited on for a while, so that every API server knows by then that the namespace is closed.

Source: pkg/controller/namespace/namespace_controller.go,
pkg/controller/namespace/deletion/namespaced_resources_deleter.go
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from model.api.namespaces import KUBERNETES_FINALIZER, Namespace, NamespacePhase
from model.api.object_meta import being_deleted
from model.api.objects import Pod
from model.controllers.namespace.conditions import conditions_after
from model.controllers.namespace.content import (
    PODS,
    Collection,
    Remaining,
    estimate_for_pods,
    remaining_of,
    together,
)

NAMESPACE_DELETION_GRACE_PERIOD = 5
"""Seconds between an event of a namespace that is being deleted and its sync."""


class UpdateNamespaceStatus(msgspec.Struct, frozen=True):
    """PUT of the namespace's status. The phase is tried again after a conflict; the conditions are not."""

    namespace: Namespace


class DeleteCollection(msgspec.Struct, frozen=True):
    """DELETECOLLECTION of a kind in the namespace, in the background; each is a DELETE of its own."""

    resource: str


class FinalizeNamespace(msgspec.Struct, frozen=True):
    """PUT of the namespace's own finalizers; tried again after a conflict."""

    finalizers: tuple[str, ...]


Write: TypeAlias = UpdateNamespaceStatus | DeleteCollection | FinalizeNamespace


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync does, and when the next one is."""

    writes: tuple[Write, ...] = ()
    requeue_after: int | None = None
    """Seconds until the next sync, because something is left."""
    error: bool = False
    """The sync is tried again, at a limited rate (a minute apart at most)."""


def queued_after(namespace: Namespace) -> int | None:
    """Seconds until the sync that an event of the namespace sets off; None: it sets off none.

    Source: pkg/controller/namespace/namespace_controller.go (enqueueNamespace)
    """
    return NAMESPACE_DELETION_GRACE_PERIOD if being_deleted(namespace.meta) else None


def with_terminating_phase(namespace: Namespace) -> Namespace:
    """The namespace, known to be terminating.

    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (updateNamespaceStatusFunc)
    """
    return replace(namespace, phase=NamespacePhase.TERMINATING) if being_deleted(namespace.meta) else namespace


def finalizers_left(finalizers: tuple[str, ...]) -> tuple[str, ...]:
    """The namespace's own finalizers without the one that stands for its content.

    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (finalizeNamespace)
    """
    return tuple(sorted(set(finalizers) - {KUBERNETES_FINALIZER}))


def sync(
    namespace: Namespace | None,
    resources: Sequence[str],
    delete_collection: Callable[[str], Collection],
    pods: Sequence[Pod],
    now: int,
    *,
    discovery_failed: bool = False,
) -> Sync:
    """One sync at `now` (seconds); `namespace` is a live read, None if it is gone, and `pods` are a live list.

    `resources` are the kinds that can be deleted, Pods among them, in any order; `discovery_failed`: there may be
    others, which are asked for again. `delete_collection` is the API server: what is left after a DELETECOLLECTION.

    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (Delete)
    """
    if namespace is None or namespace.meta.deletion_timestamp is None:
        return Sync()
    writes: tuple[Write, ...] = ()
    terminating = with_terminating_phase(namespace)
    if terminating != namespace:
        writes = (UpdateNamespaceStatus(terminating),)
    if not terminating.finalizers:
        return Sync(writes=writes)
    estimate = estimate_for_pods(pods, now - namespace.meta.deletion_timestamp)
    deleted = _delete_all_content(resources, delete_collection, estimate)
    after = replace(
        terminating,
        conditions=conditions_after(
            terminating.conditions,
            deleted.remaining,
            pods_only=deleted.pods_only,
            discovery_failed=discovery_failed,
            now=now,
        ),
    )
    writes += tuple(DeleteCollection(resource) for resource in deleted.resources)
    if after != terminating:
        writes = (*writes, UpdateNamespaceStatus(after))
    return _concluded(writes, terminating, deleted.remaining, failed=discovery_failed or deleted.remaining.failed)


class _Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted, and what that left."""

    resources: tuple[str, ...]
    remaining: Remaining
    pods_only: bool


def _delete_all_content(
    resources: Sequence[str], delete_collection: Callable[[str], Collection], estimate: int
) -> _Deleted:
    """Delete the Pods, and, if none is left, everything else. A failure does not keep the others from being tried.

    Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent)
    """
    pods = remaining_of(delete_collection(PODS), estimate) if PODS in resources else Remaining()
    if pods.objects > 0:
        return _Deleted(resources=(PODS,), remaining=pods, pods_only=True)
    others = [resource for resource in resources if resource != PODS]
    remaining = together([pods, *(remaining_of(delete_collection(resource)) for resource in others)])
    first = (PODS,) if PODS in resources else ()
    return _Deleted(resources=(*first, *others), remaining=remaining, pods_only=False)


def _concluded(writes: tuple[Write, ...], namespace: Namespace, remaining: Remaining, *, failed: bool) -> Sync:
    """The namespace is let go if nothing is left and nothing failed.

    Source: pkg/controller/namespace/namespace_controller.go (worker)
    """
    if failed:
        return Sync(writes=writes, error=True)
    if remaining.estimate > 0:
        return Sync(writes=writes, requeue_after=remaining.estimate // 2 + 1)
    return Sync(writes=(*writes, FinalizeNamespace(finalizers_left(namespace.finalizers))))
