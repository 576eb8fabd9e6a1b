"""What processes in containers do by themselves.

Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
"""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, on_running_node, pod_template
from model.parts import Part, component, some, some_template
from model.rows.pod import Container
from model.rows.pod_template import RestartPolicy
from model.rows.slots import PodSlot


def process_answers(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A started process begins to answer: requests, and its probes.

    Where neither a probe nor a request can tell, nothing happens; nor in a revision that does not work.
    """
    started = state.pods[pod]
    if started is None or not pod_template(state, started).works:
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


def container_completes(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The process of a container that need not run forever has done its work and ends successfully."""
    running = state.pods[pod]
    if running is None or pod_template(state, running).restart_policy is RestartPolicy.ALWAYS:
        return
    for position, spec in enumerate(pod_template(state, running).containers):
        if not spec.init and running.containers[position] in (Container.RUNNING, Container.SERVING):
            yield state.update(running, containers=with_item(running.containers, position, Container.EXITED))


def stopping_container_exits(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A process that got SIGTERM ends: by itself, or by SIGKILL when the grace period is over.

    Which of the two it was makes no difference to anybody else, so that one step does both; whether it ended
    successfully does where the restart policy is not Always.
    """
    stopping = state.pods[pod]
    if stopping is None or not on_running_node(state, stopping):
        return
    template = pod_template(state, stopping)
    for position in range(len(template.containers)):
        if stopping.containers[position] is Container.STOPPING:
            yield state.update(stopping, containers=with_item(stopping.containers, position, Container.EXITED))
            if template.restart_policy is not RestartPolicy.ALWAYS:
                yield state.update(stopping, containers=with_item(stopping.containers, position, Container.FAILED))


PARTS: tuple[Part, ...] = (
    *component(some("pods"), process_answers, stopping_container_exits),
    *component(some_template(lambda each: any(spec.init for spec in each.containers)), init_container_completes),
    *component(some_template(lambda each: each.restart_policy is not RestartPolicy.ALWAYS), container_completes),
)
