"""What goes wrong in containers, each as often as its budget in the state allows."""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, pod_template
from model.parts import Part, budgeted
from model.rows.pod import Container, Worker
from model.rows.pod_template import RestartPolicy
from model.rows.slots import PodSlot


def container_exits(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A container's process exits by itself, unsuccessfully (a crash, an out-of-memory kill)."""
    running = state.pods[pod]
    if running is None or state.container_exits == 0:
        return
    template = pod_template(state, running)
    how = Container.EXITED if template.restart_policy is RestartPolicy.ALWAYS else Container.FAILED
    for position, spec in enumerate(template.containers):
        if not spec.init and running.containers[position] in (Container.RUNNING, Container.SERVING):
            exited = with_item(running.containers, position, how)
            for exit_code in template.exit_codes or (0,):
                after = state.update(running, containers=exited, exit_code=exit_code)
                yield after.set(container_exits=state.container_exits - 1)


def readiness_flaps(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A process stops answering for a while (overload, a lost dependency); its readiness probe will fail."""
    serving = state.pods[pod]
    if serving is None or state.readiness_flaps == 0 or serving.worker is not Worker.SYNC:
        return
    for position, spec in enumerate(pod_template(state, serving).containers):
        if spec.readiness_probe and serving.containers[position] is Container.SERVING:
            slow = with_item(serving.containers, position, Container.RUNNING)
            yield state.update(serving, containers=slow).set(readiness_flaps=state.readiness_flaps - 1)


PARTS: tuple[Part, ...] = (
    budgeted("container_exits", container_exits),
    budgeted("readiness_flaps", readiness_flaps),
)
