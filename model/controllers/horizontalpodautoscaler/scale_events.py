"""What the controller did to the size before: scaling policies allow so much within a period.

Times are in seconds.

Source: pkg/controller/podautoscaler/horizontal.go
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from model.api.autoscalers import Behavior, ScalingRules
from model.controllers.horizontalpodautoscaler.windows import remember


class ScaleEvent(msgspec.Struct, frozen=True):
    """A change by so many replicas, in one direction."""

    change: int
    time: int
    outdated: bool = False
    """No policy looks back that far; the next event may take its place."""


Events = tuple[ScaleEvent, ...]


class ScaleEvents(msgspec.Struct, frozen=True, kw_only=True):
    """The changes that the controller remembers, each direction in the order of storage."""

    up: Events = ()
    down: Events = ()


def replicas_change(events: Iterable[ScaleEvent], period: int, now: int) -> int:
    """By how many replicas these events changed the size within the last `period` seconds.

    Source: pkg/controller/podautoscaler/horizontal.go (getReplicasChangePerPeriod)
    """
    return sum(event.change for event in events if event.time > now - period)


def longest_period(rules: ScalingRules) -> int:
    """How far back any policy looks.

    Source: pkg/controller/podautoscaler/horizontal.go (getLongestPolicyPeriod)
    """
    return max(policy.period_seconds for policy in rules.policies)


def with_event(events: Events, change: int, rules: ScalingRules, now: int) -> Events:
    """The events of one direction with the newest one; those too old for every policy are marked, and made room.

    Source: pkg/controller/podautoscaler/horizontal.go (storeScaleEvent, markScaleEventsOutdated)
    """
    oldest = now - longest_period(rules)
    marked = tuple(replace(event, outdated=event.outdated or event.time < oldest) for event in events)
    return remember(marked, ScaleEvent(change, now), lambda event: event.outdated)


def store_scale_event(events: ScaleEvents, behavior: Behavior | None, before: int, after: int, now: int) -> ScaleEvents:
    """What is remembered after the size went from `before` to `after`: nothing more without ``spec.behavior``.

    Source: pkg/controller/podautoscaler/horizontal.go (storeScaleEvent)
    """
    if behavior is None:
        return events
    if after > before:
        return replace(events, up=with_event(events.up, after - before, behavior.scale_up, now))
    return replace(events, down=with_event(events.down, before - after, behavior.scale_down, now))
