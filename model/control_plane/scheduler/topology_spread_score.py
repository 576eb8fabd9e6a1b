"""Score PodTopologySpread: Nodes in domains with fewer Pods of the soft constraints are better.

Left out: the constraints that the scheduler's configuration adds for Pods without any (by Service, ReplicaSet, ...).

Source: pkg/scheduler/framework/plugins/podtopologyspread/scoring.go
"""

import math
from collections.abc import Mapping, Sequence

from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.snapshot import PodInfo, Snapshot, TopologySpreadConstraint
from model.control_plane.scheduler.taint_toleration import MAX_NODE_SCORE
from model.control_plane.scheduler.topology_spread import (
    count_selected,
    has_topology_keys,
    is_included,
    pod_selector,
)

_HOSTNAME = "kubernetes.io/hostname"


def topology_spread_scores(pod: PodInfo, feasible: Sequence[Node], snapshot: Snapshot) -> dict[str, int] | None:
    """0 to 100 for each `feasible` Node by name; None if the Pod has no soft constraint.

    Nodes that lack a topology key get 0.
    """
    constraints = tuple(each for each in pod.topology_spread if not each.hard)
    if not constraints:
        return None
    scored = [node for node in feasible if has_topology_keys(node, constraints)]
    sums = dict.fromkeys((node.name for node in scored), 0.0)
    for constraint in constraints:
        for name, crowding in _crowding(constraint, constraints, pod, scored, snapshot).items():
            sums[name] += crowding
    crowds = {name: _rounded(each) for name, each in sums.items()}
    return {node.name: _inverted(crowds, node.name) for node in feasible}


def _crowding(
    constraint: TopologySpreadConstraint,
    constraints: Sequence[TopologySpreadConstraint],
    pod: PodInfo,
    scored: Sequence[Node],
    snapshot: Snapshot,
) -> Mapping[str, float]:
    """How many Pods the constraint counts around each Node, weighted by how many domains there are.

    Source: scoring.go (Score, scoreForCount, topologyNormalizingWeight)
    """
    domains = {node.name: _domain(constraint, node) for node in scored}
    weight = math.log(len(set(domains.values())) + 2)
    counts = _counts(constraint, constraints, pod, scored, snapshot)
    return {name: counts[domain] * weight + (constraint.max_skew - 1) for name, domain in domains.items()}


def _domain(constraint: TopologySpreadConstraint, node: Node) -> str:
    """The Node's domain; over hostnames, each Node is one, whatever its label says."""
    return node.name if constraint.topology_key == _HOSTNAME else node.labels[constraint.topology_key]


def _counts(
    constraint: TopologySpreadConstraint,
    constraints: Sequence[TopologySpreadConstraint],
    pod: PodInfo,
    scored: Sequence[Node],
    snapshot: Snapshot,
) -> Mapping[str, int]:
    """Pods in each domain that has a scored Node. Over hostnames, Nodes count without regard to inclusion policies.

    Source: scoring.go (PreScore, Score)
    """
    selector = pod_selector(constraint, pod.labels)
    counts = dict.fromkeys((_domain(constraint, node) for node in scored), 0)
    everywhere = constraint.topology_key == _HOSTNAME
    counted = scored if everywhere else [node for node in snapshot.nodes if has_topology_keys(node, constraints)]
    for node in counted:
        domain = _domain(constraint, node)
        if domain in counts and (everywhere or is_included(constraint, pod, node)):
            counts[domain] += count_selected(selector, snapshot.pods_on(node.name), pod.namespace)
    return counts


def _rounded(number: float) -> int:
    """The nearest whole number, halves up (the numbers are not negative)."""
    whole = math.floor(number)
    return whole + (number - whole >= 0.5)


def _inverted(crowds: Mapping[str, int], name: str) -> int:
    """The emptiest Node gets the most; 100 if nothing is anywhere.

    Source: scoring.go (NormalizeScore)
    """
    if name not in crowds:
        return 0
    most = max(crowds.values())
    return MAX_NODE_SCORE * (most + min(crowds.values()) - crowds[name]) // most if most else MAX_NODE_SCORE
