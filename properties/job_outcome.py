"""How a Job ends: in one way, for good, after all its Pods, and at all."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always, never, never_step, sometimes
from model.cluster import Cluster
from model.controllers.job.conditions import Reason
from model.controllers.job.indexes import has, parse
from model.controllers.job.observed import job_spec
from model.rows.job import Job
from model.rows.pod import Pod
from properties.job_parallelism import runs


@never("job_has_one_outcome")
def jobs_with_two_outcomes(state: Cluster) -> Iterator[Job]:
    """A Job is never both Complete and Failed, nor on the way to both.

    Relied on by everything that starts when a Job has ended: the next stage, a CronJob, an alert.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#termination-of-job-pods
    """
    for job in state.jobs:
        if (job.complete or job.success_criteria_met is not None) and (
            job.has_failed or job.failure_target is not None
        ):
            yield job


@never_step("job_outcome_is_final")
def jobs_that_start_over(before: Cluster, after: Cluster) -> Iterator[Job]:
    """A Job that is Complete or Failed stays so, with the counts that it has.

    Relied on like the outcome itself.
    Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus
    """
    for slot, job in before.jobs.items():
        later = after.jobs[slot]
        if later is not None and job.finished and _result(job) != _result(later):
            yield job


def _result(job: Job) -> tuple[bool, bool, int, int]:
    return job.complete, job.has_failed, job.succeeded, job.failed


@never("job_ends_after_its_pods")
def pods_of_ended_jobs(state: Cluster) -> Iterator[Pod]:
    """No Pod of a Job that is Complete or Failed still runs, or waits to be counted.

    Relied on by whoever frees what the Pods use, or reads what they have written, once the Job has ended.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
    """
    for pod in state.pods:
        job = None if pod.job is None else state.jobs[pod.job]
        if job is not None and job.finished and (runs(pod) or pod.uncounted is not None):
            yield pod


@never_step("no_start_after_the_end")
def pods_created_in_vain(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """No Pod is created for a Job that ends or has ended, nor for an index that has succeeded.

    Relied on by whoever pays for the Pods, and by work that must not be done again once it is done.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
    """
    for slot, pod in after.pods.items():
        if before.pods[slot] is None and pod.job is not None:
            job = before.jobs[pod.job]
            if job is not None and (_ends(job) or _is_done(before, job, pod)):
                yield pod


def _ends(job: Job) -> bool:
    return job.success_criteria_met is not None or job.failure_target is not None


def _is_done(state: Cluster, job: Job, pod: Pod) -> bool:
    completions = job_spec(state, job).written.completions or 0
    return pod.ordinal is not None and has(parse(job.completed_indexes, completions), pod.ordinal)


@never("job_survives_disruptions")
def jobs_failed_by_disruptions(state: Cluster) -> Iterator[Job]:
    """No Job runs out of retries because its Pods were deleted or evicted, or their node crashed: they did not fail.

    Such Pods count towards backoffLimit like those that fail by themselves, unless the podFailurePolicy ignores them.
    Relied on by whoever sized backoffLimit for the mistakes of the program.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
    """
    for job in state.jobs:
        if job.failure_target in (Reason.BACKOFF_LIMIT_EXCEEDED, Reason.POD_FAILURE_POLICY, Reason.FAILED_INDEXES):
            yield job


@sometimes("job_completes")
def complete_jobs(state: Cluster) -> Iterator[Job]:
    """The Job can be Complete.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
    """
    for job in state.jobs:
        if job.complete:
            yield job


@eventually_always("job_ends")
def jobs_without_outcome(state: Cluster) -> Iterator[str]:
    """In the end every Job is Complete or Failed, unless it is suspended.

    Relied on by whoever waits for it (``kubectl wait``), and by the next Job of a CronJob that forbids overlaps.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
    """
    for job in state.jobs:
        if not job.finished and not job.suspended:
            yield f"Job {job_spec(state, job).name}: neither Complete nor Failed"


@eventually_always("job_converges")
def jobs_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end no Pod waits to be counted, a suspended Job has no active Pod and says so, an expired one is gone.

    Relied on by whoever suspends a Job to make room, and by whoever deletes its Pods.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#suspending-a-job,
    https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
    """
    for slot, job in state.jobs.items():
        spec = job_spec(state, job)
        own = [pod for pod in state.pods if pod.job == slot]
        if any(pod.uncounted is not None or (pod.finalizer and not pod.active) for pod in own):
            yield f"Job {spec.name}: a Pod that has ended is not counted"
        if job.suspended and not job.finished and (not job.said_suspended or any(pod.active for pod in own)):
            yield f"Job {spec.name}: suspended, and it has active Pods or does not say so"
        if job.finished and spec.written.ttl_seconds_after_finished is not None:
            yield f"Job {spec.name}: it has not been deleted after its time to live"
