"""Instances: a workload at a size that can be searched exhaustively.

Large replica counts are not enumerated. An instance has at most so many replicas a Deployment; maxSurge and
maxUnavailable are then whole numbers in about the same proportion, and what was 0, or all replicas, stays so.
"""

import msgspec
from msgspec.structs import replace

from kubeproof.workload import Workload, WorkloadDeployment
from model.api.objects import Strategy
from model.controllers.deployment.fenceposts import resolve_fenceposts


class Bound(msgspec.Struct, frozen=True):
    """The size of an instance: at most so many replicas a Deployment, on at most so many nodes (None: any number)."""

    replicas: int
    nodes: int | None = None


def instance(workload: Workload, *, replicas: int | None, nodes: int | None = None) -> Workload:
    """The workload with at most `replicas` replicas a Deployment, on at most `nodes` nodes.

    Nodes that come from the input are kept, and so are the replicas on them: a smaller instance would leave more room
    than there is.
    """
    if not workload.nodes_assumed:
        return workload
    deployments = workload.deployments
    if replicas is not None:
        deployments = tuple(_smaller(deployment, replicas) for deployment in deployments)
    return replace(workload, deployments=deployments, nodes=workload.nodes[:nodes])


def _smaller(deployment: WorkloadDeployment, most: int) -> WorkloadDeployment:
    written = deployment.replicas
    if written <= most:
        return deployment
    if deployment.strategy is Strategy.RECREATE:
        return replace(deployment, replicas=most)
    surge, unavailable = resolve_fenceposts(deployment.max_surge, deployment.max_unavailable, written)
    some_stay = unavailable < written
    return replace(
        deployment,
        replicas=most,
        max_surge=in_proportion(surge, written, most),
        max_unavailable=0 if most == 1 and some_stay else in_proportion(min(unavailable, written), written, most),
    )


def in_proportion(part: int, whole: int, smaller: int) -> int:
    """`part` of `whole`, scaled to `smaller`: 0 stays 0, all stays all, and in between stays in between if it can."""
    if part == 0:
        return 0
    if part >= whole:
        return -(-part * smaller // whole)
    return min(max(1, round(part * smaller / whole)), max(1, smaller - 1))


def sizes_below(workload: Workload, most: Bound) -> list[Bound]:
    """The bounds of ever larger instances, up to `most`: one replica more each time, and one node more.

    Each makes a different instance; only the last one is left where an instance cannot be smaller.
    """
    largest = max(deployment.replicas for deployment in workload.deployments)
    nodes = len(workload.nodes) if most.nodes is None else min(most.nodes, len(workload.nodes))
    if not workload.nodes_assumed:
        return [most]
    steps = max(min(most.replicas, largest), nodes)
    sizes = [Bound(min(step, most.replicas, largest), min(step, nodes)) for step in range(1, steps + 1)]
    return [*sizes[:-1], most]


def size_of(workload: Workload, written: Workload) -> dict[str, int | str]:
    """The bounds that a verdict states: sizes, and what the manifest says where that is more."""
    bounds: dict[str, int | str] = {}
    for deployment, original in zip(workload.deployments, written.deployments, strict=True):
        key = "replicas" if len(workload.deployments) == 1 else f"replicas of {deployment.name}"
        bounds[key] = deployment.replicas
        if deployment.replicas != original.replicas:
            bounds[key] = f"{deployment.replicas} of {original.replicas}{_fenceposts(deployment)}"
    bounds["nodes"] = len(workload.nodes)
    return bounds


def _fenceposts(deployment: WorkloadDeployment) -> str:
    if deployment.strategy is Strategy.RECREATE:
        return ""
    return f" (maxSurge {deployment.max_surge}, maxUnavailable {deployment.max_unavailable})"
