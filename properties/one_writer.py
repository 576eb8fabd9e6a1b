"""One writer: optimistic concurrency keeps updates from being lost."""

from collections.abc import Iterator

from checker.vocabulary import never_step
from model.cluster import Cluster
from model.rows.replica_set import ReplicaSet


@never_step("no_lost_update")
def overwritten_replica_sets(before: Cluster, after: Cluster) -> Iterator[ReplicaSet]:
    """No controller overwrites a version of a ReplicaSet that it has not read.

    It holds because the API server answers such a write with 409 Conflict: this watches over the model's API server.
    Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
    """
    for slot, replica_set in before.replica_sets.items():
        written = after.replica_sets[slot]
        if written is not None and written.replicas != replica_set.replicas and not replica_set.observed_is_current:
            yield replica_set
