"""PodDisruptionBudget: how many of its Pods may be down because somebody wanted it.

Source: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/
"""

from collections.abc import Iterable, Mapping
from enum import Enum

import msgspec
from msgspec.structs import replace

from model.api.conditions import condition_of, with_condition
from model.api.labels import LabelSelector, Selector, label_selector, matches
from model.api.objects import Condition, Pod

DISRUPTION_ALLOWED = "DisruptionAllowed"
"""Condition type: the budget has a disruption left."""
SUFFICIENT_PODS = "SufficientPods"
INSUFFICIENT_PODS = "InsufficientPods"
SYNC_FAILED = "SyncFailed"


class UnhealthyPodEvictionPolicy(Enum):
    """When a Pod that is not ready may be evicted without asking the budget."""

    IF_HEALTHY_BUDGET = "IfHealthyBudget"
    ALWAYS_ALLOW = "AlwaysAllow"


class PodDisruptionBudget(msgspec.Struct, frozen=True, kw_only=True):
    """A PodDisruptionBudget. At most one of `min_available` and `max_unavailable` is set: a number or a percentage."""

    name: str = ""
    selector: LabelSelector | None = LabelSelector()
    """None selects no Pod; the empty selector, every Pod of the namespace."""
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    unhealthy_pod_eviction_policy: UnhealthyPodEvictionPolicy | None = None
    generation: int = 1
    observed_generation: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0
    disruptions_allowed: int = 0
    disrupted_pods: Mapping[str, int] = {}
    """Names of Pods whose eviction was let through and is not seen yet, and when that was, in seconds."""
    conditions: tuple[Condition, ...] = ()
    resource_version: int = 0
    """Counts the changes of the object; a write that carries an older one is refused."""


def selected_pods(budget: PodDisruptionBudget, pods: Iterable[Pod]) -> list[Pod]:
    """The Pods of the namespace that the budget is about, in the order given.

    Raises ValueError if the selector is malformed.
    Source: pkg/controller/disruption/disruption.go (getPodsForPdb)
    """
    selector = label_selector(budget.selector)
    return [pod for pod in pods if matches(selector, pod.labels)]


def budgets_of(pod: Pod, budgets: Iterable[PodDisruptionBudget]) -> tuple[PodDisruptionBudget, ...]:
    """The budgets of the namespace that select the Pod; one with a malformed selector selects none.

    Source: staging/src/k8s.io/client-go/listers/policy/v1/poddisruptionbudget_expansion.go
    (GetPodPodDisruptionBudgets), pkg/registry/core/pod/storage/eviction.go (getPodDisruptionBudgets)
    """
    return tuple(budget for budget in budgets if matches(_selector(budget), pod.labels))


def _selector(budget: PodDisruptionBudget) -> Selector | None:
    try:
        return label_selector(budget.selector)
    except ValueError:
        return None


def with_disruption_allowed(budget: PodDisruptionBudget, now: int) -> PodDisruptionBudget:
    """The budget with its condition DisruptionAllowed as the number of allowed disruptions says.

    Source: staging/src/k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go
    (UpdateDisruptionAllowedCondition)
    """
    status, reason = _disruption_allowed(budget)
    return replace(budget, conditions=with_condition(budget.conditions, DISRUPTION_ALLOWED, status, reason, now))


def conditions_are_up_to_date(budget: PodDisruptionBudget) -> bool:
    """Whether the condition DisruptionAllowed says what the rest of the status says, for this generation.

    Source: staging/src/k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go (ConditionsAreUpToDate)
    """
    condition = condition_of(budget.conditions, DISRUPTION_ALLOWED)
    if condition is None or budget.observed_generation != budget.generation:
        return False
    return (condition.status, condition.reason) == _disruption_allowed(budget)


def _disruption_allowed(budget: PodDisruptionBudget) -> tuple[str, str]:
    return ("True", SUFFICIENT_PODS) if budget.disruptions_allowed > 0 else ("False", INSUFFICIENT_PODS)
