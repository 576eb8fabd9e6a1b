"""Cases of the Deployment controller: one whole sync."""

from collections.abc import Sequence

from model.api.objects import Deployment, Pod, PodPhase, ReplicaSet, Strategy
from model.controllers.deployment.sync import sync
from model.controllers.deployment.writes import (
    CreateReplicaSet,
    DeleteReplicaSet,
    UpdateDeploymentStatus,
    Write,
)
from tests.conformance.adapters.deployment import after
from tests.conformance.adapters.deployment_status import (
    conditions,
    conditions_by_type,
    counts,
    now,
    with_counts,
)
from tests.conformance.registry import Case, adapter


def deployment(given: Case) -> Deployment:
    subject = Deployment(
        name="web",
        template=given["deployment_template"],
        replicas=given["deployment_replicas"],
        strategy=Strategy(given["strategy"]),
        max_surge=given["max_surge"],
        max_unavailable=given["max_unavailable"],
        paused=given["paused"],
        revision_history_limit=given["revision_history_limit"],
        progress_deadline_seconds=given["progress_deadline_seconds"],
        revision=given["revision"],
        conditions=conditions(given["conditions"]),
    )
    return with_counts(subject, given["status"])


def replica_set(given: Case) -> ReplicaSet:
    return ReplicaSet(
        name=given["name"],
        uid=given["name"],
        template=given["template"],
        created=given["created_offset_s"],
        generation=given["generation"],
        replicas=given["replicas"],
        status_replicas=given["status_replicas"],
        ready_replicas=given["ready"],
        available_replicas=given["available"],
        terminating_replicas=given["terminating"],
        observed_generation=given["observed_generation"],
        revision=given["revision"],
        desired_annotation=given["desired_annotation"],
        max_annotation=given["max_annotation"],
    )


def annotation(value: int | None) -> str | None:
    return None if value is None else str(value)


def created(writes: Sequence[Write]) -> Case | None:
    for write in writes:
        if isinstance(write, CreateReplicaSet):
            return {
                "replicas": write.replica_set.replicas,
                "revision": annotation(write.replica_set.revision),
                "desired_annotation": annotation(write.replica_set.desired_annotation),
                "max_annotation": annotation(write.replica_set.max_annotation),
            }
    return None


def accepts_every_write(write: Write, earlier: Sequence[Write]) -> None:
    """Kubernetes' fake client, which made the cases, does not look at resource versions."""


@adapter("deployment_sync")
def sync_deployment(given: Case, expected: Case) -> Case:
    subject = deployment(given)
    owned = [replica_set(one) for one in given["replicasets"]]
    pods = [Pod(controller=one["rs"], phase=PodPhase(one["phase"])) for one in given["pods"]]
    writes = sync(subject, owned, pods, now(given["now"]), accepts_every_write).writes
    left = after(owned, writes)
    for write in writes:
        if isinstance(write, UpdateDeploymentStatus):
            subject = write.deployment
    return {
        "replicas": {name: one.replicas for name, one in left.items()},
        "created": created(writes),
        "deleted": sorted(write.name for write in writes if isinstance(write, DeleteReplicaSet)),
        "rs_revisions": {name: annotation(one.revision) for name, one in left.items()},
        "rs_annotations": {
            name: [annotation(one.desired_annotation), annotation(one.max_annotation)] for name, one in left.items()
        },
        "deployment_revision": annotation(subject.revision),
        "status": counts(subject),
        "conditions": conditions_by_type(subject),
    }
