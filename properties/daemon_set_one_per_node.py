"""A DaemonSet's Pods on one node: one, or an old and a new one for a while where the update surges."""

from collections.abc import Iterator

from checker.vocabulary import derived, never
from model.cluster import Cluster, is_available, pod_template
from model.controllers.daemonset.actions import api_daemon_set, is_for, should_run
from model.controllers.daemonset.budgets import allows_surge, budgets
from model.rows.slots import DaemonSetSlot, NodeSlot


@derived
def live_templates(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> tuple[int, ...]:
    """The templates of the DaemonSet's Pods for a node that have not ended and do not terminate, ascending."""
    return tuple(sorted(pod.template for pod in state.pods if pod.active and is_for(pod, daemon_set, node)))


@derived
def available_templates(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> tuple[int, ...]:
    """The templates of those among them that are available, as the API says."""
    return tuple(
        sorted(
            pod.template
            for pod in state.pods
            if pod.active and is_for(pod, daemon_set, node) and is_available(pod_template(state, pod), pod)
        )
    )


@derived
def is_wanted(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> bool:
    """The node should run a Pod of the DaemonSet."""
    judged = should_run(state, daemon_set, node)
    return judged is not None and judged.run


@derived
def nodes_wanted(state: Cluster, daemon_set: DaemonSetSlot) -> int:
    """How many nodes should run a Pod of the DaemonSet."""
    return sum(1 for slot, _ in state.nodes.items() if is_wanted(state, daemon_set, slot))


@derived
def surging_nodes(state: Cluster, daemon_set: DaemonSetSlot) -> int:
    """On how many nodes a new Pod is there beside an old one that is available."""
    owner = state.daemon_sets[daemon_set]
    assert owner is not None  # the callers iterate over DaemonSets
    return sum(
        1
        for slot, _ in state.nodes.items()
        if owner.template in live_templates(state, daemon_set, slot)
        and any(template != owner.template for template in available_templates(state, daemon_set, slot))
    )


@never("one_daemon_pod_per_node")
def doubled_daemon_pods(state: Cluster) -> Iterator[str]:
    """No node has two live Pods of one DaemonSet, but for an old one beside a new one where the update surges.

    Relied on by agents that bind a port of their node, or hold a lock or a directory of it.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
    """
    for slot, owner in state.daemon_sets.items():
        surges = allows_surge(api_daemon_set(state, slot, owner))
        for live in [live_templates(state, slot, node) for node, _ in state.nodes.items()]:
            if len(live) > 1 and not (surges and len(live) == 2 and live[0] != live[1]):
                yield f"DaemonSet {state.constants.daemon_sets[slot].name}: {len(live)} Pods for one node"


@never("daemon_set_surge_bound")
def daemon_sets_that_surge_too_far(state: Cluster) -> Iterator[str]:
    """On at most maxSurge nodes does an update run a new Pod beside an old one that is available.

    Beside an old Pod that is not available a new one is created whatever the bound says; it does not count.
    Relied on by whoever leaves just so much room on the nodes.
    Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/#DaemonSetSpec
    """
    for slot, owner in state.daemon_sets.items():
        most = budgets(api_daemon_set(state, slot, owner), nodes_wanted(state, slot)).max_surge
        surging = surging_nodes(state, slot)
        if surging > most:
            yield f"DaemonSet {state.constants.daemon_sets[slot].name}: two Pods on {surging} nodes, {most} allowed"
