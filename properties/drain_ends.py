"""A drain ends: the nodes that are to be maintained come free."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.cluster import Cluster
from model.controllers.disruption.actions import selects
from model.rows.pod import Eviction


@eventually_always("drain_ends")
def nodes_still_draining(state: Cluster) -> Iterator[str]:
    """Every drain ends.

    It does not where a PodDisruptionBudget never allows a disruption: one replica with ``minAvailable: 1``,
    ``maxUnavailable: 0``, replacements that find no other node, two budgets for the same Pods.
    Relied on by whoever upgrades nodes, and by every cluster autoscaler.
    Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/,
    https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#troubleshooting-stuck-evictions
    """
    for slot, node in state.nodes.items():
        if node.draining:
            yield f"Node {state.constants.nodes[slot].name}: its drain is not over{_why(state, slot)}"


def _why(state: Cluster, node: int) -> str:
    """What the evictions that kubectl asks for run into."""
    refusing = [
        slot
        for slot, _ in state.disruption_budgets.items()
        if any(pod.node == node and pod.eviction is Eviction.ASKED and selects(state, slot, pod) for pod in state.pods)
    ]
    names = [state.constants.disruption_budgets[slot].name for slot in refusing]
    if len(refusing) > 1:
        return f": no eviction passes where several PodDisruptionBudgets select the Pod ({', '.join(names)})"
    for slot, name in zip(refusing, names, strict=True):
        budget = state.disruption_budgets[slot]
        if budget is not None and budget.disruptions_allowed == 0:
            healthy, wanted = budget.current_healthy, budget.desired_healthy
            return f": PodDisruptionBudget {name} allows no disruption ({healthy} healthy, {wanted} wanted)"
    return ""
