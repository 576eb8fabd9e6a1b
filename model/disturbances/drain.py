"""What users do to nodes: ``kubectl drain``, and upgrades of nodes that are drained first.

A drain marks the node unschedulable and lists its Pods once; each is evicted, however often that takes; it is over when
the last of them is gone. The user passes the flags without which kubectl refuses to begin (``--ignore-daemonsets``,
``--delete-emptydir-data``), and no ``--timeout``.

Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/,
staging/src/k8s.io/kubectl/pkg/drain/drain.go
"""

from collections.abc import Iterator

from model.cluster import Cluster
from model.control_plane.evictions import nodes_are_drained
from model.disturbances.nodes import powered_off
from model.parts import Part, budgeted, component
from model.rows.pod import Eviction
from model.rows.slots import DisruptionBudgetSlot, NodeSlot


def user_drains_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user drains a node: it takes no new Pods, and kubectl asks for the eviction of those that are there.

    Pods of DaemonSets stay. Marking the node and listing its Pods is one step: a Pod that is bound in between is one
    that was bound before.
    """
    if state.drains > 0:
        for after in _drain_begins(state, node):
            yield after.set(drains=state.drains - 1)


def user_upgrades_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user begins to upgrade a node, by draining it; the next one only when this one is back."""
    if state.node_upgrades > 0 and not any(other.cordoned or not other.up for other in state.nodes):
        for after in _drain_begins(state, node):
            yield after.set(node_upgrades=state.node_upgrades - 1)


def user_hastily_upgrades_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user begins to upgrade a node, by draining it, whatever else is being upgraded."""
    if state.hasty_node_upgrades > 0:
        for after in _drain_begins(state, node):
            yield after.set(hasty_node_upgrades=state.hasty_node_upgrades - 1)


def kubectl_drain_ends(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The drain is over: none of the Pods that it listed is left on the node."""
    machine = state.nodes[node]
    if machine is None or not machine.draining:
        return
    if not any(pod.node == node and pod.eviction is not None for pod in state.pods):
        yield state.update(machine, draining=False)


def user_takes_drained_node_down(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node that was drained for its upgrade goes down."""
    machine = state.nodes[node]
    if machine is not None and machine.cordoned and not machine.draining and machine.up:
        yield powered_off(state, node)


def upgraded_node_comes_back(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The upgraded node is up again, and takes Pods (``kubectl uncordon``)."""
    machine = state.nodes[node]
    if machine is not None and machine.cordoned and not machine.up:
        yield state.update(machine, up=True, cordoned=False)


def user_freezes_budget(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> Iterator[Cluster]:
    """The user forbids disruptions from now on: the PodDisruptionBudget becomes ``maxUnavailable: 0``."""
    budget = state.disruption_budgets[disruption_budget]
    if budget is not None and state.budget_freezes > 0 and not budget.frozen:
        frozen = state.update(budget, frozen=True, observed=False)
        yield frozen.set(budget_freezes=state.budget_freezes - 1)


def _drain_begins(state: Cluster, node: int) -> Iterator[Cluster]:
    machine = state.nodes[node]
    if machine is None or machine.cordoned or machine.draining:
        return
    after = state.update(machine, cordoned=True, draining=True)
    for pod in state.pods:
        if pod.exists and pod.node == node and pod.daemon_set is None:
            after = after.update(pod, eviction=Eviction.ASKED)
    yield after


def _nodes_are_upgraded(state: Cluster) -> bool:
    return state.node_upgrades + state.hasty_node_upgrades > 0


PARTS: tuple[Part, ...] = (
    budgeted("drains", user_drains_node),
    budgeted("node_upgrades", user_upgrades_node),
    budgeted("hasty_node_upgrades", user_hastily_upgrades_node),
    *component(nodes_are_drained, kubectl_drain_ends),
    *component(_nodes_are_upgraded, user_takes_drained_node_down, upgraded_node_comes_back),
    budgeted("budget_freezes", user_freezes_budget),
)
