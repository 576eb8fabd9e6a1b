"""Eventually stable reconciliation of DaemonSets: a Pod on every node that should run one, and on no other."""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always
from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.cluster import Cluster
from model.controllers.daemonset.actions import is_for, should_run
from model.rows.slots import DaemonSetSlot, NodeSlot
from properties.daemon_set_one_per_node import available_templates


@derived
def existing_pods(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> int:
    """The DaemonSet's Pods for a node that exist, whatever state they are in."""
    return sum(1 for pod in state.pods if pod.exists and is_for(pod, daemon_set, node))


@eventually_always("daemon_set_converges")
def daemon_sets_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end there is one available Pod on each node that should run one, and none where it must not be.

    It has the template that is wanted, if updates are the controller's to make and the template works. Where a Pod
    should not run and may stay (a taint NoSchedule), there may be one. A node that is silent owes nothing.
    Relied on by whoever adds, relabels or taints a node, and walks away.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
    """
    for slot, owner in state.daemon_sets.items():
        spec = state.constants.daemon_sets[slot]
        if not state.constants.templates[owner.template].works:
            continue
        manual = spec.update_strategy is DaemonSetUpdateStrategy.ON_DELETE
        for node, machine in state.nodes.items():
            judged, there = should_run(state, slot, node), existing_pods(state, slot, node)
            available, where = available_templates(state, slot, node), state.constants.nodes[node].name
            if judged is None or not judged.continue_running:
                if there > 0 and (judged is None or machine.connected):
                    yield f"DaemonSet {spec.name}: there is a Pod for {where}, which must not run it"
            elif machine.connected and judged.run and not (there == 1 and len(available) == 1):
                yield f"DaemonSet {spec.name}: {there} Pods for {where}, {len(available)} available, not 1"
            elif machine.connected and judged.run and not manual and available != (owner.template,):
                yield f"DaemonSet {spec.name}: the Pod for {where} does not have the template that is wanted"
