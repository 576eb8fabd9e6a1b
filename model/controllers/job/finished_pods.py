"""Which of a Job's Pods finished, and which of these it has yet to count.

A Pod carries a finalizer until it is counted, so that it cannot go before.

Source: pkg/controller/job/job_controller.go
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from model.api.jobs import CompletionMode, Job, PodReplacementPolicy
from model.api.objects import Pod, PodPhase
from model.controllers.job.failure_policy import match_pod_failure_policy


class FinishedPods(msgspec.Struct, frozen=True, kw_only=True):
    """Pods that finished and are neither counted nor about to be."""

    succeeded: tuple[Pod, ...] = ()
    failed: tuple[Pod, ...] = ()


def is_indexed(job: Job) -> bool:
    """Whether each Pod of the Job is for one completion index.

    Source: pkg/controller/job/indexed_job_utils.go (isIndexedJob)
    """
    return job.completion_mode is CompletionMode.INDEXED


def has_valid_index(pod: Pod, job: Job) -> bool:
    """Whether the Pod is for an index that the Job has."""
    return pod.completion_index is not None and pod.completion_index < (job.completions or 0)


def only_replaces_failed_pods(job: Job) -> bool:
    """Whether a Pod that is being deleted is replaced only once its containers have stopped.

    Source: pkg/controller/job/job_controller.go (onlyReplaceFailedPods)
    """
    return job.pod_replacement_policy is PodReplacementPolicy.FAILED or job.pod_failure_policy is not None


def is_pod_failed(pod: Pod, job: Job) -> bool:
    """Whether the Pod failed; one that is being deleted counts as failed, unless the Job waits for its end.

    Source: pkg/controller/job/job_controller.go (isPodFailed)
    """
    if pod.phase is PodPhase.FAILED:
        return True
    return pod.deleting and pod.phase is not PodPhase.SUCCEEDED and not only_replaces_failed_pods(job)


def is_tracked(pod: Pod, expected_removals: Collection[str]) -> bool:
    """Whether the Pod has the finalizer and, as far as the controller knows, still will.

    `expected_removals` are uids of Pods whose finalizer it had removed without having seen it yet.
    """
    return pod.tracking_finalizer and pod.uid not in expected_removals


def valid_pods(
    job: Job,
    pods: Iterable[Pod],
    uncounted: Collection[str],
    expected_removals: Collection[str],
    counts: Callable[[Pod], bool],
) -> tuple[Pod, ...]:
    """The Pods that are tracked, not `uncounted` (uids), for an index of the Job if it has any, and that count.

    Source: pkg/controller/job/job_controller.go (getValidPodsWithFilter)
    """
    return tuple(
        pod
        for pod in pods
        if is_tracked(pod, expected_removals)
        and pod.uid not in uncounted
        and (not is_indexed(job) or has_valid_index(pod, job))
        and counts(pod)
    )


def new_finished_pods(job: Job, pods: Sequence[Pod], expected_removals: Collection[str]) -> FinishedPods:
    """The Pods that finished and that the Job's status knows nothing of.

    Source: pkg/controller/job/job_controller.go (getNewFinishedPods)
    """
    status = job.status
    return FinishedPods(
        succeeded=valid_pods(
            job, pods, status.uncounted_succeeded, expected_removals, lambda pod: pod.phase is PodPhase.SUCCEEDED
        ),
        failed=valid_pods(job, pods, status.uncounted_failed, expected_removals, lambda pod: is_pod_failed(pod, job)),
    )


def count_succeeded(job: Job, finished: FinishedPods) -> int:
    """How many Pods succeeded: counted, about to be, and new. Source: job_controller.go (syncJob)."""
    return job.status.succeeded + len(finished.succeeded) + len(set(job.status.uncounted_succeeded))


def count_failed(job: Job, finished: FinishedPods) -> int:
    """How many Pods failed: counted, about to be, and new ones that the policy does not ignore.

    Source: pkg/controller/job/job_controller.go (syncJob, nonIgnoredFailedPodsCount)
    """
    new = sum(1 for pod in finished.failed if match_pod_failure_policy(job.pod_failure_policy, pod).counts)
    return job.status.failed + new + len(set(job.status.uncounted_failed))
