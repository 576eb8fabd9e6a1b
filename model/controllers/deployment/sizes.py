"""How many Pods a rolling update adds and removes: comparisons and arithmetic over whole numbers only.

Source: pkg/controller/deployment/rolling.go, pkg/controller/deployment/util/deployment_util.go
"""

from model.api.objects import Deployment, Strategy
from model.controllers.deployment.fenceposts import max_surge


def new_replica_set_size(size: int, total: int, desired: int, max_surge: int) -> int:
    """The size that the new ReplicaSet may grow to from `size`, when all together want `total` Pods.

    It takes what the surge leaves free, up to the desired number; if nothing is free it stays as it is.
    Source: pkg/controller/deployment/util/deployment_util.go (NewRSNewReplicas)
    """
    if total >= desired + max_surge:
        return size
    return size + min(desired + max_surge - total, desired - size)


def new_replicas(deployment: Deployment, size: int, total: int) -> int:
    """The size that the new ReplicaSet should have: everything at once for Recreate, else within the surge.

    Source: pkg/controller/deployment/util/deployment_util.go (NewRSNewReplicas)
    """
    if deployment.strategy is Strategy.RECREATE:
        return deployment.replicas
    return new_replica_set_size(size, total, deployment.replicas, max_surge(deployment))


def max_scaled_down(total: int, min_available: int, new_size: int, new_available: int) -> int:
    """How many of the `total` Pods may go at most; new ones that are not available yet are not spare.

    Source: pkg/controller/deployment/rolling.go (reconcileOldReplicaSets)
    """
    return total - min_available - (new_size - new_available)


def unhealthy_to_remove(size: int, available: int, still_allowed: int) -> int:
    """How many unavailable Pods an old ReplicaSet gives up; negative if more are available than it wants.

    Source: pkg/controller/deployment/rolling.go (cleanupUnhealthyReplicas)
    """
    return min(still_allowed, size - available)


def spare_available(available: int, min_available: int) -> int:
    """How many available Pods may go before too few are left.

    Source: pkg/controller/deployment/rolling.go (scaleDownOldReplicaSetsForRollingUpdate)
    """
    return max(0, available - min_available)
