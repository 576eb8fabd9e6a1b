"""The controller manager: one process that runs every controller, and what of them lives in its memory alone.

Expectations, the consistency store, back-offs and timers are lost when it restarts or another replica becomes the
leader; caches are filled anew from lists. What is in etcd is all that the next process knows. Back-offs and timers need
no field: a retry may be late, and a timer that runs may fire at any moment, whoever has set it.

A process that hangs or is stopped for a while, and one that is slow, need no step of their own: controllers are weakly
fair, which is to say that each may pause for any finite time while everybody else goes on. Two leaders at once are left
out: `model.control_plane.leader_election` has the rules.

Source: cmd/kube-controller-manager/app/controllermanager.go,
https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
"""

from model.cluster import Cluster
from model.control_plane.informers import with_current_pods, with_current_replica_sets
from model.rows.job import Counting


def without_memory(state: Cluster) -> Cluster:
    """The state as a controller manager finds it that has just begun to lead: it expects and remembers nothing."""
    after = state
    for replica_set in state.replica_sets:
        if replica_set.expects or replica_set.unseen_writes:
            after = after.update(replica_set, expects=False, unseen_writes=False)
    for daemon_set in state.daemon_sets:
        if daemon_set.expects or daemon_set.unseen_writes:
            after = after.update(daemon_set, expects=False, unseen_writes=False)
    for cron_job in state.cron_jobs:
        if cron_job.unwritten is not None:
            after = after.update(cron_job, unwritten=None, outdated=False)
    for job in state.jobs:
        if job.counting is not Counting.NONE:
            after = after.update(job, counting=Counting.NONE)
    for pod in state.pods:
        if pod.removal is not None:
            after = after.update(pod, removal=None)
    for autoscaler in state.autoscalers:
        after = after.update(autoscaler, recommendations=(), grown=(), shrunk=())
    return after


def relisted(state: Cluster) -> Cluster:
    """The state after every cache has been filled from lists of an API server that is up to date."""
    return with_current_replica_sets(with_current_pods(state))
