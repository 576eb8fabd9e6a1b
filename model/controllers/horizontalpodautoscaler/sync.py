"""One whole sync of a HorizontalPodAutoscaler, as a pure function of what the controller sees and remembers.

It is repeated every 15 seconds, whatever came of it, with fresh metrics.

Source: pkg/controller/podautoscaler/horizontal.go
"""

from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from model.api.autoscalers import HorizontalPodAutoscaler
from model.controllers.horizontalpodautoscaler.conditions import Reason, Type, without
from model.controllers.horizontalpodautoscaler.decision import (
    Decision,
    Observed,
    decide,
    has_object_or_external_metrics,
    with_condition,
)
from model.controllers.horizontalpodautoscaler.normalization import Memory
from model.controllers.horizontalpodautoscaler.scale_events import store_scale_event
from model.controllers.horizontalpodautoscaler.settings import Settings


class UpdateScale(msgspec.Struct, frozen=True):
    """PUT of the scale subresource. After a conflict the same size is tried again, five times in all."""

    replicas: int


class UpdateStatus(msgspec.Struct, frozen=True):
    """PUT of the autoscaler's status."""

    autoscaler: HorizontalPodAutoscaler


Write: TypeAlias = UpdateScale | UpdateStatus


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did: its writes in order, and what the controller remembers after it."""

    writes: tuple[Write, ...]
    memory: Memory
    failed: bool = False


def sync(
    autoscaler: HorizontalPodAutoscaler,
    observed: Observed,
    memory: Memory,
    settings: Settings,
    now: int,
    scale_refused: bool = False,
) -> Sync:
    """One sync; `scale_refused` is whether the API server refuses the new size for good. `now` is in seconds.

    Source: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler)
    """
    decision = decide(autoscaler, observed, memory, settings, now)
    after, memory = conclude(decision, settings, now, scale_refused)
    size = decision.new_size
    writes: tuple[Write, ...] = () if size is None or scale_refused else (UpdateScale(size),)
    if after != autoscaler:
        writes += (UpdateStatus(after),)
    return Sync(writes=writes, memory=memory, failed=decision.failed or (size is not None and scale_refused))


def conclude(
    decision: Decision, settings: Settings, now: int, scale_refused: bool = False
) -> tuple[HorizontalPodAutoscaler, Memory]:
    """The autoscaler with its status, and what is remembered, once the new size has been accepted or refused.

    Source: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler)
    """
    after, memory, current, size = decision.autoscaler, decision.memory, decision.current, decision.new_size
    if current is None:
        return after, memory
    after = replace(after, current_replicas=current, current_metrics=decision.statuses)
    if decision.desired is None:
        return after, memory
    if size is None:
        return replace(after, desired_replicas=current), memory
    if scale_refused:
        return with_condition(after, Type.ABLE_TO_SCALE, False, Reason.FAILED_UPDATE_SCALE, now), memory
    after = with_condition(after, Type.ABLE_TO_SCALE, True, Reason.SUCCEEDED_RESCALE, now)
    after = with_scaled_to_zero(after, current, size, settings, now)
    events = store_scale_event(memory.events, after.behavior, current, size, now)
    return replace(after, desired_replicas=size, last_scale_time=now), replace(memory, events=events)


def with_scaled_to_zero(
    autoscaler: HorizontalPodAutoscaler, current: int, desired: int, settings: Settings, now: int
) -> HorizontalPodAutoscaler:
    """The autoscaler with a note on whether it was the controller that took the workload to 0.

    Source: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler)
    """
    if not settings.scale_to_zero:
        return replace(autoscaler, conditions=without(autoscaler.conditions, Type.SCALED_TO_ZERO))
    to_zero = current > 0 and desired == 0 and autoscaler.min_replicas == 0
    to_zero = to_zero and has_object_or_external_metrics(autoscaler)
    reason = Reason.SCALED_TO_ZERO if to_zero else Reason.NOT_SCALED_TO_ZERO
    return with_condition(autoscaler, Type.SCALED_TO_ZERO, to_zero, reason, now)
