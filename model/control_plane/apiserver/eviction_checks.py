"""What an eviction asks of a Pod and of its budget.

Source: pkg/registry/core/pod/storage/eviction.go
"""

from enum import Enum

from msgspec.structs import replace

from model.api.disruption_budgets import (
    PodDisruptionBudget,
    UnhealthyPodEvictionPolicy,
    with_disruption_allowed,
)
from model.api.objects import Pod, PodPhase
from model.api.pods import ready, terminal

MAX_DISRUPTED_PODS = 2000
"""The most evictions that a budget may have let through without its controller seeing them."""


class Verdict(Enum):
    """What a budget says to an eviction."""

    ALLOWED = "allowed"
    NOT_NOW = "not now"
    FORBIDDEN = "forbidden"
    """Something is wrong with the budget's status."""


def can_ignore_budget(pod: Pod) -> bool:
    """Whether evicting the Pod disrupts nothing: it has finished, has not started, or is being deleted.

    Source: pkg/registry/core/pod/storage/eviction.go (canIgnorePDB)
    """
    return terminal(pod) or pod.phase is PodPhase.PENDING or pod.deleting


def may_become_ready(pod: Pod) -> bool:
    """Whether the Pod may turn healthy while it is being evicted; then it must not go unasked.

    Source: pkg/registry/core/pod/storage/eviction.go (shouldEnforceResourceVersion)
    """
    return not terminal(pod) and not pod.deleting


def spares_budget(pod: Pod, budget: PodDisruptionBudget) -> bool:
    """Whether the Pod can go without using up a disruption: it is not ready, and the policy lets it.

    By default that is so only while the application behind the budget is as healthy as it should be.
    Source: pkg/registry/core/pod/storage/eviction.go (Create)
    """
    if ready(pod):
        return False
    if budget.unhealthy_pod_eviction_policy is UnhealthyPodEvictionPolicy.ALWAYS_ALLOW:
        return True
    return budget.current_healthy >= budget.desired_healthy > 0


def check(budget: PodDisruptionBudget) -> Verdict:
    """What the budget says. A status that is older than the spec says: not now.

    Source: pkg/registry/core/pod/storage/eviction.go (checkAndDecrement)
    """
    if budget.observed_generation < budget.generation:
        return Verdict.NOT_NOW
    if budget.disruptions_allowed < 0 or len(budget.disrupted_pods) > MAX_DISRUPTED_PODS:
        return Verdict.FORBIDDEN
    return Verdict.NOT_NOW if budget.disruptions_allowed == 0 else Verdict.ALLOWED


def decremented(budget: PodDisruptionBudget, pod_name: str, now: int) -> PodDisruptionBudget:
    """The budget with one disruption less, and the Pod noted as about to go, at `now` (seconds).

    Source: pkg/registry/core/pod/storage/eviction.go (checkAndDecrement)
    """
    after = replace(
        budget,
        disruptions_allowed=budget.disruptions_allowed - 1,
        disrupted_pods={**budget.disrupted_pods, pod_name: now},
        resource_version=budget.resource_version + 1,
    )
    return with_disruption_allowed(after, now) if after.disruptions_allowed == 0 else after
