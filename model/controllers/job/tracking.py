"""How a Job counts each Pod that finishes exactly once.

First the uid of the Pod is written down in the status, then its finalizer goes, then it moves from the list of uids
to the counter. Whatever is interrupted in between is taken up by the next sync.

Source: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers)
"""

from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import replace

from model.api.jobs import Job, JobCondition, JobConditionType, JobStatus
from model.api.objects import Pod, PodPhase
from model.controllers.job.context import Context
from model.controllers.job.failure_policy import match_pod_failure_policy
from model.controllers.job.finished_pods import has_valid_index, is_indexed, is_pod_failed, is_tracked
from model.controllers.job.indexes import has, text, total, with_indexes

MAX_UNCOUNTED_PODS = 500
"""The most uids that the status lists (``MaxUncountedPods``)."""


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """The Pods that are counted in one sync."""

    removable: tuple[Pod, ...] = ()
    """Those whose finalizer may go once the status with the uids is written."""
    succeeded: tuple[str, ...] = ()
    """All uids in the status of Pods that succeeded."""
    failed: tuple[str, ...] = ()
    """All uids in the status of Pods that failed."""
    succeeded_indexes: tuple[int, ...] = ()
    """Indexes that succeeded since the last sync."""
    truncated: bool = False
    """There may be more: the list of uids is full."""


def clean_uncounted(status: JobStatus, tracked: Collection[str]) -> JobStatus:
    """The status with the uids of Pods that have no finalizer any more moved to the counters.

    `tracked` are the uids of those that still have it.
    Source: pkg/controller/job/job_controller.go (cleanUncountedPodsWithoutFinalizers)
    """
    succeeded = tuple(uid for uid in status.uncounted_succeeded if uid in tracked)
    failed = tuple(uid for uid in status.uncounted_failed if uid in tracked)
    return replace(
        status,
        succeeded=status.succeeded + len(status.uncounted_succeeded) - len(succeeded),
        failed=status.failed + len(status.uncounted_failed) - len(failed),
        uncounted_succeeded=succeeded,
        uncounted_failed=failed,
    )


def can_remove_finalizer(context: Context, pod: Pod, finished: JobCondition | None) -> bool:
    """Whether the Pod needs its finalizer no more: it finished, or the Job ends.

    A failed Pod that is to be replaced keeps it, if only the Pod tells how often its index failed.
    Source: pkg/controller/job/job_controller.go (canRemoveFinalizer)
    """
    if context.job.deleting or finished is not None or pod.phase is PodPhase.SUCCEEDED:
        return True
    if not is_pod_failed(pod, context.job):
        return False
    delayed = None if pod.completion_index is None else context.indexes.delayed.get(pod.completion_index)
    return delayed is None or delayed.uid != pod.uid


def count_pods(
    context: Context, status: JobStatus, finished: JobCondition | None, limit: int = MAX_UNCOUNTED_PODS
) -> Counting:
    """Count the Pods whose finalizer can go, in the order of their indexes, until the list of uids is full.

    `status` is the Job's own, cleaned of the Pods that are counted already.
    Source: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers)
    """
    removable: list[Pod] = []
    succeeded, failed = [*status.uncounted_succeeded], [*status.uncounted_failed]
    indexes: list[int] = []
    for pod in in_order_of_indexes(context):
        if not is_tracked(pod, context.expected_removals) or not can_remove_finalizer(context, pod, finished):
            continue
        removable.append(pod)
        if counts_as_new_index(context, pod):
            indexes.extend(() if pod.completion_index is None else (pod.completion_index,))
        elif counts_as_succeeded(context.job, pod):
            succeeded.append(pod.uid)
        elif counts_as_failed(context.job, pod, finished):
            failed.append(pod.uid)
        if len(indexes) + len(succeeded) + len(failed) >= limit:
            return _counting(removable, succeeded, failed, indexes, truncated=True)
    return _counting(removable, succeeded, failed, indexes, truncated=False)


def in_order_of_indexes(context: Context) -> Sequence[Pod]:
    """The Job's Pods; if they have indexes, by index, those without first."""
    if not is_indexed(context.job):
        return context.pods
    return sorted(context.pods, key=lambda pod: -1 if pod.completion_index is None else pod.completion_index)


def has_succeeded(job: Job, pod: Pod) -> bool:
    """Whether the Pod succeeded and was not taken for failed before."""
    return pod.phase is PodPhase.SUCCEEDED and pod.uid not in job.status.uncounted_failed


def counts_as_new_index(context: Context, pod: Pod) -> bool:
    """Whether the Pod is the success of an index that the status does not list: no uid is needed then."""
    index = pod.completion_index
    return (
        is_indexed(context.job)
        and has_succeeded(context.job, pod)
        and index is not None
        and has_valid_index(pod, context.job)
        and not has(context.indexes.succeeded_before, index)
    )


def counts_as_succeeded(job: Job, pod: Pod) -> bool:
    """Whether the uid of the Pod belongs to those that succeeded, and is not yet there."""
    return not is_indexed(job) and has_succeeded(job, pod) and pod.uid not in job.status.uncounted_succeeded


def counts_as_failed(job: Job, pod: Pod, finished: JobCondition | None) -> bool:
    """Whether the uid of the Pod belongs to those that failed, and is not yet there.

    When a Job fails, so does each Pod that has not finished. What the policy ignores does not count, nor what is
    for no index of an Indexed Job.
    """
    if has_succeeded(job, pod) or pod.uid in job.status.uncounted_failed:
        return False
    job_fails = finished is not None and finished.type != JobConditionType.SUCCESS_CRITERIA_MET
    if not (is_pod_failed(pod, job) or job_fails) or (is_indexed(job) and not has_valid_index(pod, job)):
        return False
    return match_pod_failure_policy(job.pod_failure_policy, pod).counts


def with_indexes_counted(context: Context, status: JobStatus, counting: Counting) -> JobStatus:
    """The status with the uids of `counting` and, in an Indexed Job, with the indexes that succeeded and failed."""
    status = replace(status, uncounted_succeeded=counting.succeeded, uncounted_failed=counting.failed)
    if not is_indexed(context.job):
        return status
    succeeded = with_indexes(context.indexes.succeeded, counting.succeeded_indexes)
    failed = context.indexes.failed
    return replace(
        status,
        succeeded=total(succeeded),
        completed_indexes=text(succeeded),
        failed_indexes=None if failed is None else text(failed),
    )


def _counting(
    removable: list[Pod], succeeded: list[str], failed: list[str], indexes: list[int], *, truncated: bool
) -> Counting:
    return Counting(
        removable=tuple(removable),
        succeeded=tuple(succeeded),
        failed=tuple(failed),
        succeeded_indexes=tuple(indexes),
        truncated=truncated,
    )
