"""Filter NodeAffinity: a Pod runs only on Nodes that its nodeSelector and its required node affinity select.

Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
"""

from collections.abc import Mapping

from model.api.node_affinity import NodeSelectorTerms, matches_required_affinity, matches_terms
from model.control_plane.scheduler.refusal import Refusal


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
