"""The indexes of an Indexed Job: which succeeded, failed, or are to be run next.

Source: pkg/controller/job/indexed_job_utils.go
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from model.api.jobs import Job, PodFailurePolicyAction
from model.api.objects import Pod, PodPhase
from model.api.pods import active_pods, terminating_pods
from model.controllers.job.backoff import absolute_failure_count, remaining_time_of_index
from model.controllers.job.failure_policy import match_pod_failure_policy
from model.controllers.job.finished_pods import (
    has_valid_index,
    is_pod_failed,
    only_replaces_failed_pods,
    valid_pods,
)
from model.controllers.job.finished_time import finished_time, recency
from model.controllers.job.indexes import Intervals, has, joined, parse, with_indexes


class Indexes(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync knows of the Job's indexes."""

    succeeded_before: Intervals = ()
    """As the status says."""
    succeeded: Intervals = ()
    failed: Intervals | None = None
    """None unless the Job has a back-off limit per index."""
    delayed: Mapping[int, Pod] = {}
    """By index: the failed Pod that is kept until it is replaced."""


def indexes_of(job: Job, pods: Sequence[Pod], expected_removals: Collection[str]) -> Indexes:
    """What `pods` add to the indexes in the Job's status.

    Source: pkg/controller/job/job_controller.go (syncJob)
    """
    before = parse(job.status.completed_indexes, job.completions or 0)
    succeeded = succeeded_indexes(job, pods)
    if job.backoff_limit_per_index is None:
        return Indexes(succeeded_before=before, succeeded=succeeded)
    failed = failed_indexes(job, pods)
    delayed = pods_with_delayed_deletion(job, pods, succeeded, failed, expected_removals)
    return Indexes(succeeded_before=before, succeeded=succeeded, failed=failed, delayed=delayed)


def succeeded_indexes(job: Job, pods: Iterable[Pod]) -> Intervals:
    """The indexes that succeeded: in the status, or by a Pod that still has its finalizer.

    Source: pkg/controller/job/indexed_job_utils.go (calculateSucceededIndexes)
    """
    new = {
        pod.completion_index
        for pod in pods
        if pod.completion_index is not None
        and pod.phase is PodPhase.SUCCEEDED
        and has_valid_index(pod, job)
        and pod.tracking_finalizer
    }
    return with_indexes(parse(job.status.completed_indexes, job.completions or 0), new)


def failed_indexes(job: Job, pods: Iterable[Pod]) -> Intervals:
    """The indexes that failed for good: in the status, or by a Pod that still has its finalizer.

    Source: pkg/controller/job/indexed_job_utils.go (calculateFailedIndexes)
    """
    new = {
        pod.completion_index
        for pod in pods
        if pod.completion_index is not None
        and has_valid_index(pod, job)
        and pod.tracking_finalizer
        and is_index_failed(job, pod)
    }
    return with_indexes(parse(job.status.failed_indexes or "", job.completions or 0), new)


def is_index_failed(job: Job, pod: Pod) -> bool:
    """Whether the Pod's index is given up: the policy says so, or the Pod failed and its index had its retries.

    Source: pkg/controller/job/indexed_job_utils.go (isIndexFailed)
    """
    if not is_pod_failed(pod, job):
        return False
    match = match_pod_failure_policy(job.pod_failure_policy, pod)
    if match.action is PodFailurePolicyAction.FAIL_INDEX:
        return True
    return match.counts and pod.index_failure_count >= (job.backoff_limit_per_index or 0)


def indexes_in(pods: Iterable[Pod]) -> set[int]:
    """The indexes of these Pods. Source: pkg/controller/job/indexed_job_utils.go (getIndexes)."""
    return {pod.completion_index for pod in pods if pod.completion_index is not None}


def pods_with_delayed_deletion(
    job: Job, pods: Sequence[Pod], succeeded: Intervals, failed: Intervals, expected_removals: Collection[str]
) -> dict[int, Pod]:
    """By index: the failed Pod that keeps its finalizer until it is replaced, because it alone tells its count.

    No index has one that succeeded, failed for good or has an active Pod.
    Source: pkg/controller/job/indexed_job_utils.go (getPodsWithDelayedDeletionPerIndex)
    """
    active = indexes_in(active_pods(pods))
    delayed: dict[int, Pod] = {}
    for pod in valid_pods(job, pods, (), expected_removals, lambda pod: is_pod_failed(pod, job)):
        index = pod.completion_index
        if index is None or index in active or has(succeeded, index) or has(failed, index):
            continue
        if index not in delayed or is_later_failure(pod, delayed[index]):
            delayed[index] = pod
    return delayed


def is_later_failure(pod: Pod, other: Pod) -> bool:
    """Whether the Pod follows at least as many failures as the other, and finished no earlier."""
    return absolute_failure_count(other) <= absolute_failure_count(pod) and recency(finished_time(pod)) >= recency(
        finished_time(other)
    )


def first_pending_indexes(job: Job, pods: Sequence[Pod], indexes: Indexes, count: int) -> list[int]:
    """The lowest `count` indexes that have no Pod, did not succeed and did not fail for good.

    Source: pkg/controller/job/indexed_job_utils.go (firstPendingIndexes)
    """
    taken = with_indexes(indexes.succeeded, indexes_in(active_pods(pods)))
    if only_replaces_failed_pods(job):
        taken = with_indexes(taken, indexes_in(terminating_pods(pods)))
    taken = joined(taken, indexes.failed or ())
    pending: list[int] = []
    candidate = 0
    for interval in taken:
        pending.extend(range(candidate, min(interval.first, job.completions or 0)))
        candidate = max(candidate, interval.last + 1)
    pending.extend(range(candidate, job.completions or 0))
    return pending[:count]


def indexes_to_create(pending: Iterable[int], delayed: Mapping[int, Pod], now: int) -> tuple[list[int], int]:
    """The indexes whose back-off is over at `now`; if there are none, in how many seconds the first one's is.

    Source: pkg/controller/job/job_controller.go (getPodCreationInfoForIndependentIndexes)
    """
    remaining = {index: remaining_time_of_index(delayed.get(index), now) for index in pending}
    ready = [index for index, seconds in remaining.items() if seconds == 0]
    return ready, 0 if ready else min(remaining.values(), default=0)
