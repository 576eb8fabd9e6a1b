"""Each Pod of a Job counts once: what backoffLimit, completions and every report on the Job rest on."""

from collections.abc import Iterator

from checker.vocabulary import never_step
from model.api.objects import PodPhase
from model.cluster import Cluster
from model.controllers.job.failure_policy import match_pod_failure_policy
from model.controllers.job.finished_pods import is_indexed
from model.controllers.job.indexes import has, parse
from model.controllers.job.observed import api_pods, job_spec
from model.rows.job import Job
from model.rows.pod import Pod


@never_step("each_pod_counts_once")
def pods_miscounted(before: Cluster, after: Cluster) -> Iterator[Job | Pod]:
    """Each Pod of a Job that ends is counted once, as succeeded or as failed: never twice, and never not at all.

    A failure that the Job's podFailurePolicy ignores, or that comes after the Job has succeeded, does not count.
    Relied on by whoever sets completions or backoffLimit.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
    """
    for slot, job in before.jobs.items():
        later = after.jobs[slot]
        if later is not None and _counts_more_than_it_lists(before, after, slot, job, later):
            yield job
    for slot, pod in before.pods.items():
        if pod.job is not None:
            owner, now = before.jobs[pod.job], after.pods[slot]
            if owner is not None and (_is_lost(before, owner, pod, now) or _is_listed_again(pod, now)):
                yield pod


def _counts_more_than_it_lists(before: Cluster, after: Cluster, slot: int, job: Job, later: Job) -> bool:
    """The counters grew by another number than that of the uids that left the lists."""
    succeeded = 0 if is_indexed(job_spec(before, job).written) else later.succeeded - job.succeeded
    grown = succeeded + later.failed - job.failed
    left = sum(
        1
        for pod_slot, pod in before.pods.items()
        if pod.job == slot and pod.uncounted is not None and _listed(after.pods[pod_slot]) is None
    )
    return grown != left


def _listed(pod: Pod | None) -> PodPhase | None:
    return None if pod is None else pod.uncounted


def _is_listed_again(pod: Pod, now: Pod | None) -> bool:
    """The Job's status lists a Pod that has no finalizer: it was counted before, or never will be again."""
    return pod.uncounted is None and not pod.finalizer and _listed(now) is not None


def _is_lost(state: Cluster, job: Job, pod: Pod, now: Pod | None) -> bool:
    """The Pod has ended and loses its finalizer, although the Job's status says nothing of it."""
    keeps = now is not None and now.exists and now.finalizer
    if keeps or not pod.finalizer or not pod.terminal or pod.uncounted is not None:
        return False
    written = job_spec(state, job).written
    if pod.phase is PodPhase.SUCCEEDED:
        done = parse(job.completed_indexes, written.completions or 0)
        return not is_indexed(written) or pod.ordinal is None or not has(done, pod.ordinal)
    seen = api_pods(state, [(0, pod)])[0]
    return job.success_criteria_met is None and match_pod_failure_policy(written.pod_failure_policy, seen).counts
