"""Deleting old ReplicaSets beyond the revision history limit.

Source: pkg/controller/deployment/sync.go
"""

from collections.abc import Sequence

from model.api.objects import Deployment, ReplicaSet
from model.api.refusals import Refusal
from model.controllers.deployment.replica_sets import by_creation
from model.controllers.deployment.writes import DeleteReplicaSet, RefusedError, Writes

UNLIMITED = 2**31 - 1
"""A ``revisionHistoryLimit`` of this many keeps every revision."""


def may_be_deleted(replica_set: ReplicaSet) -> bool:
    """Whether the ReplicaSet wants no Pods, has none, and its controller has seen that it wants none."""
    return (
        replica_set.replicas == 0
        and replica_set.status_replicas == 0
        and replica_set.observed_generation >= replica_set.generation
    )


def replica_sets_beyond_history(deployment: Deployment, old: Sequence[ReplicaSet]) -> list[ReplicaSet]:
    """The old ReplicaSets to delete: the lowest revisions beyond the limit, if they are without Pods.

    One that still has Pods is passed over, and none of a higher revision is deleted in its stead.
    Source: pkg/controller/deployment/sync.go (cleanupDeployment)
    """
    limit = deployment.revision_history_limit
    if limit is None or limit == UNLIMITED:
        return []
    kept = [replica_set for replica_set in old if not replica_set.deleting]
    kept.sort(key=lambda replica_set: (replica_set.revision or 0, *by_creation(replica_set)))
    return [replica_set for replica_set in kept[: max(0, len(kept) - limit)] if may_be_deleted(replica_set)]


def cleanup_deployment(deployment: Deployment, old: Sequence[ReplicaSet]) -> Writes[None]:
    """Delete the old ReplicaSets beyond the revision history limit; one that is gone already is no error.

    Source: pkg/controller/deployment/sync.go (cleanupDeployment)
    """
    for replica_set in replica_sets_beyond_history(deployment, old):
        try:
            yield DeleteReplicaSet(replica_set.name)
        except RefusedError as refused:
            if refused.refusal is not Refusal.NOT_FOUND:
                raise
