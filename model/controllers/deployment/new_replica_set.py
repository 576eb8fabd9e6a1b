"""The ReplicaSet of the Deployment's current Pod template: created if missing, its revision kept up to date.

Left out: the revision history, annotations that are copied from the Deployment, and hash collisions (the name
holds the template itself instead of a hash).
Source: pkg/controller/deployment/sync.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.objects import Deployment, ReplicaSet
from model.api.refusals import Refusal
from model.controllers.deployment.conditions import (
    Conditions,
    Reason,
    Status,
    Type,
    new_condition,
    set_condition,
)
from model.controllers.deployment.progress import progress_deadline
from model.controllers.deployment.replica_sets import (
    find_new_replica_set,
    find_old_replica_sets,
    max_revision,
    replica_count,
)
from model.controllers.deployment.scaling import with_replicas_annotations
from model.controllers.deployment.sizes import new_replicas
from model.controllers.deployment.writes import (
    CreateReplicaSet,
    RefusedError,
    UpdateDeploymentStatus,
    UpdateReplicaSet,
    Writes,
    stored,
)


def next_revision(old: Sequence[ReplicaSet]) -> int:
    """One more than the highest revision of the old ReplicaSets."""
    return max_revision(old) + 1


def with_progressing(deployment: Deployment, status: Status, reason: Reason, now: int) -> Conditions:
    """The Deployment's conditions, with that Progressing condition if there is a progress deadline."""
    if progress_deadline(deployment) is None:
        return deployment.conditions
    return set_condition(deployment.conditions, new_condition(Type.PROGRESSING, status, reason, now))


def update_status_if_changed(before: Deployment, after: Deployment) -> Writes[Deployment]:
    """Write the status if it has changed; returns the Deployment that the sync goes on with."""
    if after != before:
        yield UpdateDeploymentStatus(after)
    return after


def sync_revision(
    deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet], now: int
) -> Writes[tuple[Deployment, ReplicaSet]]:
    """Make the new ReplicaSet's revision the highest, or else note it in the Deployment's status.

    Source: pkg/controller/deployment/sync.go (getNewReplicaSet)
    """
    updated = replace(
        new,
        revision=max(new.revision or 0, next_revision(old)),
        min_ready_seconds=deployment.min_ready_seconds,
    )
    if updated != new:
        yield UpdateReplicaSet(updated)
        return deployment, stored(updated)
    after = replace(deployment, revision=new.revision)
    if condition_of(deployment.conditions, Type.PROGRESSING) is None:
        conditions = with_progressing(deployment, Status.TRUE, Reason.FOUND_NEW_REPLICA_SET, now)
        after = replace(after, conditions=conditions)
    after = yield from update_status_if_changed(deployment, after)
    return after, new


def new_replica_set(deployment: Deployment, old: Sequence[ReplicaSet]) -> ReplicaSet:
    """The ReplicaSet to create for the Deployment's template; no controller has observed it yet.

    Source: pkg/controller/deployment/sync.go (getNewReplicaSet)
    """
    replica_set = ReplicaSet(
        name=f"{deployment.name}-{deployment.template}",
        template=deployment.template,
        min_ready_seconds=deployment.min_ready_seconds,
        replicas=new_replicas(deployment, 0, replica_count(old)),
        terminating_replicas=None,
        observed_generation=0,
        revision=next_revision(old),
    )
    return with_replicas_annotations(replica_set, deployment)


def create_new_replica_set(
    deployment: Deployment, old: Sequence[ReplicaSet], now: int
) -> Writes[tuple[Deployment, ReplicaSet]]:
    """Create the new ReplicaSet and note it in the Deployment's status.

    A refusal ends the sync: if one exists already (the cache does not show it yet), if the namespace is
    terminating, or for any other reason, which the status then tells.
    Source: pkg/controller/deployment/sync.go (getNewReplicaSet)
    """
    new = new_replica_set(deployment, old)
    try:
        yield CreateReplicaSet(new)
    except RefusedError as refused:
        if refused.refusal not in (Refusal.ALREADY_EXISTS, Refusal.NAMESPACE_TERMINATING):
            yield from report_create_error(deployment, now)
        raise
    conditions = with_progressing(deployment, Status.TRUE, Reason.NEW_REPLICA_SET_CREATED, now)
    after = replace(deployment, revision=new.revision, conditions=conditions)
    after = yield from update_status_if_changed(deployment, after)
    return after, stored(new)


def report_create_error(deployment: Deployment, now: int) -> Writes[None]:
    """Say in the status that the new ReplicaSet cannot be created; a refusal of that does not matter.

    Source: pkg/controller/deployment/sync.go (getNewReplicaSet)
    """
    if progress_deadline(deployment) is None:
        return
    conditions = with_progressing(deployment, Status.FALSE, Reason.REPLICA_SET_CREATE_ERROR, now)
    try:
        yield UpdateDeploymentStatus(replace(deployment, conditions=conditions))
    except RefusedError:
        return


def get_new_replica_set(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], now: int
) -> Writes[tuple[Deployment, ReplicaSet | None]]:
    """The new ReplicaSet, its revision synced, or None if there is none.

    Also returns the Deployment that the sync goes on with: its status may have been written.
    Source: pkg/controller/deployment/sync.go (getAllReplicaSetsAndSyncRevision)
    """
    new = find_new_replica_set(deployment, replica_sets)
    if new is None:
        return deployment, None
    old = find_old_replica_sets(deployment, replica_sets)
    return (yield from sync_revision(deployment, new, old, now))


def get_or_create_new_replica_set(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], now: int
) -> Writes[tuple[Deployment, ReplicaSet]]:
    """As get_new_replica_set, but a missing one is created.

    Source: pkg/controller/deployment/sync.go (getAllReplicaSetsAndSyncRevision)
    """
    deployment, new = yield from get_new_replica_set(deployment, replica_sets, now)
    if new is not None:
        return deployment, new
    old = find_old_replica_sets(deployment, replica_sets)
    return (yield from create_new_replica_set(deployment, old, now))
