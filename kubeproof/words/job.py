"""Jobs in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, condition
from model.cluster import Cluster
from model.controllers.job.observed import job_spec
from model.rows.job import Counting, Job
from model.rows.pod import Pod
from properties.job_counting import pods_miscounted
from properties.job_outcome import (
    jobs_failed_by_disruptions,
    jobs_that_start_over,
    jobs_with_two_outcomes,
    pods_created_in_vain,
    pods_of_ended_jobs,
)
from properties.job_parallelism import doubled_indexes, jobs_that_run_too_much, jobs_with_too_many_active_pods, runs

Reason = Callable[[Sequence[Cluster], Any, Names], str]

ACTORS: Mapping[str, str] = {
    "job_controller": "Job controller",
    "ttl_controller": "TTL controller",
    "garbage_collector": "garbage collector",
}
"""Who acts, by the first words of an action's name."""


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The Jobs as the API has them, and what their controller is in the middle of."""
    for job in state.jobs:
        yield ("Job", job_spec(state, job).name), _said(job)
        if job.counting is not Counting.NONE:
            yield ("Job controller", job_spec(state, job).name), (job.counting.value,)


def _said(job: Job) -> tuple[str, ...]:
    indexes = (f"completedIndexes {job.completed_indexes}",) if job.completed_indexes else ()
    failed = (f"failedIndexes {job.failed_indexes}",) if job.failed_indexes else ()
    return (
        f"succeeded {job.succeeded}",
        f"failed {job.failed}",
        *indexes,
        *failed,
        "suspended" if job.suspended else "not suspended",
        *_conditions(job),
        *(("being deleted",) if job.deleting else ()),
    )


def _conditions(job: Job) -> Iterator[str]:
    for name, reason in (("FailureTarget", job.failure_target), ("SuccessCriteriaMet", job.success_criteria_met)):
        if reason is not None:
            yield f"{name} ({reason})"
    for name, holds in (
        ("condition Suspended", job.said_suspended),
        ("Failed", job.has_failed),
        ("Complete", job.complete),
    ):
        if holds:
            yield name


def counting_of(pod: Pod) -> Iterator[str]:
    """What a Pod says about being counted, and what its Job's controller is about to do to it."""
    if pod.finalizer:
        yield "finalizer"
    if pod.uncounted is not None:
        yield f"listed as {pod.uncounted.value}"
    if pod.removal is not None:
        yield pod.removal.value


def _name(state: Cluster, job: Job) -> str:
    return f"Job {job_spec(state, job).name}"


def _miscounted(states: Sequence[Cluster], offender: Job | Pod, _: Names) -> str:
    if isinstance(offender, Job):
        return f"{_name(states[-2], offender)}: its counters grow by another number than that of the Pods that it lists"
    if offender.finalizer:
        return (
            f"a Pod that {offender.phase.value} loses its finalizer, and the status of its Job neither lists nor "
            "counts it: it is as if it had never run"
        )
    return (
        "a Pod without finalizer is listed to be counted: nobody can tell any more whether it has been counted before"
    )


def _running(states: Sequence[Cluster], job: Job, names: Names) -> str:
    return _too_many(states[-1], job, names, "running", runs)


def _active(states: Sequence[Cluster], job: Job, names: Names) -> str:
    return _too_many(states[-1], job, names, "active", lambda pod: pod.active)


def _too_many(state: Cluster, job: Job, names: Names, what: str, counts: Callable[[Pod], bool]) -> str:
    there = [
        f"{names.pod(slot)}{' (terminating)' if pod.deleting else ''}"
        for slot, pod in state.pods.items()
        if pod.job is not None and state.jobs[pod.job] is job and counts(pod)
    ]
    parallelism = job_spec(state, job).written.parallelism
    return f"{_name(state, job)} has parallelism {parallelism}; {what} at once are {' and '.join(there)}"


def _doubled(_: Sequence[Cluster], index: str, __: Names) -> str:
    return f"{index} is worked on by two Pods at once"


def _two_outcomes(states: Sequence[Cluster], job: Job, _: Names) -> str:
    return f"{_name(states[-1], job)}: {', '.join(_conditions(job))}"


def _starts_over(states: Sequence[Cluster], job: Job, _: Names) -> str:
    return f"{_name(states[-2], job)} had ended: {', '.join(_said(job))}"


def _not_after_its_pods(states: Sequence[Cluster], pod: Pod, _: Names) -> str:
    state = states[-1]
    assert pod.job is not None  # the promise is about Pods of Jobs
    job = state.jobs[pod.job]
    assert job is not None  # it is what has ended
    what = "waits to be counted" if pod.uncounted is not None else f"is still there{condition(state, pod)}"
    return f"{_name(state, job)} is {', '.join(_conditions(job))}; one of its Pods {what}"


def _in_vain(states: Sequence[Cluster], pod: Pod, _: Names) -> str:
    before = states[-2]
    assert pod.job is not None  # as above
    job = before.jobs[pod.job]
    assert job is not None  # it has just got a Pod
    index = "" if pod.ordinal is None else f" for index {pod.ordinal}"
    return f"{_name(before, job)} gets a new Pod{index} although it says: {', '.join(_said(job))}"


def _disrupted(states: Sequence[Cluster], job: Job, _: Names) -> str:
    state = states[-1]
    limit = job_spec(state, job).written.backoff_limit
    return (
        f"{_name(state, job)} is going to be Failed ({job.failure_target}) although no process failed by itself: a Pod "
        f"that is deleted, evicted or lost with its node counts towards backoffLimit, which is {limit}"
    )


REASONS: Mapping[str, Reason] = {
    pods_miscounted.name: _miscounted,
    jobs_with_too_many_active_pods.name: _active,
    jobs_that_run_too_much.name: _running,
    doubled_indexes.name: _doubled,
    jobs_with_two_outcomes.name: _two_outcomes,
    jobs_that_start_over.name: _starts_over,
    pods_of_ended_jobs.name: _not_after_its_pods,
    pods_created_in_vain.name: _in_vain,
    jobs_failed_by_disruptions.name: _disrupted,
}
"""Promise -> says why one offender offends, at the end of these states."""
