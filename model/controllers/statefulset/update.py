"""One pass of the StatefulSet controller over a StatefulSet and its Pods.

Source: pkg/controller/statefulset/stateful_set_control.go
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.refusals import Refusal
from model.api.stateful_sets import StatefulSet, UpdateStrategy
from model.controllers.history import Hash, hash_controller_revision
from model.controllers.statefulset.health import monotonic
from model.controllers.statefulset.pod_control import Claims, delete_stateful_pod
from model.controllers.statefulset.replicas import (
    condemned_of,
    first_unavailable,
    fix_claims_of_condemned,
    process_condemned,
    process_replica,
    replicas_of,
    run_for_all,
)
from model.controllers.statefulset.revisions import (
    Defaulting,
    Revisions,
    get_revisions,
    no_defaulting,
    truncate_history,
)
from model.controllers.statefulset.rolling_update import max_unavailable_of, pod_to_update, pods_to_update_within
from model.controllers.statefulset.status import (
    StatefulSetStatus,
    calculate_status,
    complete_rolling_update,
    inconsistent_status,
)
from model.controllers.statefulset.writes import (
    Errors,
    Obstacle,
    Step,
    UpdateStatefulSetStatus,
    Writes,
    errors_of,
)


class Outcome(msgspec.Struct, frozen=True):
    """What a pass came to."""

    status: StatefulSetStatus | None
    """The status to report, whether or not it was written; None if not even the revisions could be told."""
    errors: Errors = ()
    """If there are any, the StatefulSet is synced again, at a limited rate."""


Managed = tuple[StatefulSetStatus, Errors]
"""The status to report, and what went wrong."""


def update_outdated_pods(
    stateful_set: StatefulSet,
    replicas: Sequence[Pod],
    status: StatefulSetStatus,
    now: int,
    *,
    max_unavailable_enabled: bool,
) -> Writes[Managed]:
    """Delete Pods of an old revision: one, or with the feature gate as many as may be unavailable.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet,
    updateStatefulSetAfterInvariantEstablished)
    """
    update = status.update_revision
    if max_unavailable_enabled:
        allowed = max_unavailable_of(stateful_set)
        if allowed is None:
            return status, (Obstacle.INVALID_MAX_UNAVAILABLE,)
        victims = pods_to_update_within(stateful_set, replicas, update, allowed, now)
    else:
        victim = pod_to_update(stateful_set, replicas, update, now)
        victims = [] if victim is None else [victim]
    for pod in victims:
        errors = yield from delete_stateful_pod(pod)
        if errors:
            return status, errors
        status = replace(status, current_replicas=status.current_replicas - 1)
    return status, ()


def process_all(
    stateful_set: StatefulSet, replicas: Sequence[Pod], condemned: Sequence[Pod], claims: Claims, now: int
) -> Writes[Step]:
    """Create and repair the replicas, then hand over the claims of condemned Pods, then delete those Pods.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    first = first_unavailable(stateful_set, replicas, condemned, now)
    stages: list[tuple[Sequence[Pod], Callable[[Pod], Writes[Step]]]] = [
        (replicas, lambda pod: process_replica(stateful_set, pod, claims, now)),
        (condemned, lambda pod: fix_claims_of_condemned(stateful_set, pod, claims)),
        (condemned, lambda pod: process_condemned(stateful_set, pod, first, now)),
    ]
    for pods, handle in stages:
        step = yield from run_for_all(pods, handle, one_by_one=monotonic(stateful_set))
        if step.exit:
            return step
    return Step()


def manage_pods(
    stateful_set: StatefulSet,
    pods: Sequence[Pod],
    revisions: Revisions,
    claims: Claims,
    now: int,
    *,
    max_unavailable_enabled: bool,
) -> Writes[Managed]:
    """Bring the Pods closer to what the StatefulSet asks for: creation first, then scaling down, then the update.

    The status describes the Pods as they were before. Of a StatefulSet that is being deleted it is all that changes.
    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    current, update = revisions.current, revisions.update

    def status_of_pods(counted: Iterable[Pod]) -> StatefulSetStatus:
        return calculate_status(stateful_set, counted, current.name, update.name, revisions.collision_count, now)

    if stateful_set.deleting:
        return status_of_pods(pods), ()
    replicas = replicas_of(stateful_set, pods, current, update)
    condemned = condemned_of(stateful_set, pods)
    step = yield from process_all(stateful_set, replicas, condemned, claims, now)
    status = status_of_pods([*replicas, *condemned])
    if step.exit or stateful_set.update_strategy is UpdateStrategy.ON_DELETE:
        return status, step.errors
    return (
        yield from update_outdated_pods(
            stateful_set, replicas, status, now, max_unavailable_enabled=max_unavailable_enabled
        )
    )


def update_status(
    stateful_set: StatefulSet, status: StatefulSetStatus, *, max_unavailable_enabled: bool
) -> Writes[Errors]:
    """Write the status if it says anything new.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSetStatus)
    """
    if max_unavailable_enabled and max_unavailable_of(stateful_set) is None:
        return (Obstacle.INVALID_MAX_UNAVAILABLE,)
    if not inconsistent_status(stateful_set, status):
        return ()
    refusal = yield UpdateStatefulSetStatus(status)
    return errors_of(refusal)


def update_stateful_set(
    stateful_set: StatefulSet,
    pods: Sequence[Pod],
    revisions: Sequence[ControllerRevision],
    claims: Sequence[PersistentVolumeClaim] = (),
    now: int = 0,
    *,
    max_unavailable_enabled: bool = False,
    stored_revisions: Sequence[ControllerRevision] | None = None,
    defaulting: Defaulting = no_defaulting,
    hash_of: Hash = hash_controller_revision,
) -> Writes[Outcome]:
    """One pass over a StatefulSet, write by write, given what the controller's caches show.

    `pods` are the Pods that the StatefulSet has claimed, `revisions` its ControllerRevisions, `claims` the
    PersistentVolumeClaims of the namespace, `now` is in seconds. `max_unavailable_enabled` is the feature gate
    MaxUnavailableStatefulSet, off by default. `stored_revisions`, `defaulting` and `hash_of` are for `get_revisions`.

    Source: pkg/controller/statefulset/stateful_set_control.go (UpdateStatefulSet, performUpdate)
    """
    found = yield from get_revisions(
        stateful_set, revisions, stored=stored_revisions, defaulting=defaulting, hash_of=hash_of
    )
    if isinstance(found, Refusal):
        errors = yield from truncate_history(stateful_set, pods, revisions)
        return Outcome(None, (found, *errors))
    shown = {claim.name: claim for claim in claims}
    status, errors = yield from manage_pods(
        stateful_set, pods, found, shown, now, max_unavailable_enabled=max_unavailable_enabled
    )
    status = complete_rolling_update(stateful_set, status)
    refused = yield from update_status(stateful_set, status, max_unavailable_enabled=max_unavailable_enabled)
    kept = yield from truncate_history(stateful_set, pods, revisions, [found.current, found.update])
    return Outcome(status, (errors or refused) + kept)
