"""Which Pods of an old revision a StatefulSet's controller deletes for the update.

Source: pkg/controller/statefulset/stateful_set_control.go
"""

from collections.abc import Iterable, Sequence

from model.api.intstr import scaled_value
from model.api.objects import Pod
from model.api.stateful_sets import StatefulSet
from model.controllers.statefulset.health import unavailable
from model.controllers.statefulset.new_pod import pod_revision


def max_unavailable(value: int | str | None, replicas: int) -> int | None:
    """How many Pods may be unavailable: a percentage is rounded down, and it is never less than 1.

    None if `value` is text but not a percentage; the API server lets no such StatefulSet in.
    Source: pkg/controller/statefulset/stateful_set_utils.go (getStatefulSetMaxUnavailable)
    """
    try:
        return max(1, scaled_value(1 if value is None else value, replicas, round_up=False))
    except ValueError:
        return None


def max_unavailable_of(stateful_set: StatefulSet) -> int | None:
    """How many of the StatefulSet's Pods may be unavailable; 1 without a ``rollingUpdate`` block.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSetAfterInvariantEstablished)
    """
    if stateful_set.partition is None:
        return 1
    return max_unavailable(stateful_set.max_unavailable, stateful_set.replicas)


def outdated(pod: Pod, update: str) -> bool:
    """Whether the Pod has to be deleted for the update to the revision of that name."""
    return pod_revision(pod) != update and not pod.deleting


def above_partition(stateful_set: StatefulSet, replicas: Sequence[Pod]) -> Iterable[Pod]:
    """The Pods that the update is for, from the highest ordinal down. The partition counts from the first ordinal."""
    return reversed(replicas[stateful_set.partition or 0 :])


def pod_to_update(stateful_set: StatefulSet, replicas: Sequence[Pod], update: str, now: int) -> Pod | None:
    """The one Pod to delete: the highest outdated one, once all Pods above it are available.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    for pod in above_partition(stateful_set, replicas):
        if outdated(pod, update):
            return pod
        if unavailable(pod, stateful_set, now):
            return None
    return None


def pods_to_update_within(
    stateful_set: StatefulSet, replicas: Sequence[Pod], update: str, allowed: int, now: int
) -> list[Pod]:
    """The highest outdated Pods, as many as may go so that no more than `allowed` are unavailable.

    Every unavailable replica counts, whatever its revision, below the partition, too. A Pod that is unavailable itself
    is deleted like any other, so that it uses up the budget twice.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSetAfterInvariantEstablished)
    """
    budget = allowed - sum(1 for pod in replicas if unavailable(pod, stateful_set, now))
    candidates = [pod for pod in above_partition(stateful_set, replicas) if outdated(pod, update)]
    return candidates[: max(budget, 0)]
