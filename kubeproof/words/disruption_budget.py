"""PodDisruptionBudgets, evictions and drains in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, count
from model.cluster import Cluster
from model.rows.disruption_budget import DisruptionBudget
from model.rows.pod import Pod
from properties.disruption_budget import (
    budgets_with_too_few_healthy_pods,
    healthy_pods,
    healthy_pods_wanted,
    pods_about_to_go,
    pods_evicted_beyond_the_budget,
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
    before, after = states[-2:]
    slot = next(slot for slot, other in before.pods.items() if other is pod)
    [budget] = [
        budget
        for budget, _ in before.disruption_budgets.items()
        if pod.template in before.constants.disruption_budgets[budget].templates
    ]
    left = healthy_pods(after, budget) - pods_about_to_go(after, budget)
    row = before.disruption_budgets[budget]
    assert row is not None  # it selects the Pod
    return (
        f"the eviction of Pod {names.pod(slot)} is granted by a status that counts {row.current_healthy} healthy Pods; "
        f"without it there are {left}, {healthy_pods_wanted(after, budget)} wanted"
    )


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
    budgets_with_too_few_healthy_pods.name: _too_few_healthy,
}
