"""What the API server does with requests about Pods: create, delete, and the removal of the object.

Source: pkg/registry/core/pod/strategy.go (CheckGracefulDelete),
staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (Delete)
"""

from typing import Any

from msgspec.structs import replace

from checker.vocabulary import derived
from model.api.namespaces import NamespacePhase
from model.cluster import Cluster, pod_template, without_forgotten
from model.control_plane.apiserver.admission import exceeded, quota_usage, unspecified
from model.rows.pod import Container, Endpoint, Pod, Worker


def created(state: Cluster, pod: Pod) -> Cluster:
    """POST of a Pod; nothing of it runs anywhere yet. Where a quota or its namespace refuses it, nothing changes.

    The quota controller notices late what is free again; that looks like a controller that tries again late.
    """
    return state.create("pods", new_pod(state, pod)) if _admitted(state, pod) else state


def _admitted(state: Cluster, pod: Pod) -> bool:
    if state.namespace is not NamespacePhase.ACTIVE:
        return False
    quota = state.constants.quota
    if quota is None:
        return True
    template = pod_template(state, pod)
    return not unspecified(quota, template.unspecified) and not exceeded(
        quota, dict(quota_used(state)), quota_usage(template.spec.requests)
    )


@derived
def quota_used(state: Cluster) -> tuple[tuple[str, int], ...]:
    """What the Pods that exist count for. A Pod that terminates counts until it is gone."""
    used: dict[str, int] = {}
    for pod in state.pods:
        if pod.exists:
            for name, amount in quota_usage(pod_template(state, pod).spec.requests, ended=pod.terminal).items():
                used[name] = used.get(name, 0) + amount
    return tuple(sorted(used.items()))


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

    `last` is the status that is written with it. Endpoints and kube-proxies may still refer to the Pod; containers that
    run go on until their kubelet hears that the object is gone.
    Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-forced
    """
    if pod.finalizer:
        worker = pod.worker if _runs(pod) else Worker.NONE
        return state.update(pod, **{"deleting": True, "worker": worker, "ready": False, **last})
    return without_forgotten(state.update(pod, **_without_object(state, pod)))


def _without_object(state: Cluster, pod: Pod) -> dict[str, Any]:
    """What is left of a Pod whose object is gone: what caches show of it, and what still runs."""
    left: dict[str, Any] = {}
    if _runs(pod):
        left = {"node": pod.node, "worker": pod.worker, "containers": pod.containers, "deleting": True}
    return {**_gone(state), **_shown_for(pod), **left}


def _shown_for(pod: Pod) -> dict[str, Any]:
    """For which node a cache that still shows a DaemonSet's Pod says that it is, and how old it is."""
    if pod.daemon_set is None or pod.observed is None:
        return {}
    return {"pinned": pod.pinned if pod.node is None else pod.node, "seniority": pod.seniority}


def _runs(pod: Pod) -> bool:
    return pod.worker is not Worker.NONE and any(
        container in (Container.RUNNING, Container.SERVING, Container.STOPPING) for container in pod.containers
    )


def without_finalizer(state: Cluster, pod: Pod) -> Cluster:
    """The Pod's last finalizer is removed; the object goes with it if it was only waiting for that.

    An object that waits has no grace period left: its containers have ended, or it was never bound.
    """
    if pod.deleting and (pod.terminal or pod.node is None):
        return without_forgotten(state.update(pod, finalizer=False, **_without_object(state, pod)))
    return state.update(pod, finalizer=False)


def waiting_containers(state: Cluster) -> tuple[Container, ...]:
    """The containers of a Pod of which nothing runs."""
    return tuple(Container.WAITING for _ in state.constants.container_positions)


def _gone(state: Cluster) -> dict[str, Any]:
    """What the row of a Pod whose object is gone says: only what it was."""
    nothing = Pod(template=0)
    status = (
        "phase",
        "ready",
        "ready_long_enough",
        "deleting",
        "eviction",
        "allowance_read",
        "taint_timer",
    )
    # a controller whose view of Pods lags still looks up the Pod in its budget's status
    listed = () if state.constants.caches.replica_set_pods else ("disrupted",)
    fields = (*status, *listed, "node", "pinned", "seniority", "worker")
    return {
        "exists": False,
        "containers": waiting_containers(state),
        **{name: getattr(nothing, name) for name in fields},
    }
