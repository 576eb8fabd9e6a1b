"""Instances: a workload at a size that can be searched exhaustively.

Large replica counts are not enumerated. An instance has at most so many replicas an object; what the object says in
proportion to them (maxSurge, maxUnavailable) stays in about that proportion, and what was 0, or all replicas, stays so.
"""

import msgspec
from msgspec.structs import replace

from kubeproof.kinds import autoscaler_instances, disruption_budget
from kubeproof.kinds.quota import smaller_quota
from kubeproof.workload import Workload


class Bound(msgspec.Struct, frozen=True):
    """The size of an instance: at most so many replicas an object, on at most so many nodes (None: any number)."""

    replicas: int
    nodes: int | None = None


def instance(workload: Workload, *, replicas: int | None, nodes: int | None = None) -> Workload:
    """The workload with at most `replicas` replicas an object, on at most `nodes` nodes.

    Nodes that come from the input are kept, and so are the replicas on them: a smaller instance would leave more room
    than there is.
    """
    if not workload.nodes_assumed:
        return workload
    members = workload.members
    if replicas is not None:
        members = tuple(
            workload.kind.smaller(member, replicas) if member.replicas > replicas else member for member in members
        )
    quota = None if workload.quota is None else smaller_quota(workload.quota, workload.members, members)
    budgets = tuple(
        disruption_budget.smaller(budget, workload.members, members) for budget in workload.disruption_budgets
    )
    autoscalers = tuple(
        each if replicas is None else autoscaler_instances.smaller(each, replicas) for each in workload.autoscalers
    )
    return replace(
        workload,
        **{workload.kind.field: members},
        disruption_budgets=budgets,
        autoscalers=autoscalers,
        nodes=workload.nodes[:nodes],
        quota=quota,
    )


def sizes_below(workload: Workload, most: Bound) -> list[Bound]:
    """The bounds of ever larger instances, up to `most`: one replica more each time, and one node more.

    Each makes a different instance; only the last one is left where an instance cannot be smaller.
    """
    largest = max(member.replicas for member in workload.members)
    nodes = len(workload.nodes) if most.nodes is None else min(most.nodes, len(workload.nodes))
    if not workload.nodes_assumed:
        return [most]
    steps = max(min(most.replicas, largest), nodes)
    first = min(2, largest, steps) if workload.disruption_budgets else 1  # of one Pod a budget allows all or nothing
    sizes = [Bound(min(step, most.replicas, largest), min(step, nodes)) for step in range(first, steps + 1)]
    return [*sizes[:-1], most]


def size_of(workload: Workload, written: Workload) -> dict[str, int | str]:
    """The bounds that a verdict states: sizes, and what the manifest says where that is more."""
    bounds: dict[str, int | str] = {}
    for member, original in zip(workload.members, written.members, strict=True):
        key = workload.kind.counted
        if key is None:
            continue
        if len(workload.members) > 1:
            key = f"{key} of {member.name}"
        bounds[key] = member.replicas
        if member.replicas != original.replicas:
            bounds[key] = f"{member.replicas} of {original.replicas}{workload.kind.proportions(member)}"
    for budget, original_budget in zip(workload.disruption_budgets, written.disruption_budgets, strict=True):
        if budget != original_budget:
            now, before = disruption_budget.in_words(budget), disruption_budget.in_words(original_budget)
            bounds[f"PodDisruptionBudget {budget.name}"] = f"{now} for {before}"
    for scaled, original_scaled in zip(workload.autoscalers, written.autoscalers, strict=True):
        if scaled != original_scaled:
            now, before = autoscaler_instances.in_words(scaled), autoscaler_instances.in_words(original_scaled)
            bounds[f"HorizontalPodAutoscaler {scaled.name}"] = f"{now} for {before}"
    bounds["nodes"] = len(workload.nodes)
    return bounds
