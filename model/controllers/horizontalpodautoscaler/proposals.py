"""What one metric proposes, and the arithmetic of it on plain numbers.

Source: pkg/controller/podautoscaler/replica_calculator.go
"""

from enum import Enum

import msgspec

from model.controllers.horizontalpodautoscaler.float64 import Tolerances, ceil_of_ratio


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """How many replicas a metric asks for, and what it was. More than 2**31 - 1 replicas Go leaves undefined."""

    replicas: int
    value: int | None = None
    """In thousandths, as in `MetricStatus`. None where Go leaves it undefined: the average over no replicas."""
    utilization: int | None = None
    """In percent, where the target is one."""


class Failure(Enum):
    """Why a metric proposes nothing."""

    METRICS_API = "the metrics API answered with an error"
    NO_PODS = "no Pod matches the selector"
    NO_SAMPLES = "no Pod that counts has a sample"
    MISSING_REQUEST = "a Pod does not say how much it requests"
    NOTHING_REQUESTED = "the Pods with samples request nothing"
    NO_TARGET = "the metric has no target of a type that its source can have"


def quotient(amount: int, divisor: int) -> int:
    """`amount` divided by a positive number, rounded towards 0, as Go divides whole numbers."""
    return amount // divisor if amount >= 0 else -(-amount // divisor)


def replicas_for(current: int, usage: int, target: int, ready: int, tolerances: Tolerances) -> int:
    """The size that brings the usage of the `ready` Pods to the target: ceil(usage / target * ready).

    The size stays as it is if the usage is close to the target. It is not `current` that is multiplied.
    Source: pkg/controller/podautoscaler/replica_calculator.go (GetResourceReplicas, calcPlainMetricReplicas)
    """
    return current if tolerances.within(usage, target) else ceil_of_ratio(usage, target, ready)


def cautious_replicas_for(
    current: int, usage: int, assumed_usage: int, target: int, counted: int, tolerances: Tolerances
) -> int:
    """The size, if the usage of all `counted` Pods is `assumed_usage` where that of the known ones is `usage`.

    The assumption dampens what is known: it never turns growing into shrinking, or the other way round.
    Source: pkg/controller/podautoscaler/replica_calculator.go (GetResourceReplicas, calcPlainMetricReplicas)
    """
    turned = (usage < target < assumed_usage) or (assumed_usage < target < usage)
    if turned or tolerances.within(assumed_usage, target):
        return current
    replicas = ceil_of_ratio(assumed_usage, target, counted)
    turned = (assumed_usage < target and replicas > current) or (assumed_usage > target and replicas < current)
    return current if turned else replicas
