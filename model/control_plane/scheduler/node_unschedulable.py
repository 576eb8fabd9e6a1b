"""Filter NodeUnschedulable: a cordoned Node takes no new Pods, unless they tolerate that.

Source: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go
"""

from model.api.taints import NODE_UNSCHEDULABLE, Taint, TaintEffect, Toleration, tolerates
from model.control_plane.scheduler.refusal import Refusal

_CORDONED = Taint(key=NODE_UNSCHEDULABLE, effect=TaintEffect.NO_SCHEDULE)


def node_unschedulable(unschedulable: bool, tolerations: tuple[Toleration, ...]) -> Refusal | None:
    """Refuse a Node that is cordoned (``spec.unschedulable``) unless a toleration allows it."""
    if not unschedulable or any(tolerates(toleration, _CORDONED) for toleration in tolerations):
        return None
    return Refusal(plugin="NodeUnschedulable", reasons=("node(s) were unschedulable",))
