"""From what the metrics ask for to what is done: first stabilised, then limited.

Source: pkg/controller/podautoscaler/horizontal.go
"""

import msgspec
from msgspec.structs import replace

from model.api.autoscalers import Behavior, HorizontalPodAutoscaler
from model.controllers.horizontalpodautoscaler.conditions import Reason
from model.controllers.horizontalpodautoscaler.limits import within_bounds, within_rates
from model.controllers.horizontalpodautoscaler.recommendations import (
    Recommendations,
    recorded,
    stabilized,
    stabilized_both_ways,
)
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvents


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers of one autoscaler while it runs; a new leader remembers nothing."""

    recommendations: Recommendations = ()
    events: ScaleEvents = ScaleEvents()


class Normalized(msgspec.Struct, frozen=True, kw_only=True):
    """A size that may be set now, and why it is not the one that was asked for."""

    replicas: int
    memory: Memory
    able_to_scale: Reason
    limiting: Reason
    limited: bool


def normalize(
    autoscaler: HorizontalPodAutoscaler, current: int, desired: int, memory: Memory, window: int, now: int
) -> Normalized:
    """The size that comes of `desired`, what the metrics ask for.

    `window` is the controller's own stabilisation window for shrinking, in seconds as `now`.
    Source: pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas, normalizeDesiredReplicasWithBehaviors)
    """
    bounds = autoscaler.min_replicas, autoscaler.max_replicas
    behavior = autoscaler.behavior
    if behavior is None:
        stable, after = stabilize(memory, desired, window, now)
        reason = Reason.SCALE_DOWN_STABILIZED
        replicas, limiting = within_bounds(current, stable, bounds)
    else:
        stable, after = stabilize_with_behavior(memory, behavior, current, desired, window, now)
        reason = Reason.SCALE_UP_STABILIZED if desired >= current else Reason.SCALE_DOWN_STABILIZED
        replicas, limiting = within_rates(current, stable, bounds, behavior, memory.events, now)
    return Normalized(
        replicas=replicas,
        memory=after,
        able_to_scale=Reason.READY_FOR_NEW_SCALE if stable == desired else reason,
        limiting=limiting,
        limited=replicas != stable,
    )


def stabilize(memory: Memory, desired: int, window: int, now: int) -> tuple[int, Memory]:
    """The recommendation after stabilisation without ``spec.behavior``, and what is remembered then.

    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendation)
    """
    stable = stabilized(memory.recommendations, desired, window, now)
    return stable, replace(memory, recommendations=recorded(memory.recommendations, desired, window, now))


def stabilize_with_behavior(
    memory: Memory, behavior: Behavior, current: int, desired: int, window: int, now: int
) -> tuple[int, Memory]:
    """The recommendation after stabilisation with ``spec.behavior``, and what is remembered then.

    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendationWithBehaviors)
    """
    up_window = behavior.scale_up.stabilization_window_seconds or 0
    down_window = behavior.scale_down.stabilization_window_seconds
    down_window = window if down_window is None else down_window
    stable = stabilized_both_ways(memory.recommendations, current, desired, up_window, down_window, now)
    kept = recorded(memory.recommendations, desired, max(up_window, down_window), now)
    return stable, replace(memory, recommendations=kept)
