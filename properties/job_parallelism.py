"""How many Pods of a Job there are at once, and of each of its indexes."""

from collections.abc import Iterator

from checker.vocabulary import derived, never
from model.cluster import Cluster
from model.controllers.job.observed import job_spec
from model.rows.job import Job
from model.rows.pod import Container, Pod
from model.rows.slots import JobSlot

_RUNS = (Container.RUNNING, Container.SERVING, Container.STOPPING)


def runs(pod: Pod) -> bool:
    """Some process of the Pod runs on its node, whatever the API says."""
    return any(container in _RUNS for container in pod.containers)


@derived
def active_pods(state: Cluster, job: JobSlot) -> int:
    """The Job's Pods that are neither terminating nor at their end, as the API says."""
    return sum(1 for pod in state.pods if pod.job == job and pod.active)


@derived
def running_pods(state: Cluster, job: JobSlot) -> int:
    """The Job's Pods of which something runs, those that terminate included."""
    return sum(1 for pod in state.pods if pod.job == job and runs(pod))


@never("job_active_pods_within_parallelism")
def jobs_with_too_many_active_pods(state: Cluster) -> Iterator[Job]:
    """A Job never has more than `parallelism` active Pods; a Pod that is being deleted is not active any more.

    Relied on by whoever sized a quota for it.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism
    """
    for slot, job in state.jobs.items():
        if active_pods(state, slot) > job_spec(state, job).written.parallelism:
            yield job


@never("job_running_pods_within_parallelism")
def jobs_that_run_too_much(state: Cluster) -> Iterator[Job]:
    """Never more than `parallelism` Pods of a Job run at once, those that are being deleted included.

    By default a Pod that terminates is replaced while it still runs; with podReplacementPolicy Failed it is not.
    Relied on by whoever runs a Job with parallelism 1 because two at once would get in each other's way.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-replacement-policy
    """
    for slot, job in state.jobs.items():
        if running_pods(state, slot) > job_spec(state, job).written.parallelism:
            yield job


@never("one_pod_per_index")
def doubled_indexes(state: Cluster) -> Iterator[str]:
    """Of each completion index of an Indexed Job at most one Pod runs.

    Relied on by whatever writes its result under its index.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
    """
    for slot, job in state.jobs.items():
        spec = job_spec(state, job)
        for index in range(spec.written.completions or 0):
            if running_pods_of_index(state, slot, index) > 1:
                yield f"Job {spec.name}: index {index}"


def running_pods_of_index(state: Cluster, job: int, index: int) -> int:
    """The Job's Pods of an index of which something runs."""
    return sum(1 for pod in state.pods if pod.job == job and pod.ordinal == index and runs(pod))
