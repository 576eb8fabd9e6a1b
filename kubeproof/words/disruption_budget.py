"""PodDisruptionBudgets, evictions and drains in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, count
from model.cluster import Cluster
from model.controllers.disruption.actions import selects
from model.rows.disruption_budget import DisruptionBudget
from model.rows.pod import Pod
from properties.disruption_budget import (
    budgets_with_too_few_healthy_pods,
    healthy_pods,
    healthy_pods_wanted,
    pods_about_to_go,
    pods_evicted_beyond_the_budget,
    pods_evicted_though_too_few_work,
    working_pods_left,
)

ACTORS: Mapping[str, str] = {
    "disruption_controller": "disruption controller",
    "api_server": "API server",
    "kubectl_drain": "kubectl drain",
    "upgraded_node": "user",
}
"""Who acts, by the first words of an action's name."""


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """What a budget's status says."""
    for slot, budget in state.disruption_budgets.items():
        name = state.constants.disruption_budgets[slot].name
        wanted = f"{budget.current_healthy} healthy of {budget.desired_healthy} wanted"
        allowed = f"allows {count(budget.disruptions_allowed, 'disruption')}"
        spec = ("maxUnavailable 0",) if budget.frozen else ()
        stale = () if budget.observed else ("status of the older spec",)
        yield ("PodDisruptionBudget", name), (*spec, wanted, allowed, *stale)


def _evicted_beyond(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    after, budget = states[-1], _budget_of(states, pod)
    left = healthy_pods(after, budget) - pods_about_to_go(after, budget)
    return (
        f"{_granted(states, pod, names)}; without it {_are(left)} healthy, {healthy_pods_wanted(after, budget)} wanted"
    )


def _evicted_though_too_few_work(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    after, budget = states[-1], _budget_of(states, pod)
    left, wanted = working_pods_left(after, budget), healthy_pods_wanted(after, budget)
    return f"{_granted(states, pod, names)}; without it {_are(left)} really working, {wanted} wanted"


def _granted(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    """Which eviction is granted, and by what."""
    before = states[-2]
    slot = next(slot for slot, other in before.pods.items() if other is pod)
    budget = before.disruption_budgets[_budget_of(states, pod)]
    assert budget is not None  # it selects the Pod
    status = f"a status that counts {count(budget.current_healthy, 'healthy Pod')}"
    return f"the eviction of Pod {names.pod(slot)} is granted by {status}"


def _budget_of(states: Sequence[Cluster], pod: Pod) -> int:
    """The slot of the budget that was charged; with several none would have been."""
    before = states[-2]
    return next(slot for slot, _ in before.disruption_budgets.items() if selects(before, slot, pod))


def _are(pods: int) -> str:
    return f"{count(pods, 'Pod')} {'is' if pods == 1 else 'are'}"


def _too_few_healthy(states: Sequence[Cluster], budget: DisruptionBudget, _: Names) -> str:
    state = states[-1]
    slot = next(slot for slot, other in state.disruption_budgets.items() if other is budget)
    name = state.constants.disruption_budgets[slot].name
    healthy, wanted = healthy_pods(state, slot), healthy_pods_wanted(state, slot)
    return (
        f"PodDisruptionBudget {name}: {count(healthy, 'healthy Pod')}, {wanted} wanted; "
        "only evictions ask it, not rollouts, deletions or crashes"
    )


REASONS: Mapping[str, Callable[[Sequence[Cluster], Any, Names], str]] = {
    pods_evicted_beyond_the_budget.name: _evicted_beyond,
    pods_evicted_though_too_few_work.name: _evicted_though_too_few_work,
    budgets_with_too_few_healthy_pods.name: _too_few_healthy,
}
