"""How the API server deletes a namespace, and keeps new objects out of it.

Source: pkg/registry/core/namespace/storage/storage.go,
staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
"""

import msgspec
from msgspec.structs import replace

from model.api.namespaces import Namespace, NamespacePhase
from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER, ObjectMeta, being_deleted
from model.control_plane.apiserver.deletion import (
    DeleteOptions,
    PropagationPolicy,
    Refusal,
    delete,
    preconditions_hold,
    removed_by_update,
)
from model.control_plane.apiserver.deletion_strategies import Strategy

IMMORTAL_NAMESPACES = ("default", "kube-system", "kube-public")
"""A DELETE of one of these is always refused, with Forbidden."""


class NamespaceWrite(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a write to a namespace."""

    refusal: Refusal | None = None
    stored: Namespace | None = None
    """The namespace as it is stored; None if nothing is."""
    removed: bool = False


def accepts_new_objects(namespace: Namespace | None) -> bool:
    """Whether objects can be created in the namespace: it is there and not being deleted.

    The API server looks at its cache; it reads the namespace itself only if the cache has none, or within 30 s of a
    DELETE of the namespace that went through the same API server. So with several of them, an object may slip in.

    Source: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go (Admit)
    """
    return namespace is not None and namespace.phase is not NamespacePhase.TERMINATING


def delete_namespace(namespace: Namespace | None, options: DeleteOptions, now: int) -> NamespaceWrite:
    """DELETE of the stored namespace (None: there is none) at `now` (seconds).

    The first one marks it, and does no more, even if nothing holds it up. A later one removes it if its own
    finalizers are gone; as a rule it is the removal of the last finalizer that does so.

    Source: pkg/registry/core/namespace/storage/storage.go (Delete)
    """
    if namespace is None:
        return NamespaceWrite(refusal=Refusal.NOT_FOUND)
    if not preconditions_hold(namespace.meta, options):
        return NamespaceWrite(refusal=Refusal.CONFLICT)
    if not being_deleted(namespace.meta):
        marked = replace(_marked(namespace.meta, options), deletion_timestamp=now)
        return NamespaceWrite(stored=replace(namespace, meta=marked, phase=NamespacePhase.TERMINATING))
    if namespace.finalizers:
        return NamespaceWrite()
    deletion = delete(namespace.meta, options, Strategy(), now)
    stored = None if deletion.stored is None else replace(namespace, meta=deletion.stored)
    return NamespaceWrite(refusal=deletion.refusal, stored=stored, removed=deletion.removed)


def _marked(meta: ObjectMeta, options: DeleteOptions) -> ObjectMeta:
    """The finalizers for dependents as the request says. Unlike elsewhere, ``orphanDependents: false`` is foreground.

    Source: pkg/registry/core/namespace/storage/storage.go (shouldHaveOrphanFinalizer,
    shouldHaveDeleteDependentsFinalizer)
    """
    wanted = {ORPHAN_FINALIZER: PropagationPolicy.ORPHAN, FOREGROUND_FINALIZER: PropagationPolicy.FOREGROUND}
    policy = options.propagation_policy
    if options.orphan_dependents is not None:
        policy = PropagationPolicy.ORPHAN if options.orphan_dependents else PropagationPolicy.FOREGROUND
    if policy is None:
        return meta
    others = tuple(each for each in meta.finalizers if each not in wanted)
    return replace(meta, finalizers=others + tuple(each for each, asked in wanted.items() if asked is policy))


def update_namespace(before: Namespace, after: Namespace) -> NamespaceWrite:
    """An accepted update, of the finalizers for example: it removes the namespace if nothing holds it up any more.

    Source: pkg/registry/core/namespace/storage/storage.go (ShouldDeleteNamespaceDuringUpdate)
    """
    if not after.finalizers and removed_by_update(before.meta, after.meta):
        return NamespaceWrite(removed=True)
    return NamespaceWrite(stored=after)
