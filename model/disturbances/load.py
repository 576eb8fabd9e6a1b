"""What happens to the load and its metrics, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.cluster import Cluster
from model.parts import Part, budgeted, component
from model.rows.slots import AutoscalerSlot


def load_changes(state: Cluster, autoscaler: AutoscalerSlot) -> Iterator[Cluster]:
    """The load on an autoscaler's Deployment rises or falls, by any amount."""
    row = state.autoscalers[autoscaler]
    if row is None or state.load_changes == 0:
        return
    for load in range(len(state.constants.autoscalers[autoscaler].loads)):
        if load != row.load:
            yield state.update(row, load=load).set(load_changes=state.load_changes - 1)


def metrics_fail(state: Cluster, autoscaler: AutoscalerSlot) -> Iterator[Cluster]:
    """The metrics API stops to answer (metrics-server or an adapter is down)."""
    row = state.autoscalers[autoscaler]
    if row is not None and row.metrics_available and state.metrics_outages > 0:
        yield state.update(row, metrics_available=False).set(metrics_outages=state.metrics_outages - 1)


def metrics_return(state: Cluster, autoscaler: AutoscalerSlot) -> Iterator[Cluster]:
    """The metrics API answers again."""
    row = state.autoscalers[autoscaler]
    if row is not None and not row.metrics_available:
        yield state.update(row, metrics_available=True)


def user_reapplies_manifest(state: Cluster, autoscaler: AutoscalerSlot) -> Iterator[Cluster]:
    """The user applies the Deployment's manifest again, with the replicas that it says.

    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
    """
    row = state.autoscalers[autoscaler]
    written = state.constants.autoscalers[autoscaler].written_replicas
    if row is None or written is None or state.reapplies == 0:
        return
    deployment = state.deployments[row.deployment]
    if deployment is not None:
        yield state.update(deployment, replicas=written).set(reapplies=state.reapplies - 1)


PARTS: tuple[Part, ...] = (
    budgeted("load_changes", load_changes),
    budgeted("metrics_outages", metrics_fail),
    *component(lambda state: state.metrics_outages > 0, metrics_return),  # an outage does end
    budgeted("reapplies", user_reapplies_manifest),
)
