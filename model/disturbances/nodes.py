"""What happens to nodes, each as often as its budget in the state allows."""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, pod_template, without_forgotten
from model.control_plane.pod_requests import waiting_containers
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import RestartPolicy
from model.rows.slots import NodeSlot


def node_crashes(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node crashes: its kubelet, its kube-proxy and all its containers are gone at once; the API does not know."""
    machine = state.nodes[node]
    if machine is None or not machine.up or state.node_crashes == 0:
        return
    yield powered_off(state, node).set(node_crashes=state.node_crashes - 1)


def powered_off(state: Cluster, node: int) -> Cluster:
    """The state after the machine of a node that is up has gone down, with all that runs on it."""
    machine = state.nodes[node]
    assert machine is not None  # the caller has looked
    after = state.update(machine, up=False)
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
