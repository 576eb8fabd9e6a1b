"""A Pod that was marked for disruption and then left alone loses the mark.

Source: pkg/controller/disruption/disruption.go
"""

import msgspec
from msgspec.structs import replace

from model.api.conditions import DISRUPTION_TARGET, condition_of, with_condition
from model.api.objects import Pod
from model.api.pods import terminal

STALE_POD_DISRUPTION_TIMEOUT = 120
"""Seconds after which the condition is stale."""
TERMINATION_BY_KUBELET = "TerminationByKubelet"
"""Reason of the condition when the kubelet has set it: that is never stale."""


class StaleConditionSync(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a Pod comes to."""

    status: Pod | None = None
    """The Pod with the status to write, None if there is nothing to write."""
    requeue_after: int | None = None
    """Seconds until the Pod is to be looked at again."""


def stale_after(pod: Pod, now: int) -> int | None:
    """Seconds until the Pod's condition DisruptionTarget is stale, 0 if it is; None if it never will be.

    Source: pkg/controller/disruption/disruption.go (nonTerminatingPodHasStaleDisruptionCondition)
    """
    condition = condition_of(pod.conditions, DISRUPTION_TARGET)
    if pod.deleting or terminal(pod) or condition is None or condition.status != "True":
        return None
    if condition.reason == TERMINATION_BY_KUBELET:
        return None
    if condition.last_transition_time is None:
        return 0
    return max(condition.last_transition_time + STALE_POD_DISRUPTION_TIMEOUT - now, 0)


def sync_stale_pod_disruption(pod: Pod, now: int) -> StaleConditionSync:
    """Set a stale condition to False, or look again when it will be stale. `pod` is as the cache shows it.

    Source: pkg/controller/disruption/disruption.go (syncStalePodDisruption)
    """
    wait = stale_after(pod, now)
    if wait is None or wait > 0:
        return StaleConditionSync(requeue_after=wait)
    conditions = with_condition(pod.conditions, DISRUPTION_TARGET, "False", "", now)
    return StaleConditionSync(status=replace(pod, conditions=conditions))
