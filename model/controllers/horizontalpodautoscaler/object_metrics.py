"""Metrics that are one number for the whole workload: of an object in the cluster, or from outside.

Source: pkg/controller/podautoscaler/replica_calculator.go
"""

from collections.abc import Iterable, Sequence

from model.api.objects import Pod, PodPhase
from model.api.pods import ready
from model.controllers.horizontalpodautoscaler.float64 import Tolerances, ceil_of_ratio
from model.controllers.horizontalpodautoscaler.proposals import Failure, Proposal

_MOST_REPLICAS = 2**31 - 1
_MOST = 2**63 - 1


def value_replicas(
    current: int, target: int, usage: int, pods: Sequence[Pod], tolerances: Tolerances
) -> Proposal | Failure:
    """The proposal for a value that should be at the target: more Pods are taken to bring it down.

    Source: pkg/controller/podautoscaler/replica_calculator.go (GetObjectMetricReplicas, getUsageRatioReplicaCount)
    """
    if current == 0:
        return Proposal(replicas=ceil_of_ratio(usage, target), value=usage)
    if tolerances.within(usage, target):
        return Proposal(replicas=current, value=usage)
    if not pods:
        return Failure.NO_PODS
    running = sum(1 for pod in pods if pod.phase is PodPhase.RUNNING and ready(pod))
    return Proposal(replicas=min(ceil_of_ratio(usage, target, running), _MOST_REPLICAS), value=usage)


def average_value_replicas(status_replicas: int, target: int, usage: int, tolerances: Tolerances) -> Proposal:
    """The proposal for a value that should be at the target when shared out among the replicas there are.

    Source: pkg/controller/podautoscaler/replica_calculator.go (GetObjectPerPodMetricReplicas)
    """
    if status_replicas == 0:
        return Proposal(replicas=ceil_of_ratio(usage, target))
    within = tolerances.within(usage, target, status_replicas)
    replicas = status_replicas if within else ceil_of_ratio(usage, target)
    return Proposal(replicas=replicas, value=ceil_of_ratio(usage, status_replicas))


def external_value_replicas(
    current: int, target: int, values: Iterable[int], pods: Sequence[Pod], tolerances: Tolerances
) -> Proposal | Failure:
    """As `value_replicas`, for the sum of the values of an external metric.

    Source: pkg/controller/podautoscaler/replica_calculator.go (GetExternalMetricReplicas)
    """
    return value_replicas(current, target, min(sum(values), _MOST), pods, tolerances)


def external_average_value_replicas(
    status_replicas: int, target: int, values: Iterable[int], tolerances: Tolerances
) -> Proposal:
    """As `average_value_replicas`, for the sum of the values of an external metric.

    Source: pkg/controller/podautoscaler/replica_calculator.go (GetExternalPerPodMetricReplicas)
    """
    usage = _sum_without_negatives(values)
    proposal = average_value_replicas(status_replicas, target, usage, tolerances)
    return Proposal(
        replicas=min(proposal.replicas, _MOST_REPLICAS), value=usage if float(usage) >= _MOST else proposal.value
    )


def _sum_without_negatives(values: Iterable[int]) -> int:
    """The sum, or the most that 64 bits hold: after an overflow, and as soon as a sum is negative, taken for one."""
    total = 0
    for value in values:
        total = total + value
        if not 0 <= total <= _MOST:
            return _MOST
    return total
