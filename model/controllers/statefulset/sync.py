"""One sync of a StatefulSet.

Left out, because it is for the caller to decide: whether the informers have caught up with the controller's own writes
(if not, nothing of this happens), and the PATCHes of adoption and release being refused.

Source: pkg/controller/statefulset/stateful_set.go
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.pods import next_availability_check
from model.api.refusals import Refusal
from model.api.stateful_sets import StatefulSet
from model.controllers.claims import Claim, claim
from model.controllers.history import Hash, hash_controller_revision, owned_or_orphaned
from model.controllers.statefulset.identity import is_member_of
from model.controllers.statefulset.revisions import Defaulting, no_defaulting
from model.controllers.statefulset.status import StatefulSetStatus
from model.controllers.statefulset.update import update_stateful_set
from model.controllers.statefulset.writes import Errors, Write, conflict_with_itself, run


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync does, in the order of the fields."""

    adopted_revisions: tuple[ControllerRevision, ...] = ()
    adopted: tuple[Pod, ...] = ()
    released: tuple[Pod, ...] = ()
    writes: tuple[Write, ...] = ()
    """The accepted ones, in order."""
    status: StatefulSetStatus | None = None
    """The status that it reports, whether or not it was written."""
    requeue_after: int | None = None
    """Seconds until the StatefulSet is to be synced again for the sake of Pods that become available."""
    error: bool = False
    """The sync is tried again, at a limited rate."""
    errors: Errors = ()
    """What went wrong while it wrote."""


def claim_pods(
    stateful_set: StatefulSet, pods: Sequence[Pod], selected: Callable[[Pod], bool], *, can_adopt: bool
) -> Claim:
    """The Pods that are the StatefulSet's: selected by it, and named like one of its Pods.

    Source: pkg/controller/statefulset/stateful_set.go (getPodsForStatefulSet)
    """
    return claim(stateful_set, pods, lambda pod: selected(pod) and is_member_of(stateful_set, pod), can_adopt=can_adopt)


def sync(
    stateful_set: StatefulSet,
    pods: Sequence[Pod],
    revisions: Sequence[ControllerRevision],
    claims: Sequence[PersistentVolumeClaim],
    now: int,
    *,
    selected: Callable[[Mapping[str, str]], bool],
    can_adopt: bool = True,
    max_unavailable_enabled: bool = False,
    stored_revisions: Sequence[ControllerRevision] | None = None,
    defaulting: Defaulting = no_defaulting,
    hash_of: Hash = hash_controller_revision,
    refusal: Callable[[Write, Sequence[Write]], Refusal | None] = conflict_with_itself,
) -> Sync:
    """One sync of `stateful_set`, over the objects of its namespace as the caches show them, at `now` (seconds).

    `selected` says whether its selector matches labels, `can_adopt` is the live read before an adoption: the same uid
    is there and not being deleted. `refusal` is as in `run`, the others are as in `update_stateful_set`.

    Source: pkg/controller/statefulset/stateful_set.go (sync, syncStatefulSet)
    """
    history = owned_or_orphaned(revisions, stateful_set.uid, selected)
    orphans = tuple(revision for revision in history if revision.controller is None)
    if orphans and not can_adopt:
        return Sync(error=True)
    own = claim_pods(stateful_set, pods, lambda pod: selected(pod.labels), can_adopt=can_adopt)
    if own.error:
        return Sync(adopted_revisions=orphans, adopted=own.adopted, released=own.released, error=True)
    steps = update_stateful_set(
        stateful_set,
        own.claimed,
        history,
        claims,
        now,
        max_unavailable_enabled=max_unavailable_enabled,
        stored_revisions=stored_revisions,
        defaulting=defaulting,
        hash_of=hash_of,
    )
    outcome, writes = run(steps, refusal)
    failed = len(outcome.errors) > 0
    return Sync(
        adopted_revisions=orphans,
        adopted=own.adopted,
        released=own.released,
        writes=writes,
        status=outcome.status,
        requeue_after=None if failed else availability_check(stateful_set, own.claimed, outcome.status, now),
        error=failed,
        errors=outcome.errors,
    )


def availability_check(
    stateful_set: StatefulSet, pods: Sequence[Pod], status: StatefulSetStatus | None, now: int
) -> int | None:
    """Seconds until the StatefulSet is synced again for a ready Pod to become available, or None if none will.

    Source: pkg/controller/statefulset/stateful_set.go (syncStatefulSet)
    """
    minimum = stateful_set.min_ready_seconds
    if minimum <= 0 or status is None or status.ready_replicas == status.available_replicas:
        return None
    check = next_availability_check(pods, minimum, now)
    return minimum if check is None else check
