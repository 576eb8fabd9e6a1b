"""Rolling update: how far a rollout may stray from the wanted number of Pods, and that it ends."""

from collections.abc import Iterator

from checker.vocabulary import derived, never, sometimes
from model.cluster import Cluster, is_available, pod_template
from model.controllers.deployment.actions import api_deployment
from model.controllers.deployment.fenceposts import max_replicas, min_available
from model.rows.deployment import Deployment
from model.rows.slots import DeploymentSlot


@derived
def available_pods(state: Cluster, deployment: DeploymentSlot) -> int:
    """The Deployment's Pods that are available and not terminating, as the API says."""
    return sum(
        1
        for pod in state.pods
        if pod.active
        and is_available(pod_template(state, pod), pod)
        and deployment in _deployments_of(state, pod.replica_set)
    )


@derived
def replicas_asked_for(state: Cluster, deployment: DeploymentSlot) -> int:
    """The sizes of the Deployment's ReplicaSets in all."""
    return sum(replica_set.replicas for replica_set in state.replica_sets if replica_set.deployment == deployment)


def _deployments_of(state: Cluster, slot: int | None) -> tuple[int, ...]:
    replica_set = None if slot is None else state.replica_sets[slot]
    return () if replica_set is None else (replica_set.deployment,)


@never("enough_available")
def deployments_with_too_few_pods(state: Cluster) -> Iterator[Deployment]:
    """While only the rollout acts, at least replicas - maxUnavailable Pods are available.

    Relied on by whoever sized the Deployment for its load.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable
    """
    for slot, deployment in state.deployments.items():
        if available_pods(state, slot) < min_available(api_deployment(state, slot, deployment)):
            yield deployment


@never("surge_within_budget")
def oversized_deployments(state: Cluster) -> Iterator[Deployment]:
    """The ReplicaSets of a Deployment never ask for more than replicas + maxSurge Pods.

    Relied on by whoever sized the nodes or the quota.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge
    """
    for slot, deployment in state.deployments.items():
        if replicas_asked_for(state, slot) > max_replicas(api_deployment(state, slot, deployment)):
            yield deployment


@sometimes("rollout_completes")
def complete_rollouts(state: Cluster) -> Iterator[Deployment]:
    """The rollout can end: every Pod is of the new template and available, and no old one is left.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    if state.image_updates == 0:
        for slot, deployment in state.deployments.items():
            if deployment.template != state.constants.deployments[slot].revisions[0] and _complete(
                state, slot, deployment
            ):
                yield deployment


def _complete(state: Cluster, slot: int, deployment: Deployment) -> bool:
    own = [replica_set for replica_set in state.replica_sets if replica_set.deployment == slot]
    return all(
        replica_set.available_replicas == replica_set.replicas == deployment.replicas
        if replica_set.template == deployment.template
        else replica_set.replicas == replica_set.status_replicas == 0
        for replica_set in own
    ) and any(replica_set.template == deployment.template for replica_set in own)
