"""The TTL-after-finished controller, and what becomes of a Job that it deletes, as transitions of the cluster.

ttlSecondsAfterFinished may be over at any moment once the Job has finished. The Job is deleted in the foreground: the
garbage collector deletes its Pods, then the Job goes.

Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go,
https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion
"""

from collections.abc import Iterator

from model.cluster import Cluster
from model.control_plane.pod_requests import deleted
from model.controllers.job.observed import NOW, api_job, job_spec
from model.controllers.ttlafterfinished.sync import sync
from model.parts import Part, component
from model.rows.slots import JobSlot, PodSlot


def ttl_controller_deletes_job(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """A finished Job's ttlSecondsAfterFinished are over: the TTL controller deletes it."""
    finished = state.jobs[job]
    if finished is None:
        return
    seen = api_job(state, finished, ())
    expires = NOW + (job_spec(state, finished).written.ttl_seconds_after_finished or 0)
    if sync(seen, seen, expires).delete:
        yield state.update(finished, deleting=True)


def garbage_collector_deletes_pod_of_job(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The garbage collector deletes a Pod whose Job is being deleted."""
    dependent = state.pods[pod]
    if dependent is None or not dependent.exists or dependent.deleting or dependent.job is None:
        return
    owner = state.jobs[dependent.job]
    if owner is not None and owner.deleting:
        yield deleted(state, pod)


def garbage_collector_removes_job(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The last Pod of a Job that is being deleted has gone: so does the Job."""
    owner = state.jobs[job]
    if owner is not None and owner.deleting and not any(pod.job == job for pod in state.pods):
        yield state.delete(owner)


PARTS: tuple[Part, ...] = component(
    lambda state: any(spec.written.ttl_seconds_after_finished is not None for spec in state.constants.jobs),
    ttl_controller_deletes_job,
    garbage_collector_deletes_pod_of_job,
    garbage_collector_removes_job,
)
