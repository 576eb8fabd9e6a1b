"""The steps of an eviction.

Each step is one read or one write; others write in between. A conflict is followed by reading again in the same
step: that comes to the same as reading a little later.

Source: pkg/registry/core/pod/storage/eviction.go
"""

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from model.api.conditions import DISRUPTION_TARGET, with_condition
from model.api.disruption_budgets import PodDisruptionBudget, budgets_of
from model.api.object_meta import ObjectMeta
from model.api.objects import Pod
from model.control_plane.apiserver.deletion import DeleteOptions, preconditions_hold, well_formed
from model.control_plane.apiserver.eviction_checks import (
    Verdict,
    can_ignore_budget,
    check,
    decremented,
    may_become_ready,
    spares_budget,
)

EVICTION_BY_EVICTION_API = "EvictionByEvictionAPI"
EVICTIONS_RETRY_STEPS = 20
"""How often a write is tried that meets conflicts, half a second apart (``EvictionsRetry``)."""


class Step(Enum):
    """What an eviction does next."""

    READ_POD = "read the Pod"
    READ_BUDGETS = "list the budgets that select it"
    DECREMENT = "write that the budget allows one disruption less"
    ADD_CONDITION = "write the Pod's condition DisruptionTarget"
    DELETE = "delete the Pod"
    DONE = "answer"


class EvictionResult(Enum):
    """The API server's answer."""

    EVICTED = "evicted"
    BAD_REQUEST = "bad_request"
    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_MANY_REQUESTS = "too_many_requests"
    """The budget does not allow it now: try again later."""
    MULTIPLE_BUDGETS = "failure_500"


class Eviction(msgspec.Struct, frozen=True, kw_only=True):
    """An eviction under way: what it remembers between its steps."""

    options: DeleteOptions = DeleteOptions()
    """As the client gave them."""
    step: Step = Step.READ_POD
    tries: int = 0
    """Conflicts met so far by the writes of which this step is one."""
    pod: Pod | None = None
    """The Pod as it was read."""
    budget: PodDisruptionBudget | None = None
    """The budget as it was last read."""
    asks_budget: bool = False
    """The budget matters. It does not to a Pod that has finished, has not started or is on its way out."""
    resource_version: int | None = None
    """What the Pod's must be for it to be written and deleted; None: any."""
    result: EvictionResult | None = None


class UpdateBudgetStatus(msgspec.Struct, frozen=True):
    """PUT of a budget's status; a conflict is checked for before."""

    budget: PodDisruptionBudget


class UpdatePodStatus(msgspec.Struct, frozen=True):
    """The Pod with its new condition, written over the latest version of it."""

    pod: Pod


class DeletePod(msgspec.Struct, frozen=True):
    """DELETE of the Pod; `delete` in `deletion` says what comes of it."""

    name: str
    options: DeleteOptions


Write: TypeAlias = UpdateBudgetStatus | UpdatePodStatus | DeletePod


class Advance(msgspec.Struct, frozen=True):
    """What one step comes to."""

    eviction: Eviction
    write: Write | None = None


def read_pod(eviction: Eviction, pod: Pod | None) -> Eviction:
    """Read the Pod: unless it has finished, has not started or is on its way out, its budget matters.

    Source: pkg/registry/core/pod/storage/eviction.go (Create)
    """
    if pod is None:
        return done(eviction, EvictionResult.NOT_FOUND)
    version = eviction.options.resource_version
    if not can_ignore_budget(pod):
        return replace(eviction, step=Step.READ_BUDGETS, pod=pod, asks_budget=True, tries=0, resource_version=version)
    if version is None and may_become_ready(pod):
        version = pod.resource_version
    return replace(eviction, step=Step.ADD_CONDITION, pod=pod, asks_budget=False, resource_version=version)


def read_budgets(eviction: Eviction, budgets: Sequence[PodDisruptionBudget]) -> Eviction:
    """List the budgets: none lets the Pod go, one is asked, more are more than evictions can handle.

    Source: pkg/registry/core/pod/storage/eviction.go (Create, getPodDisruptionBudgets)
    """
    pod = eviction.pod
    assert pod is not None  # a step before has read it
    matching = budgets_of(pod, budgets)
    if len(matching) > 1:
        return done(eviction, EvictionResult.MULTIPLE_BUDGETS)
    if not matching:
        return replace(eviction, step=Step.ADD_CONDITION)
    budget = matching[0]
    if spares_budget(pod, budget):
        # The Pod must not have become ready in the meantime, not even if the client said which version it means.
        return replace(eviction, step=Step.ADD_CONDITION, budget=budget, resource_version=pod.resource_version)
    return replace(eviction, step=Step.DECREMENT, budget=budget)


def decrement(eviction: Eviction, budgets: Sequence[PodDisruptionBudget], now: int) -> Advance:
    """Ask the budget as it was read, and take a disruption off it, if nobody has written it since.

    Source: pkg/registry/core/pod/storage/eviction.go (Create, checkAndDecrement)
    """
    read, pod = eviction.budget, eviction.pod
    assert read is not None and pod is not None  # noqa: PT018 (the steps before have read them)
    verdict = check(read)
    if verdict is not Verdict.ALLOWED:
        return Advance(done(eviction, _ANSWERS[verdict]))
    if eviction.options.dry_run:
        return Advance(replace(eviction, step=Step.ADD_CONDITION))
    stored = next((budget for budget in budgets if budget.name == read.name), None)
    if stored is None:
        return Advance(done(eviction, EvictionResult.NOT_FOUND))
    if stored.resource_version != read.resource_version:
        return Advance(_once_more(replace(eviction, budget=stored)))
    written = UpdateBudgetStatus(decremented(read, pod.name, now))
    return Advance(replace(eviction, step=Step.ADD_CONDITION), written)


def add_condition(eviction: Eviction, pod: Pod | None, now: int) -> Advance:
    """Write into the Pod's status that it is being evicted.

    Source: pkg/registry/core/pod/storage/eviction.go (addConditionAndDeletePod)
    """
    if eviction.options.dry_run:
        return Advance(replace(eviction, step=Step.DELETE))
    if pod is None:
        return Advance(done(eviction, EvictionResult.NOT_FOUND))
    if _conflicts(eviction, pod):
        return Advance(_after_conflict(eviction))
    conditions = with_condition(pod.conditions, DISRUPTION_TARGET, "True", EVICTION_BY_EVICTION_API, now)
    after = pod
    if conditions != pod.conditions:
        after = replace(pod, conditions=conditions, resource_version=pod.resource_version + 1)
    version = None if eviction.resource_version is None else after.resource_version
    return Advance(replace(eviction, step=Step.DELETE, resource_version=version), UpdatePodStatus(after))


def delete_pod(eviction: Eviction, pod: Pod | None) -> Advance:
    """Delete the Pod, with the client's options. The budget stays decremented even if that fails.

    Source: pkg/registry/core/pod/storage/eviction.go (addConditionAndDeletePod)
    """
    if pod is None:
        return Advance(done(eviction, EvictionResult.NOT_FOUND))
    if not well_formed(eviction.options):
        return Advance(done(eviction, EvictionResult.INVALID))
    if _conflicts(eviction, pod):
        return Advance(_after_conflict(eviction))
    return Advance(done(eviction, EvictionResult.EVICTED), DeletePod(pod.name, _delete_options(eviction)))


def done(eviction: Eviction, result: EvictionResult) -> Eviction:
    """The eviction is over, with this answer."""
    return replace(eviction, step=Step.DONE, result=result)


def _once_more(eviction: Eviction) -> Eviction:
    """The step is tried again after a conflict, unless it has been tried often enough."""
    tries = eviction.tries + 1
    if tries >= EVICTIONS_RETRY_STEPS:
        return done(eviction, EvictionResult.CONFLICT)
    return replace(eviction, tries=tries)


def _conflicts(eviction: Eviction, pod: Pod) -> bool:
    """Whether the stored Pod is not the one, or not the version of it, that is to be evicted."""
    meta = ObjectMeta(uid=pod.uid, resource_version=pod.resource_version)
    return not preconditions_hold(meta, _delete_options(eviction))


def _delete_options(eviction: Eviction) -> DeleteOptions:
    return replace(eviction.options, resource_version=eviction.resource_version)


def _after_conflict(eviction: Eviction) -> Eviction:
    """A Pod that has changed is read again, or the client is told to try again, unless it said which it means."""
    if eviction.options.resource_version is not None:
        return done(eviction, EvictionResult.CONFLICT)
    if not eviction.asks_budget:
        return _once_more(replace(eviction, step=Step.READ_POD))
    spared = eviction.resource_version is not None
    return done(eviction, EvictionResult.TOO_MANY_REQUESTS if spared else EvictionResult.CONFLICT)


_ANSWERS = {Verdict.NOT_NOW: EvictionResult.TOO_MANY_REQUESTS, Verdict.FORBIDDEN: EvictionResult.FORBIDDEN}
