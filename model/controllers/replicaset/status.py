"""What a ReplicaSet's controller says about its Pods.

Source: pkg/controller/replicaset/replica_set_utils.go
"""

from collections.abc import Mapping, Sequence

import msgspec

from model.api.objects import Condition, Pod, ReplicaSet
from model.api.pods import count_available, count_ready

REPLICA_FAILURE = "ReplicaFailure"
"""Condition type: creating or deleting a Pod failed."""


class ReplicaSetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` of a ReplicaSet."""

    replicas: int
    fully_labeled_replicas: int
    ready_replicas: int
    available_replicas: int
    terminating_replicas: int | None
    observed_generation: int
    conditions: tuple[Condition, ...] = ()


def status_of(replica_set: ReplicaSet) -> ReplicaSetStatus:
    """The status that the ReplicaSet carries."""
    return ReplicaSetStatus(
        replicas=replica_set.status_replicas,
        fully_labeled_replicas=replica_set.fully_labeled_replicas,
        ready_replicas=replica_set.ready_replicas,
        available_replicas=replica_set.available_replicas,
        terminating_replicas=replica_set.terminating_replicas,
        observed_generation=replica_set.observed_generation,
        conditions=replica_set.conditions,
    )


def calculate_status(
    replica_set: ReplicaSet, active_pods: Sequence[Pod], terminating: int, *, manage_error: bool, now: int
) -> ReplicaSetStatus:
    """The status to report at `now` (seconds), for the generation of the ReplicaSet that was acted upon.

    `active_pods` and `terminating` (a count) are the claimed Pods as they were before this sync created or
    deleted any; `manage_error` says that a create or a delete failed.

    Source: pkg/controller/replicaset/replica_set_utils.go (calculateStatus)
    """
    return ReplicaSetStatus(
        replicas=len(active_pods),
        fully_labeled_replicas=sum(1 for pod in active_pods if fully_labeled(pod, replica_set.template_labels)),
        ready_replicas=count_ready(active_pods),
        available_replicas=count_available(active_pods, replica_set.min_ready_seconds, now),
        terminating_replicas=terminating,
        observed_generation=replica_set.generation,
        conditions=conditions_after(
            replica_set.conditions,
            diff=len(active_pods) - replica_set.replicas,
            manage_error=manage_error,
            now=now,
        ),
    )


def status_to_write(replica_set: ReplicaSet, calculated: ReplicaSetStatus) -> ReplicaSetStatus | None:
    """The status if it says anything new, else None: then nothing is written.

    Source: pkg/controller/replicaset/replica_set_utils.go (updateReplicaSetStatus)
    """
    return None if calculated == status_of(replica_set) else calculated


def fully_labeled(pod: Pod, template_labels: Mapping[str, str]) -> bool:
    """Whether the Pod has all labels that the template gives."""
    return all(pod.labels.get(key) == value for key, value in template_labels.items())


def conditions_after(
    conditions: tuple[Condition, ...], *, diff: int, manage_error: bool, now: int
) -> tuple[Condition, ...]:
    """The conditions, with ReplicaFailure if managing Pods failed, without if it went well or was skipped.

    A ReplicaFailure that is already there stays as it is. `diff` is how many Pods there were too many.
    Source: pkg/controller/replicaset/replica_set_utils.go (calculateStatus)
    """
    others = tuple(condition for condition in conditions if condition.type != REPLICA_FAILURE)
    if not manage_error:
        return others
    if len(others) < len(conditions):
        return conditions
    failure = Condition(type=REPLICA_FAILURE, status="True", reason=failure_reason(diff), last_transition_time=now)
    return (*conditions, failure)


def failure_reason(diff: int) -> str:
    """What failed: creating Pods if there were too few, deleting them if too many."""
    if diff == 0:
        return ""
    return "FailedCreate" if diff < 0 else "FailedDelete"
