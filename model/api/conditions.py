"""The conditions in an object's status: found by type, changed in place.

Source: staging/src/k8s.io/apimachinery/pkg/api/meta/conditions.go, pkg/api/v1/pod/util.go
"""

from collections.abc import Sequence

from model.api.objects import Condition

DISRUPTION_TARGET = "DisruptionTarget"
"""Of a Pod: it is about to be terminated because of a disruption."""
POD_SCHEDULED = "PodScheduled"
"""Of a Pod: it is bound to a Node, or why not."""


def condition_of(conditions: Sequence[Condition], type: str) -> Condition | None:
    """The condition of that type, or None."""
    return next((condition for condition in conditions if condition.type == type), None)


def with_condition(
    conditions: tuple[Condition, ...], type: str, status: str, reason: str, now: int
) -> tuple[Condition, ...]:
    """The conditions with this one in place of the one of its type, or after the others.

    The time of its last transition, in seconds, becomes `now` only if the status changes.
    Source: staging/src/k8s.io/apimachinery/pkg/api/meta/conditions.go (SetStatusCondition),
    pkg/api/v1/pod/util.go (UpdatePodCondition)
    """
    before = condition_of(conditions, type)
    since = before.last_transition_time if before is not None and before.status == status else now
    after = Condition(type=type, status=status, reason=reason, last_transition_time=since)
    if before is None:
        return (*conditions, after)
    return tuple(after if condition.type == type else condition for condition in conditions)
