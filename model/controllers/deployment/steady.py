"""Deployments whose rollouts are complete."""

from collections.abc import Sequence

from msgspec.structs import replace

from checker.state import Pool
from model.cluster import Constants
from model.control_plane.informers import current_replica_set
from model.controllers.deployment.actions import rule_deployment
from model.controllers.deployment.conditions import Reason
from model.controllers.deployment.fenceposts import max_replicas
from model.controllers.deployment.progress import NO_DEADLINE
from model.rows.deployment import Deployment, DeploymentSpec, DeploymentStatus
from model.rows.replica_set import ReplicaSet
from model.steady import PodGroup, Start, steady_pod


def steady_deployments(constants: Constants, replicas: Sequence[int]) -> Start:
    """Every Deployment at its first revision, with `replicas` Pods each."""
    deployments = [
        _deployment(constants, spec, size) for spec, size in zip(constants.deployments, replicas, strict=True)
    ]
    owners = [_replica_set(constants, slot, deployment) for slot, deployment in enumerate(deployments)]
    return Start(
        pools={
            "deployments": Pool.of(deployments),
            "replica_sets": Pool.of(owners, slots=sum(len(spec.revisions) for spec in constants.deployments)),
        },
        pods=tuple(
            PodGroup(steady_pod(constants, owner.template, replica_set=slot), owner.replicas)
            for slot, owner in enumerate(owners)
        ),
    )


def _deployment(constants: Constants, spec: DeploymentSpec, replicas: int) -> Deployment:
    """The Deployment; one that is paused has been so since its rollout was complete."""
    row = Deployment(template=spec.revisions[0], replicas=replicas, paused=spec.paused)
    if not constants.deployment_status:
        return row
    status = DeploymentStatus(
        replicas=replicas,
        updated_replicas=replicas,
        available_replicas=replicas,
        revision=1,
        progressing=_progressing(spec),
    )
    return replace(row, status=status)


def _progressing(spec: DeploymentSpec) -> Reason | None:
    """The reason of the condition Progressing, which only a Deployment with a deadline has."""
    if spec.progress_deadline_seconds in (None, NO_DEADLINE):
        return None
    return Reason.DEPLOYMENT_PAUSED if spec.paused else Reason.NEW_REPLICA_SET_AVAILABLE


def _replica_set(constants: Constants, slot: int, deployment: Deployment) -> ReplicaSet:
    spec: DeploymentSpec = constants.deployments[slot]
    row = ReplicaSet(
        deployment=slot,
        template=deployment.template,
        replicas=deployment.replicas,
        status_replicas=deployment.replicas,
        available_replicas=deployment.replicas,
        revision=1,
        desired_annotation=deployment.replicas,
        max_annotation=max_replicas(rule_deployment(spec, deployment)),
    )
    lagging = constants.caches.deployment_replica_sets
    return replace(row, observed=current_replica_set(row)) if lagging else row
