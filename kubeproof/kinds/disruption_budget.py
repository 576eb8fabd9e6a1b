"""PodDisruptionBudgets in front of the model: what limits the disruption of a workload's Pods."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from kubeproof.kinds.deployment import in_proportion
from kubeproof.kinds.member import Member
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from kubeproof.manifests.relations import pod_labels
from kubeproof.manifests.workload_limits import written_selector
from model.api.disruption_budgets import UnhealthyPodEvictionPolicy
from model.api.labels import label_selector, matches
from model.rows.disruption_budget import DisruptionBudgetSpec


class WorkloadDisruptionBudget(msgspec.Struct, frozen=True, kw_only=True):
    """A PodDisruptionBudget as its manifest says it; `members` are the names of the objects whose Pods it selects."""

    name: str
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    unhealthy_pod_eviction_policy: UnhealthyPodEvictionPolicy | None = None
    members: tuple[str, ...]


def read(manifest: Manifest, objects: Sequence[Manifest]) -> WorkloadDisruptionBudget | None:
    """The budget in a manifest, of those `objects` whose Pods it selects; None if it selects none."""
    members = tuple(other.name for other in objects if selects(manifest, other))
    if not members:
        return None
    spec = mapping(manifest.data, "spec")
    policy = spec.get("unhealthyPodEvictionPolicy")
    return WorkloadDisruptionBudget(
        name=manifest.name,
        min_available=spec.get("minAvailable"),
        max_unavailable=spec.get("maxUnavailable"),
        unhealthy_pod_eviction_policy=UnhealthyPodEvictionPolicy(policy) if policy else None,
        members=members,
    )


def selects(budget: Manifest, other: Manifest) -> bool:
    """The budget's selector matches the labels of the Pods that `other` runs. One without a selector matches none."""
    labels = pod_labels(other)
    if labels is None or budget.namespace != other.namespace:
        return False
    return matches(label_selector(written_selector(field(budget.data, "spec", "selector"))), labels)


def caveats(manifests: Manifests, objects: Sequence[Manifest]) -> Iterator[str]:
    """Budgets of these objects that count Pods of others, too."""
    names = {other.identity for other in objects}
    for budget in manifests.of_kind("PodDisruptionBudget"):
        if any(selects(budget, other) for other in objects):
            for other in manifests.objects:
                if other.identity not in names and selects(budget, other):
                    yield (
                        f"PodDisruptionBudget {budget.name} selects Pods of {other.identity}, too; verdicts leave "
                        f"those out ({budget.file}:{budget.document_line})"
                    )


def smaller(
    budget: WorkloadDisruptionBudget, written: Sequence[Member], members: Sequence[Member]
) -> WorkloadDisruptionBudget:
    """The budget for smaller members: numbers in about the same proportion, percentages as they are."""
    before = sum(member.replicas for member in written if member.name in budget.members)
    now = sum(member.replicas for member in members if member.name in budget.members)
    return replace(
        budget,
        min_available=_scaled(budget.min_available, before, now),
        max_unavailable=_scaled(budget.max_unavailable, before, now),
    )


def _scaled(amount: int | str | None, before: int, now: int) -> int | str | None:
    if not isinstance(amount, int) or now >= before:
        return amount
    return in_proportion(amount, before, now)


def spec(budget: WorkloadDisruptionBudget, templates: Mapping[str, Sequence[int]]) -> DisruptionBudgetSpec:
    """The budget's constant part; `templates` are the numbers of each member's Pod templates."""
    return DisruptionBudgetSpec(
        name=budget.name,
        min_available=budget.min_available,
        max_unavailable=budget.max_unavailable,
        unhealthy_pod_eviction_policy=budget.unhealthy_pod_eviction_policy,
        templates=tuple(number for name in budget.members for number in templates[name]),
    )


def in_words(budget: WorkloadDisruptionBudget) -> str:
    """As in ``minAvailable 1``."""
    amounts = (("minAvailable", budget.min_available), ("maxUnavailable", budget.max_unavailable))
    return ", ".join(f"{name} {amount}" for name, amount in amounts if amount is not None)
