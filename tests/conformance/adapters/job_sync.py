"""Cases of the Job controller: one whole sync."""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.container_statuses import ContainerStatus
from model.api.jobs import (
    CompletionMode,
    Job,
    JobCondition,
    JobStatus,
    RestartPolicy,
    SuccessPolicyRule,
)
from model.api.objects import Pod, PodPhase
from model.api.refusals import Refusal
from model.controllers.expectations import ControllerExpectations
from model.controllers.job.annotations import completion_index
from model.controllers.job.backoff import BackoffRecord
from model.controllers.job.memory import Memory
from model.controllers.job.sync import Sync, sync
from model.controllers.job.writes import CreatePod, DeletePod, RemoveFinalizer, UpdateJobStatus, Write
from tests.conformance.adapters.job_pods import failure_policy, pod_conditions, replacement_policy
from tests.conformance.adapters.pods import NOW
from tests.conformance.registry import Case, adapter

JOB = "job"


def memory(given: Case) -> Memory:
    pending, record = given.get("pending_expectations") or 0, given.get("backoff_record")
    expectations = ControllerExpectations().set_expectations(max(pending, 0), max(-pending, 0), NOW)
    return Memory(
        expectations=expectations,
        backoff=BackoffRecord()
        if record is None
        else BackoffRecord(
            failures_after_last_success=record["failures_after_last_success"],
            last_failure_time=NOW - record["seconds_since_last_failure"],
        ),
    )


def conditions(given: list[Case]) -> tuple[JobCondition, ...]:
    return tuple(
        JobCondition(
            type=each["type"],
            status=each["status"],
            reason=each.get("reason") or "",
            message=each.get("message") or "",
        )
        for each in given
    )


def shape_conditions(given: tuple[JobCondition, ...]) -> list[Case]:
    return [
        {"type": each.type, "status": each.status, "reason": each.reason, "message": each.message} for each in given
    ]


def after(job: Job, result: Sync) -> Case:
    """The outcome, and the status as it was last written."""
    status = next(
        (write.status for write in reversed(result.accepted) if isinstance(write, UpdateJobStatus)), job.status
    )
    created = [write.pod for write in result.accepted if isinstance(write, CreatePod)]
    deleted = [write.pod.name for write in result.accepted if isinstance(write, DeletePod)]
    indexed = job.completion_mode is CompletionMode.INDEXED
    return {
        "creations": len(created),
        "created_indexes": sorted(pod.completion_index for pod in created) if indexed else None,
        "deletions": len(deleted),
        "deleted": sorted(deleted),
        "finalizer_removals": sum(isinstance(write, RemoveFinalizer) for write in result.accepted),
        "status_updates": sum(isinstance(write, UpdateJobStatus) for write in result.accepted),
        "error": result.error,
        "active": status.active,
        "ready": status.ready,
        "terminating": status.terminating,
        "succeeded": status.succeeded,
        "failed": status.failed,
        "completed_indexes": status.completed_indexes,
        "failed_indexes": status.failed_indexes,
        "uncounted_succeeded": list(status.uncounted_succeeded),
        "uncounted_failed": list(status.uncounted_failed),
        "start_time_s": None if status.start_time is None else status.start_time - NOW,
        "conditions": shape_conditions(status.conditions),
    }


def counted_pods(given: Case) -> list[Pod]:
    """The Pods of which the case gives numbers, and those with an index."""
    running = [
        Pod(phase=PodPhase.RUNNING, ready=number < given["ready_pods"]) for number in range(given["running_pods"])
    ]
    terminating = Pod(phase=PodPhase.RUNNING, deleting=True, deletion_timestamp=NOW)
    return [
        *[Pod(phase=PodPhase.PENDING)] * given["pending_pods"],
        *running,
        *[Pod(phase=PodPhase.SUCCEEDED)] * given["succeeded_pods"],
        *[Pod(phase=PodPhase.FAILED)] * given["failed_pods"],
        *[terminating] * given["terminating_pods"],
        *[
            Pod(phase=PodPhase(each["phase"]), completion_index=completion_index(each["index"]))
            for each in given["indexed_pods"]
        ],
    ]


def owned(pods: list[Pod]) -> list[Pod]:
    """The Pods as the Job's own, each with a name."""
    return [
        replace(pod, name=pod.name or f"pod{number}", uid=pod.name or f"pod{number}", controller=JOB)
        for number, pod in enumerate(pods)
    ]


def initial_status(given: Case) -> JobStatus:
    if given.get("was_suspended"):
        suspended = JobCondition(type="Suspended", status="True", reason="JobSuspended", message="Job suspended")
        return JobStatus(conditions=(suspended,))
    status = given.get("initial_status")
    if status is None:
        return JobStatus()
    return JobStatus(
        active=status["active"],
        succeeded=status["succeeded"],
        failed=status["failed"],
        start_time=NOW,
        conditions=conditions(status["conditions"]),
    )


@adapter("job_sync")
def one_sync_of_counted_pods(given: Case, expected: Case) -> Case:
    job = Job(
        name=JOB,
        uid=JOB,
        parallelism=given["parallelism"],
        completions=given["completions"],
        completion_mode=CompletionMode(given["completion_mode"]),
        backoff_limit=given["backoff_limit"],
        suspend=given["suspend"],
        pod_replacement_policy=replacement_policy(given["pod_replacement_policy"]),
        pod_failure_policy=() if given.get("has_pod_failure_policy") else None,
        deleting=given["deleting"],
        status=initial_status(given),
    )
    pods = [replace(pod, tracking_finalizer=True) for pod in owned(counted_pods(given))]
    limit = given.get("pod_create_limit")

    def refusal(write: Write, earlier: Sequence[Refusal | None]) -> Refusal | None:
        # A sync that creates Pods writes nothing before.
        over = limit is not None and isinstance(write, CreatePod) and len(earlier) >= limit
        return Refusal.FORBIDDEN if over else None

    answer = after(job, sync(job, pods, memory(given), NOW, selected=lambda pod: True, refusal=refusal))
    return {key: answer[key] for key in expected}


def success_policy(rules: list[Case] | None) -> tuple[SuccessPolicyRule, ...] | None:
    return None if rules is None else tuple(SuccessPolicyRule(**rule) for rule in rules)


def full_status(given: Case | None) -> JobStatus:
    if given is None:
        return JobStatus()
    return JobStatus(
        active=given["active"],
        ready=given["ready"],
        terminating=given["terminating"],
        succeeded=given["succeeded"],
        failed=given["failed"],
        completed_indexes=given["completed_indexes"],
        failed_indexes=given["failed_indexes"],
        uncounted_succeeded=tuple(given["uncounted_succeeded"]),
        uncounted_failed=tuple(given["uncounted_failed"]),
        start_time=None if given["start_time_s"] is None else NOW + given["start_time_s"],
        conditions=conditions(given["conditions"]),
    )


def full_pod(given: Case) -> Pod:
    finished = given["finished_s"]
    return Pod(
        name=given["name"],
        phase=PodPhase(given["phase"]),
        ready=given["ready"],
        deleting=given["deleting"],
        deletion_timestamp=NOW if given["deleting"] else None,
        tracking_finalizer=given["tracking_finalizer"],
        completion_index=completion_index(given["index"]),
        index_failure_count=given["failure_count"] or 0,
        containers=(
            ContainerStatus(
                name="c", exit_code=given["exit_code"], finished_at=None if finished is None else NOW + finished
            ),
        ),
        conditions=pod_conditions(given["conditions"]),
    )


@adapter("job_sync_full")
def one_sync(given: Case, expected: Case) -> Case:
    job = Job(
        name=JOB,
        uid=JOB,
        parallelism=given["parallelism"],
        completions=given["completions"],
        completion_mode=CompletionMode(given["completion_mode"]),
        backoff_limit=given["backoff_limit"],
        backoff_limit_per_index=given["backoff_limit_per_index"],
        max_failed_indexes=given["max_failed_indexes"],
        active_deadline_seconds=given["active_deadline_seconds"],
        suspend=given["suspend"],
        restart_policy=RestartPolicy(given["restart_policy"]),
        pod_replacement_policy=replacement_policy(given["pod_replacement_policy"]),
        pod_failure_policy=failure_policy(given["pod_failure_policy_rules"]),
        success_policy=success_policy(given["success_policy_rules"]),
        deleting=given["deleting"],
        status=full_status(given["status"]),
    )
    pods = owned([full_pod(each) for each in given["pods"]])
    answer = after(job, sync(job, pods, memory(given), NOW, selected=lambda pod: True))
    # A case that depends on how ties are broken does not say which Pods are deleted.
    return {key: answer[key] for key in expected} | ({"deleted": None} if expected["deleted"] is None else {})
