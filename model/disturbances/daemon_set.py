"""What users do to a DaemonSet and to the nodes that it runs on, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.cluster import Cluster
from model.disturbances.nodes import powered_off
from model.parts import Part, budgeted
from model.rows.daemon_set import DaemonSet
from model.rows.slots import DaemonSetSlot, NodeSlot
from model.scenarios import first_like


def user_updates_daemon_set(state: Cluster, daemon_set: DaemonSetSlot) -> Iterator[Cluster]:
    """The user applies a new image: the DaemonSet's Pod template changes to its next revision."""
    current = state.daemon_sets[daemon_set]
    if current is not None and state.image_updates > 0:
        for template in _neighbour(state, daemon_set, current, +1):
            yield state.update(current, template=template).set(image_updates=state.image_updates - 1)


def user_rolls_daemon_set_back(state: Cluster, daemon_set: DaemonSetSlot) -> Iterator[Cluster]:
    """The user rolls back (``kubectl rollout undo``): the Pod template changes to the revision before.

    Source: https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/
    """
    current = state.daemon_sets[daemon_set]
    if current is not None and state.rollbacks > 0:
        for template in _neighbour(state, daemon_set, current, -1):
            yield state.update(current, template=template).set(rollbacks=state.rollbacks - 1)


def node_joins(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node joins the cluster and is ready.

    Until then its taint ``node.kubernetes.io/not-ready`` with effect NoSchedule keeps the Pods of DaemonSets away, too.
    Source: plugin/pkg/admission/nodetaint/admission.go
    """
    machine = state.nodes[node]
    if machine is not None and not machine.registered and state.node_joins > 0:
        yield state.update(machine, up=True, registered=True).set(node_joins=state.node_joins - 1)


def node_leaves(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node leaves for good: its machine is shut down and its object deleted, as when a cluster is scaled in.

    Source: https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
    """
    machine = state.nodes[node]
    if machine is None or not machine.up or not machine.registered or state.node_removals == 0:
        return
    after = powered_off(state, node)
    left = after.nodes[node]
    assert left is not None  # it has just been there
    yield after.update(left, registered=False).set(node_removals=state.node_removals - 1)


def user_changes_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user changes a node's labels or taints (``kubectl label node``, ``kubectl taint node``), or back again."""
    machine = state.nodes[node]
    if machine is None or not machine.registered or state.node_changes == 0:
        return
    for change in state.constants.node_changes:
        for before, after in ((change.before, change.after), (change.after, change.before)):
            like, new = first_like(state.constants, before), first_like(state.constants, after)
            if machine.like == like and new != like:
                yield state.update(machine, like=new).set(node_changes=state.node_changes - 1)


def user_cordons_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user cordons a node (``kubectl cordon``), or takes that back: the Pods of DaemonSets tolerate it."""
    machine = state.nodes[node]
    if machine is not None and machine.registered and state.node_cordons > 0:
        yield state.update(machine, cordoned=not machine.cordoned).set(node_cordons=state.node_cordons - 1)


def daemon_set_expectations_expire(state: Cluster, daemon_set: DaemonSetSlot) -> Iterator[Cluster]:
    """The DaemonSet controller has waited for 5 minutes for its cache to show its own writes, and gives up waiting.

    Source: pkg/controller/controller_utils.go (isExpired)
    """
    owner = state.daemon_sets[daemon_set]
    if owner is not None and state.expectation_expiries > 0 and owner.expects:
        yield state.update(owner, expects=False).set(expectation_expiries=state.expectation_expiries - 1)


def _neighbour(state: Cluster, slot: int, daemon_set: DaemonSet, offset: int) -> Iterator[int]:
    """The template `offset` revisions after the current one, if there is one."""
    revisions = state.constants.daemon_sets[slot].revisions
    index = revisions.index(daemon_set.template) + offset
    if 0 <= index < len(revisions):
        yield revisions[index]


PARTS: tuple[Part, ...] = (
    budgeted("image_updates", user_updates_daemon_set),
    budgeted("rollbacks", user_rolls_daemon_set_back),
    budgeted("node_joins", node_joins),
    budgeted("node_removals", node_leaves),
    budgeted("node_changes", user_changes_node),
    budgeted("node_cordons", user_cordons_node),
    budgeted("expectation_expiries", daemon_set_expectations_expire),
)
