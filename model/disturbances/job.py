"""What happens to a Job and to its controller, each as often as its budget in the state allows."""

from collections.abc import Iterator

from checker.vocabulary import disturbance
from model.cluster import Cluster
from model.controllers.job.actions import begun_syncs
from model.parts import Part, budgeted
from model.rows.job import Counting, Job
from model.rows.slots import JobSlot


def user_suspends_job(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The user suspends the Job: its Pods are to go, and to be created anew when it is resumed."""
    running = state.jobs[job]
    if running is not None and not running.suspended and state.suspensions > 0:
        yield _with_suspend(state, running, suspended=True).set(suspensions=state.suspensions - 1)


def user_resumes_job(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The user resumes a Job that is suspended."""
    waiting = state.jobs[job]
    if waiting is not None and waiting.suspended:
        yield _with_suspend(state, waiting, suspended=False)


def job_controller_is_cut_short(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The controller manager stops after some of the Job controller's requests about Pods, before it writes the status.

    Between the later writes of a sync it may restart, too: see `model.disturbances.controller_manager`.
    """
    if state.controller_restarts > 0:
        for after in begun_syncs(state, job):
            yield after.set(controller_restarts=state.controller_restarts - 1)


def _with_suspend(state: Cluster, job: Job, *, suspended: bool) -> Cluster:
    """The state after a change of ``spec.suspend``: a status that is under way will be refused."""
    counting = Counting.NONE if job.counting is Counting.NONE else Counting.OUTDATED
    return state.update(job, suspended=suspended, counting=counting)


def _somebody_suspends(state: Cluster) -> bool:
    """A Job is suspended when it is created, or may be later."""
    return state.suspensions > 0 or any(job.suspended for job in state.jobs)


PARTS: tuple[Part, ...] = (
    budgeted("suspensions", user_suspends_job),
    Part(disturbance(user_resumes_job), _somebody_suspends),
    budgeted("controller_restarts", job_controller_is_cut_short),
)
