"""Informer caches: a controller reads its cache, not etcd.

Where a scenario lets a cache lag, the state holds the cached copies beside the objects. A cache is what the API server
had at some earlier moment; catching up, at any time, moves it to now, past everything that was written: the controllers
then have seen their own writes, too. Elsewhere the cache is live. The controllers of one process share their caches.

Left out: the lag of a controller's view of its own primary object (its delay looks like a late sync); a deleted
ReplicaSet leaves the cache at once; a cache goes back in time only where a controller manager restarts
(`model.disturbances.controller_manager`).

Source: staging/src/k8s.io/client-go/tools/cache/reflector.go,
https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from collections.abc import Iterator

from model.cluster import Cluster, without_forgotten
from model.parts import Part, component
from model.rows.pod import ObservedPod, Pod
from model.rows.replica_set import ObservedReplicaSet, ReplicaSet


def observed_pod(state: Cluster, pod: Pod) -> ObservedPod | None:
    """The Pod as the controllers' cache shows it; None if the cache does not have it."""
    if state.constants.caches.replica_set_pods:
        return pod.observed
    return current_pod(pod)


def current_pod(pod: Pod) -> ObservedPod | None:
    """The Pod as etcd has it."""
    if not pod.exists:
        return None
    return ObservedPod(pod.phase, pod.ready, pod.deleting, pod.node, pod.ready_long_enough)


def observed_replica_set(state: Cluster, replica_set: ReplicaSet) -> ObservedReplicaSet | None:
    """The ReplicaSet as the Deployment controller's cache shows it; None if the cache does not have it."""
    if state.constants.caches.deployment_replica_sets:
        return replica_set.observed
    return current_replica_set(replica_set)


def current_replica_set(replica_set: ReplicaSet) -> ObservedReplicaSet:
    """The ReplicaSet as etcd has it."""
    return ObservedReplicaSet(
        replica_set.replicas,
        replica_set.status_replicas,
        replica_set.available_replicas,
        replica_set.revision,
        replica_set.desired_annotation,
        replica_set.max_annotation,
    )


def pod_informer_catches_up(state: Cluster) -> Iterator[Cluster]:
    """The controllers' cache of Pods catches up with the API server."""
    after = with_current_pods(state)
    if after is not state:
        yield after


def with_current_pods(state: Cluster) -> Cluster:
    """The state with the cache of Pods as etcd is now; the controllers have seen all that they waited for."""
    if not state.constants.caches.replica_set_pods:
        return state
    after = state
    for pod in state.pods:
        current = current_pod(pod)
        if pod.observed != current:
            after = after.update(pod, observed=current)
    for replica_set in state.replica_sets:
        if replica_set.expects or replica_set.unseen_writes:
            after = after.update(replica_set, expects=False, unseen_writes=False)
    for daemon_set in state.daemon_sets:
        if daemon_set.expects or daemon_set.unseen_writes:
            after = after.update(daemon_set, expects=False, unseen_writes=False)
    return state if after is state else without_forgotten(after)


def replica_set_informer_catches_up(state: Cluster) -> Iterator[Cluster]:
    """The Deployment controller's cache of ReplicaSets catches up with the API server."""
    after = with_current_replica_sets(state)
    if after is not state:
        yield after


def with_current_replica_sets(state: Cluster) -> Cluster:
    """The state with the Deployment controller's cache of ReplicaSets as etcd is now."""
    if not state.constants.caches.deployment_replica_sets:
        return state
    after = state
    for replica_set in state.replica_sets:
        if not replica_set.observed_is_current:
            current = current_replica_set(replica_set)
            after = after.update(replica_set, observed=current, observed_is_current=True)
    return after


PARTS: tuple[Part, ...] = (
    *component(lambda state: state.constants.caches.deployment_replica_sets, replica_set_informer_catches_up),
    *component(lambda state: state.constants.caches.replica_set_pods, pod_informer_catches_up),
)
