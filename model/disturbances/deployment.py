"""What users do to a Deployment, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.cluster import Cluster
from model.rows.deployment import Deployment
from model.rows.slots import DeploymentSlot


def user_applies_new_image(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user applies a new image: the Deployment's Pod template changes to its next revision."""
    current = state.deployments[deployment]
    if current is not None and state.image_updates > 0:
        for template in _neighbour(state, deployment, current, +1):
            yield state.update(current, template=template).set(image_updates=state.image_updates - 1)


def user_rolls_back(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user rolls back (``kubectl rollout undo``): the Pod template changes to the revision before.

    Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go
    """
    current = state.deployments[deployment]
    if current is not None and state.rollbacks > 0:
        for template in _neighbour(state, deployment, current, -1):
            yield state.update(current, template=template).set(rollbacks=state.rollbacks - 1)


def user_scales_up(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment up by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_ups > 0:
        yield state.update(current, replicas=current.replicas + 1).set(scale_ups=state.scale_ups - 1)


def user_scales_down(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user scales the Deployment down by one replica."""
    current = state.deployments[deployment]
    if current is not None and state.scale_downs > 0 and current.replicas > 0:
        yield state.update(current, replicas=current.replicas - 1).set(scale_downs=state.scale_downs - 1)


def _neighbour(state: Cluster, slot: int, deployment: Deployment, offset: int) -> Iterator[int]:
    """The template `offset` revisions after the current one, if there is one."""
    revisions = state.constants.deployments[slot].revisions
    index = revisions.index(deployment.template) + offset
    if 0 <= index < len(revisions):
        yield revisions[index]
