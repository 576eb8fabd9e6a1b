"""What a StatefulSet's controller says about its Pods.

Source: pkg/controller/statefulset/stateful_set_control.go, pkg/controller/statefulset/stateful_set_utils.go
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from model.api.objects import Pod
from model.api.stateful_sets import StatefulSet, UpdateStrategy
from model.controllers.statefulset.health import available_long_enough, created, running_and_ready
from model.controllers.statefulset.new_pod import pod_revision


class StatefulSetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` of a StatefulSet."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    collision_count: int = 0


def status_of(stateful_set: StatefulSet) -> StatefulSetStatus:
    """The status that the StatefulSet carries."""
    return StatefulSetStatus(
        observed_generation=stateful_set.observed_generation,
        replicas=stateful_set.status_replicas,
        ready_replicas=stateful_set.ready_replicas,
        available_replicas=stateful_set.available_replicas,
        current_replicas=stateful_set.current_replicas,
        updated_replicas=stateful_set.updated_replicas,
        current_revision=stateful_set.current_revision,
        update_revision=stateful_set.update_revision,
        collision_count=stateful_set.collision_count,
    )


def with_status(stateful_set: StatefulSet, status: StatefulSetStatus) -> StatefulSet:
    """The StatefulSet with that status, as the API server stores it."""
    return replace(
        stateful_set,
        observed_generation=status.observed_generation,
        status_replicas=status.replicas,
        ready_replicas=status.ready_replicas,
        available_replicas=status.available_replicas,
        current_replicas=status.current_replicas,
        updated_replicas=status.updated_replicas,
        current_revision=status.current_revision,
        update_revision=status.update_revision,
        collision_count=status.collision_count,
    )


def calculate_status(
    stateful_set: StatefulSet, pods: Iterable[Pod], current: str, update: str, collision_count: int, now: int
) -> StatefulSetStatus:
    """The status to report at `now` (seconds); `current` and `update` are the names of the two revisions.

    A Pod that is being deleted counts as a replica, and as ready, but not for its revision.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatus, computeReplicaStatus)
    """
    there = [pod for pod in pods if created(pod)]
    ready = [pod for pod in there if running_and_ready(pod)]
    staying = [pod_revision(pod) for pod in there if not pod.deleting]
    return StatefulSetStatus(
        observed_generation=stateful_set.generation,
        replicas=len(there),
        ready_replicas=len(ready),
        available_replicas=sum(1 for pod in ready if available_long_enough(pod, stateful_set, now)),
        current_replicas=staying.count(current),
        updated_replicas=staying.count(update),
        current_revision=current,
        update_revision=update,
        collision_count=collision_count,
    )


def complete_rolling_update(stateful_set: StatefulSet, status: StatefulSetStatus) -> StatefulSetStatus:
    """The status, with the new revision as the current one if all replicas are at it and ready.

    Ready is enough, they need not be available yet.
    Source: pkg/controller/statefulset/stateful_set_utils.go (completeRollingUpdate)
    """
    counts = {status.updated_replicas, status.ready_replicas, status.replicas}
    if stateful_set.update_strategy is not UpdateStrategy.ROLLING_UPDATE or counts != {stateful_set.replicas}:
        return status
    return replace(status, current_replicas=status.updated_replicas, current_revision=status.update_revision)


def inconsistent_status(stateful_set: StatefulSet, status: StatefulSetStatus) -> bool:
    """Whether the status says anything new; another collision count alone is not worth a write.

    Source: pkg/controller/statefulset/stateful_set_utils.go (inconsistentStatus)
    """
    stored = status_of(stateful_set)
    if status.observed_generation > stored.observed_generation:
        return True
    ignored = {"observed_generation": 0, "collision_count": 0}
    return replace(status, **ignored) != replace(stored, **ignored)
