"""What all metrics of an autoscaler together ask for: the most that any of them does.

Source: pkg/controller/podautoscaler/horizontal.go
"""

from collections.abc import Sequence

import msgspec

from model.api.autoscalers import HorizontalPodAutoscaler, Metric, MetricSource, MetricStatus, Scale, TargetType
from model.controllers.horizontalpodautoscaler.conditions import Reason
from model.controllers.horizontalpodautoscaler.float64 import Tolerances
from model.controllers.horizontalpodautoscaler.object_metrics import (
    average_value_replicas,
    external_average_value_replicas,
    external_value_replicas,
    value_replicas,
)
from model.controllers.horizontalpodautoscaler.pod_groups import MeasuredPod, group_pods
from model.controllers.horizontalpodautoscaler.pod_metrics import average_replicas, utilization_replicas
from model.controllers.horizontalpodautoscaler.proposals import Failure, Proposal
from model.controllers.horizontalpodautoscaler.settings import Settings

FAILED = {
    MetricSource.RESOURCE: Reason.FAILED_GET_RESOURCE_METRIC,
    MetricSource.CONTAINER_RESOURCE: Reason.FAILED_GET_CONTAINER_RESOURCE_METRIC,
    MetricSource.PODS: Reason.FAILED_GET_PODS_METRIC,
    MetricSource.OBJECT: Reason.FAILED_GET_OBJECT_METRIC,
    MetricSource.EXTERNAL: Reason.FAILED_GET_EXTERNAL_METRIC,
}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller sees when it looks at one metric; values in thousandths."""

    failed: bool = False
    """The metrics API answered with an error."""
    pods: tuple[MeasuredPod, ...] = ()
    """The Pods that the selector matches, with their samples if the metric is one of Pods."""
    strangers: tuple[int, ...] = ()
    """Samples of Pods that the controller's cache does not show."""
    values: tuple[int, ...] = ()
    """Of an external metric, or the one of an object."""


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """What the metrics ask for together."""

    replicas: int | None
    """None: nothing is done."""
    reason: Reason
    """Of the condition ScalingActive."""
    statuses: tuple[MetricStatus | None, ...]
    invalid: bool
    """A metric could not be read: the sync ends with an error, although it may have grown the workload."""


def tolerances_for(autoscaler: HorizontalPodAutoscaler, settings: Settings) -> Tolerances:
    """The autoscaler's own tolerances, else the controller's.

    Source: pkg/controller/podautoscaler/horizontal.go (tolerancesForHpa)
    """
    default = settings.tolerance
    behavior = autoscaler.behavior
    if behavior is None or not settings.configurable_tolerance:
        return Tolerances(down=default, up=default)
    down, up = behavior.scale_down.tolerance, behavior.scale_up.tolerance
    return Tolerances(down=default if down is None else down, up=default if up is None else up)


def propose(
    metric: Metric, reading: Reading, scale: Scale, tolerances: Tolerances, settings: Settings, now: int
) -> Proposal | Failure:
    """What one metric asks for.

    Source: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric)
    """
    if reading.failed:
        return Failure.METRICS_API
    if metric.source in (MetricSource.OBJECT, MetricSource.EXTERNAL):
        return _propose_for_values(metric, reading, scale, tolerances)
    # a custom metric may be called cpu, too, but it says something of Pods that are starting
    resource = "" if metric.source is MetricSource.PODS else metric.name
    groups = group_pods(reading.pods, resource, settings, now)
    current, target, strangers = scale.replicas, metric.target, reading.strangers
    if metric.target_type is TargetType.AVERAGE_VALUE:
        return average_replicas(current, target, groups, tolerances, strangers)
    if metric.target_type is TargetType.UTILIZATION and metric.source is not MetricSource.PODS:
        return utilization_replicas(current, target, groups, tolerances, strangers)
    return Failure.NO_TARGET


def _propose_for_values(metric: Metric, reading: Reading, scale: Scale, tolerances: Tolerances) -> Proposal | Failure:
    """What a metric of an object or from outside asks for.

    Source: pkg/controller/podautoscaler/horizontal.go (computeStatusForObjectMetric, computeStatusForExternalMetric)
    """
    current, there, target = scale.replicas, scale.status_replicas, metric.target
    pods = [measured.pod for measured in reading.pods]
    match metric.source, metric.target_type:
        case MetricSource.OBJECT, TargetType.VALUE:
            return value_replicas(current, target, sum(reading.values), pods, tolerances)
        case MetricSource.OBJECT, TargetType.AVERAGE_VALUE:
            return average_value_replicas(there, target, sum(reading.values), tolerances)
        case MetricSource.EXTERNAL, TargetType.VALUE:
            return external_value_replicas(current, target, reading.values, pods, tolerances)
        case MetricSource.EXTERNAL, TargetType.AVERAGE_VALUE:
            return external_average_value_replicas(there, target, reading.values, tolerances)
        case _:
            return Failure.NO_TARGET


def highest(proposals: Sequence[Proposal]) -> int:
    """The most replicas that any metric asks for; 0 counts as no answer yet.

    Source: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetrics)
    """
    replicas = 0
    for proposal in proposals:
        if replicas == 0 or proposal.replicas > replicas:
            replicas = proposal.replicas
    return replicas


def combine(metrics: Sequence[Metric], answers: Sequence[Proposal | Failure], current: int) -> Combined:
    """What the metrics ask for together. Without one of them the workload may grow, but not shrink.

    Source: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetrics)
    """
    valid = [answer for answer in answers if isinstance(answer, Proposal)]
    invalid = [
        FAILED[metric.source] for metric, answer in zip(metrics, answers, strict=True) if isinstance(answer, Failure)
    ]
    replicas = highest(valid)
    useless = not valid or (bool(invalid) and replicas < current)
    return Combined(
        replicas=None if useless else replicas,
        reason=invalid[0] if useless else Reason.VALID_METRIC_FOUND,
        statuses=tuple(_status(answer) for answer in answers),
        invalid=bool(invalid),
    )


def _status(answer: Proposal | Failure) -> MetricStatus | None:
    if isinstance(answer, Failure):
        return None
    return MetricStatus(value=answer.value, utilization=answer.utilization)
