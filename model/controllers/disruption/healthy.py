"""How many healthy Pods a budget wants, how many there are, and what that leaves for disruptions.

Source: pkg/controller/disruption/disruption.go
"""

from collections.abc import Iterable, Mapping

from model.api.intstr import scaled_value
from model.api.objects import Pod
from model.api.pods import ready

DELETION_TIMEOUT = 120
"""Seconds after which a Pod whose eviction was let through counts again, if it is not being deleted."""


def desired_healthy(min_available: int | str | None, max_unavailable: int | str | None, expected: int) -> int:
    """How many Pods should be healthy, with `expected` of them in all. Percentages are rounded up.

    Raises ValueError for text that is not a percentage.
    Source: pkg/controller/disruption/disruption.go (getExpectedPodCount)
    """
    if max_unavailable is not None:
        return max(expected - scaled_value(max_unavailable, expected, round_up=True), 0)
    return 0 if min_available is None else scaled_value(min_available, expected, round_up=True)


def disruptions_allowed(current_healthy: int, desired_healthy: int, expected: int) -> int:
    """How many Pods may be disrupted: the healthy ones to spare; none while no Pod is expected.

    Source: pkg/controller/disruption/disruption.go (updatePdbStatus)
    """
    return max(current_healthy - desired_healthy, 0) if expected > 0 else 0


def still_disrupted(pods: Iterable[Pod], disrupted: Mapping[str, int], now: int) -> dict[str, int]:
    """The entries of `disrupted` to keep: of Pods that are there, not being deleted, and not overdue.

    Source: pkg/controller/disruption/disruption.go (buildDisruptedPodMap)
    """
    waiting = [pod.name for pod in pods if not pod.deleting and pod.name in disrupted]
    return {name: disrupted[name] for name in waiting if disrupted[name] + DELETION_TIMEOUT >= now}


def recheck_after(disrupted: Mapping[str, int], now: int) -> int | None:
    """Seconds until the first of these entries is overdue; None if there is none.

    Source: pkg/controller/disruption/disruption.go (buildDisruptedPodMap)
    """
    return min((since + DELETION_TIMEOUT - now for since in disrupted.values()), default=None)


def healthy(pod: Pod, disrupted: Mapping[str, int], now: int) -> bool:
    """Whether the Pod counts: it is ready, not being deleted, and no eviction of it has been let through.

    Source: pkg/controller/disruption/disruption.go (countHealthyPods)
    """
    expected_to_go = pod.name in disrupted and disrupted[pod.name] + DELETION_TIMEOUT > now
    return ready(pod) and not pod.deleting and not expected_to_go


def count_healthy(pods: Iterable[Pod], disrupted: Mapping[str, int], now: int) -> int:
    """How many of the Pods count.

    Source: pkg/controller/disruption/disruption.go (countHealthyPods)
    """
    return sum(1 for pod in pods if healthy(pod, disrupted, now))
