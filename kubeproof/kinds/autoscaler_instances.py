"""Autoscalers small enough to search: fewer replicas, durations in syncs, and a load of few values."""

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.kinds.autoscaler import WorkloadAutoscaler
from model.api.autoscalers import Behavior, HorizontalPodAutoscaler, ScalingRules
from model.controllers.horizontalpodautoscaler.settings import Settings
from model.rows.autoscaler import AutoscalerSpec, Load

SYNC_PERIOD = 15
"""Seconds from one sync to the next (``--horizontal-pod-autoscaler-sync-period``)."""
LONGEST = 3
"""The most syncs that a window or a period has in an instance."""


def smaller(autoscaler: WorkloadAutoscaler, most: int) -> WorkloadAutoscaler:
    """The autoscaler with at most `most` replicas; it has a choice of sizes if it had one."""
    written = autoscaler.autoscaler
    if written.max_replicas <= most:
        return autoscaler
    fixed = written.min_replicas >= written.max_replicas
    fewest = most if fixed else min(written.min_replicas, max(1, most - 1))
    replicas = autoscaler.written_replicas
    return replace(
        autoscaler,
        autoscaler=replace(written, min_replicas=fewest, max_replicas=most),
        written_replicas=None if replicas is None else min(replicas, most),
    )


def spec(autoscaler: WorkloadAutoscaler, deployment: int) -> AutoscalerSpec:
    """Its constant part; `deployment` is the number of its target. Durations become syncs."""
    api = autoscaler.autoscaler
    longest, flag = longest_duration(api), Settings().downscale_stabilization
    return AutoscalerSpec(
        name=autoscaler.name,
        deployment=deployment,
        autoscaler=replace(api, behavior=None if api.behavior is None else _in_syncs(api.behavior, longest)),
        settings=Settings(
            downscale_stabilization=scaled(min(flag, longest), longest),
            cpu_initialization_period=1,
            initial_readiness_delay=0,
        ),
        requested=autoscaler.requested,
        loads=tuple(loads(api)),
        written_replicas=autoscaler.written_replicas,
    )


def longest_duration(autoscaler: HorizontalPodAutoscaler) -> int:
    """How many seconds its decisions look back at most."""
    flag, behavior = Settings().downscale_stabilization, autoscaler.behavior
    if behavior is None:
        return flag
    rules, window = (behavior.scale_up, behavior.scale_down), behavior.scale_down.stabilization_window_seconds
    return max(
        flag if window is None else window,
        behavior.scale_up.stabilization_window_seconds or 0,
        *(policy.period_seconds for each in rules for policy in each.policies),
    )


def _in_syncs(behavior: Behavior, longest: int) -> Behavior:
    return Behavior(
        scale_up=_rules_in_syncs(behavior.scale_up, longest), scale_down=_rules_in_syncs(behavior.scale_down, longest)
    )


def _rules_in_syncs(rules: ScalingRules, longest: int) -> ScalingRules:
    window = rules.stabilization_window_seconds
    return replace(
        rules,
        stabilization_window_seconds=None if window is None else scaled(window, longest),
        policies=tuple(
            replace(policy, period_seconds=scaled(policy.period_seconds, longest)) for policy in rules.policies
        ),
    )


def syncs(seconds: int) -> int:
    """How many syncs a duration has."""
    return -(-seconds // SYNC_PERIOD)


def scaled(seconds: int, longest: int) -> int:
    """How many syncs a duration of so many seconds has in an instance, if the longest has `longest` seconds.

    None and one stay so; what is longer stays longer than that, so that it makes a difference.
    """
    exact, most = syncs(seconds), syncs(longest)
    if exact <= 1 or most <= LONGEST:
        return exact
    return max(2, round(exact * LONGEST / most))


def loads(autoscaler: HorizontalPodAutoscaler) -> Iterator[Load]:
    """What the load may be: nothing, what each size can do at its target, just more than that, and too much for all."""
    yield Load(0)
    for pods in range(1, autoscaler.max_replicas + 1):
        yield Load(pods)
        if pods < autoscaler.max_replicas:
            yield Load(pods, above=True)
    yield Load(autoscaler.max_replicas + 1)


def in_words(autoscaler: WorkloadAutoscaler) -> str:
    """As in ``1 to 3 replicas``."""
    return f"{autoscaler.autoscaler.min_replicas} to {autoscaler.autoscaler.max_replicas} replicas"
