"""What controllers mean by an active, a terminating and an available Pod.

Source: pkg/controller/controller_utils.go and pkg/api/v1/pod/util.go
"""

from collections.abc import Iterable

from model.api.objects import Pod, PodPhase


def terminal(pod: Pod) -> bool:
    """Whether the Pod's containers have all stopped for good: it Succeeded or Failed.

    Source: pkg/api/v1/pod/util.go (IsPodTerminal)
    """
    return pod.phase is PodPhase.SUCCEEDED or pod.phase is PodPhase.FAILED


def active(pod: Pod) -> bool:
    """Whether the Pod counts as a replica: neither finished nor being deleted.

    Source: pkg/controller/controller_utils.go (IsPodActive)
    """
    return not terminal(pod) and not pod.deleting


def terminating(pod: Pod) -> bool:
    """Whether the Pod is being deleted while its containers may still run.

    Source: pkg/controller/controller_utils.go (IsPodTerminating)
    """
    return not terminal(pod) and pod.deleting


def ready(pod: Pod) -> bool:
    """Whether the Pod's Ready condition is True.

    Source: pkg/api/v1/pod/util.go (IsPodReady)
    """
    return pod.ready


def available(pod: Pod, min_ready_seconds: int, now: int) -> bool:
    """Whether the Pod has been ready for at least `min_ready_seconds`.

    With a minimum of 0, a ready Pod is available even if nobody recorded since when. Times are in seconds.
    Source: pkg/api/v1/pod/util.go (IsPodAvailable)
    """
    return ready(pod) and (
        min_ready_seconds == 0 or (pod.ready_since is not None and pod.ready_since + min_ready_seconds <= now)
    )


def active_pods(pods: Iterable[Pod]) -> list[Pod]:
    """The active Pods, in the order given.

    Source: pkg/controller/controller_utils.go (FilterActivePods)
    """
    return [pod for pod in pods if active(pod)]


def terminating_pods(pods: Iterable[Pod]) -> list[Pod]:
    """The terminating Pods, in the order given.

    Source: pkg/controller/controller_utils.go (FilterTerminatingPods)
    """
    return [pod for pod in pods if terminating(pod)]


def count_terminating(pods: Iterable[Pod]) -> int:
    """How many Pods are terminating.

    Source: pkg/controller/controller_utils.go (CountTerminatingPods)
    """
    return len(terminating_pods(pods))


def count_ready(pods: Iterable[Pod]) -> int:
    """How many Pods are ready."""
    return sum(1 for pod in pods if ready(pod))


def count_available(pods: Iterable[Pod], min_ready_seconds: int, now: int) -> int:
    """How many Pods have been ready for at least `min_ready_seconds`."""
    return sum(1 for pod in pods if available(pod, min_ready_seconds, now))


def next_availability_check(pods: Iterable[Pod], min_ready_seconds: int, now: int) -> int | None:
    """Seconds until the first ready Pod becomes available, or None if no ready Pod waits for its time.

    Source: pkg/controller/controller_utils.go (FindMinNextPodAvailabilityCheck)
    """
    waits = [
        pod.ready_since + min_ready_seconds - now
        for pod in pods
        if ready(pod) and pod.ready_since is not None and pod.ready_since + min_ready_seconds > now
    ]
    return min(waits) if waits and min_ready_seconds > 0 else None
