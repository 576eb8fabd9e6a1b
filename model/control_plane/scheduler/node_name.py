"""Filter NodeName: a Pod whose ``spec.nodeName`` is set runs on that Node only.

Source: pkg/scheduler/framework/plugins/nodename/node_name.go
"""

from model.control_plane.scheduler.refusal import Refusal


def node_name(requested: str, node: str) -> Refusal | None:
    """Refuse the Node named `node` if the Pod has `requested` another (empty: none)."""
    if requested in ("", node):
        return None
    return Refusal(plugin="NodeName", reasons=("node(s) didn't match the requested node name",))
