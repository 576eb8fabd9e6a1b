"""Deployments whose rollouts are complete."""

from collections.abc import Sequence

from msgspec.structs import replace

from checker.state import Pool
from model.cluster import Constants
from model.control_plane.informers import current_replica_set
from model.controllers.deployment.actions import rule_deployment
from model.controllers.deployment.fenceposts import max_replicas
from model.rows.deployment import Deployment, DeploymentSpec
from model.rows.replica_set import ReplicaSet
from model.steady import PodGroup, Start, steady_pod


def steady_deployments(constants: Constants, replicas: Sequence[int]) -> Start:
    """Every Deployment at its first revision, with `replicas` Pods each."""
    deployments = [
        Deployment(template=spec.revisions[0], replicas=size)
        for spec, size in zip(constants.deployments, replicas, strict=True)
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
