"""One sync of a ReplicaSet.

Left out, because they are for the caller to decide: whether the informer has caught up with the controller's
own writes (if not, nothing of this happens), and what comes of each write.

Source: pkg/controller/replicaset/replica_set.go
"""

from collections.abc import Callable, Sequence

import msgspec

from model.api.objects import Pod, ReplicaSet
from model.api.pods import active_pods, count_terminating, next_availability_check
from model.controllers.claims import claim, claimed_without_adopting
from model.controllers.expectations import ControllerExpectations
from model.controllers.replicaset.status import ReplicaSetStatus, calculate_status, status_to_write
from model.controllers.replicaset.victims import pods_to_delete

BURST_REPLICAS = 500
"""The most Pods created, or deleted, in one sync (``BurstReplicas``)."""


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync does, in the order of the fields."""

    adopted: tuple[Pod, ...] = ()
    released: tuple[Pod, ...] = ()
    active: tuple[Pod, ...] = ()
    """The active Pods that it claims: what it counts, and chooses from."""
    created: int = 0
    """Pods to create, in slow-start batches."""
    deleted: tuple[Pod, ...] = ()
    """Pods to delete, all at once, by name and without a precondition."""
    status: ReplicaSetStatus | None = None
    """The status to write, None if it is unchanged."""
    requeue_after: int | None = None
    """Seconds until the ReplicaSet is to be synced again for the sake of Pods that become available."""
    error: bool = False
    """The sync is tried again, at a limited rate."""


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """The Pods that a sync creates and deletes."""

    created: int = 0
    deleted: tuple[Pod, ...] = ()


def replicas_to_create(replicas: int, active: int, burst: int = BURST_REPLICAS) -> int:
    """How many Pods one sync creates, with `replicas` wanted and `active` there."""
    return min(max(replicas - active, 0), burst)


def replicas_to_delete(replicas: int, active: int, burst: int = BURST_REPLICAS) -> int:
    """How many Pods one sync deletes, with `replicas` wanted and `active` there."""
    return min(max(active - replicas, 0), burst)


def manage_replicas(
    replica_set: ReplicaSet, active: Sequence[Pod], related_pods: Sequence[Pod], now: int, burst: int
) -> Managed:
    """Create what is missing, or delete what is too many.

    Source: pkg/controller/replicaset/replica_set.go (manageReplicas)
    """
    surplus = replicas_to_delete(replica_set.replicas, len(active), burst)
    return Managed(
        created=replicas_to_create(replica_set.replicas, len(active), burst),
        deleted=pods_to_delete(active, related_pods, surplus, now) if surplus > 0 else (),
    )


def expectations_after(
    sync: Sync,
    expectations: ControllerExpectations,
    now: int,
    key: Callable[[Pod], str] = lambda pod: pod.name,
) -> ControllerExpectations:
    """What the controller expects once `sync` is under way and no write has come back yet.

    A create that fails, or is skipped, is then observed as a creation; a delete that fails, as a deletion.
    Source: pkg/controller/replicaset/replica_set.go (manageReplicas)
    """
    if sync.created > 0:
        return expectations.expect_creations(sync.created, now)
    if sync.deleted:
        return expectations.expect_deletions([key(pod) for pod in sync.deleted], now)
    return expectations


def sync(
    replica_set: ReplicaSet,
    pods: Sequence[Pod],
    expectations_satisfied: bool,
    now: int,
    *,
    selected: Callable[[Pod], bool],
    related_pods: Sequence[Pod] = (),
    burst: int = BURST_REPLICAS,
    can_adopt: bool = True,
    manage_error: bool = False,
) -> Sync:
    """One sync of `replica_set` over `pods`, both as the caches show them, at `now` (seconds).

    `selected` is the ReplicaSet's selector, `related_pods` are for the order of deletion (see `victims`),
    `can_adopt` is the live read before an adoption (see `claims`), and `manage_error` says that a create or a
    delete of this sync fails. The status describes the Pods as they were before it.

    Source: pkg/controller/replicaset/replica_set.go (syncReplicaSet)
    """
    claims = claim(replica_set, active_pods(pods), selected, can_adopt=can_adopt)
    if claims.error:
        return Sync(adopted=claims.adopted, released=claims.released, error=True)
    managed = Managed()
    if expectations_satisfied and not replica_set.deleting:
        managed = manage_replicas(replica_set, claims.claimed, related_pods, now, burst)
    failed = manage_error and (managed.created > 0 or len(managed.deleted) > 0)
    terminating = count_terminating(claimed_without_adopting(replica_set, pods, selected))
    status = calculate_status(replica_set, claims.claimed, terminating, manage_error=failed, now=now)
    return Sync(
        adopted=claims.adopted,
        released=claims.released,
        active=claims.claimed,
        created=managed.created,
        deleted=managed.deleted,
        status=status_to_write(replica_set, status),
        requeue_after=None if failed else availability_check(replica_set, claims.claimed, status, now),
        error=failed,
    )


def availability_check(
    replica_set: ReplicaSet, active: Sequence[Pod], status: ReplicaSetStatus, now: int
) -> int | None:
    """Seconds until the ReplicaSet is synced again for a ready Pod to become available, or None if none will.

    Source: pkg/controller/replicaset/replica_set.go (syncReplicaSet)
    """
    minimum = replica_set.min_ready_seconds
    if minimum <= 0 or status.ready_replicas == status.available_replicas:
        return None
    check = next_availability_check(active, minimum, now)
    return minimum if check is None else check
