"""What happens to nodes, each as often as its budget in the state allows."""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, pod_template, without_forgotten
from model.control_plane.pod_requests import removed, waiting_containers
from model.parts import Part, budgeted, component
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import RestartPolicy
from model.rows.slots import NodeSlot, PodSlot


def node_crashes(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node crashes: its kubelet, its kube-proxy and all its containers are gone at once; the API does not know."""
    machine = state.nodes[node]
    if machine is None or not machine.up or state.node_crashes == 0:
        return
    yield powered_off(state, node).set(node_crashes=state.node_crashes - 1)


def node_is_lost(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node crashes for longer than the control plane waits for it: nothing of it runs, and the API does not know."""
    machine = state.nodes[node]
    if machine is not None and machine.up and state.node_losses > 0:
        yield powered_off(state, node).set(node_losses=state.node_losses - 1)


def node_is_cut_off(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node's kubelet and kube-proxy lose the API server. What runs there runs on, and answers who reaches it."""
    machine = state.nodes[node]
    if machine is not None and machine.connected and state.partitions > 0:
        yield state.update(machine, cut_off=True).set(partitions=state.partitions - 1)


def node_returns(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node that was lost or cut off is back: its kubelet posts that it is Ready, and sees what is bound to it now.

    It posts within seconds, so that nothing that takes the control plane minutes begins in between. A Node whose object
    was deleted is registered anew, without taints and not cordoned: by the kubelet that starts, or is restarted.
    Source: pkg/kubelet/kubelet_node_status.go (registerWithAPIServer, fastStatusUpdateOnce)
    """
    machine = state.nodes[node]
    if machine is None or machine.connected or state.node_returns == 0:
        return
    after = state.update(machine, up=True, cut_off=False, ready=True, registered=True)
    if not machine.registered:
        after = after.update(_taken(after, node), repels=False, evicts=False, cordoned=False)
    yield after.set(node_returns=state.node_returns - 1)


def user_deletes_node(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """The user, or the cloud provider's controller, deletes the Node object of a node that is not Ready any more.

    Source: https://kubernetes.io/docs/concepts/architecture/cloud-controller/#node-controller
    """
    machine = state.nodes[node]
    if machine is None or machine.connected or machine.ready or not machine.registered or state.node_deletions == 0:
        return
    yield state.update(machine, registered=False).set(node_deletions=state.node_deletions - 1)


def user_force_deletes_lost_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user deletes a Pod that stays Terminating because its node is silent (``kubectl delete pod --force``).

    Source: https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/#force-deletion
    """
    stuck = state.pods[pod]
    machine = None if stuck is None or stuck.node is None else state.nodes[stuck.node]
    if stuck is None or machine is None or machine.connected or state.lost_pod_deletions == 0:
        return
    if stuck.exists and stuck.deleting:
        yield removed(state, stuck).set(lost_pod_deletions=state.lost_pod_deletions - 1)


def _taken(state: Cluster, node: int) -> Node:
    machine = state.nodes[node]
    assert machine is not None  # who calls has looked
    return machine


def powered_off(state: Cluster, node: int) -> Cluster:
    """The state after the machine of a node that is up has gone down, with all that runs on it."""
    after = state.update(_taken(state, node), up=False)
    for pod in state.pods:
        if pod.node == node:
            after = after.update(
                pod,
                worker=Worker.NONE,
                containers=_after_a_crash(state, pod),
                routed=with_item(pod.routed, node, Endpoint.UNUSED),
            )
        elif pod.routed[node] is not Endpoint.UNUSED:
            after = after.update(pod, routed=with_item(pod.routed, node, Endpoint.UNUSED))
    return without_forgotten(after)


def node_reboots(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A crashed node comes back: its kubelet starts the Pods that are still bound to it from the beginning."""
    machine = state.nodes[node]
    if machine is not None and not machine.up:
        yield state.update(machine, up=True)


def _after_a_crash(state: Cluster, pod: Pod) -> tuple[Container, ...]:
    """What the kubelet makes of a Pod's containers when it comes back: the Pod starts over, unless it never restarts.

    Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions: a Pod without a sandbox)
    """
    if pod_template(state, pod).restart_policy is not RestartPolicy.NEVER:
        return waiting_containers(state)
    return tuple(
        Container.FAILED if container in (Container.RUNNING, Container.SERVING, Container.STOPPING) else container
        for container in pod.containers
    )


PARTS: tuple[Part, ...] = (
    budgeted("node_crashes", node_crashes),
    *component(lambda state: state.node_crashes > 0, node_reboots),  # a node that crashed does come back
    budgeted("node_losses", node_is_lost),
    budgeted("partitions", node_is_cut_off),
    budgeted("node_returns", node_returns),
    budgeted("node_deletions", user_deletes_node),
    budgeted("lost_pod_deletions", user_force_deletes_lost_pod),
)
