"""What the API server does with requests about Pods: create, delete, and the removal of the object.

Source: pkg/registry/core/pod/strategy.go (CheckGracefulDelete),
staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (Delete)
"""

from typing import Any

from msgspec.structs import replace

from model.cluster import Cluster, without_forgotten
from model.rows.pod import Container, Endpoint, Pod, Worker


def created(state: Cluster, pod: Pod) -> Cluster:
    """POST of a Pod; nothing of it runs anywhere yet."""
    return state.create("pods", new_pod(state, pod))


def new_pod(state: Cluster, pod: Pod) -> Pod:
    """A Pod of which no container has been created and which no kube-proxy routes to."""
    nowhere = tuple(Endpoint.UNUSED for _ in range(state.nodes.capacity))
    return replace(pod, containers=waiting_containers(state), routed=nowhere)


def deleted(state: Cluster, slot: int) -> Cluster:
    """DELETE of a Pod: one that runs gets its grace period; one that is not bound, or has ended, is gone at once."""
    pod = state.pods[slot]
    if pod is None or not pod.exists:
        return state
    if pod.node is None or pod.terminal:
        return removed(state, pod)
    return state if pod.deleting else state.update(pod, deleting=True)


def removed(state: Cluster, pod: Pod, **last: Any) -> Cluster:
    """The state after a DELETE without grace: the object is gone, but for one that still has a finalizer.

    `last` is the status that is written with it. Endpoints and kube-proxies may still refer to the Pod.
    """
    if pod.finalizer:
        return state.update(pod, **{"deleting": True, "worker": Worker.NONE, "ready": False, **last})
    return without_forgotten(state.update(pod, **_gone(state)))


def without_finalizer(state: Cluster, pod: Pod) -> Cluster:
    """The Pod's last finalizer is removed; the object goes with it if it was only waiting for that.

    An object that waits has no grace period left: nothing of it runs any more, or it was never bound.
    """
    if pod.deleting and (pod.terminal or pod.node is None):
        return without_forgotten(state.update(pod, finalizer=False, **_gone(state)))
    return state.update(pod, finalizer=False)


def waiting_containers(state: Cluster) -> tuple[Container, ...]:
    """The containers of a Pod of which nothing runs."""
    return tuple(Container.WAITING for _ in state.constants.container_positions)


def _gone(state: Cluster) -> dict[str, Any]:
    """What the row of a Pod whose object is gone says: only what it was."""
    nothing = Pod(template=0)
    fields = ("phase", "ready", "ready_long_enough", "deleting", "disrupted", "eviction", "node", "pinned", "worker")
    return {
        "exists": False,
        "containers": waiting_containers(state),
        **{name: getattr(nothing, name) for name in fields},
    }
