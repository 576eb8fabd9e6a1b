"""Which of two Pods of one controller is deleted first when it has too many.

Source: pkg/controller/controller_utils.go (ActivePodsWithRanks, ActivePods)
"""

from model.api.objects import Pod, PodPhase
from model.api.pods import ready

_NANOSECONDS = 1_000_000_000


def startup_rank(pod: Pod) -> tuple[bool, int, bool]:
    """How far the Pod got on its way to serving; the lesser is deleted first.

    Unassigned before assigned, then Pending before Unknown before Running, then not ready before ready.
    """
    return pod.node != "", phase_order(pod.phase), ready(pod)


def phase_order(phase: PodPhase) -> int:
    """Pending, Unknown, Running, in this order; any other phase counts as Pending.

    Source: pkg/controller/controller_utils.go (podPhaseToOrdinal)
    """
    if phase is PodPhase.RUNNING:
        return 2
    return 1 if phase is PodPhase.UNKNOWN else 0


def deletion_rank(pod: Pod, rank: int) -> tuple[bool, int, bool, int, int]:
    """What decides before times do; the lesser is deleted first.

    After `startup_rank`: the lower deletion cost first, then the Pod that shares its node with more related
    Pods (`rank` counts them). Pods that are equal here are told apart by times, restarts and uids alone.
    """
    return (*startup_rank(pod), pod.deletion_cost, -rank)


def compare(first: Pod, second: Pod, *, first_rank: int, second_rank: int, now: int) -> int:
    """Negative if a ReplicaSet deletes `first` before `second`, positive if after, 0 if neither goes first.

    In order: `deletion_rank`, the more recently ready, the more restarts (then of sidecars), the more
    recently created. Times are in seconds. This is no strict weak order: ages of one magnitude are settled by
    uid, but equal times are not, so three Pods may go round in a circle. Kubernetes' choice then depends on
    its sorting algorithm.

    Source: pkg/controller/controller_utils.go (ActivePodsWithRanks.Less)
    """
    one, other = deletion_rank(first, first_rank), deletion_rank(second, second_rank)
    if one != other:
        return -1 if one < other else 1
    if ready(first) and first.ready_since != second.ready_since:
        return _compare_ages(first, first.ready_since, second, second.ready_since, now)
    if _restarts(first) != _restarts(second):
        return -1 if _restarts(first) > _restarts(second) else 1
    if first.created != second.created:
        return _compare_ages(first, first.created, second, second.created, now)
    return 0


def plain_order(pod: Pod) -> tuple[object, ...]:
    """Sort key of the order that knows no ranks, costs or magnitudes (a Job's); the least is deleted first.

    In order: `startup_rank`, the more recently ready, the more restarts (then of sidecars), the more recently
    created.

    Source: pkg/controller/controller_utils.go (ActivePods.Less)
    """
    ready_since = pod.ready_since if ready(pod) else None
    container_restarts, sidecar_restarts = _restarts(pod)
    return (
        startup_rank(pod),
        _recency(ready_since),
        -container_restarts,
        -sidecar_restarts,
        _recency(pod.created),
    )


def age_magnitude(age: int) -> int:
    """The age's whole binary logarithm, in nanoseconds; -1 for no age. `age` is in seconds.

    Source: pkg/controller/controller_utils.go (logarithmicRankDiff)
    """
    return (age * _NANOSECONDS).bit_length() - 1 if age > 0 else -1


def _compare_ages(first: Pod, first_time: int | None, second: Pod, second_time: int | None, now: int) -> int:
    """Order by two different times: unset before set, then the younger magnitude, then the lesser uid."""
    if first_time is None or second_time is None:
        return -1 if first_time is None else 1
    difference = age_magnitude(now - first_time) - age_magnitude(now - second_time)
    if difference != 0:
        return difference
    return (first.uid > second.uid) - (first.uid < second.uid)


def _restarts(pod: Pod) -> tuple[int, int]:
    return pod.container_restarts, pod.sidecar_restarts


def _recency(time: int | None) -> tuple[bool, int]:
    """Sort key of a time: unset first, then the latest."""
    return (False, 0) if time is None else (True, -time)
