"""When a Pod is evicted from a Node with NoExecute taints.

At once if it does not tolerate one of them; after the shortest ``tolerationSeconds`` if it tolerates all; never if it
does so forever. The timers live in the controller's memory: a restart starts them anew. A timer that runs is never
postponed, and not brought forward either. Times are in seconds.

Source: pkg/controller/tainteviction/taint_eviction.go
"""

from collections.abc import Sequence

import msgspec

from model.api.taints import Taint, TaintEffect, Toleration, minimum_toleration_seconds, tolerates


class EvictionTimer(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod's eviction that is to come.

    Source: pkg/controller/tainteviction/timed_workers.go (TimedWorker)
    """

    created_at: float
    fire_at: float


class PendingEviction(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller has in mind for a Pod."""

    timer: EvictionTimer | None = None
    evict_now: bool = False
    """The eviction starts at once, and is not called off."""


def no_execute_taints(taints: Sequence[Taint]) -> tuple[Taint, ...]:
    """The taints that evict, in their order.

    Source: pkg/controller/tainteviction/taint_eviction.go (getNoExecuteTaints)
    """
    return tuple(taint for taint in taints if taint.effect is TaintEffect.NO_EXECUTE)


def used_tolerations(
    taints: Sequence[Taint], tolerations: Sequence[Toleration], *, comparison_operators: bool = False
) -> tuple[Toleration, ...] | None:
    """For each taint the first toleration that tolerates it; None if one of the taints is not tolerated.

    `comparison_operators` is the feature gate TaintTolerationComparisonOperators.
    Source: pkg/apis/core/v1/helper/helpers.go (GetMatchingTolerations)
    """
    used = []
    for taint in taints:
        matching = [each for each in tolerations if tolerates(each, taint, comparison_operators=comparison_operators)]
        if not matching:
            return None
        used.append(matching[0])
    return tuple(used)


def process_pod_on_node(
    tolerations: Sequence[Toleration],
    taints: Sequence[Taint],
    timer: EvictionTimer | None,
    now: float,
    *,
    comparison_operators: bool = False,
) -> PendingEviction:
    """What becomes of a Pod and its `timer` on a Node with these NoExecute `taints`, of which there is one at least.

    Source: pkg/controller/tainteviction/taint_eviction.go (processPodOnNode)
    """
    used = used_tolerations(taints, tolerations, comparison_operators=comparison_operators)
    if used is None:
        return PendingEviction(evict_now=True)
    seconds = minimum_toleration_seconds(used)
    if seconds is None:
        return PendingEviction()
    if timer is not None and timer.created_at < now:
        return PendingEviction(timer=timer)
    if seconds == 0:
        return PendingEviction(evict_now=True)
    return PendingEviction(timer=EvictionTimer(created_at=now, fire_at=now + seconds))


def handle_node_update(
    tolerations: Sequence[Toleration],
    node_taints: Sequence[Taint],
    timer: EvictionTimer | None,
    now: float,
    *,
    comparison_operators: bool = False,
) -> PendingEviction:
    """What a change of its Node's taints means for a Pod: without NoExecute taints its eviction is called off.

    Source: pkg/controller/tainteviction/taint_eviction.go (handleNodeUpdate)
    """
    taints = no_execute_taints(node_taints)
    if not taints:
        return PendingEviction()
    return process_pod_on_node(tolerations, taints, timer, now, comparison_operators=comparison_operators)


def handle_pod_update(
    tolerations: Sequence[Toleration],
    known_taints: Sequence[Taint],
    timer: EvictionTimer | None,
    now: float,
    *,
    comparison_operators: bool = False,
) -> PendingEviction:
    """What a new Pod, or a change of its tolerations or its Node, means on a Node with these taints.

    `known_taints` are the NoExecute taints as the controller last saw them; if there are none, nothing changes.
    Source: pkg/controller/tainteviction/taint_eviction.go (handlePodUpdate)
    """
    if not known_taints:
        return PendingEviction(timer=timer)
    return process_pod_on_node(tolerations, known_taints, timer, now, comparison_operators=comparison_operators)
