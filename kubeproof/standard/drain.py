"""What may happen while nodes are drained."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.deployment import LAGGING
from kubeproof.standard.promises import CRASHES, PLACEMENT, TRAFFIC
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import Caches
from model.control_plane import evictions
from model.controllers.disruption.actions import disruption_controller_syncs
from model.disturbances import drain
from properties.disruption_budget import (
    budgets_with_too_few_healthy_pods,
    pods_evicted_beyond_the_budget,
    pods_evicted_though_too_few_work,
)
from properties.disruption_budget_converges import budgets_with_a_wrong_status
from properties.drain_ends import nodes_still_draining

WITHIN_BUDGET: tuple[Property, ...] = (
    pods_evicted_beyond_the_budget,
    pods_evicted_though_too_few_work,
    budgets_with_too_few_healthy_pods,
)
BUDGETS: tuple[Property, ...] = (*WITHIN_BUDGET, budgets_with_a_wrong_status)
"""Promises about PodDisruptionBudgets: for workloads that have one."""
ENDS: tuple[Property, ...] = (nodes_still_draining, budgets_with_a_wrong_status)

BUDGET = "a PodDisruptionBudget that selects its Pods"
NEEDS: Mapping[str, str] = {
    **{prop.name: BUDGET for prop in BUDGETS},
    nodes_still_draining.name: "nodes that are drained",
}
CARRIED_OUT = "an eviction that was granted is carried out within two minutes"

_DRAINS = frozenset({"drains", "node_upgrades", "hasty_node_upgrades"})
_UPGRADES = frozenset({"node_upgrades", "hasty_node_upgrades"})

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (drain.user_drains_node, frozenset({"drains"})),
        (drain.user_upgrades_node, frozenset({"node_upgrades"})),
        (drain.user_hastily_upgrades_node, frozenset({"hasty_node_upgrades"})),
        (drain.kubectl_drain_ends, _DRAINS),
        (drain.user_takes_drained_node_down, _UPGRADES),
        (drain.upgraded_node_comes_back, _UPGRADES),
        (drain.user_freezes_budget, frozenset({"budget_freezes"})),
        (evictions.api_server_answers_eviction, frozenset[str]()),
        (evictions.api_server_deletes_evicted_pod, frozenset[str]()),
        (disruption_controller_syncs, frozenset[str]()),
    )
}


def protected(workload: Workload) -> bool:
    """Some PodDisruptionBudget selects its Pods."""
    return workload.replicas > 0 and len(workload.disruption_budgets) > 0


def _replaced(times: int) -> Callable[[Workload], int]:
    """Room for so many generations of Pods that somebody still remembers."""
    return lambda workload: times * workload.replicas


def _scenarios(kind: str, needs: str) -> Iterator[StandardScenario]:
    of_kind: dict[str, Any] = {"kind": kind, "assumptions": (CARRIED_OUT,), "convergence": Bound(2, 2)}
    yield StandardScenario(
        name="drain",
        sentence="the user drains a node",
        needs=needs,
        budgets={"drains": 1},
        properties=(*TRAFFIC, *WITHIN_BUDGET, *PLACEMENT),
        spare_pods=_replaced(1),
        **of_kind,
    )
    yield StandardScenario(
        name="drain-to-the-end",
        sentence="the user drains a node; nobody looks at requests",
        needs=needs,
        budgets={"drains": 1},
        properties=ENDS,
        traffic=False,
        spare_pods=_replaced(1),
        **of_kind,
    )
    of_kind |= {"needs": BUDGET, "applies": protected, "on_request": True}
    yield StandardScenario(
        name="drain-two-nodes",
        sentence="the user drains two nodes, at the same time or one after the other",
        budgets={"drains": 2},
        properties=(*WITHIN_BUDGET, *ENDS),
        traffic=False,
        spare_pods=_replaced(2),
        **of_kind,
    )
    yield StandardScenario(
        name="node-upgrade",
        sentence="the user upgrades two nodes, one after the other: each is drained, goes down and comes back",
        budgets={"node_upgrades": 2},
        properties=(*WITHIN_BUDGET, *ENDS),
        traffic=False,
        spare_pods=_replaced(1),
        **of_kind,
    )
    yield StandardScenario(
        name="hasty-node-upgrade",
        sentence="the user upgrades two nodes without waiting for the first to come back",
        budgets={"hasty_node_upgrades": 2},
        properties=(*WITHIN_BUDGET, *ENDS),
        traffic=False,
        spare_pods=_replaced(2),
        **of_kind,
    )
    yield StandardScenario(
        name="freeze-during-drain",
        sentence="the user drains a node and forbids disruptions at any moment",
        budgets={"drains": 1, "budget_freezes": 1},
        properties=(pods_evicted_beyond_the_budget, budgets_with_a_wrong_status),
        traffic=False,
        spare_pods=_replaced(1),
        **of_kind,
    )
    yield StandardScenario(
        name="drain-during-rollout",
        sentence="the user drains a node and applies a new image",
        budgets={"drains": 1, "image_updates": 1},
        revisions=2,
        properties=WITHIN_BUDGET,
        traffic=False,
        spare_pods=_replaced(2),
        **of_kind,
    )
    yield StandardScenario(
        name="drain-with-stale-caches",
        sentence="the user drains a node while the controllers' informer caches lag",
        budgets={"drains": 1},
        properties=WITHIN_BUDGET,
        caches=Caches(replica_set_pods=True),
        traffic=False,
        spare_pods=_replaced(1),
        **{**of_kind, "assumptions": (CARRIED_OUT, LAGGING)},
    )
    of_kind["assumptions"] = (CARRIED_OUT, CRASHES)
    yield StandardScenario(
        name="drain-during-node-failure",
        sentence="the user drains a node, and a node crashes and comes back",
        budgets={"drains": 1, "node_crashes": 1},
        properties=WITHIN_BUDGET,
        traffic=False,
        spare_pods=_replaced(1),
        **of_kind,
    )


SCENARIOS: tuple[StandardScenario, ...] = (
    *_scenarios("Deployment", "a Deployment"),
    *_scenarios("StatefulSet", "a StatefulSet"),
)
