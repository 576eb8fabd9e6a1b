"""When a Pod finished.

Times are numbers on one clock. None is a time that nobody recorded: it lies before all others.

Source: pkg/controller/job/backoff_utils.go
"""

from collections.abc import Iterable

from model.api.container_statuses import ContainerStatus
from model.api.objects import Pod


def finished_time(pod: Pod) -> int | None:
    """When the Pod finished, as far as it can be told.

    When the last container terminated, if all did; else when the Pod became not ready; else when its deletion
    was asked for; else when it was created. Source: pkg/controller/job/backoff_utils.go (getFinishedTime)
    """
    terminated = last_termination(pod)
    if terminated is not None:
        return terminated
    if pod.not_ready_since is not None:
        return pod.not_ready_since
    if pod.deletion_timestamp is not None:
        return pod.deletion_timestamp - pod.deletion_grace_period_seconds
    return pod.created


def last_termination(pod: Pod) -> int | None:
    """When the last of the Pod's containers and sidecars terminated, or None if one has not.

    A container that still runs does not hide that all sidecars terminated: then their time stands.
    Source: pkg/controller/job/backoff_utils.go (getFinishTimeFromContainers)
    """
    regular = _latest(None, pod.containers)
    return _latest(regular, (status for status in pod.init_containers if status.restartable))


def recency(time: int | None) -> tuple[bool, int]:
    """Sort key of a time."""
    return time is not None, time or 0


def _latest(so_far: int | None, statuses: Iterable[ContainerStatus]) -> int | None:
    times = [status.finished_at for status in statuses]
    return None if None in times else max((so_far, *times), key=recency)
