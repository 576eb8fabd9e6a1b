"""Recreate: every old Pod goes before the first new one comes.

Source: pkg/controller/deployment/recreate.go
"""

from collections.abc import Sequence

from model.api.objects import Deployment, Pod, PodPhase, ReplicaSet
from model.controllers.deployment.history import cleanup_deployment
from model.controllers.deployment.new_replica_set import get_new_replica_set, get_or_create_new_replica_set
from model.controllers.deployment.progress import deployment_complete, sync_rollout_status
from model.controllers.deployment.replica_sets import active, actual_replica_count, find_old_replica_sets
from model.controllers.deployment.scaling import scale_replica_set
from model.controllers.deployment.writes import Writes


def old_pods_running(new: ReplicaSet | None, old: Sequence[ReplicaSet], pods: Sequence[Pod]) -> bool:
    """Whether an old ReplicaSet reports Pods, or one of the Deployment's `pods` is old and has not ended.

    A Pod that is terminating, or whose node is unreachable, has not ended.
    Source: pkg/controller/deployment/recreate.go (oldPodsRunning)
    """
    return actual_replica_count(old) > 0 or any(
        pod.phase is not PodPhase.FAILED and pod.phase is not PodPhase.SUCCEEDED
        for pod in pods
        if new is None or pod.controller != new.uid
    )


def scale_down_old_replica_sets(deployment: Deployment, old: Sequence[ReplicaSet]) -> Writes[bool]:
    """Scale every old ReplicaSet to 0; returns whether any had to be.

    Source: pkg/controller/deployment/recreate.go (scaleDownOldReplicaSetsForRecreate)
    """
    shrinking = active(old)
    for replica_set in shrinking:
        yield from scale_replica_set(replica_set, 0, deployment)
    return len(shrinking) > 0


def rollout_recreate(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], pods: Sequence[Pod], now: int
) -> Writes[int | None]:
    """One step of a Recreate rollout, then write the status.

    `pods` are those of the Deployment's ReplicaSets. Returns in how many seconds to look again, as
    sync_rollout_status does.
    Source: pkg/controller/deployment/recreate.go (rolloutRecreate)
    """
    old = find_old_replica_sets(deployment, replica_sets)
    deployment, new = yield from get_new_replica_set(deployment, replica_sets, now)
    scaled_down = yield from scale_down_old_replica_sets(deployment, old)
    if scaled_down or old_pods_running(new, old, pods):
        return (yield from sync_rollout_status(deployment, new, old, now))
    if new is None:
        deployment, new = yield from get_or_create_new_replica_set(deployment, replica_sets, now)
    yield from scale_replica_set(new, deployment.replicas, deployment)
    if deployment_complete(deployment):
        yield from cleanup_deployment(deployment, old)
    return (yield from sync_rollout_status(deployment, new, old, now))
