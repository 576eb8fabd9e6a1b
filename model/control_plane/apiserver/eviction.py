"""POST of a Pod's eviction: a DELETE that a PodDisruptionBudget can refuse.

It is not one write but several, and others write in between: the budget's status, the Pod's condition, the DELETE.
`advance` takes one step of it; `evict` takes them all, with nobody in between.

Source: pkg/registry/core/pod/storage/eviction.go
"""

from collections.abc import Sequence

import msgspec

from model.api.disruption_budgets import PodDisruptionBudget
from model.api.objects import Pod
from model.control_plane.apiserver.deletion import DeleteOptions
from model.control_plane.apiserver.eviction_steps import (
    Advance,
    DeletePod,
    Eviction,
    EvictionResult,
    Step,
    UpdateBudgetStatus,
    UpdatePodStatus,
    Write,
    add_condition,
    decrement,
    delete_pod,
    done,
    read_budgets,
    read_pod,
)


class Evicted(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole eviction comes to."""

    result: EvictionResult
    writes: tuple[Write, ...] = ()


def begin(name: str, name_in_url: str, options: DeleteOptions | None = None) -> Eviction:
    """The eviction of the Pod `name`, as asked for.

    Source: pkg/registry/core/pod/storage/eviction.go (Create)
    """
    eviction = Eviction(options=options or DeleteOptions())
    return eviction if name == name_in_url else done(eviction, EvictionResult.BAD_REQUEST)


def advance(eviction: Eviction, pod: Pod | None, budgets: Sequence[PodDisruptionBudget], now: int) -> Advance:
    """One step at `now` (seconds); `pod` (None: it is gone) and the namespace's `budgets` are the stored ones.

    Source: pkg/registry/core/pod/storage/eviction.go (Create)
    """
    match eviction.step:
        case Step.READ_POD:
            return Advance(read_pod(eviction, pod))
        case Step.READ_BUDGETS:
            return Advance(read_budgets(eviction, budgets))
        case Step.DECREMENT:
            return decrement(eviction, budgets, now)
        case Step.ADD_CONDITION:
            return add_condition(eviction, pod, now)
        case Step.DELETE:
            return delete_pod(eviction, pod)
        case Step.DONE:
            return Advance(eviction)


def evict(eviction: Eviction, pod: Pod | None, budgets: Sequence[PodDisruptionBudget], now: int) -> Evicted:
    """The whole eviction, from its present step on, at `now` (seconds), if nobody else writes."""
    writes: list[Write] = []
    while eviction.result is None:
        taken = advance(eviction, pod, budgets, now)
        eviction = taken.eviction
        if taken.write is None:
            continue
        writes.append(taken.write)
        match taken.write:
            case UpdateBudgetStatus(written):
                budgets = [written if budget.name == written.name else budget for budget in budgets]
            case UpdatePodStatus(written_pod):
                pod = written_pod
            case DeletePod():
                pass
    return Evicted(result=eviction.result, writes=tuple(writes))
