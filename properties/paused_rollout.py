"""Pausing: what a Deployment does, and does not do, while it is paused."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always, never_step
from model.cluster import Cluster
from model.controllers.deployment.actions import api_deployment
from model.controllers.deployment.fenceposts import max_replicas
from model.rows.deployment import Deployment
from properties.rolling_update import replicas_asked_for
from properties.rollout_progress import scaling_pending


@never_step("paused_rollout_stands_still")
def rollouts_that_went_on(before: Cluster, after: Cluster) -> Iterator[Deployment]:
    """While a Deployment is paused no ReplicaSet of it is created or changes its size, unless the user scales it.

    It does not hold in the middle of a rollout. The controller then brings the Deployment to its full size: it gives
    the old ReplicaSet back what it had lost, if that is the only one with Pods; fills every ReplicaSet up to maxSurge
    otherwise; and if the new one is complete, empties the old ones.
    Source: pkg/controller/deployment/sync.go (scale),
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    for slot, deployment in before.deployments.items():
        if deployment.paused and not scaling_pending(before, slot) and _moved(before, after, slot):
            yield deployment


def _moved(before: Cluster, after: Cluster, deployment: int) -> bool:
    """A ReplicaSet of the Deployment has been created, or has another size."""
    for slot, written in after.replica_sets.items():
        replica_set = before.replica_sets[slot]
        if written.deployment == deployment and (replica_set is None or replica_set.replicas != written.replicas):
            return True
    return False


@eventually_always("paused_size_converges")
def paused_deployments_of_another_size(state: Cluster) -> Iterator[str]:
    """In the end a paused Deployment asks for as many Pods as it has replicas, and at most maxSurge more.

    Which of them are of the new template stays as it was; scaling goes to all in proportion.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
    """
    for slot, deployment in state.deployments.items():
        most = max_replicas(api_deployment(state, slot, deployment)) if deployment.replicas > 0 else 0
        asked = replicas_asked_for(state, slot)
        if deployment.paused and not deployment.replicas <= asked <= most:
            name = state.constants.deployments[slot].name
            yield f"Deployment {name}: its ReplicaSets ask for {asked} Pods, not for {deployment.replicas} to {most}"
