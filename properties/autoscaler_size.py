"""Who sets the size of what is autoscaled, and to what."""

from collections.abc import Iterator

from checker.vocabulary import never, never_step
from model.cluster import Cluster
from model.rows.autoscaler import Autoscaler
from model.rows.deployment import Deployment
from properties.autoscaler_converges import needed


@never("autoscaler_within_bounds")
def autoscalers_out_of_bounds(state: Cluster) -> Iterator[Autoscaler]:
    """What is autoscaled never asks for fewer replicas than minReplicas, or for more than maxReplicas.

    Relied on by whoever sized the quota for the most, and the redundancy for the fewest.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details
    """
    for slot, row in state.autoscalers.items():
        autoscaler = state.constants.autoscalers[slot].autoscaler
        deployment = state.deployments[row.deployment]
        if deployment is None:
            continue
        if not autoscaler.min_replicas <= deployment.replicas <= autoscaler.max_replicas:
            yield row


@never_step("size_left_to_autoscaler")
def sizes_taken_from_autoscalers(before: Cluster, after: Cluster) -> Iterator[Autoscaler]:
    """Nobody but the autoscaler takes away Pods that the load needs.

    Relied on by everybody who waits for an answer: the autoscaler gives the Pods back, but they have to start first.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
    """
    for slot, row in before.autoscalers.items():
        spec = before.constants.autoscalers[slot]
        change = size_change(before, after, row)
        if change is None or not written_by_user(before, after):
            continue
        old, new = change
        if new < old and new < needed(spec.autoscaler, spec.loads[row.load]):
            yield row


def size_change(before: Cluster, after: Cluster, row: Autoscaler) -> tuple[int, int] | None:
    """The sizes before and after a step that changes the size of what is autoscaled."""
    old: Deployment | None = before.deployments[row.deployment]
    new: Deployment | None = after.deployments[row.deployment]
    if old is None or new is None or old.replicas == new.replicas:
        return None
    return old.replicas, new.replicas


def written_by_user(before: Cluster, after: Cluster) -> bool:
    """The step is one of a user's that change sizes: each uses up a budget."""
    return (
        before.reapplies != after.reapplies
        or before.scale_ups != after.scale_ups
        or before.scale_downs != after.scale_downs
    )
