"""How objects of a kind are deleted: with which grace period, and what becomes of their dependents by default.

Source: pkg/registry/core/pod/strategy.go, pkg/registry/batch/job/strategy.go
"""

from collections.abc import Callable
from enum import Enum

import msgspec

from model.api.objects import PodPhase


class DefaultPolicy(Enum):
    """What becomes of the dependents if nobody says so (``DefaultGarbageCollectionPolicy``)."""

    DELETE_DEPENDENTS = "DeleteDependents"
    ORPHAN_DEPENDENTS = "OrphanDependents"
    UNSUPPORTED = "Unsupported"
    """The kind has no dependents: finalizers for them are never set."""


class Strategy(msgspec.Struct, frozen=True, kw_only=True):
    """How objects of a kind are deleted."""

    default_policy: DefaultPolicy = DefaultPolicy.DELETE_DEPENDENTS
    grace_period: Callable[[int | None], int] | None = None
    """Seconds given to a deletion that asks for so many (None: for none); no function if it is never graceful."""


def default_policy(kind: str) -> DefaultPolicy:
    """The default for a kind in its stable API version: a Job leaves its Pods behind.

    Source: pkg/registry/batch/job/strategy.go, pkg/registry/core/event/strategy.go
    """
    match kind:
        case "Job":
            return DefaultPolicy.ORPHAN_DEPENDENTS
        case "Event":
            return DefaultPolicy.UNSUPPORTED
        case _:
            return DefaultPolicy.DELETE_DEPENDENTS


def pod_grace_period(
    requested: int | None, *, termination_grace_period_seconds: int | None, bound: bool, phase: PodPhase
) -> int:
    """Seconds that a Pod is given to terminate: what is asked for, else what its spec says.

    None if it has no Node yet, or has finished: nobody would have to stop it.
    Source: pkg/registry/core/pod/strategy.go (CheckGracefulDelete)
    """
    if not bound or phase in (PodPhase.FAILED, PodPhase.SUCCEEDED):
        return 0
    period = requested if requested is not None else termination_grace_period_seconds or 0
    return at_least_one_if_negative(period)


def pod_strategy(*, termination_grace_period_seconds: int | None, bound: bool, phase: PodPhase) -> Strategy:
    """How this Pod is deleted; Pods are the one kind with a grace period."""

    def grace_period(requested: int | None) -> int:
        return pod_grace_period(
            requested, termination_grace_period_seconds=termination_grace_period_seconds, bound=bound, phase=phase
        )

    return Strategy(grace_period=grace_period)


def at_least_one_if_negative(seconds: int) -> int:
    """The grace period meant by `seconds`: a negative one is 1 second, so that the object still ends gracefully."""
    return 1 if seconds < 0 else seconds
