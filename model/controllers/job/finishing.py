"""How the status of a Job is written, around the removal of finalizers.

Source: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers, flushUncountedAndRemoveFinalizers)
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.jobs import JobCondition, JobConditionType, JobStatus
from model.api.objects import Pod
from model.controllers.job.conditions import new_condition, true_condition, with_condition
from model.controllers.job.context import Context
from model.controllers.job.deletion import gone
from model.controllers.job.ending import failed_condition
from model.controllers.job.finished_pods import is_tracked
from model.controllers.job.tracking import clean_uncounted, count_pods, with_indexes_counted
from model.controllers.job.writes import (
    ExpectFinalizersRemoved,
    FinalizerStays,
    KeepBackoff,
    MarkFinished,
    RemoveFinalizer,
    Steps,
    UpdateJobStatus,
)


def track_job_status(
    context: Context, before: JobStatus, status: JobStatus, finished: JobCondition | None
) -> Steps[bool]:
    """Write down the uids of finished Pods, remove their finalizers, then count them; at last, finish the Job.

    `before` is the status in the cache, and `status` what this sync makes of it so far. Returns whether a write
    failed: the sync is then tried again.
    Source: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers)
    """
    tracked = {pod.uid for pod in context.pods if is_tracked(pod, context.expected_removals)}
    status = clean_uncounted(status, tracked)
    counting = count_pods(context, status, finished)
    status = with_interim_condition(with_indexes_counted(context, status, counting), finished)
    if is_worth_writing(before, status):
        if (yield UpdateJobStatus(status)) is not None:
            return True
        yield KeepBackoff(context.backoff)
    written = status
    removed, error = yield from remove_finalizers(counting.removable)
    status = clean_uncounted(status, tracked - removed)
    if not error and finished is not None and not counting.truncated:
        status = with_final_condition(status, finished, context.now)
    if status == written:
        return error
    refused = yield UpdateJobStatus(status)
    if refused is None and status.conditions != written.conditions:
        yield MarkFinished(True)
    return error or refused is not None


def is_worth_writing(before: JobStatus, status: JobStatus) -> bool:
    """Whether more has changed than the start time, and the count that always follows from other fields."""
    return replace(status, start_time=before.start_time, succeeded=before.succeeded) != before


def remove_finalizers(pods: Sequence[Pod]) -> Steps[tuple[set[str], bool]]:
    """Remove the Pods' finalizers. Returns the uids of those that have none any more, and whether one stays.

    Source: pkg/controller/job/job_controller.go (removeTrackingFinalizerFromPods)
    """
    removed: set[str] = set()
    if pods:
        yield ExpectFinalizersRemoved(tuple(pod.uid for pod in pods))
    for pod in pods:
        refused = yield RemoveFinalizer(pod)
        if refused is not None:
            yield FinalizerStays(pod.uid)
        if gone(refused):
            removed.add(pod.uid)
    return removed, any(pod.uid not in removed for pod in pods)


def with_interim_condition(status: JobStatus, finished: JobCondition | None) -> JobStatus:
    """The status that says how the Job will end, before its finalizers are removed."""
    if finished is None or finished.type not in (
        JobConditionType.FAILURE_TARGET,
        JobConditionType.SUCCESS_CRITERIA_MET,
    ):
        return status
    known = true_condition(status.conditions, JobConditionType.SUCCESS_CRITERIA_MET) is not None
    if finished.type == JobConditionType.SUCCESS_CRITERIA_MET and known:
        return status
    return replace(status, conditions=(*status.conditions, finished))


def with_final_condition(status: JobStatus, finished: JobCondition, now: int) -> JobStatus:
    """The status of a Job that is Failed or Complete, once all its Pods are counted and none is terminating.

    Source: pkg/controller/job/job_controller.go (enactJobFinished)
    """
    if status.uncounted_succeeded or status.uncounted_failed or (status.terminating or 0) > 0:
        return status
    if finished.type != JobConditionType.SUCCESS_CRITERIA_MET:
        return replace(status, conditions=with_condition(status.conditions, failed_condition(finished, now)))
    complete = new_condition(JobConditionType.COMPLETE, finished.reason, finished.message, now)
    return replace(status, conditions=with_condition(status.conditions, complete), completion_time=now)
