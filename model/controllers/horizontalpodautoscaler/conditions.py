"""The conditions in a HorizontalPodAutoscaler's status.

Source: pkg/controller/podautoscaler/horizontal.go
"""

from enum import StrEnum

from model.api.objects import Condition


class Type(StrEnum):
    """What a condition is about."""

    ABLE_TO_SCALE = "AbleToScale"
    SCALING_ACTIVE = "ScalingActive"
    SCALING_LIMITED = "ScalingLimited"
    SCALED_TO_ZERO = "ScaledToZero"


class Reason(StrEnum):
    """Why a condition is as it is."""

    SUCCEEDED_GET_SCALE = "SucceededGetScale"
    FAILED_GET_SCALE = "FailedGetScale"
    SUCCEEDED_RESCALE = "SucceededRescale"
    FAILED_UPDATE_SCALE = "FailedUpdateScale"
    READY_FOR_NEW_SCALE = "ReadyForNewScale"
    SCALE_UP_STABILIZED = "ScaleUpStabilized"
    SCALE_DOWN_STABILIZED = "ScaleDownStabilized"
    VALID_METRIC_FOUND = "ValidMetricFound"
    SCALING_DISABLED = "ScalingDisabled"
    INVALID_SELECTOR = "InvalidSelector"
    AMBIGUOUS_SELECTOR = "AmbiguousSelector"
    FAILED_GET_RESOURCE_METRIC = "FailedGetResourceMetric"
    FAILED_GET_CONTAINER_RESOURCE_METRIC = "FailedGetContainerResourceMetric"
    FAILED_GET_PODS_METRIC = "FailedGetPodsMetric"
    FAILED_GET_OBJECT_METRIC = "FailedGetObjectMetric"
    FAILED_GET_EXTERNAL_METRIC = "FailedGetExternalMetric"
    DESIRED_WITHIN_RANGE = "DesiredWithinRange"
    TOO_FEW_REPLICAS = "TooFewReplicas"
    TOO_MANY_REPLICAS = "TooManyReplicas"
    SCALE_UP_LIMIT = "ScaleUpLimit"
    SCALE_DOWN_LIMIT = "ScaleDownLimit"
    SCALED_TO_ZERO = "ScaledToZero"
    NOT_SCALED_TO_ZERO = "NotScaledToZero"


def set_condition(
    conditions: tuple[Condition, ...], type: Type, met: bool, reason: Reason, now: int
) -> tuple[Condition, ...]:
    """The conditions with this one in the place of the one of its type, or at the end.

    The time of its last transition changes with its status only.
    Source: pkg/controller/podautoscaler/horizontal.go (setConditionInList)
    """
    status = "True" if met else "False"
    old = next((condition for condition in conditions if condition.type == type), None)
    since = old.last_transition_time if old is not None and old.status == status else now
    new = Condition(type=type, status=status, reason=reason, last_transition_time=since)
    if old is None:
        return (*conditions, new)
    return tuple(new if condition is old else condition for condition in conditions)


def is_true(conditions: tuple[Condition, ...], type: Type) -> bool:
    """Whether the condition of that type is there and met.

    Source: pkg/controller/podautoscaler/horizontal.go (getScaledToZeroConditionStatus)
    """
    return any(condition.type == type and condition.status == "True" for condition in conditions)


def without(conditions: tuple[Condition, ...], type: Type) -> tuple[Condition, ...]:
    """The conditions of every other type.

    Source: pkg/controller/podautoscaler/horizontal.go (removeCondition)
    """
    return tuple(condition for condition in conditions if condition.type != type)
