"""Filter InterPodAffinity: required podAffinity and podAntiAffinity, and the anti-affinity of Pods already there.

Two Nodes are in one domain of a term if their labels have the same value for its topology key. Pods on Nodes that the
snapshot does not have do not count; terminating Pods do.

Source: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go,
https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
"""

from collections.abc import Iterator, Mapping

from model.api.labels import matches
from model.control_plane.scheduler.refusal import Code, Refusal
from model.control_plane.scheduler.snapshot import PodAffinityTerm, PodInfo, Snapshot

Labels = Mapping[str, str]


def interpod_affinity(pod: PodInfo, labels: Labels, snapshot: Snapshot) -> Refusal | None:
    """Refuse a Node with these `labels` if the `pod` may not be, or does not want to be, with the Pods around it."""
    if not affinity_satisfied(pod, labels, snapshot):
        return _refusal(Code.UNSCHEDULABLE_AND_UNRESOLVABLE, "node(s) didn't match pod affinity rules")
    if not anti_affinity_satisfied(pod, labels, snapshot):
        return _refusal(Code.UNSCHEDULABLE, "node(s) didn't match pod anti-affinity rules")
    if not existing_anti_affinity_satisfied(pod, labels, snapshot):
        return _refusal(Code.UNSCHEDULABLE, "node(s) didn't satisfy existing pods anti-affinity rules")
    return None


def interpod_affinity_skipped(pod: PodInfo, snapshot: Snapshot) -> bool:
    """The filter is left out for the `pod`, which has no terms, since no Pod anywhere shuns it.

    Nobody looks again once Pods are added that are nominated to a Node: their anti-affinity goes unnoticed.
    Source: filtering.go (PreFilter), pkg/scheduler/framework/runtime/framework.go (RunPreFilterExtensionAddPod)
    """
    return not (pod.affinity or pod.anti_affinity) and not any(
        term.topology_key in there and existing_selects(term, other, pod, snapshot)
        for other, there in placed(snapshot)
        for term in other.anti_affinity
    )


def _refusal(code: Code, reason: str) -> Refusal:
    return Refusal(plugin="InterPodAffinity", code=code, reasons=(reason,))


def affinity_satisfied(pod: PodInfo, labels: Labels, snapshot: Snapshot) -> bool:
    """In every domain that the `pod` asks for runs a Pod that all its affinity terms select.

    The first of a series of Pods that want to be together may run on any Node that has the topology keys.
    Source: filtering.go (satisfyPodAffinity)
    """
    if any(term.topology_key not in labels for term in pod.affinity):
        return False
    selected = [there for other, there in placed(snapshot) if _selected_by_all(pod, other, snapshot)]
    if all(any(same_domain(term, labels, there) for there in selected) for term in pod.affinity):
        return True
    anywhere = any(term.topology_key in there for term in pod.affinity for there in selected)
    return not anywhere and _selected_by_all(pod, pod, snapshot)


def anti_affinity_satisfied(pod: PodInfo, labels: Labels, snapshot: Snapshot) -> bool:
    """In no domain that the `pod` shuns runs a Pod that the anti-affinity term selects.

    Source: filtering.go (satisfyPodAntiAffinity)
    """
    return not any(
        same_domain(term, labels, there) and selects(term, pod, other, snapshot)
        for other, there in placed(snapshot)
        for term in pod.anti_affinity
    )


def existing_anti_affinity_satisfied(pod: PodInfo, labels: Labels, snapshot: Snapshot) -> bool:
    """No Pod in a domain of the Node shuns the `pod`.

    Source: filtering.go (satisfyExistingPodsAntiAffinity)
    """
    return not any(
        same_domain(term, labels, there) and existing_selects(term, other, pod, snapshot)
        for other, there in placed(snapshot)
        for term in other.anti_affinity
    )


def same_domain(term: PodAffinityTerm, labels: Labels, others: Labels) -> bool:
    """Two Nodes have the same value of the term's topology key."""
    value = labels.get(term.topology_key)
    return value is not None and value == others.get(term.topology_key)


def selects(term: PodAffinityTerm, owner: PodInfo, other: PodInfo, snapshot: Snapshot) -> bool:
    """A term of the Pod to place, its `owner`, selects the `other` Pod.

    A namespaceSelector that no label is needed for (NotIn, DoesNotExist, the empty one) selects every namespace,
    whatever its labels: the selector is kept beside the namespaces that it selected, and asked about no labels.
    Source: plugin.go (mergeAffinityTermNamespacesIfNotEmpty takes the term by value), filtering.go
    (podMatchesAllAffinityTerms, updateWithAntiAffinityTerms: no namespace labels)
    """
    if not matches(term.selector, other.labels):
        return False
    if _names(term, owner, other) or matches(term.namespace_selector, {}):
        return True
    namespace = snapshot.namespaces.get(other.namespace)
    return namespace is not None and matches(term.namespace_selector, namespace)


def existing_selects(term: PodAffinityTerm, owner: PodInfo, other: PodInfo, snapshot: Snapshot) -> bool:
    """A term of a Pod that has a Node, its `owner`, selects the `other` Pod.

    A Namespace that does not exist (yet) is one without labels.
    Source: pkg/scheduler/framework/types.go (AffinityTerm.Matches), plugin.go (GetNamespaceLabelsSnapshot)
    """
    if not matches(term.selector, other.labels):
        return False
    namespace = snapshot.namespaces.get(other.namespace, {})
    return _names(term, owner, other) or matches(term.namespace_selector, namespace)


def _names(term: PodAffinityTerm, owner: PodInfo, other: PodInfo) -> bool:
    """The term is about the other Pod's namespace by name, or because both have the same and it says nothing."""
    if not term.namespaces and term.namespace_selector is None:
        return other.namespace == owner.namespace
    return other.namespace in term.namespaces


def _selected_by_all(pod: PodInfo, other: PodInfo, snapshot: Snapshot) -> bool:
    """All affinity terms of the `pod` select the `other`."""
    return all(selects(term, pod, other, snapshot) for term in pod.affinity)


def placed(snapshot: Snapshot) -> Iterator[tuple[PodInfo, Labels]]:
    """Each Pod with the labels of its Node."""
    labels = {node.name: node.labels for node in snapshot.nodes}
    for pod in snapshot.pods:
        if pod.node in labels:
            yield pod, labels[pod.node]
