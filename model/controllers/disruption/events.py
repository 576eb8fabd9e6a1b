"""Which budgets are synced when something changes.

A change of a budget concerns that budget. Nobody watches the sizes of Deployments and other owners: a new size is
noticed at the next event of a Pod or of the budget.

Source: pkg/controller/disruption/disruption.go
"""

from collections.abc import Sequence

import msgspec

from model.api.disruption_budgets import PodDisruptionBudget, budgets_of
from model.api.objects import Pod
from model.controllers.disruption.stale_condition import stale_after


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What a Pod's event sets off."""

    budgets: tuple[PodDisruptionBudget, ...] = ()
    """One of these is queued, no more: which one is anybody's guess (and the Pod cannot be evicted, either)."""
    stale_condition_after: int | None = None
    """Seconds until the Pod's condition DisruptionTarget is to be looked at; None: not at all."""


def pod_added_or_updated(pod: Pod, budgets: Sequence[PodDisruptionBudget], now: int) -> Reaction:
    """A Pod is new, or is now as given: budgets that its old labels matched are not told.

    Source: pkg/controller/disruption/disruption.go (addPod, updatePod)
    """
    return Reaction(budgets=budgets_of(pod, budgets), stale_condition_after=stale_after(pod, now))


def pod_deleted(pod: Pod, budgets: Sequence[PodDisruptionBudget]) -> Reaction:
    """A Pod is gone.

    Source: pkg/controller/disruption/disruption.go (deletePod)
    """
    return Reaction(budgets=budgets_of(pod, budgets))
