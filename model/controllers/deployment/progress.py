"""Whether a rollout is complete, moves on, or is stuck for longer than its deadline.

The deadline only sets a condition: nothing is rolled back or stopped.
Source: pkg/controller/deployment/progress.go, pkg/controller/deployment/util/deployment_util.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.objects import Condition, Deployment, ReplicaSet
from model.controllers.deployment.conditions import (
    Conditions,
    Reason,
    Status,
    Type,
    new_condition,
    remove_condition,
    set_condition,
)
from model.controllers.deployment.replica_sets import all_replica_sets
from model.controllers.deployment.status import calculate_status
from model.controllers.deployment.writes import UpdateDeploymentStatus, Writes

NO_DEADLINE = 2**31 - 1
"""A ``progressDeadlineSeconds`` of this many seconds is none at all."""


def progress_deadline(deployment: Deployment) -> int | None:
    """Seconds without progress after which the Deployment is reported as stuck, or None for never.

    Source: pkg/controller/deployment/util/deployment_util.go (HasProgressDeadline)
    """
    seconds = deployment.progress_deadline_seconds
    return None if seconds == NO_DEADLINE else seconds


def deployment_complete(deployment: Deployment) -> bool:
    """Whether every desired Pod is updated and available, no old one is left, and the status is up to date.

    Source: pkg/controller/deployment/util/deployment_util.go (DeploymentComplete)
    """
    return (
        deployment.updated_replicas == deployment.replicas
        and deployment.status_replicas == deployment.replicas
        and deployment.available_replicas == deployment.replicas
        and deployment.observed_generation >= deployment.generation
    )


def deployment_progressing(before: Deployment, after: Deployment) -> bool:
    """Whether the status shows more updated, ready or available Pods than before, or fewer old ones.

    Source: pkg/controller/deployment/util/deployment_util.go (DeploymentProgressing)
    """
    old_before = before.status_replicas - before.updated_replicas
    old_after = after.status_replicas - after.updated_replicas
    return (
        after.updated_replicas > before.updated_replicas
        or old_after < old_before
        or after.ready_replicas > before.ready_replicas
        or after.available_replicas > before.available_replicas
    )


def seconds_left(condition: Condition, deadline: int, now: int) -> int:
    """Seconds until the condition was last updated `deadline` seconds ago; negative once it is older.

    A condition that was never updated is older than any deadline.
    """
    if condition.last_update_time is None:
        return -1
    return condition.last_update_time + deadline - now


def deployment_timed_out(deployment: Deployment, now: int) -> bool:
    """Whether the Progressing condition was last updated more than the deadline ago.

    Once timed out, it stays so; a rollout that succeeded does not time out, however long ago that was.
    Source: pkg/controller/deployment/util/deployment_util.go (DeploymentTimedOut)
    """
    deadline = progress_deadline(deployment)
    condition = condition_of(deployment.conditions, Type.PROGRESSING)
    if deadline is None or condition is None or condition.reason == Reason.NEW_REPLICA_SET_AVAILABLE:
        return False
    if condition.reason == Reason.PROGRESS_DEADLINE_EXCEEDED:
        return True
    return seconds_left(condition, deadline, now) < 0


def requeue_stuck_deployment(deployment: Deployment, now: int) -> int | None:
    """Seconds until a Deployment without progress has to be looked at again; 0 for at once, None for never.

    Source: pkg/controller/deployment/progress.go (requeueStuckDeployment)
    """
    deadline = progress_deadline(deployment)
    condition = condition_of(deployment.conditions, Type.PROGRESSING)
    if deadline is None or condition is None or deployment_complete(deployment):
        return None
    if condition.reason == Reason.PROGRESS_DEADLINE_EXCEEDED:
        return None
    return max(0, seconds_left(condition, deadline, now))


def progress_condition(before: Deployment, after: Deployment, now: int) -> Condition | None:
    """What the status `after` says of progress since `before`: done, moving on, timed out; None: nothing.

    Source: pkg/controller/deployment/progress.go (syncRolloutStatus)
    """
    if deployment_complete(after):
        return new_condition(Type.PROGRESSING, Status.TRUE, Reason.NEW_REPLICA_SET_AVAILABLE, now)
    if deployment_progressing(before, after):
        return new_condition(Type.PROGRESSING, Status.TRUE, Reason.REPLICA_SET_UPDATED, now)
    if deployment_timed_out(after, now):
        return new_condition(Type.PROGRESSING, Status.FALSE, Reason.PROGRESS_DEADLINE_EXCEEDED, now)
    return None


def estimate_progress(before: Deployment, after: Deployment, now: int) -> Conditions:
    """The conditions of `after`, with its Progressing condition brought up to date.

    Progress restarts the deadline: the condition is renewed even if it says the same as before.
    Source: pkg/controller/deployment/progress.go (syncRolloutStatus)
    """
    if progress_deadline(before) is None:
        return remove_condition(after.conditions, Type.PROGRESSING)
    current = condition_of(before.conditions, Type.PROGRESSING)
    was_available = current is not None and current.reason == Reason.NEW_REPLICA_SET_AVAILABLE
    if was_available and after.status_replicas == after.updated_replicas:
        return after.conditions
    condition = progress_condition(before, after, now)
    if condition is None:
        return after.conditions
    if condition.reason != Reason.REPLICA_SET_UPDATED:
        return set_condition(after.conditions, condition)
    if current is not None and current.status == Status.TRUE:
        condition = replace(condition, last_transition_time=current.last_transition_time)
    return (*remove_condition(after.conditions, Type.PROGRESSING), condition)


def replica_failure(new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> Condition | None:
    """The ReplicaFailure condition of the new ReplicaSet, else that of the oldest old one that has one.

    A ReplicaSet's conditions have no update time; their transition time stands in.
    Source: pkg/controller/deployment/progress.go (getReplicaFailures)
    """
    for replica_set in [*all_replica_sets(new, ()), *old]:
        condition = condition_of(replica_set.conditions, Type.REPLICA_FAILURE)
        if condition is not None:
            return replace(condition, last_update_time=condition.last_transition_time)
    return None


def rollout_status(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: int) -> Deployment:
    """The Deployment with the status that its ReplicaSets add up to, and its conditions up to date.

    Source: pkg/controller/deployment/progress.go (syncRolloutStatus)
    """
    after = calculate_status(deployment, new, old, now)
    conditions = estimate_progress(deployment, after, now)
    failure = replica_failure(new, old)
    if failure is None:
        return replace(after, conditions=remove_condition(conditions, Type.REPLICA_FAILURE))
    return replace(after, conditions=set_condition(conditions, failure))


def sync_rollout_status(
    deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: int
) -> Writes[int | None]:
    """Write the status if it has changed; else say in how many seconds to look again (None: no need).

    Source: pkg/controller/deployment/progress.go (syncRolloutStatus)
    """
    after = rollout_status(deployment, new, old, now)
    if after == deployment:
        return requeue_stuck_deployment(deployment, now)
    yield UpdateDeploymentStatus(after)
    return None
