"""What the StatefulSet controller means by a Pod that is created, up, and out of the way.

Source: pkg/controller/statefulset/stateful_set_utils.go
"""

from model.api.objects import Pod, PodPhase
from model.api.pods import available, ready
from model.api.stateful_sets import PodManagementPolicy, StatefulSet


def created(pod: Pod) -> bool:
    """Whether the API server has the Pod: one that is yet to be created has no phase.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isCreated)
    """
    return pod.phase is not PodPhase.UNSET


def running_and_ready(pod: Pod) -> bool:
    """Whether the Pod is Running and its Ready condition True; it may be being deleted.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isRunningAndReady)
    """
    return pod.phase is PodPhase.RUNNING and ready(pod)


def available_long_enough(pod: Pod, stateful_set: StatefulSet, now: int) -> bool:
    """Whether the Pod has been ready for ``minReadySeconds``, whatever its phase.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isRunningAndAvailable)
    """
    return available(pod, stateful_set.min_ready_seconds, now)


def unavailable(pod: Pod, stateful_set: StatefulSet, now: int) -> bool:
    """Whether the Pod is not available, or being deleted.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isUnavailable)
    """
    return pod.deleting or not available_long_enough(pod, stateful_set, now)


def monotonic(stateful_set: StatefulSet) -> bool:
    """Whether Pods are created and scaled down one after the other, each once the one before it is available.

    Source: pkg/controller/statefulset/stateful_set_utils.go (allowsBurst)
    """
    return stateful_set.pod_management_policy is not PodManagementPolicy.PARALLEL
