"""The status of a Deployment, added up from its ReplicaSets.

Source: pkg/controller/deployment/sync.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.objects import Deployment, ReplicaSet
from model.controllers.deployment.conditions import Reason, Status, Type, new_condition, set_condition
from model.controllers.deployment.fenceposts import max_unavailable
from model.controllers.deployment.replica_sets import (
    actual_replica_count,
    all_replica_sets,
    available_replica_count,
    ready_replica_count,
    replica_count,
    terminating_replica_count,
)
from model.controllers.deployment.writes import UpdateDeploymentStatus, Writes


def has_minimum_availability(available: int, desired: int, max_unavailable: int) -> bool:
    """Whether enough Pods are available for the Deployment to be called available."""
    return available >= desired - max_unavailable


def calculate_status(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: int) -> Deployment:
    """The Deployment with the status that its ReplicaSets add up to, and with its Available condition.

    Source: pkg/controller/deployment/sync.go (calculateStatus)
    """
    replica_sets = all_replica_sets(new, old)
    available = available_replica_count(replica_sets)
    if has_minimum_availability(available, deployment.replicas, max_unavailable(deployment)):
        condition = new_condition(Type.AVAILABLE, Status.TRUE, Reason.MINIMUM_REPLICAS_AVAILABLE, now)
    else:
        condition = new_condition(Type.AVAILABLE, Status.FALSE, Reason.MINIMUM_REPLICAS_UNAVAILABLE, now)
    return replace(
        deployment,
        observed_generation=deployment.generation,
        status_replicas=actual_replica_count(replica_sets),
        updated_replicas=0 if new is None else new.status_replicas,
        ready_replicas=ready_replica_count(replica_sets),
        available_replicas=available,
        unavailable_replicas=max(0, replica_count(replica_sets) - available),
        terminating_replicas=terminating_replica_count(replica_sets),
        conditions=set_condition(deployment.conditions, condition),
    )


def sync_deployment_status(
    deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: int
) -> Writes[None]:
    """Write the status if it has changed; progress is not looked at.

    Source: pkg/controller/deployment/sync.go (syncDeploymentStatus)
    """
    after = calculate_status(deployment, new, old, now)
    if after != deployment:
        yield UpdateDeploymentStatus(after)
