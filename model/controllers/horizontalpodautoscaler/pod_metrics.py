"""Metrics that every Pod has: cpu, memory, custom metrics of Pods.

Samples of Pods that the controller does not know yet, or no longer, are `strangers`: their values are summed up with
the others', except for a utilization, which only counts them.

Source: pkg/controller/podautoscaler/replica_calculator.go, pkg/controller/podautoscaler/metrics/utilization.go
"""

from collections.abc import Iterable, Sequence

from model.controllers.horizontalpodautoscaler.float64 import Tolerances
from model.controllers.horizontalpodautoscaler.pod_groups import Groups, MeasuredPod
from model.controllers.horizontalpodautoscaler.proposals import (
    Failure,
    Proposal,
    cautious_replicas_for,
    quotient,
    replicas_for,
)

Pods = tuple[MeasuredPod, ...]


def utilization_replicas(
    current: int, target: int, groups: Groups, tolerances: Tolerances, strangers: Sequence[int] = ()
) -> Proposal | Failure:
    """The proposal for a target in percent of what the Pods request.

    Source: pkg/controller/podautoscaler/replica_calculator.go (GetResourceReplicas)
    """
    failure = _unusable(groups, strangers)
    if failure is not None:
        return failure
    if any(pod.request is None for pod in _all_pods(groups)):
        return Failure.MISSING_REQUEST
    used, requested = _used(groups.ready), _requested(groups.ready)
    if requested == 0:
        return Failure.NOTHING_REQUESTED
    usage = utilization(used, requested)
    at_target, idle = assumptions(groups, usage, target)
    if at_target or idle:
        assumed = used + sum(quotient((pod.request or 0) * max(100, target), 100) for pod in at_target)
        assumed_usage = utilization(assumed, requested + _requested(at_target + idle))
        counted = len(groups.ready) + len(strangers) + len(at_target) + len(idle)
        replicas = cautious_replicas_for(current, usage, assumed_usage, target, counted, tolerances)
    else:
        replicas = replicas_for(current, usage, target, len(groups.ready), tolerances)
    return Proposal(replicas=replicas, value=quotient(used, len(groups.ready)), utilization=usage)


def average_replicas(
    current: int, target: int, groups: Groups, tolerances: Tolerances, strangers: Sequence[int] = ()
) -> Proposal | Failure:
    """The proposal for a target that each Pod should be at on average, in thousandths.

    Source: pkg/controller/podautoscaler/replica_calculator.go (calcPlainMetricReplicas)
    """
    failure = _unusable(groups, strangers)
    if failure is not None:
        return failure
    used = _used(groups.ready) + sum(strangers)
    samples = len(groups.ready) + len(strangers)
    usage = quotient(used, samples)
    at_target, idle = assumptions(groups, usage, target)
    if at_target or idle:
        counted = samples + len(at_target) + len(idle)
        assumed_usage = quotient(used + target * len(at_target), counted)
        replicas = cautious_replicas_for(current, usage, assumed_usage, target, counted, tolerances)
    else:
        replicas = replicas_for(current, usage, target, len(groups.ready), tolerances)
    return Proposal(replicas=replicas, value=usage)


def assumptions(groups: Groups, usage: int, target: int) -> tuple[Pods, Pods]:
    """The Pods without a sample that are taken to be at their target, and those taken to do nothing.

    Whatever the others show, these pull the other way. A utilization target below 100 % counts as 100 % here.
    Source: pkg/controller/podautoscaler/replica_calculator.go (GetResourceReplicas, calcPlainMetricReplicas)
    """
    if usage < target:
        return groups.missing, ()
    if usage > target:
        return (), groups.missing + groups.unready
    return (), ()


def utilization(used: int, requested: int) -> int:
    """What is used, in whole percent of what is requested: rounded before anything else is computed with it.

    Source: pkg/controller/podautoscaler/metrics/utilization.go (GetResourceUtilizationRatio)
    """
    return quotient(used * 100, requested)


def _unusable(groups: Groups, strangers: Sequence[int]) -> Failure | None:
    if not _all_pods(groups):
        return Failure.NO_PODS
    return None if groups.ready or strangers else Failure.NO_SAMPLES


def _all_pods(groups: Groups) -> Pods:
    return groups.ready + groups.unready + groups.missing + groups.ignored


def _used(pods: Iterable[MeasuredPod]) -> int:
    return sum(pod.sample.value for pod in pods if pod.sample is not None)


def _requested(pods: Iterable[MeasuredPod]) -> int:
    return sum(pod.request or 0 for pod in pods)
