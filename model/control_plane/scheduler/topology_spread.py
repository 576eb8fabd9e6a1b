"""Filter PodTopologySpread: Pods spread over domains, the values of a Node label, at most `max_skew` apart.

Source: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go and common.go,
https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

from collections.abc import Mapping, Sequence

from model.api.labels import Operator, Requirement, Selector, matches
from model.api.node_affinity import matches_required_affinity
from model.api.taints import do_not_schedule, untolerated_taint
from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.refusal import Code, Refusal
from model.control_plane.scheduler.snapshot import (
    NO_CHANGES,
    Changes,
    PodInfo,
    Snapshot,
    TopologySpreadConstraint,
)

PodsByDomain = Mapping[str, int]


def topology_spread(
    pod: PodInfo, labels: Mapping[str, str], snapshot: Snapshot, changes: Changes = NO_CHANGES
) -> Refusal | None:
    """Refuse a Node with these `labels` if there the Pod would break one of its hard constraints."""
    constraints = tuple(each for each in pod.topology_spread if each.hard)
    for constraint in constraints:
        domain = labels.get(constraint.topology_key)
        if domain is None:
            reason = "node(s) didn't match pod topology spread constraints (missing required label)"
            return Refusal(plugin="PodTopologySpread", reasons=(reason,))
        counts = pods_by_domain(constraint, constraints, pod, snapshot, changes)
        if skew(constraint, counts, domain, pod) > constraint.max_skew:
            reason = "node(s) didn't match pod topology spread constraints"
            return Refusal(plugin="PodTopologySpread", code=Code.UNSCHEDULABLE, reasons=(reason,))
    return None


def skew(constraint: TopologySpreadConstraint, counts: PodsByDomain, domain: str, pod: PodInfo) -> int:
    """By how many Pods the `domain` would exceed the emptiest if the `pod` ran there.

    As long as there are fewer domains than `min_domains`, the emptiest has none.
    Source: filtering.go (Filter, minMatchNum)
    """
    itself = matches(pod_selector(constraint, pod.labels), pod.labels)
    fewest = 0 if len(counts) < constraint.min_domains else min(counts.values(), default=0)
    return counts.get(domain, 0) + itself - fewest


def pods_by_domain(
    constraint: TopologySpreadConstraint,
    constraints: Sequence[TopologySpreadConstraint],
    pod: PodInfo,
    snapshot: Snapshot,
    changes: Changes = NO_CHANGES,
) -> PodsByDomain:
    """How many Pods the constraint counts in each domain; domains are those of Nodes that have all topology keys.

    Source: filtering.go (calPreFilterState)
    """
    selector = pod_selector(constraint, pod.labels)
    counts: dict[str, int] = {}
    for node in snapshot.nodes:
        if has_topology_keys(node, constraints) and is_included(constraint, pod, node):
            domain = node.labels[constraint.topology_key]
            found = count_selected(selector, snapshot.pods_on(node.name), pod.namespace)
            more = changed(selector, node.name, pod.namespace, changes)
            counts[domain] = counts.get(domain, 0) + found + more
    return counts


def changed(selector: Selector | None, node: str, namespace: str, changes: Changes) -> int:
    """By how many Pods the changes make the Node with this name fuller.

    Each that is selected counts, even those that are not counted when they just run there: terminating ones, and all
    under an empty selector.
    Source: filtering.go (updateWithPod)
    """

    def selected(pods: Sequence[PodInfo]) -> int:
        return sum(
            each.node == node and each.namespace == namespace and matches(selector, each.labels) for each in pods
        )

    return selected(changes.added) - selected(changes.removed)


def pod_selector(constraint: TopologySpreadConstraint, labels: Mapping[str, str]) -> Selector | None:
    """The constraint's selector for a Pod with these `labels`, whose values of `match_label_keys` it demands, too.

    Source: common.go (filterTopologySpreadConstraints, mergeLabelSetWithSelector)
    """
    if constraint.selector is None:
        return None
    keys = (key for key in constraint.match_label_keys if key in labels)
    return constraint.selector + tuple(Requirement(key, Operator.EQUALS, (labels[key],)) for key in keys)


def has_topology_keys(node: Node, constraints: Sequence[TopologySpreadConstraint]) -> bool:
    """The Node has the labels over which the constraints spread, all of them.

    Source: common.go (nodeLabelsMatchSpreadConstraints)
    """
    return all(constraint.topology_key in node.labels for constraint in constraints)


def is_included(constraint: TopologySpreadConstraint, pod: PodInfo, node: Node) -> bool:
    """The constraint takes the Node into account.

    Source: common.go (matchNodeInclusionPolicies)
    """
    spec = pod.spec
    if constraint.honor_node_affinity and not matches_required_affinity(
        spec.node_selector, spec.required_terms, node.name, node.labels
    ):
        return False
    return not constraint.honor_node_taints or not untolerated_taint(node.taints, spec.tolerations, do_not_schedule)


def count_selected(selector: Selector | None, pods: Sequence[PodInfo], namespace: str) -> int:
    """How many of the Pods count: selected, in the `namespace` and not terminating. An empty selector counts none.

    Source: common.go (countPodsMatchSelector)
    """
    if not selector:
        return 0
    return sum(not pod.terminating and pod.namespace == namespace and matches(selector, pod.labels) for pod in pods)
