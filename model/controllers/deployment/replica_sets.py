"""Which ReplicaSet of a Deployment is the new one, which are old, and what they add up to.

Source: pkg/controller/deployment/util/deployment_util.go
"""

from collections.abc import Iterable, Sequence

from model.api.objects import Deployment, ReplicaSet


def by_creation(replica_set: ReplicaSet) -> tuple[int, str]:
    """Sorts ReplicaSets from the oldest to the newest, equally old ones by name."""
    return replica_set.created, replica_set.name


def active(replica_sets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    """The ReplicaSets that want Pods.

    Source: pkg/controller/controller_utils.go (FilterActiveReplicaSets)
    """
    return [replica_set for replica_set in replica_sets if replica_set.replicas > 0]


def find_new_replica_set(deployment: Deployment, replica_sets: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The oldest ReplicaSet that has the Deployment's Pod template, or None.

    Source: pkg/controller/deployment/util/deployment_util.go (FindNewReplicaSet)
    """
    for replica_set in sorted(replica_sets, key=by_creation):
        if replica_set.template == deployment.template:
            return replica_set
    return None


def find_old_replica_sets(deployment: Deployment, replica_sets: Sequence[ReplicaSet]) -> list[ReplicaSet]:
    """Every ReplicaSet but the new one, from the oldest to the newest.

    Source: pkg/controller/deployment/util/deployment_util.go (FindOldReplicaSets)
    """
    new = find_new_replica_set(deployment, replica_sets)
    return sorted((replica_set for replica_set in replica_sets if replica_set is not new), key=by_creation)


def all_replica_sets(new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> list[ReplicaSet]:
    """The old ReplicaSets, then the new one if there is one."""
    return [*old] if new is None else [*old, new]


def max_revision(replica_sets: Iterable[ReplicaSet]) -> int:
    """The highest revision of the ReplicaSets; one without a revision counts as 0.

    Source: pkg/controller/deployment/util/deployment_util.go (MaxRevision)
    """
    return max((replica_set.revision or 0 for replica_set in replica_sets), default=0)


def replica_count(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many Pods the ReplicaSets want: the sum of ``spec.replicas``."""
    return sum(replica_set.replicas for replica_set in replica_sets)


def actual_replica_count(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many Pods the ReplicaSets report: the sum of ``status.replicas``."""
    return sum(replica_set.status_replicas for replica_set in replica_sets)


def ready_replica_count(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many ready Pods the ReplicaSets report."""
    return sum(replica_set.ready_replicas for replica_set in replica_sets)


def available_replica_count(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many available Pods the ReplicaSets report."""
    return sum(replica_set.available_replicas for replica_set in replica_sets)


def terminating_replica_count(replica_sets: Iterable[ReplicaSet]) -> int | None:
    """How many terminating Pods the ReplicaSets report; None if one that was ever synced does not report it.

    Source: pkg/controller/deployment/util/deployment_util.go (GetTerminatingReplicaCountForReplicaSets)
    """
    total = 0
    for replica_set in replica_sets:
        if replica_set.terminating_replicas is not None:
            total += replica_set.terminating_replicas
        elif replica_set.observed_generation != 0:
            return None
    return total
