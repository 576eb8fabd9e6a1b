"""The autoscaler brings about the size that the load asks for."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.api.autoscalers import HorizontalPodAutoscaler, PolicySelect
from model.cluster import Cluster
from model.controllers.horizontalpodautoscaler.actions import numbers_of_pods, total_of
from model.controllers.horizontalpodautoscaler.metrics import tolerances_for
from model.rows.autoscaler import AutoscalerSpec, Load


def needed(autoscaler: HorizontalPodAutoscaler, load: Load) -> int:
    """The fewest replicas, within the bounds, at which no Pod is above its target."""
    wanted = load.pods + (1 if load.above and load.pods > 0 else 0)
    return max(autoscaler.min_replicas, min(wanted, autoscaler.max_replicas))


def _relative(spec: AutoscalerSpec, load: Load, pods: int) -> list[float]:
    """By metric: how much each of so many Pods has to do, 1 being its target."""
    totals = [(total_of(metric, load), total_of(metric, Load(pods))) for metric in spec.autoscaler.metrics]
    return [total / capacity for total, capacity in totals]


@eventually_always("autoscaler_converges")
def autoscalers_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end as many Pods are ready as the load asks for: none is above its target, and no more than that.

    Within the tolerance any number is right, and beyond the bounds the bound is. A direction in which ``behavior``
    forbids to scale is not asked for.
    Relied on by whoever lets an autoscaler choose the size.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details
    """
    for slot, row in state.autoscalers.items():
        spec = state.constants.autoscalers[slot]
        load = spec.loads[row.load]
        at_work, _, fresh, _, _ = numbers_of_pods(state, row.deployment)
        ready, wanted = at_work + fresh, needed(spec.autoscaler, load)
        if ready != wanted and not _right_enough(spec, load, ready):
            yield f"HorizontalPodAutoscaler {spec.name}: the load asks for {wanted} ready Pods, not {ready}"


def _right_enough(spec: AutoscalerSpec, load: Load, ready: int) -> bool:
    """So many Pods are within the tolerance, or nothing may be done about them."""
    autoscaler = spec.autoscaler
    wanted, behavior = needed(autoscaler, load), autoscaler.behavior
    if behavior is not None:
        rules = behavior.scale_up if ready < wanted else behavior.scale_down
        if rules.select is PolicySelect.DISABLED:
            return True
    if not autoscaler.min_replicas <= ready <= autoscaler.max_replicas or ready == 0:
        return False
    tolerances = tolerances_for(autoscaler, spec.settings)
    usage = max(_relative(spec, load, ready))
    return 1 - tolerances.down <= usage <= 1 + tolerances.up
