"""Which Pods of a Node have to go so that a Pod of higher priority can run there.

Source: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

from model.api.disruption_budgets import PodDisruptionBudget
from model.api.labels import Selector, label_selector, matches
from model.control_plane.scheduler.default_filters import default_filters
from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.snapshot import PodInfo, Snapshot

Budgets = Mapping[str, Sequence[PodDisruptionBudget]]
"""The PodDisruptionBudgets of each namespace."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A Node on which preemption helps, its `victims` by falling importance, and how many violate a budget."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int = 0


def select_victims(pod: PodInfo, node: Node, snapshot: Snapshot, budgets: Budgets) -> Candidate | None:
    """As few as will do, the least important first, but Pods that a budget protects last; None if none helps.

    All Pods of lower priority go; then each may stay, in that order, with which the `pod` fits all the same.
    Source: default_preemption.go (SelectVictimsOnNode)
    """
    gone = [other for other in snapshot.pods_on(node.name) if other.priority < pod.priority]
    if not gone or default_filters(pod, node, snapshot, gone) is not None:
        return None
    violating, others = by_violation(sorted(gone, key=importance), budgets)
    for other in (*violating, *others):
        without_it = [each for each in gone if each is not other]
        if default_filters(pod, node, snapshot, without_it) is None:
            gone = without_it
    if not gone:
        return None
    return Candidate(
        node=node.name,
        victims=tuple(sorted(gone, key=importance)),
        violations=sum(any(each is other for other in violating) for each in gone),
    )


def importance(pod: PodInfo) -> tuple[int, float]:
    """Sorts Pods by importance: higher priority first, then those that have run longer.

    Source: pkg/scheduler/util/utils.go (MoreImportantPod)
    """
    return -pod.priority, math.inf if pod.start_time is None else pod.start_time


def by_violation(pods: Sequence[PodInfo], budgets: Budgets) -> tuple[list[PodInfo], list[PodInfo]]:
    """The Pods whose deletion, one after the other, violates a budget, and the others.

    Budgets with an empty selector count for none here. A Pod that its budget has let go already is not held against it.
    Source: default_preemption.go (filterPodsWithPDBViolation)
    """
    selectors = {namespace: [(budget, _selector(budget)) for budget in those] for namespace, those in budgets.items()}
    allowed = {namespace: [budget.disruptions_allowed for budget in those] for namespace, those in budgets.items()}
    violating: list[PodInfo] = []
    others: list[PodInfo] = []
    for pod in pods:
        violated = False
        for at, (budget, selector) in enumerate(selectors.get(pod.namespace, ())):
            if pod.labels and selector and matches(selector, pod.labels) and pod.name not in budget.disrupted_pods:
                allowed[pod.namespace][at] -= 1
                violated = violated or allowed[pod.namespace][at] < 0
        (violating if violated else others).append(pod)
    return violating, others


def _selector(budget: PodDisruptionBudget) -> Selector | None:
    """The budget's selector; a malformed one selects nothing."""
    try:
        return label_selector(budget.selector)
    except ValueError:
        return None
