"""Which of the feasible Nodes is best for a Pod? All scores of the default profile.

Left out: ImageLocality and dynamic resource allocation.

Source: pkg/scheduler/apis/config/v1/default_plugins.go, pkg/scheduler/framework/runtime/framework.go (RunScorePlugins),
pkg/scheduler/schedule_one.go (selectHost)
"""

from collections.abc import Mapping, Sequence

from model.api.pod_requests import Resources
from model.control_plane.scheduler.default_filters import requested
from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.interpod_affinity_score import interpod_affinity_scores
from model.control_plane.scheduler.node_affinity_score import preferred_terms_score, scaled_to_best
from model.control_plane.scheduler.resource_scores import balanced_allocation, least_allocated
from model.control_plane.scheduler.snapshot import PodInfo, Snapshot
from model.control_plane.scheduler.taint_toleration import normalised_scores, untolerated_preferences
from model.control_plane.scheduler.topology_spread_score import topology_spread_scores

Scores = Mapping[str, int]
"""0 to 100, by the name of the Node; empty where a plugin skips the Pod."""

WEIGHTS = {
    "TaintToleration": 3,
    "NodeAffinity": 2,
    "PodTopologySpread": 2,
    "InterPodAffinity": 2,
    "NodeResourcesFit": 1,
    "NodeResourcesBalancedAllocation": 1,
}


def default_scores(pod: PodInfo, feasible: Sequence[Node], snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """For each `feasible` Node by name, the score of each plugin times its weight."""
    scores = _scores(pod, feasible, snapshot)
    return {
        node.name: {plugin: weight * scores[plugin].get(node.name, 0) for plugin, weight in WEIGHTS.items()}
        for node in feasible
    }


def best_nodes(scores: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    """The Nodes with the highest total, of which the scheduler takes any."""
    totals = {name: sum(weighted.values()) for name, weighted in scores.items()}
    most = max(totals.values(), default=0)
    return tuple(name for name, total in totals.items() if total == most)


def _scores(pod: PodInfo, feasible: Sequence[Node], snapshot: Snapshot) -> Mapping[str, Scores]:
    names = [node.name for node in feasible]
    untolerated = tuple(untolerated_preferences(node.taints, pod.spec.tolerations) for node in feasible)
    preferred = [preferred_terms_score(pod.preferred_node_affinity, node.name, node.labels) for node in feasible]
    return {
        "TaintToleration": dict(zip(names, normalised_scores(untolerated), strict=True)),
        "NodeAffinity": dict(zip(names, scaled_to_best(preferred), strict=True)),
        "PodTopologySpread": topology_spread_scores(pod, feasible, snapshot) or {},
        "InterPodAffinity": interpod_affinity_scores(pod, feasible, snapshot),
        "NodeResourcesFit": {node.name: least_allocated_score(pod, node, snapshot) for node in feasible},
        "NodeResourcesBalancedAllocation": {
            node.name: balanced_allocation_score(pod, node, snapshot) or 0 for node in feasible
        },
    }


def least_allocated_score(pod: PodInfo, node: Node, snapshot: Snapshot) -> int:
    """The score LeastAllocated of a Node, beside the Pods that run there."""
    used: dict[str, int] = {}
    for other in snapshot.pods_on(node.name):
        for name, amount in _scored(other).items():
            used[name] = used.get(name, 0) + amount
    return least_allocated(_scored(pod), node.allocatable, used)


def balanced_allocation_score(pod: PodInfo, node: Node, snapshot: Snapshot) -> int | None:
    """The score BalancedAllocation of a Node, beside the Pods that run there; None if the plugin skips the Pod."""
    used = requested(snapshot.pods_on(node.name)).resources
    return balanced_allocation(pod.spec.requests, node.allocatable, used)


def _scored(pod: PodInfo) -> Resources:
    return pod.spec.requests if pod.scored_requests is None else pod.scored_requests
