"""What the API server makes of the Job controller's writes, as far as the state keeps it."""

from collections.abc import Sequence

from model.api.jobs import JobConditionType, JobStatus
from model.api.objects import PodPhase
from model.cluster import Cluster, without_forgotten
from model.control_plane.pod_requests import created, deleted, without_finalizer
from model.controllers.job.conditions import true_condition
from model.controllers.job.observed import job_spec
from model.controllers.job.writes import CreatePod, DeletePod, RemoveFinalizer
from model.rows.job import Job
from model.rows.pod import Pod

PodRequest = CreatePod | DeletePod | RemoveFinalizer


def job_row(state: Cluster, job: int) -> Job:
    """The row of a Job that is there."""
    row = state.jobs[job]
    assert row is not None  # the caller has read it
    return row


def pod_row(state: Cluster, pod: int) -> Pod:
    """The row of a Pod that is there."""
    row = state.pods[pod]
    assert row is not None  # the caller has read it
    return row


def requested(state: Cluster, job: int, slots: Sequence[int], requests: Sequence[PodRequest]) -> Cluster:
    """The state after these requests; a Pod's uid is its place in `slots`."""
    after = state
    for request in requests:
        match request:
            case CreatePod(pod):
                after = created(
                    after,
                    Pod(
                        template=job_spec(after, job_row(after, job)).template,
                        job=job,
                        ordinal=pod.completion_index,
                        finalizer=pod.tracking_finalizer,
                        index_failures=pod.index_failure_count,
                    ),
                )
            case DeletePod(pod):
                after = deleted(after, slots[int(pod.uid)])
            case RemoveFinalizer(pod):
                after = without_finalizer(after, pod_row(after, slots[int(pod.uid)]))
    return after


def with_status(state: Cluster, job: int, slots: Sequence[int], status: JobStatus) -> Cluster:
    """The state after a PUT of the Job's status; a Pod's uid is its place in `slots`."""
    row = job_row(state, job)
    reasons = {
        type: None if condition is None else condition.reason
        for type in JobConditionType
        for condition in (true_condition(status.conditions, type),)
    }
    has_deadline = job_spec(state, row).written.active_deadline_seconds is not None
    after = state.update(
        row,
        started=has_deadline and status.start_time is not None,
        said_suspended=reasons[JobConditionType.SUSPENDED] is not None,
        failure_target=reasons[JobConditionType.FAILURE_TARGET],
        success_criteria_met=reasons[JobConditionType.SUCCESS_CRITERIA_MET],
        has_failed=reasons[JobConditionType.FAILED] is not None,
        complete=reasons[JobConditionType.COMPLETE] is not None,
        succeeded=status.succeeded,
        failed=status.failed,
        completed_indexes=status.completed_indexes,
        failed_indexes=status.failed_indexes or "",
    )
    for place, slot in enumerate(slots):
        pod, listed = after.pods[slot], _listed(str(place), status)
        if pod is not None and pod.uncounted is not listed:
            after = after.update(pod, uncounted=listed)
    return without_forgotten(after)


def _listed(uid: str, status: JobStatus) -> PodPhase | None:
    if uid in status.uncounted_succeeded:
        return PodPhase.SUCCEEDED
    return PodPhase.FAILED if uid in status.uncounted_failed else None
