"""What users do and what fails: actions that may happen, each as often as its budget in the state allows."""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import (
    Cluster,
    Container,
    Deployment,
    DeploymentSlot,
    Endpoint,
    NodeSlot,
    PodSlot,
    Worker,
    pod_template,
    without_forgotten,
)
from model.node.kubelet import waiting_containers


def user_applies_new_image(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user applies a new image: the Deployment's Pod template changes to its next revision."""
    current = state.deployments[deployment]
    if current is not None and state.image_updates > 0:
        for template in _neighbour(state, deployment, current, +1):
            yield state.update(current, template=template).set(image_updates=state.image_updates - 1)


def user_rolls_back(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user rolls back (``kubectl rollout undo``): the Pod template changes to the revision before.

    Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go
    """
    current = state.deployments[deployment]
    if current is not None and state.rollbacks > 0:
        for template in _neighbour(state, deployment, current, -1):
            yield state.update(current, template=template).set(rollbacks=state.rollbacks - 1)


def user_scales_up(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment up by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_ups > 0:
        yield state.update(current, replicas=current.replicas + 1).set(scale_ups=state.scale_ups - 1)


def user_scales_down(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment down by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_downs > 0 and current.replicas > 0:
        yield state.update(current, replicas=current.replicas - 1).set(scale_downs=state.scale_downs - 1)


def container_exits(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A container's process exits by itself (a crash, an out-of-memory kill)."""
    running = state.pods[pod]
    if running is None or state.container_exits == 0:
        return
    for position, spec in enumerate(pod_template(state, running).containers):
        if not spec.init and running.containers[position] in (Container.RUNNING, Container.SERVING):
            exited = with_item(running.containers, position, Container.EXITED)
            yield state.update(running, containers=exited).set(container_exits=state.container_exits - 1)


def readiness_flaps(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A process stops answering for a while (overload, a lost dependency); its readiness probe will fail."""
    serving = state.pods[pod]
    if serving is None or state.readiness_flaps == 0 or serving.worker is not Worker.SYNC:
        return
    for position, spec in enumerate(pod_template(state, serving).containers):
        if spec.readiness_probe and serving.containers[position] is Container.SERVING:
            slow = with_item(serving.containers, position, Container.RUNNING)
            yield state.update(serving, containers=slow).set(readiness_flaps=state.readiness_flaps - 1)


def node_crashes(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A node crashes: its kubelet, its kube-proxy and all its containers are gone at once; the API does not know."""
    machine = state.nodes[node]
    if machine is None or not machine.up or state.node_crashes == 0:
        return
    after = state.update(machine, up=False).set(node_crashes=state.node_crashes - 1)
    for pod in state.pods:
        if pod.node == node:
            after = after.update(
                pod,
                worker=Worker.NONE,
                containers=waiting_containers(state),
                routed=with_item(pod.routed, node, Endpoint.UNUSED),
            )
        elif pod.routed[node] is not Endpoint.UNUSED:
            after = after.update(pod, routed=with_item(pod.routed, node, Endpoint.UNUSED))
    yield without_forgotten(after)


def node_reboots(state: Cluster, node: NodeSlot) -> Iterator[Cluster]:
    """A crashed node comes back: its kubelet starts the Pods that are still bound to it from the beginning."""
    machine = state.nodes[node]
    if machine is not None and not machine.up:
        yield state.update(machine, up=True)


def _neighbour(state: Cluster, slot: int, deployment: Deployment, offset: int) -> Iterator[int]:
    """The template `offset` revisions after the current one, if there is one."""
    revisions = state.constants.deployments[slot].revisions
    index = revisions.index(deployment.template) + offset
    if 0 <= index < len(revisions):
        yield revisions[index]
