"""The Jobs of a CronJob, each in one piece: the Job controller, the kubelets and the processes behind it.

What a CronJob promises is about Jobs as wholes: when they start, that they end at some time, in one way or the other,
and that the Pods of a deleted one take a while to go. How a Job comes to its end is left out: retries, parallelism, its
deadline, what happens to its Pods and their nodes.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from collections.abc import Iterator

from model.api.cron_jobs import JobOutcome
from model.cluster import Cluster
from model.parts import Part, component, some
from model.rows.cron_job import ChildJob
from model.rows.slots import ChildJobSlot


def child_job_runs(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """The Pods of a new Job are created, and run."""
    job = state.child_jobs[child_job]
    if job is not None and job.unfinished and not job.runs:
        yield state.update(job, runs=True)


def child_job_completes(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """A Job is Complete: all its Pods have ended.

    Source: pkg/controller/job/job_controller.go (a Job is Complete or Failed only when its Pods have terminated)
    """
    job = state.child_jobs[child_job]
    if job is not None and job.unfinished and job.runs:
        yield state.update(job, outcome=JobOutcome.COMPLETE, runs=False)


def child_job_expires(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """A finished Job is deleted, ttlSecondsAfterFinished after it has ended: that timer may fire at any moment.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
    """
    job = state.child_jobs[child_job]
    if job is not None and job.outcome is not None and state.constants.cron_jobs[job.cron_job].finished_jobs_expire:
        yield without_job(state, job)


def child_job_stops(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """The Pods of a deleted Job have terminated."""
    job = state.child_jobs[child_job]
    if job is not None and not job.exists:
        yield state.delete(job)


def without_job(state: Cluster, job: ChildJob) -> Cluster:
    """The state after a Job is deleted: it is gone at once, its Pods are deleted in the background and have to stop.

    Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#background-deletion
    """
    return state.update(job, exists=False) if job.runs else state.delete(job)


PARTS: tuple[Part, ...] = (
    *component(some("child_jobs"), child_job_runs, child_job_completes, child_job_stops),
    *component(lambda state: any(spec.finished_jobs_expire for spec in state.constants.cron_jobs), child_job_expires),
)
