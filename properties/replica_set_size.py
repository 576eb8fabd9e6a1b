"""A ReplicaSet's size: what its controller never does."""

from collections.abc import Iterator

from checker.vocabulary import never_step
from model.cluster import Cluster
from model.rows.replica_set import ReplicaSet
from properties.eventually_stable import active_pods


@never_step("no_pod_too_many")
def overfilled_replica_sets(before: Cluster, after: Cluster) -> Iterator[ReplicaSet]:
    """A ReplicaSet never gets another Pod when it has as many active ones as it wants.

    It may have more for a while, when it has come to want fewer. A controller that acts on a cache that does not show
    its own Pods yet creates them a second time: expectations keep it from that for 5 minutes, and the consistency
    store of 1.36 for as long as it takes, but a restart forgets both. A Pod that is adopted may be one too many.
    Relied on by whoever pays for the Pods, and by what must not run more often than it is told to.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works,
    pkg/controller/controller_utils.go (ControllerExpectations)
    """
    for slot, replica_set in before.replica_sets.items():
        written = after.replica_sets[slot]
        if written is not None and active_pods(before, slot) < active_pods(after, slot) > written.replicas:
            yield replica_set
