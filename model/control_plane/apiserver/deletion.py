"""DELETE of an object: at once, after a grace period, or when its finalizers are gone.

Source: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go,
staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go
"""

from enum import Enum

import msgspec
from msgspec.structs import replace

from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER, ObjectMeta, being_deleted
from model.control_plane.apiserver.deletion_strategies import DefaultPolicy, Strategy, at_least_one_if_negative


class PropagationPolicy(Enum):
    """What becomes of an object's dependents."""

    FOREGROUND = "Foreground"
    BACKGROUND = "Background"
    ORPHAN = "Orphan"


class DeleteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for. The uid and the resource version are preconditions; None means any."""

    grace_period_seconds: int | None = None
    propagation_policy: PropagationPolicy | None = None
    orphan_dependents: bool | None = None
    """The older way to say Orphan (True) or Background (False)."""
    uid: str | None = None
    resource_version: int | None = None
    dry_run: bool = False


class Refusal(Enum):
    """Why the API server refuses a DELETE."""

    NOT_FOUND = "NotFound"
    INVALID = "Invalid"
    CONFLICT = "Conflict"


class BeforeDelete(msgspec.Struct, frozen=True, kw_only=True):
    """What a DELETE comes to. Neither graceful nor pending: the object can go now."""

    meta: ObjectMeta
    options: DeleteOptions
    """The request, with the grace period that it is given."""
    refusal: Refusal | None = None
    graceful: bool = False
    """The grace period begins, or is shortened: `meta` is to be stored."""
    pending: bool = False
    """The object is being deleted, and the request changes nothing."""


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """What the API server does on a DELETE, in the order of the fields; each is a write of its own."""

    refusal: Refusal | None = None
    stored: ObjectMeta | None = None
    """The object as it is updated first; None if it is not."""
    removed: bool = False
    """The object is then removed. If somebody else has done so in between, that is as good."""


def refusal_of(meta: ObjectMeta, options: DeleteOptions) -> Refusal | None:
    """Why the request is refused, None if it is not.

    Source: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go (BeforeDelete)
    """
    if not well_formed(options):
        return Refusal.INVALID
    return None if preconditions_hold(meta, options) else Refusal.CONFLICT


def well_formed(options: DeleteOptions) -> bool:
    """Whether the request says in one way only what becomes of the dependents.

    Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateDeleteOptions)
    """
    return options.orphan_dependents is None or options.propagation_policy is None


def preconditions_hold(meta: ObjectMeta, options: DeleteOptions) -> bool:
    """Whether the object is the one, and the version of it, that the request is about.

    Source: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go (BeforeDelete)
    """
    same_uid = options.uid is None or options.uid == meta.uid
    return same_uid and (options.resource_version is None or options.resource_version == meta.resource_version)


def before_delete(meta: ObjectMeta, options: DeleteOptions, strategy: Strategy, now: int) -> BeforeDelete:
    """Whether the object gets a grace period, at `now` (seconds).

    Source: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go (BeforeDelete)
    """
    refusal = refusal_of(meta, options)
    if refusal is not None:
        return BeforeDelete(meta=meta, options=options, refusal=refusal)
    if options.grace_period_seconds is not None:
        options = replace(options, grace_period_seconds=at_least_one_if_negative(options.grace_period_seconds))
    if meta.deletion_grace_period_seconds is not None:
        period = at_least_one_if_negative(meta.deletion_grace_period_seconds)
        meta = replace(meta, deletion_grace_period_seconds=period)
    if strategy.grace_period is None:
        return BeforeDelete(meta=meta, options=options)
    if being_deleted(meta):
        return _deleted_again(meta, options, now)
    period = strategy.grace_period(options.grace_period_seconds)
    begun = replace(_next_generation(meta), deletion_timestamp=now + period, deletion_grace_period_seconds=period)
    return BeforeDelete(meta=begun, options=replace(options, grace_period_seconds=period), graceful=True)


def _deleted_again(meta: ObjectMeta, options: DeleteOptions, now: int) -> BeforeDelete:
    """DELETE of an object with a grace period that runs: it can only be made shorter."""
    running, asked = meta.deletion_grace_period_seconds, options.grace_period_seconds
    if meta.deletion_timestamp is None or running is None or running == 0:
        return BeforeDelete(meta=meta, options=options)
    if asked is None:
        return BeforeDelete(meta=meta, options=replace(options, grace_period_seconds=running), pending=True)
    if asked >= running:
        return BeforeDelete(meta=meta, options=options, pending=True)
    ends, period = meta.deletion_timestamp - running + asked, asked
    if ends < now:
        # The shorter period is over. Unless it is 0, whoever stops the object still has to notice.
        ends, period = now, min(asked, 1)
    shortened = replace(meta, deletion_timestamp=ends, deletion_grace_period_seconds=period)
    return BeforeDelete(meta=shortened, options=options, graceful=True)


def finalizers_after(
    finalizers: tuple[str, ...], options: DeleteOptions, policy: DefaultPolicy = DefaultPolicy.DELETE_DEPENDENTS
) -> tuple[str, ...]:
    """The object's finalizers, with those for its dependents as the request, or else the default, says.

    Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go
    (deletionFinalizersForGarbageCollection, shouldOrphanDependents, shouldDeleteDependents)
    """
    wanted = _wanted_policy(finalizers, options, policy)
    after = tuple(each for each in finalizers if each not in (ORPHAN_FINALIZER, FOREGROUND_FINALIZER))
    if wanted is PropagationPolicy.ORPHAN:
        after = (*after, ORPHAN_FINALIZER)
    elif wanted is PropagationPolicy.FOREGROUND:
        after = (*after, FOREGROUND_FINALIZER)
    return finalizers if set(after) == set(finalizers) else after


def _wanted_policy(finalizers: tuple[str, ...], options: DeleteOptions, policy: DefaultPolicy) -> PropagationPolicy:
    if policy is DefaultPolicy.UNSUPPORTED:
        return PropagationPolicy.BACKGROUND
    if options.orphan_dependents is not None:
        return PropagationPolicy.ORPHAN if options.orphan_dependents else PropagationPolicy.BACKGROUND
    if options.propagation_policy is not None:
        return options.propagation_policy
    for finalizer in finalizers:
        if finalizer == ORPHAN_FINALIZER:
            return PropagationPolicy.ORPHAN
        if finalizer == FOREGROUND_FINALIZER:
            return PropagationPolicy.FOREGROUND
    orphans = policy is DefaultPolicy.ORPHAN_DEPENDENTS
    return PropagationPolicy.ORPHAN if orphans else PropagationPolicy.BACKGROUND


def delete(
    meta: ObjectMeta | None,
    options: DeleteOptions,
    strategy: Strategy,
    now: int,
    *,
    garbage_collection: bool = True,
) -> Deletion:
    """DELETE of the stored object (None: there is none) at `now` (seconds).

    `garbage_collection` is the API server's flag ``--enable-garbage-collector``: without it, finalizers stay as they
    are. A dry run says what would be refused, and writes nothing.
    Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (Delete,
    updateForGracefulDeletionAndFinalizers)
    """
    if meta is None:
        return Deletion(refusal=Refusal.NOT_FOUND)
    before = before_delete(meta, options, strategy, now)
    if before.refusal is not None:
        return Deletion(refusal=before.refusal)
    if before.pending or options.dry_run:
        return Deletion()
    finalizers = before.meta.finalizers
    if garbage_collection:
        finalizers = finalizers_after(finalizers, options, strategy.default_policy)
    after = replace(before.meta, finalizers=finalizers)
    if before.graceful:
        return Deletion(stored=after, removed=not finalizers and before.options.grace_period_seconds == 0)
    if finalizers:
        return Deletion(stored=_marked_as_deleting(after, now))
    return Deletion(removed=True)


def _marked_as_deleting(meta: ObjectMeta, now: int) -> ObjectMeta:
    """The object waits for its finalizers and nothing else.

    Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (markAsDeleting)
    """
    if meta.deletion_timestamp is None:
        marked = replace(_next_generation(meta), deletion_timestamp=now)
    else:
        marked = replace(meta, deletion_timestamp=min(meta.deletion_timestamp, now))
    return replace(marked, deletion_grace_period_seconds=0)


def removed_by_update(before: ObjectMeta, after: ObjectMeta) -> bool:
    """Whether this update removes the object instead of being stored: nothing holds up its deletion any more.

    Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (ShouldDeleteDuringUpdate)
    """
    return not after.finalizers and being_deleted(before) and before.deletion_grace_period_seconds in (None, 0)


def _next_generation(meta: ObjectMeta) -> ObjectMeta:
    return replace(meta, generation=meta.generation + 1) if meta.generation > 0 else meta
