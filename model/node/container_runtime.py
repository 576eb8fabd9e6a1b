"""What processes in containers do by themselves.

Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
"""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, Container, PodSlot, on_running_node, pod_template


def process_answers(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A started process begins to answer: requests, and its probes.

    Where neither a probe nor a request can tell, nothing happens.
    """
    started = state.pods[pod]
    if started is None:
        return
    for position, spec in enumerate(pod_template(state, started).containers):
        if spec.answers_matter and not spec.init and started.containers[position] is Container.RUNNING:
            yield state.update(started, containers=with_item(started.containers, position, Container.SERVING))


def init_container_completes(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """An init container's process ends successfully."""
    starting = state.pods[pod]
    if starting is None:
        return
    for position, spec in enumerate(pod_template(state, starting).containers):
        if spec.init and starting.containers[position] is Container.RUNNING:
            yield state.update(starting, containers=with_item(starting.containers, position, Container.EXITED))


def stopping_container_exits(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A process that got SIGTERM ends: by itself, or by SIGKILL when the grace period is over.

    Which of the two it was makes no difference to anybody else, so that one step does both.
    """
    stopping = state.pods[pod]
    if stopping is None or not on_running_node(state, stopping):
        return
    for position in range(len(pod_template(state, stopping).containers)):
        if stopping.containers[position] is Container.STOPPING:
            yield state.update(stopping, containers=with_item(stopping.containers, position, Container.EXITED))
