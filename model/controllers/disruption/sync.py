"""One sync of a PodDisruptionBudget: its status says how many disruptions it allows.

The status is written with the resource version that was read: if an eviction has got in between, the write is
refused, and the budget is synced again, at a limited rate. Any other failure closes the budget.

Source: pkg/controller/disruption/disruption.go
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.api.conditions import with_condition
from model.api.disruption_budgets import (
    DISRUPTION_ALLOWED,
    SYNC_FAILED,
    PodDisruptionBudget,
    conditions_are_up_to_date,
    selected_pods,
    with_disruption_allowed,
)
from model.api.objects import Pod
from model.controllers.disruption.healthy import (
    count_healthy,
    desired_healthy,
    disruptions_allowed,
    recheck_after,
    still_disrupted,
)
from model.controllers.disruption.scale import Controllers, ExpectedScale, expected_scale


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync does."""

    status: PodDisruptionBudget | None = None
    """The budget with the status to write, None if it is unchanged."""
    requeue_after: int | None = None
    """Seconds until the budget is synced again, if its status is accepted: an eviction may not be carried out."""
    unmanaged: tuple[str, ...] = ()
    """Names of the Pods that are left out of the expected number."""
    failed: bool = False
    """The number of expected Pods is not known: the status allows no disruption, until the next event."""


def expected_pods(budget: PodDisruptionBudget, pods: Sequence[Pod], controllers: Controllers) -> ExpectedScale | None:
    """How many Pods there should be of those selected: with a whole minAvailable, as many as there are.

    None if that cannot be told.
    Source: pkg/controller/disruption/disruption.go (getExpectedPodCount)
    """
    if budget.max_unavailable is not None or isinstance(budget.min_available, str):
        return expected_scale(pods, controllers)
    return ExpectedScale(replicas=0 if budget.min_available is None else len(pods))


def with_status(
    budget: PodDisruptionBudget, pods: Sequence[Pod], expected: int, desired: int, now: int
) -> PodDisruptionBudget:
    """The budget with its status as it should be at `now` (seconds); `pods` are the ones that it selects.

    Source: pkg/controller/disruption/disruption.go (trySync, updatePdbStatus)
    """
    disrupted = still_disrupted(pods, budget.disrupted_pods, now)
    current = count_healthy(pods, disrupted, now)
    after = replace(
        budget,
        current_healthy=current,
        desired_healthy=desired,
        expected_pods=expected,
        disruptions_allowed=disruptions_allowed(current, desired, expected),
        disrupted_pods=disrupted,
        observed_generation=budget.generation,
    )
    return after if after == budget and conditions_are_up_to_date(budget) else with_disruption_allowed(after, now)


def fail_safe(budget: PodDisruptionBudget, now: int) -> PodDisruptionBudget:
    """The budget closed: nothing is known, so nothing is allowed. The rest of its status stays.

    It is written after a failed sync, and after a status that was refused for another reason than a conflict.
    Source: pkg/controller/disruption/disruption.go (failSafe)
    """
    conditions = with_condition(budget.conditions, DISRUPTION_ALLOWED, "False", SYNC_FAILED, now)
    return replace(budget, disruptions_allowed=0, conditions=conditions)


def sync(budget: PodDisruptionBudget, pods: Sequence[Pod], controllers: Controllers, now: int) -> Sync:
    """One sync at `now` (seconds) over the namespace's `pods` as the cache shows them.

    Source: pkg/controller/disruption/disruption.go (sync, trySync)
    """
    try:
        selected = selected_pods(budget, pods)
        expected = expected_pods(budget, selected, controllers)
        if expected is None:
            return Sync(status=fail_safe(budget, now), failed=True)
        desired = desired_healthy(budget.min_available, budget.max_unavailable, expected.replicas)
    except ValueError:  # a malformed selector or percentage
        return Sync(status=fail_safe(budget, now), failed=True)
    after = with_status(budget, selected, expected.replicas, desired, now)
    return Sync(
        status=None if after == budget else after,
        requeue_after=recheck_after(after.disrupted_pods, now),
        unmanaged=expected.unmanaged,
    )
