"""Rolling updates: the new ReplicaSet grows within the surge, the old ones shrink within availability.

Source: pkg/controller/deployment/rolling.go
"""

from collections.abc import Sequence

from model.api.objects import Deployment, ReplicaSet
from model.controllers.deployment.fenceposts import max_unavailable
from model.controllers.deployment.history import cleanup_deployment
from model.controllers.deployment.new_replica_set import get_or_create_new_replica_set
from model.controllers.deployment.progress import deployment_complete, sync_rollout_status
from model.controllers.deployment.replica_sets import (
    active,
    all_replica_sets,
    available_replica_count,
    by_creation,
    find_old_replica_sets,
    replica_count,
)
from model.controllers.deployment.scaling import scale_replica_set
from model.controllers.deployment.sizes import (
    max_scaled_down,
    new_replicas,
    spare_available,
    unhealthy_to_remove,
)
from model.controllers.deployment.writes import RefusedError, Writes


class InvalidScaleDownError(Exception):
    """Scaling a ReplicaSet down by this many would scale it up."""


def reconcile_new_replica_set(deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet]) -> Writes[bool]:
    """Bring the new ReplicaSet towards the desired size; returns whether it was scaled.

    Source: pkg/controller/deployment/rolling.go (reconcileNewReplicaSet)
    """
    if new.replicas >= deployment.replicas:
        size = deployment.replicas
    else:
        size = new_replicas(deployment, new.replicas, replica_count([*old, new]))
    scaled, _ = yield from scale_replica_set(new, size, deployment)
    return scaled


def cleanup_unhealthy_replicas(
    deployment: Deployment, old: Sequence[ReplicaSet], max_cleanup_count: int
) -> Writes[tuple[list[ReplicaSet], int]]:
    """Scale old ReplicaSets down by their unavailable Pods, so that these do not block the rollout.

    The oldest comes first. Returns the old ReplicaSets as they are then, and how many Pods go.
    Raises InvalidScaleDownError at a ReplicaSet with more available Pods than it wants; those before it stay
    scaled.
    Source: pkg/controller/deployment/rolling.go (cleanupUnhealthyReplicas)
    """
    cleaned = []
    total = 0
    for replica_set in sorted(old, key=by_creation):
        if total < max_cleanup_count and replica_set.replicas > 0:
            count = unhealthy_to_remove(replica_set.replicas, replica_set.available_replicas, max_cleanup_count - total)
            if count < 0:
                raise InvalidScaleDownError(f"{replica_set.name} by {count}")
            _, replica_set = yield from scale_replica_set(replica_set, replica_set.replicas - count, deployment)
            total += count
        cleaned.append(replica_set)
    return cleaned, total


def scale_down_old_replica_sets(
    deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]
) -> Writes[int]:
    """Scale old ReplicaSets down, oldest first, by what is available beyond the minimum; returns how much.

    Source: pkg/controller/deployment/rolling.go (scaleDownOldReplicaSetsForRollingUpdate)
    """
    spare = spare_available(
        available_replica_count(all_replica_sets(new, old)),
        deployment.replicas - max_unavailable(deployment),
    )
    total = 0
    for replica_set in sorted(old, key=by_creation):
        count = min(replica_set.replicas, spare - total)
        yield from scale_replica_set(replica_set, replica_set.replicas - count, deployment)
        total += count
    return total


def reconcile_old_replica_sets(deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet]) -> Writes[bool]:
    """Scale the old ReplicaSets down as far as availability allows; returns whether any was scaled.

    Unavailable Pods go first. Availability is as the statuses said before. An error ends this step but not
    the sync; the step then counts as not scaled, whatever it has written.
    Source: pkg/controller/deployment/rolling.go (reconcileOldReplicaSets)
    """
    shrinking = active(old)
    if not shrinking:
        return False
    max_cleanup_count = max_scaled_down(
        replica_count([*old, new]),
        deployment.replicas - max_unavailable(deployment),
        new.replicas,
        new.available_replicas,
    )
    if max_cleanup_count <= 0:
        return False
    try:
        shrinking, cleaned = yield from cleanup_unhealthy_replicas(deployment, shrinking, max_cleanup_count)
        scaled_down = yield from scale_down_old_replica_sets(deployment, new, shrinking)
    except (InvalidScaleDownError, RefusedError):
        return False
    return cleaned + scaled_down > 0


def rollout_rolling(deployment: Deployment, replica_sets: Sequence[ReplicaSet], now: int) -> Writes[int | None]:
    """One step of a rolling update: grow the new ReplicaSet or shrink the old ones, then write the status.

    Returns in how many seconds to look again, as sync_rollout_status does.
    Source: pkg/controller/deployment/rolling.go (rolloutRolling)
    """
    old = find_old_replica_sets(deployment, replica_sets)
    deployment, new = yield from get_or_create_new_replica_set(deployment, replica_sets, now)
    scaled = yield from reconcile_new_replica_set(deployment, new, old)
    if not scaled:
        scaled = yield from reconcile_old_replica_sets(deployment, new, old)
    if not scaled and deployment_complete(deployment):
        yield from cleanup_deployment(deployment, old)
    return (yield from sync_rollout_status(deployment, new, old, now))
