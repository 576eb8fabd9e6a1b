"""The kubelet's pod worker: it starts what is bound to its node, reports, and terminates what is deleted.

Modelled: image pull, start in order, restart, status reports that lag behind the truth, and the termination timeline
(preStop, SIGTERM, SIGKILL at the end of the grace period, removal of the object). A kubelet acts while its node is up;
one that is cut off from the API server goes on with what it has seen.
Left out: admission on the node, crash-loop back-off (a restart may be late), liveness probes, failing image pulls
(a pull may take for ever).

Source: pkg/kubelet/pod_workers.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go,
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from collections.abc import Iterator

from checker.state import with_item
from model.cluster import Cluster, kubelet_is_connected, on_running_node, pod_template, volumes_are_attached
from model.control_plane.pod_requests import removed
from model.node.pod_status import final_phase, pod_phase, pod_ready, restarts
from model.parts import Part, component, some, some_template
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import RestartPolicy
from model.rows.slots import PodSlot


def kubelet_pulls_images(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The kubelet sees a Pod bound to its node, mounts its volumes, creates its sandbox and has the images pulled."""
    bound = state.pods[pod]
    if bound is None or bound.worker is not Worker.NONE or not bound.active:
        return
    if kubelet_is_connected(state, bound) and volumes_are_attached(state, bound):
        yield state.update(bound, worker=Worker.SYNC)


def kubelet_starts_container(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The container runtime starts the Pod's next container.

    Init containers run one after another, each to its end; app containers start in order, without waiting for each
    other to be ready.
    """
    starting = state.pods[pod]
    if starting is None or starting.worker is not Worker.SYNC or not on_running_node(state, starting):
        return
    for position, spec in enumerate(pod_template(state, starting).containers):
        container = starting.containers[position]
        if container is Container.WAITING:
            yield state.update(starting, containers=with_item(starting.containers, position, Container.RUNNING))
            return
        if spec.init and container is not Container.EXITED:
            return


def kubelet_restarts_container(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A container of a Pod that is kept running has exited: it is started again if the restart policy says so."""
    running = state.pods[pod]
    if running is None or running.worker is not Worker.SYNC or not on_running_node(state, running):
        return
    template = pod_template(state, running)
    for position, spec in enumerate(template.containers):
        if not spec.init and restarts(template.restart_policy, running.containers[position]):
            again = with_item(running.containers, position, Container.RUNNING)
            counted = 1 if template.restart_policy is RestartPolicy.ON_FAILURE else 0  # the Job controller reads it
            yield state.update(running, containers=again, restarts=running.restarts + counted)


def kubelet_reports_status(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The kubelet writes the phase and the Ready condition that it computes from its probes and the runtime."""
    reported = state.pods[pod]
    if reported is None or not reported.exists or reported.worker is Worker.NONE:
        return
    if kubelet_is_connected(state, reported):
        phase = pod_phase(pod_template(state, reported), reported.containers)
        ready = pod_ready(pod_template(state, reported), reported.containers)
        if phase is not reported.phase or ready is not reported.ready:
            yield state.update(reported, phase=phase, ready=ready, ready_long_enough=False)


def kubelet_begins_termination(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The kubelet sees that the Pod is being deleted, or gone: preStop hooks start; without one SIGTERM is sent."""
    deleted = state.pods[pod]
    if deleted is None or not deleted.deleting or deleted.worker is Worker.TERMINATING:
        return
    if deleted.worker is Worker.NONE and deleted.terminal and deleted.finalizer:
        return  # its containers have ended, and its object waits for the Job controller alone
    if kubelet_is_connected(state, deleted):
        after = state.update(deleted, worker=Worker.TERMINATING)
        for position, spec in enumerate(pod_template(state, deleted).containers):
            if not spec.pre_stop and _runs(deleted, position):
                after = _terminate(after, pod, position)
        yield after


def pre_stop_hook_ends(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A container's preStop hook is over: SIGTERM is sent.

    Under the assumption that hooks outlast propagation every kube-proxy knows by then that the Pod is terminating; it
    may still route there if there is no ready endpoint.
    """
    stopping = state.pods[pod]
    if stopping is None or stopping.worker is not Worker.TERMINATING or not on_running_node(state, stopping):
        return
    if state.constants.assumptions.prestop_outlasts_propagation and not _deletion_propagated(state, stopping):
        return
    for position, spec in enumerate(pod_template(state, stopping).containers):
        if spec.pre_stop and _runs(stopping, position):
            yield _terminate(state, pod, position)


def kubelet_removes_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """All containers have stopped: the kubelet reports the final status and deletes the Pod object without grace.

    These are two requests; nothing in this model can tell the moment between them from the one before or after. Of an
    object that was deleted by force there is only the Pod's end to see.
    """
    stopped = state.pods[pod]
    if stopped is None or stopped.worker is not Worker.TERMINATING:
        return
    if kubelet_is_connected(state, stopped) and not any(_is_there(container) for container in stopped.containers):
        yield removed(state, stopped, phase=final_phase(pod_template(state, stopped), stopped.containers))


def _is_there(container: Container) -> bool:
    return container in (Container.RUNNING, Container.SERVING, Container.STOPPING)


def _runs(pod: Pod, position: int) -> bool:
    return pod.containers[position] in (Container.RUNNING, Container.SERVING)


def _terminate(state: Cluster, slot: int, position: int) -> Cluster:
    pod = state.pods[slot]
    assert pod is not None  # the caller has just read it
    return state.update(pod, containers=with_item(pod.containers, position, Container.STOPPING))


def _deletion_propagated(state: Cluster, pod: Pod) -> bool:
    """Neither the EndpointSlice nor any kube-proxy still takes the Pod for one that is not terminating.

    A Service that publishes addresses that are not ready calls it ready to the end: there is nothing to wait for.
    """
    if state.constants.publish_not_ready_addresses:
        return True
    return pod.endpoint is not Endpoint.READY and all(route is not Endpoint.READY for route in pod.routed)


PARTS: tuple[Part, ...] = (
    *component(
        some("pods"),
        kubelet_pulls_images,
        kubelet_starts_container,
        kubelet_restarts_container,
        kubelet_reports_status,
        kubelet_begins_termination,
        kubelet_removes_pod,
    ),
    *component(some_template(lambda each: any(spec.pre_stop for spec in each.containers)), pre_stop_hook_ends),
)
