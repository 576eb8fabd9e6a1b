"""Stabilisation windows: what the metrics asked for before tempers what they ask for now.

Times are in seconds. What is remembered is what the metrics asked for, not what came of it.

Source: pkg/controller/podautoscaler/horizontal.go,
https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#stabilization-window
"""

import msgspec

from model.controllers.horizontalpodautoscaler.windows import remember


class Recommendation(msgspec.Struct, frozen=True):
    """What the metrics asked for at some time."""

    replicas: int
    time: int


Recommendations = tuple[Recommendation, ...]


def recorded(recommendations: Recommendations, desired: int, window: int, now: int) -> Recommendations:
    """The recommendations with the newest one; `window` is how long any of them is of use.

    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendation, stabilizeRecommendationWithBehaviors)
    """
    return remember(recommendations, Recommendation(desired, now), lambda old: old.time < now - window)


def stabilized(recommendations: Recommendations, desired: int, window: int, now: int) -> int:
    """The highest recommendation of the window: without ``spec.behavior``, only shrinking has to wait.

    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendation)
    """
    return max([desired, *(old.replicas for old in recommendations if old.time >= now - window)])


def stabilized_both_ways(
    recommendations: Recommendations, current: int, desired: int, up_window: int, down_window: int, now: int
) -> int:
    """The size nearest to the current one that lies between the lowest and the highest recommendation.

    The lowest is taken over the window for growing, the highest over the one for shrinking.
    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendationWithBehaviors)
    """
    lowest, highest = desired, desired
    for old in recommendations:
        if old.time > now - up_window:
            lowest = min(lowest, old.replicas)
        if old.time > now - down_window:
            highest = max(highest, old.replicas)
    return min(max(current, lowest), highest)
