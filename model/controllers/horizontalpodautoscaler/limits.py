"""How far the size may go at once: the autoscaler's bounds and its scaling policies.

Source: pkg/controller/podautoscaler/horizontal.go,
https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#scaling-policies
"""

from model.api.autoscalers import Behavior, PolicySelect, PolicyType, ScalingPolicy, ScalingRules
from model.controllers.horizontalpodautoscaler.conditions import Reason
from model.controllers.horizontalpodautoscaler.float64 import lowered, raised
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvents, replicas_change


def period_start_replicas(current: int, events: ScaleEvents, period: int, now: int) -> int:
    """The size at the beginning of the period, as far as the controller itself changed it.

    Source: pkg/controller/podautoscaler/horizontal.go (calculateScaleUpLimitWithScalingRules)
    """
    return current - replicas_change(events.up, period, now) + replicas_change(events.down, period, now)


def allowed_growth(policy: ScalingPolicy, start: int) -> int:
    """The size that the policy allows to grow to from `start`; a percentage is rounded up, so that it always grows.

    Source: pkg/controller/podautoscaler/horizontal.go (calculateScaleUpLimitWithScalingRules)
    """
    return start + policy.value if policy.type is PolicyType.PODS else raised(start, policy.value)


def allowed_shrinking(policy: ScalingPolicy, start: int) -> int:
    """The size that the policy allows to shrink to from `start`; a percentage leaves the whole number below.

    Source: pkg/controller/podautoscaler/horizontal.go (calculateScaleDownLimitWithBehaviors)
    """
    return start - policy.value if policy.type is PolicyType.PODS else lowered(start, policy.value)


def scale_up_limit(current: int, events: ScaleEvents, rules: ScalingRules, now: int) -> int:
    """The most replicas that the policies allow now; it may be less than the current number.

    Source: pkg/controller/podautoscaler/horizontal.go (calculateScaleUpLimitWithScalingRules)
    """
    if rules.select is PolicySelect.DISABLED:
        return current
    least_change = rules.select is PolicySelect.MIN
    return (min if least_change else max)(
        allowed_growth(policy, period_start_replicas(current, events, policy.period_seconds, now))
        for policy in rules.policies
    )


def scale_down_limit(current: int, events: ScaleEvents, rules: ScalingRules, now: int) -> int:
    """The fewest replicas that the policies allow now; it may be more than the current number.

    Source: pkg/controller/podautoscaler/horizontal.go (calculateScaleDownLimitWithBehaviors)
    """
    if rules.select is PolicySelect.DISABLED:
        return current
    least_change = rules.select is PolicySelect.MIN
    return (max if least_change else min)(
        allowed_shrinking(policy, period_start_replicas(current, events, policy.period_seconds, now))
        for policy in rules.policies
    )


def within_rates(
    current: int, desired: int, bounds: tuple[int, int], behavior: Behavior, events: ScaleEvents, now: int
) -> tuple[int, Reason]:
    """The size nearest to `desired` that bounds (fewest, most) and policies allow, and what limited it.

    What was too fast already is not taken back.
    Source: pkg/controller/podautoscaler/horizontal.go (convertDesiredReplicasWithBehaviorRate)
    """
    fewest, most = bounds
    if desired > current:
        limit = max(current, scale_up_limit(current, events, behavior.scale_up, now))
        if desired > min(most, limit):
            return min(most, limit), Reason.SCALE_UP_LIMIT if most > limit else Reason.TOO_MANY_REPLICAS
    elif desired < current:
        limit = min(current, scale_down_limit(current, events, behavior.scale_down, now))
        if desired < max(fewest, limit):
            return max(fewest, limit), Reason.SCALE_DOWN_LIMIT if fewest < limit else Reason.TOO_FEW_REPLICAS
    return desired, Reason.DESIRED_WITHIN_RANGE


def within_bounds(current: int, desired: int, bounds: tuple[int, int]) -> tuple[int, Reason]:
    """The size nearest to `desired` that the bounds (fewest, most) allow, and what limited it.

    Without ``spec.behavior`` it grows to twice the current size at most, or to 4.
    Source: pkg/controller/podautoscaler/horizontal.go (convertDesiredReplicasWithRules, calculateScaleUpLimit)
    """
    fewest, most = bounds
    limit = max(2 * current, 4)
    if desired < fewest:
        return fewest, Reason.TOO_FEW_REPLICAS
    if desired > min(most, limit):
        return min(most, limit), Reason.SCALE_UP_LIMIT if most > limit else Reason.TOO_MANY_REPLICAS
    return desired, Reason.DESIRED_WITHIN_RANGE
