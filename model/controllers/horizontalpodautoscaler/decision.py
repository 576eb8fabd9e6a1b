"""What size a workload should have now.

Source: pkg/controller/podautoscaler/horizontal.go
"""

import msgspec
from msgspec.structs import replace

from model.api.autoscalers import HorizontalPodAutoscaler, MetricSource, MetricStatus, Scale
from model.api.label_selector_text import parse_selector
from model.controllers.horizontalpodautoscaler.conditions import Reason, Type, is_true, set_condition, without
from model.controllers.horizontalpodautoscaler.metrics import Combined, Reading, combine, propose, tolerances_for
from model.controllers.horizontalpodautoscaler.normalization import Memory, normalize
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation
from model.controllers.horizontalpodautoscaler.settings import Settings


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller sees in a sync."""

    scale: Scale | None
    """Read from the API server, not from a cache; None if that failed."""
    readings: tuple[Reading, ...] = ()
    """One for each metric."""
    other_autoscaler: bool = False
    """Another autoscaler's workload selects one of the Pods, too."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync has come to before it writes anything."""

    autoscaler: HorizontalPodAutoscaler
    """With the conditions that are known by then."""
    memory: Memory
    current: int | None = None
    """None: the scale could not be read."""
    desired: int | None = None
    """None: no size could be computed."""
    statuses: tuple[MetricStatus | None, ...] = ()
    failed: bool = False
    """The sync ends with an error, with or without a new size."""

    @property
    def new_size(self) -> int | None:
        """The size that has to be set; None if there is none."""
        return None if self.desired == self.current else self.desired


def decide(
    autoscaler: HorizontalPodAutoscaler, observed: Observed, memory: Memory, settings: Settings, now: int
) -> Decision:
    """The size that the workload should have now.

    A size outside the autoscaler's bounds is corrected at once: without metrics, windows or rates.
    Source: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler)
    """
    scale = observed.scale
    if scale is None:
        unable = with_condition(autoscaler, Type.ABLE_TO_SCALE, False, Reason.FAILED_GET_SCALE, now)
        return Decision(autoscaler=unable, memory=memory, failed=True)
    autoscaler = with_condition(autoscaler, Type.ABLE_TO_SCALE, True, Reason.SUCCEEDED_GET_SCALE, now)
    current = scale.replicas
    if not memory.recommendations:
        memory = replace(memory, recommendations=(Recommendation(current, now),))
    fewest, most = autoscaler.min_replicas, autoscaler.max_replicas
    if current == 0 and not scales_from_zero(autoscaler, settings):
        disabled = with_condition(autoscaler, Type.SCALING_ACTIVE, False, Reason.SCALING_DISABLED, now)
        if not settings.scale_to_zero:
            disabled = replace(disabled, conditions=without(disabled.conditions, Type.SCALED_TO_ZERO))
        return Decision(autoscaler=disabled, memory=memory, current=current, desired=current)
    if current != 0 and not fewest <= current <= most:
        desired = most if current > most else fewest
        return Decision(autoscaler=autoscaler, memory=memory, current=current, desired=desired)
    return decide_by_metrics(autoscaler, scale, observed, memory, settings, now)


def decide_by_metrics(
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    observed: Observed,
    memory: Memory,
    settings: Settings,
    now: int,
) -> Decision:
    """The size that comes of the metrics.

    Source: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler)
    """
    current = scale.replicas
    combined = compute_replicas(autoscaler, scale, observed, settings, now)
    active = combined.replicas is not None
    autoscaler = with_condition(autoscaler, Type.SCALING_ACTIVE, active, combined.reason, now)
    if combined.replicas is None:
        return Decision(autoscaler=autoscaler, memory=memory, current=current, statuses=combined.statuses, failed=True)
    window = settings.downscale_stabilization
    found = normalize(autoscaler, current, max(0, combined.replicas), memory, window, now)
    autoscaler = with_condition(autoscaler, Type.ABLE_TO_SCALE, True, found.able_to_scale, now)
    autoscaler = with_condition(autoscaler, Type.SCALING_LIMITED, found.limited, found.limiting, now)
    # from 0 the rates may not reach the fewest replicas at once
    desired = max(found.replicas, autoscaler.min_replicas) if current == 0 else found.replicas
    return Decision(
        autoscaler=autoscaler,
        memory=found.memory,
        current=current,
        desired=desired,
        statuses=combined.statuses,
        failed=combined.invalid,
    )


def compute_replicas(
    autoscaler: HorizontalPodAutoscaler, scale: Scale, observed: Observed, settings: Settings, now: int
) -> Combined:
    """What the metrics ask for. Without a selector, or with another autoscaler's Pods among its own, nothing.

    Source: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetrics, validateAndParseSelector)
    """
    if not valid_selector(scale.selector):
        return Combined(replicas=None, reason=Reason.INVALID_SELECTOR, statuses=(), invalid=True)
    if observed.other_autoscaler:
        return Combined(replicas=None, reason=Reason.AMBIGUOUS_SELECTOR, statuses=(), invalid=True)
    tolerances = tolerances_for(autoscaler, settings)
    answers = [
        propose(metric, reading, scale, tolerances, settings, now)
        for metric, reading in zip(autoscaler.metrics, observed.readings, strict=True)
    ]
    return combine(autoscaler.metrics, answers, scale.replicas)


def valid_selector(text: str) -> bool:
    """There is a selector, and it is well formed.

    Source: pkg/controller/podautoscaler/horizontal.go (validateAndParseSelector)
    """
    try:
        parse_selector(text)
    except ValueError:
        return False
    return bool(text)


def scales_from_zero(autoscaler: HorizontalPodAutoscaler, settings: Settings) -> bool:
    """A workload without replicas is scaled: the controller itself took it to 0, and may bring it back.

    Source: pkg/controller/podautoscaler/horizontal.go (shouldComputeMetricsForZeroReplicas)
    """
    scaled_to_zero = settings.scale_to_zero and is_true(autoscaler.conditions, Type.SCALED_TO_ZERO)
    return scaled_to_zero and (autoscaler.min_replicas != 0 or has_object_or_external_metrics(autoscaler))


def has_object_or_external_metrics(autoscaler: HorizontalPodAutoscaler) -> bool:
    """The autoscaler has a metric that says something even when there are no Pods.

    Source: pkg/controller/podautoscaler/horizontal.go (hasObjectOrExternalMetrics)
    """
    return any(metric.source in (MetricSource.OBJECT, MetricSource.EXTERNAL) for metric in autoscaler.metrics)


def with_condition(
    autoscaler: HorizontalPodAutoscaler, type: Type, met: bool, reason: Reason, now: int
) -> HorizontalPodAutoscaler:
    """The autoscaler with this condition."""
    return replace(autoscaler, conditions=set_condition(autoscaler.conditions, type, met, reason, now))
