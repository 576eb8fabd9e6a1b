"""What an update of a DaemonSet costs while it is under way, and that it arrives."""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always, never, never_step, sometimes
from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.cluster import Cluster
from model.controllers.daemonset.actions import api_daemon_set, is_for
from model.controllers.daemonset.budgets import Budgets, budgets
from model.rows.daemon_set import DaemonSet
from model.rows.slots import DaemonSetSlot
from properties.daemon_set_one_per_node import available_templates, is_wanted, live_templates, nodes_wanted


@derived
def nodes_without(state: Cluster, daemon_set: DaemonSetSlot) -> int:
    """How many nodes should run a Pod of the DaemonSet and have none that is available."""
    return sum(
        1
        for slot, _ in state.nodes.items()
        if is_wanted(state, daemon_set, slot) and not available_templates(state, daemon_set, slot)
    )


def bounds(state: Cluster, slot: int, owner: DaemonSet) -> Budgets:
    """The bounds of the DaemonSet's updates on the nodes that there are now."""
    return budgets(api_daemon_set(state, slot, owner), nodes_wanted(state, slot))


@never("daemon_set_availability")
def daemon_sets_with_too_few_pods(state: Cluster) -> Iterator[str]:
    """On at most maxUnavailable nodes is there no available Pod of the DaemonSet: an update takes no more down.

    A surge that is left alone takes none down. A Pod that terminates counts as unavailable, ready or not.
    Relied on by what runs on the nodes and needs the agent there: to resolve names, to mount, to ship logs.
    Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#performing-a-rolling-update
    """
    for slot, owner in state.daemon_sets.items():
        without, most = nodes_without(state, slot), bounds(state, slot, owner).max_unavailable
        if without > most:
            name = state.constants.daemon_sets[slot].name
            yield f"DaemonSet {name}: no available Pod on {without} nodes, {most} allowed"


@never_step("update_spends_its_budget_only")
def daemon_sets_updated_too_fast(before: Cluster, after: Cluster) -> Iterator[str]:
    """An update takes no available Pod down while as many nodes as maxUnavailable says have none already.

    Whatever it was that broke the others: an old Pod that is not available is replaced at once and costs nothing, one
    that is available waits until the budget allows it.
    Relied on by whoever updates while nodes fail.
    Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#performing-a-rolling-update
    """
    for slot, owner in before.daemon_sets.items():
        taken = sum(1 for node, _ in before.nodes.items() if _taken_down(before, after, slot, owner, node))
        without, most = nodes_without(before, slot), bounds(before, slot, owner).max_unavailable
        if taken > 0 and without + taken > most:
            name = before.constants.daemon_sets[slot].name
            yield f"DaemonSet {name}: {without} nodes without an available Pod, {taken} more, {most} allowed"


@sometimes("daemon_set_update_completes")
def complete_updates(state: Cluster) -> Iterator[DaemonSet]:
    """The update can end: every node that should run a Pod has an available one of the new template, and no other.

    Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#watching-the-rolling-update-status
    """
    for slot, owner in state.daemon_sets.items():
        first = state.constants.daemon_sets[slot].revisions[0]
        if owner.template != first and nodes_wanted(state, slot) > 0 and state.image_updates == 0:
            wanted = [node for node, _ in state.nodes.items() if is_wanted(state, slot, node)]
            if all(
                available_templates(state, slot, node) == (owner.template,) == live_templates(state, slot, node)
                for node in wanted
            ):
                yield owner


@eventually_always("daemon_set_update_arrives")
def nodes_that_miss_the_update(state: Cluster) -> Iterator[str]:
    """In the end the Pods on every node have the template that was applied last, if that one works.

    With OnDelete they do not until somebody deletes them. On a node that is silent nothing changes.
    Relied on by whoever rolls out a fix for a vulnerability, or corrects a template that did not work.
    Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#daemonset-update-strategy
    """
    for slot, owner in state.daemon_sets.items():
        spec, wanted = state.constants.daemon_sets[slot], state.constants.templates[owner.template]
        if wanted.works and spec.update_strategy is DaemonSetUpdateStrategy.ROLLING_UPDATE:
            for node, machine in state.nodes.items():
                outdated = [each for each in live_templates(state, slot, node) if each != owner.template]
                if outdated and machine.connected and is_wanted(state, slot, node):
                    has = state.constants.templates[outdated[0]].name
                    where = state.constants.nodes[node].name
                    yield f"DaemonSet {spec.name}: the Pod for {where} has template {has}, not {wanted.name}"


def _taken_down(before: Cluster, after: Cluster, slot: int, owner: DaemonSet, node: int) -> bool:
    """The step deletes an old Pod, without which the node has none that is available."""
    if not is_wanted(before, slot, node) or not available_templates(before, slot, node):
        return False
    if available_templates(after, slot, node):
        return False
    return any(_is_deleted(after, row) for row in _old_pods(before, slot, owner, node))


def _old_pods(state: Cluster, slot: int, owner: DaemonSet, node: int) -> Iterator[int]:
    for row, pod in state.pods.items():
        if pod.active and is_for(pod, slot, node) and pod.template != owner.template:
            yield row


def _is_deleted(after: Cluster, row: int) -> bool:
    pod = after.pods[row]
    return pod is None or not pod.exists or pod.deleting
