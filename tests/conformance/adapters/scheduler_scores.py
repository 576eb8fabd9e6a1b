"""Cases of the scheduler's scores."""

from msgspec.structs import replace

from model.api.node_affinity import NodeSelectorTerm
from model.control_plane.scheduler.default_filters import feasible_nodes
from model.control_plane.scheduler.default_scores import (
    balanced_allocation_score,
    best_nodes,
    default_scores,
    least_allocated_score,
)
from model.control_plane.scheduler.node_affinity_score import (
    preferred_terms_score,
    scaled_to_best,
    validate_preferred_terms,
)
from model.control_plane.scheduler.resource_scores import with_scoring_defaults
from model.control_plane.scheduler.snapshot import PodInfo, PreferredSchedulingTerm, Snapshot
from model.control_plane.scheduler.topology_spread_score import topology_spread_scores
from tests.conformance.adapters.labels import expressions
from tests.conformance.adapters.scheduler_placement import pod_info, snapshot
from tests.conformance.registry import Case, adapter


def preferred_terms(given: list[Case] | None) -> tuple[PreferredSchedulingTerm, ...]:
    return tuple(preferred_term(each["weight"], each.get("preference", each)) for each in given or ())


def preferred_term(weight: int, preference: Case) -> PreferredSchedulingTerm:
    return PreferredSchedulingTerm(
        weight=weight,
        preference=NodeSelectorTerm(
            match_expressions=expressions(preference.get("match_expressions")),
            match_fields=expressions(preference.get("match_fields")),
        ),
    )


def scored_pod(pod: PodInfo) -> PodInfo:
    """Each Pod of the cases has one container."""
    return replace(pod, scored_requests=with_scoring_defaults(pod.spec.requests))


def scored(seen: Snapshot) -> Snapshot:
    return replace(seen, pods=tuple(scored_pod(pod) for pod in seen.pods))


@adapter("node_preferred_terms_score")
def node_preferred_terms_score(given: Case, expected: Case) -> Case:
    terms, node = preferred_terms(given["terms"]), given["node"]
    try:
        validate_preferred_terms(terms)
    except ValueError:
        return {"invalid": True}
    return {"score": preferred_terms_score(terms, node["name"], node.get("labels") or {})}


@adapter("scheduler_node_affinity_score")
def node_affinity_score(given: Case, expected: Case) -> Case:
    terms = preferred_terms(given["preferred_terms"]) + preferred_terms(given["added_preferred_terms"])
    scores = [preferred_terms_score(terms, node["name"], node.get("labels") or {}) for node in given["nodes"]]
    return {"scores": dict(zip((node["name"] for node in given["nodes"]), scaled_to_best(scores), strict=True))}


@adapter("scheduler_least_allocated_score")
def least_allocated(given: Case, expected: Case) -> Case:
    pod, seen = scored_pod(pod_info(given["pod"])), scored(snapshot(given))
    return {"scores": {node.name: least_allocated_score(pod, node, seen) for node in seen.nodes}}


@adapter("scheduler_balanced_allocation_score")
def balanced_allocation(given: Case, expected: Case) -> Case:
    pod, seen = pod_info(given["pod"]), snapshot(given)
    return {"scores": {node.name: balanced_allocation_score(pod, node, seen) or 0 for node in seen.nodes}}


@adapter("scheduler_topology_spread_score")
def topology_spread_score(given: Case, expected: Case) -> Case:
    pod, seen = pod_info(given["pod"] | {"constraints": given["constraints"]}), snapshot(given)
    feasible = [node for node in seen.nodes if node.name in given["feasible_nodes"]]
    scores = topology_spread_scores(pod, feasible, seen)
    return {"scores": dict.fromkeys(given["feasible_nodes"], 0) if scores is None else scores}


@adapter("scheduler_default_scores")
def all_default_scores(given: Case, expected: Case) -> Case:
    seen = scored(snapshot(given))
    pod = replace(
        scored_pod(pod_info(given["pod"])),
        preferred_node_affinity=preferred_terms(given["pod"].get("preferred_node_affinity")),
    )
    names, _ = feasible_nodes(pod, seen)
    scores = default_scores(pod, [node for node in seen.nodes if node.name in names], seen)
    asked = {name: expected["weighted"].get(name, {}) for name in names}
    return {
        "feasible": list(names),
        # A plugin that skips the Pod is absent or 0.
        "weighted": {name: {plugin: scores[name].get(plugin, 0) for plugin in asked[name]} for name in names},
        "total": {name: sum(weighted.values()) for name, weighted in scores.items()},
        "best": list(best_nodes(scores)),
    }
