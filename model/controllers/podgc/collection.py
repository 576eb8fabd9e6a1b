"""Which Pods the Pod garbage collector takes away, and why.

Source: pkg/controller/podgc/gc_controller.go
"""

from collections.abc import Collection, Iterable, Sequence

from model.api.objects import Pod, PodPhase
from model.api.taints import Taint

TERMINATED_POD_THRESHOLD = 12500
"""Terminated Pods that may stay, in the whole cluster (``--terminated-pod-gc-threshold``)."""

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""The taint with which a user says that a Node that is not ready is off for good."""


def terminated(pod: Pod) -> bool:
    """Whether the Pod's phase is none of Pending, Running and Unknown.

    Source: pkg/controller/podgc/gc_controller.go (isPodTerminated)
    """
    return pod.phase not in (PodPhase.PENDING, PodPhase.RUNNING, PodPhase.UNKNOWN)


def evicted(pod: Pod) -> bool:
    """Whether the kubelet has evicted the Pod for want of resources.

    Source: pkg/kubelet/eviction/helpers.go (PodIsEvicted)
    """
    return pod.phase is PodPhase.FAILED and pod.reason == "Evicted"


def collection_order(pod: Pod) -> tuple[bool, int, str]:
    """Sort key: evicted Pods first, then the oldest, then by name.

    Source: pkg/controller/podgc/gc_controller.go (byEvictionAndCreationTimestamp)
    """
    return not evicted(pod), -1 if pod.created is None else pod.created, pod.name


def surplus(count: int, threshold: int) -> int:
    """How many of `count` terminated Pods are too many; with a threshold of 0 or less there are never too many."""
    return max(count - threshold, 0) if threshold > 0 else 0


def terminated_pods(pods: Iterable[Pod], threshold: int = TERMINATED_POD_THRESHOLD) -> list[Pod]:
    """The terminated Pods beyond the `threshold`, in the order in which they are chosen.

    Source: pkg/controller/podgc/gc_controller.go (gcTerminated)
    """
    found = sorted((pod for pod in pods if terminated(pod)), key=collection_order)
    return found[: surplus(len(found), threshold)]


def out_of_service(ready: bool, taints: Iterable[Taint]) -> bool:
    """Whether a Node is not ready and has the taint that says so for good, whatever its value and effect.

    Source: pkg/controller/podgc/gc_controller.go (gcTerminating)
    """
    return not ready and any(taint.key == OUT_OF_SERVICE for taint in taints)


def terminating_pods(pods: Iterable[Pod], out_of_service_nodes: Collection[str]) -> list[Pod]:
    """The Pods that are being deleted on Nodes that are out of service.

    Source: pkg/controller/podgc/gc_controller.go (gcTerminating)
    """
    return [pod for pod in pods if pod.deleting and pod.node in out_of_service_nodes]


def orphaned_pods(pods: Iterable[Pod], deleted_nodes: Collection[str]) -> list[Pod]:
    """The Pods that are bound to Nodes that were found to be gone.

    Source: pkg/controller/podgc/gc_controller.go (gcOrphaned)
    """
    return [pod for pod in pods if pod.node in deleted_nodes]


def unscheduled_terminating_pods(pods: Sequence[Pod]) -> list[Pod]:
    """The Pods that are being deleted and were never bound: no kubelet will end them.

    Source: pkg/controller/podgc/gc_controller.go (gcUnscheduledTerminating)
    """
    return [pod for pod in pods if pod.deleting and not pod.node]
