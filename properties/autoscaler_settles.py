"""A load that stays as it is leads to a size that stays as it is."""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always
from model.cluster import Cluster
from model.controllers.horizontalpodautoscaler.actions import decisions
from model.rows.slots import AutoscalerSlot


@derived
def new_sizes(state: Cluster, autoscaler: AutoscalerSlot) -> tuple[int, ...]:
    """The sizes other than the present one that a sync might set now."""
    return tuple(decision.new_size for decision in decisions(state, autoscaler) if decision.new_size is not None)


@eventually_always("autoscaler_settles")
def autoscalers_that_do_not_settle(state: Cluster) -> Iterator[str]:
    """When the load has stopped changing, the autoscaler stops changing the size.

    An autoscaler that goes to and fro starts and stops Pods for nothing.
    Relied on by whoever pays for starting Pods: in money, in cold caches, in dropped connections.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#flapping
    """
    for slot, row in state.autoscalers.items():
        deployment = state.deployments[row.deployment]
        for size in new_sizes(state, slot):
            now = 0 if deployment is None else deployment.replicas
            yield f"HorizontalPodAutoscaler {state.constants.autoscalers[slot].name}: from {now} to {size} replicas"
