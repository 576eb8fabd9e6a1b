"""Filter NodeAffinity: a Pod runs only on Nodes that its nodeSelector and its required node affinity select.

Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
"""

from collections.abc import Mapping

from model.api.node_affinity import NodeSelectorTerm, NodeSelectorTerms, matches_required_affinity, matches_terms
from model.control_plane.scheduler.refusal import Refusal


def node_affinity_prefilter(required_terms: NodeSelectorTerms | None, name: str) -> Refusal | None:
    """Refuse the Node with this `name`, before any filter runs, if every term names Nodes, but none names this one.

    Source: node_affinity.go (PreFilter), pkg/scheduler/schedule_one.go (findNodesThatFitPod)
    """
    if not required_terms or any(not _node_names(term) for term in required_terms):
        return None
    named = [_agreed(_node_names(term)) for term in required_terms]
    if not any(named):
        return _refusal("pod affinity terms conflict")
    if any(name in names for names in named):
        return None
    return _refusal("node(s) didn't satisfy plugin(s) [NodeAffinity]")


def _node_names(term: NodeSelectorTerm) -> list[tuple[str, ...]]:
    """The Nodes that each expression ``metadata.name In`` of the term names."""
    return [each.values for each in term.match_fields if each.key == "metadata.name" and each.operator == "In"]


def _agreed(names: list[tuple[str, ...]]) -> list[str]:
    """The names that all expressions of a term have in common."""
    return [name for name in names[0] if all(name in others for others in names)]


def node_affinity(
    node_selector: Mapping[str, str],
    required_terms: NodeSelectorTerms | None,
    name: str,
    labels: Mapping[str, str],
    added_terms: NodeSelectorTerms | None = None,
) -> Refusal | None:
    """Refuse the Node with this `name` and these `labels` if the Pod does not select it.

    `added_terms` are demanded of every Pod by the scheduler's configuration (addedAffinity); None: nothing.
    """
    if added_terms is not None and not matches_terms(added_terms, name, labels):
        return _refusal("node(s) didn't match scheduler-enforced node affinity")
    if not matches_required_affinity(node_selector, required_terms, name, labels):
        return _refusal("node(s) didn't match Pod's node affinity/selector")
    return None


def _refusal(reason: str) -> Refusal:
    return Refusal(plugin="NodeAffinity", reasons=(reason,))
