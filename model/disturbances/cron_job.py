"""What goes wrong around a CronJob, and what users do to it, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.api.cron_jobs import JobOutcome
from model.clock import ticked
from model.cluster import Cluster
from model.controllers.cronjob.child_jobs import without_job
from model.controllers.cronjob.punctuality import controller_is_late, job_overruns
from model.parts import Part, budgeted
from model.rows.slots import ChildJobSlot, CronJobSlot


def cron_job_controller_is_late(state: Cluster) -> Iterator[Cluster]:
    """A tick passes in which the CronJob controller does not come to what it has to do: it is away, or slow."""
    if state.ticks > 0 and state.late_ticks > 0 and controller_is_late(state):
        late = ticked(state).set(late_ticks=state.late_ticks - 1)
        if not job_overruns(state):
            yield late
        elif state.overruns > 0:
            yield late.set(overruns=state.overruns - 1)


def child_job_outlasts_period(state: Cluster) -> Iterator[Cluster]:
    """A tick passes that is due for a Job while an earlier one has not ended."""
    if state.ticks > 0 and state.overruns > 0 and job_overruns(state) and not controller_is_late(state):
        yield ticked(state).set(overruns=state.overruns - 1)


def child_job_fails(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """A Job is Failed: none of its Pods succeeded in time, and all have ended."""
    job = state.child_jobs[child_job]
    if job is not None and job.unfinished and state.job_failures > 0:
        failed = state.update(job, outcome=JobOutcome.FAILED, runs=False)
        yield failed.set(job_failures=state.job_failures - 1)


def user_deletes_child_job(state: Cluster, child_job: ChildJobSlot) -> Iterator[Cluster]:
    """The user deletes a Job that is not finished (``kubectl delete job``)."""
    job = state.child_jobs[child_job]
    if job is not None and job.unfinished and state.job_deletions > 0:
        yield without_job(state, job).set(job_deletions=state.job_deletions - 1)


def user_suspends_cron_job(state: Cluster, cron_job: CronJobSlot) -> Iterator[Cluster]:
    """The user suspends the CronJob (``kubectl patch``): Jobs that run go on, no new ones start."""
    row = state.cron_jobs[cron_job]
    if row is not None and state.suspensions > 0 and not row.suspended:
        written = state.update(row, suspended=True, outdated=row.unwritten is not None)
        yield written.set(suspensions=state.suspensions - 1)


def user_resumes_cron_job(state: Cluster, cron_job: CronJobSlot) -> Iterator[Cluster]:
    """The user resumes the CronJob.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension
    """
    row = state.cron_jobs[cron_job]
    if row is not None and state.resumes > 0 and row.suspended:
        written = state.update(row, suspended=False, outdated=row.unwritten is not None)
        yield written.set(resumes=state.resumes - 1)


PARTS: tuple[Part, ...] = (
    budgeted("late_ticks", cron_job_controller_is_late),
    budgeted("overruns", child_job_outlasts_period),
    budgeted("job_failures", child_job_fails),
    budgeted("job_deletions", user_deletes_child_job),
    budgeted("suspensions", user_suspends_cron_job),
    budgeted("resumes", user_resumes_cron_job),
)
