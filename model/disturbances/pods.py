"""What happens to single Pods, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.api.objects import PodPhase
from model.cluster import Cluster, on_running_node
from model.parts import Part, budgeted
from model.rows.pod import Container, Pod, Worker
from model.rows.slots import PodSlot


def kubelet_evicts_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The kubelet evicts a Pod because its node runs out of memory or disk: its containers are killed, it has Failed.

    The object stays; nobody starts the Pod again. Killing and the report are one step: a Pod whose containers are gone
    and that is still called Running is what a container's exit shows.
    Source: pkg/kubelet/eviction/eviction_manager.go (evictPod),
    https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#self-healing-behavior
    """
    evicted = state.pods[pod]
    if evicted is None or state.pod_evictions == 0 or evicted.worker is not Worker.SYNC or not evicted.active:
        return
    if on_running_node(state, evicted):
        yield state.update(
            evicted,
            phase=PodPhase.FAILED,
            ready=False,
            ready_long_enough=False,
            disruption_target=True,
            worker=Worker.NONE,
            containers=tuple(Container.EXITED for _ in state.constants.container_positions),
        ).set(pod_evictions=state.pod_evictions - 1)


def user_changes_pod_labels(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user takes a Pod out of its ReplicaSet by changing its labels (``kubectl label pod --overwrite``).

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#isolating-pods-from-a-replicaset
    """
    isolated = state.pods[pod]
    if isolated is not None and state.pod_relabels > 0 and _labels_matter(isolated) and not isolated.relabelled:
        yield state.update(isolated, relabelled=True).set(pod_relabels=state.pod_relabels - 1)


def user_restores_pod_labels(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user gives a Pod back the labels that it was created with."""
    isolated = state.pods[pod]
    if isolated is not None and state.pod_relabels > 0 and _labels_matter(isolated) and isolated.relabelled:
        yield state.update(isolated, relabelled=False).set(pod_relabels=state.pod_relabels - 1)


def _labels_matter(pod: Pod) -> bool:
    """It is a ReplicaSet's, or nobody's: only ReplicaSets' way with labels is modelled."""
    others = (pod.stateful_set, pod.daemon_set, pod.job)
    return pod.active and all(owner is None for owner in others)


PARTS: tuple[Part, ...] = (
    budgeted("pod_evictions", kubelet_evicts_pod),
    budgeted("pod_relabels", user_changes_pod_labels),
    budgeted("pod_relabels", user_restores_pod_labels),
)
