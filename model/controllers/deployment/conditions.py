"""The conditions in a Deployment's status.

Source: pkg/controller/deployment/util/deployment_util.go
"""

from enum import StrEnum

from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.objects import Condition

Conditions = tuple[Condition, ...]


class Type(StrEnum):
    """What a condition is about."""

    AVAILABLE = "Available"
    PROGRESSING = "Progressing"
    REPLICA_FAILURE = "ReplicaFailure"


class Status(StrEnum):
    """Whether a condition is met."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Reason(StrEnum):
    """Why a condition is as it is."""

    MINIMUM_REPLICAS_AVAILABLE = "MinimumReplicasAvailable"
    MINIMUM_REPLICAS_UNAVAILABLE = "MinimumReplicasUnavailable"
    REPLICA_SET_UPDATED = "ReplicaSetUpdated"
    REPLICA_SET_CREATE_ERROR = "ReplicaSetCreateError"
    NEW_REPLICA_SET_CREATED = "NewReplicaSetCreated"
    FOUND_NEW_REPLICA_SET = "FoundNewReplicaSet"
    NEW_REPLICA_SET_AVAILABLE = "NewReplicaSetAvailable"
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    DEPLOYMENT_PAUSED = "DeploymentPaused"
    DEPLOYMENT_RESUMED = "DeploymentResumed"


def new_condition(type: Type, status: Status, reason: Reason, now: int) -> Condition:
    """A condition that came about now."""
    return Condition(type=type, status=status, reason=reason, last_update_time=now, last_transition_time=now)


def remove_condition(conditions: Conditions, type: str) -> Conditions:
    """The conditions of every other type."""
    return tuple(condition for condition in conditions if condition.type != type)


def set_condition(conditions: Conditions, condition: Condition) -> Conditions:
    """The conditions with `condition` in place of the one of its type.

    Nothing changes if that one has the same status and reason. If only the status is the same, so stays the
    time of its last transition.
    Source: pkg/controller/deployment/util/deployment_util.go (SetDeploymentCondition)
    """
    current = condition_of(conditions, condition.type)
    if current is not None and current.status == condition.status:
        if current.reason == condition.reason:
            return conditions
        condition = replace(condition, last_transition_time=current.last_transition_time)
    return (*remove_condition(conditions, condition.type), condition)
