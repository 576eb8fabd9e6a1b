"""Deployments in front of the model."""

from msgspec.structs import replace

from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member, pod_fields
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.api.objects import Strategy
from model.controllers.deployment.fenceposts import resolve_fenceposts
from model.rows.deployment import DeploymentSpec
from model.rows.pod_template import PodTemplate


class WorkloadDeployment(Member, frozen=True, kw_only=True):
    """A Deployment as its manifest says it."""

    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    paused: bool = False
    revision_history_limit: int = 10
    progress_deadline_seconds: int = 600


def read(manifest: Manifest, service: Manifest | None) -> WorkloadDeployment:
    """The Deployment in a manifest, with the API server's defaults."""
    spec = mapping(manifest.data, "spec")
    rolling = mapping(spec, "strategy", "rollingUpdate")
    replicas = spec.get("replicas")
    surge, unavailable = rolling.get("maxSurge"), rolling.get("maxUnavailable")
    history, deadline = spec.get("revisionHistoryLimit"), spec.get("progressDeadlineSeconds")
    return WorkloadDeployment(
        **pod_fields(manifest, service),
        replicas=1 if replicas is None else replicas,
        strategy=Strategy(field(spec, "strategy", "type") or Strategy.ROLLING_UPDATE.value),
        max_surge="25%" if surge is None else surge,
        max_unavailable="25%" if unavailable is None else unavailable,
        paused=bool(spec.get("paused")),
        revision_history_limit=10 if history is None else history,
        progress_deadline_seconds=600 if deadline is None else deadline,
    )


def smaller(deployment: WorkloadDeployment, most: int) -> WorkloadDeployment:
    """The Deployment with `most` replicas, and maxSurge and maxUnavailable in about the same proportion."""
    written = deployment.replicas
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


def spec(deployment: WorkloadDeployment, templates: list[PodTemplate], revisions: int) -> DeploymentSpec:
    """The Deployment's constant part."""
    first = len(templates)
    templates.extend(deployment.template(f"v{number + 1}") for number in range(revisions))
    return DeploymentSpec(
        name=deployment.name,
        strategy=deployment.strategy,
        max_surge=deployment.max_surge,
        max_unavailable=deployment.max_unavailable,
        paused=deployment.paused,
        revision_history_limit=deployment.revision_history_limit,
        progress_deadline_seconds=deployment.progress_deadline_seconds,
        revisions=tuple(range(first, len(templates))),
    )


def proportions(deployment: WorkloadDeployment) -> str:
    """What maxSurge and maxUnavailable have become."""
    if deployment.strategy is Strategy.RECREATE:
        return ""
    return f" (maxSurge {deployment.max_surge}, maxUnavailable {deployment.max_unavailable})"


DEPLOYMENT = Kind(
    name="Deployment", field="deployments", read=read, smaller=smaller, spec=spec, proportions=proportions
)
