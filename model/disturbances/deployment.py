"""What users do to a Deployment, each as often as its budget in the state allows."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from model.cluster import Cluster
from model.parts import Part, budgeted
from model.rows.deployment import Deployment
from model.rows.slots import DeploymentSlot


def user_applies_new_image(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user applies a new image: the Deployment's Pod template changes to its next revision."""
    current = state.deployments[deployment]
    if current is not None and state.image_updates > 0:
        for template in _neighbour(state, deployment, current, +1):
            yield _applied(state, current, template=template).set(image_updates=state.image_updates - 1)


def user_rolls_back(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user rolls back (``kubectl rollout undo``): the Pod template changes to the revision before.

    kubectl finds it in its ReplicaSet; without that ("no rollout history found"), or while the Deployment is paused,
    it refuses.
    Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go
    """
    current = state.deployments[deployment]
    if current is not None and state.rollbacks > 0 and not current.paused:
        for template in _neighbour(state, deployment, current, -1):
            if has_replica_set(state, deployment, template):
                yield _applied(state, current, template=template).set(rollbacks=state.rollbacks - 1)


def user_scales_up(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment up by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_ups > 0:
        yield _applied(state, current, replicas=current.replicas + 1).set(scale_ups=state.scale_ups - 1)


def user_scales_down(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment down by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_downs > 0 and current.replicas > 0:
        yield _applied(state, current, replicas=current.replicas - 1).set(scale_downs=state.scale_downs - 1)


def user_pauses_rollout(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user pauses the Deployment (``kubectl rollout pause``).

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    current = state.deployments[deployment]
    if current is not None and state.pauses > 0 and not current.paused:
        yield _applied(state, current, paused=True).set(pauses=state.pauses - 1)


def user_resumes_rollout(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user resumes the Deployment (``kubectl rollout resume``)."""
    current = state.deployments[deployment]
    if current is not None and state.resumes > 0 and current.paused:
        yield _applied(state, current, paused=False).set(resumes=state.resumes - 1)


def has_replica_set(state: Cluster, deployment: int, template: int) -> bool:
    """The Deployment still has a ReplicaSet of the template."""
    return any(
        replica_set.deployment == deployment and replica_set.template == template for replica_set in state.replica_sets
    )


def _applied(state: Cluster, deployment: Deployment, **spec: Any) -> Cluster:
    """The state with a new spec, which the status is not of yet."""
    if deployment.status is not None:
        return state.update(deployment, status=replace(deployment.status, observed=False), **spec)
    return state.update(deployment, **spec)


def _neighbour(state: Cluster, slot: int, deployment: Deployment, offset: int) -> Iterator[int]:
    """The template `offset` revisions after the current one, if there is one."""
    revisions = state.constants.deployments[slot].revisions
    index = revisions.index(deployment.template) + offset
    if 0 <= index < len(revisions):
        yield revisions[index]


PARTS: tuple[Part, ...] = (
    budgeted("image_updates", user_applies_new_image),
    budgeted("rollbacks", user_rolls_back),
    budgeted("scale_ups", user_scales_up),
    budgeted("scale_downs", user_scales_down),
    budgeted("pauses", user_pauses_rollout),
    budgeted("resumes", user_resumes_rollout),
)
