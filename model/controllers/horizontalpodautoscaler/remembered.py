"""The controller's memory in the least form that decides alike, with times relative to the next sync.

Time is counted in syncs here: the controller syncs every 15 seconds, whatever comes of it. What no window and no policy
can see any more is left out, and so is a recommendation that a newer one outdoes, so that memories that differ only in
what cannot matter are one.
"""

from msgspec.structs import replace

from model.api.autoscalers import HorizontalPodAutoscaler, ScalingRules
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation, Recommendations
from model.controllers.horizontalpodautoscaler.scale_events import Events, longest_period
from model.controllers.horizontalpodautoscaler.settings import Settings


def windows(autoscaler: HorizontalPodAutoscaler, settings: Settings) -> tuple[int, int]:
    """How many syncs back recommendations count: for growing, and for shrinking.

    The window without ``spec.behavior`` includes its beginning; the others do not.
    """
    behavior = autoscaler.behavior
    if behavior is None:
        return 0, settings.downscale_stabilization
    down = behavior.scale_down.stabilization_window_seconds
    down = settings.downscale_stabilization if down is None else down
    return max(0, (behavior.scale_up.stabilization_window_seconds or 0) - 1), max(0, down - 1)


def aged_recommendations(recommendations: Recommendations, up: int, down: int) -> Recommendations:
    """The recommendations one sync later, newest first, without those that can make no difference."""
    kept: list[Recommendation] = []
    aged = [Recommendation(old.replicas, old.time - 1) for old in recommendations]
    for old in sorted(aged, key=lambda each: -each.time):
        highest = all(newer.replicas < old.replicas for newer in kept)
        lowest = all(newer.replicas > old.replicas for newer in kept)
        if (highest and old.time >= -down) or (lowest and old.time >= -up):
            kept.append(old)
    forgotten = Recommendation(0, -1 - max(up, down))  # there has been a sync: the next one is not the first
    return tuple(kept) if kept or not recommendations else (forgotten,)


def aged_events(events: Events, rules: ScalingRules | None) -> Events:
    """The events one sync later, without those that no policy looks back to."""
    if rules is None:
        return ()
    period = longest_period(rules)
    aged = (replace(event, time=event.time - 1, outdated=False) for event in events)
    return tuple(sorted((each for each in aged if each.time > -period), key=lambda each: -each.time))
