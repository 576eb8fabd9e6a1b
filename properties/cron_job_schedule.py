"""The slots of a CronJob's schedule: which of them get a Job, and when.

A slot is an activation of the schedule; the Job of a slot has it in its name.
"""

from collections.abc import Iterator

from checker.vocabulary import never, never_step, sometimes
from model.cluster import Cluster
from model.controllers.cronjob.activations import activations, starting_deadline_passed
from model.controllers.cronjob.missed_schedules import MissedSchedules
from model.rows.cron_job import CronJob


@never_step("one_job_per_slot")
def repeated_slots(before: Cluster, after: Cluster) -> Iterator[CronJob]:
    """At most one Job is ever created for a slot of the schedule.

    It rests on the name, which two Jobs cannot have at once, and on ``status.lastScheduleTime``, which says so when the
    first one is gone: whichever of the two is lost, the other one must be there.
    Relied on by whoever counts on a nightly run to be one run; the documentation asks for Jobs that can be repeated.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation
    """
    for slot, row in before.cron_jobs.items():
        last = row.last_started
        if any(last is not None and scheduled <= last for scheduled in created_slots(before, after, slot)):
            yield row


@never_step("on_schedule")
def jobs_off_schedule(before: Cluster, after: Cluster) -> Iterator[CronJob]:
    """A Job is started when its slot comes, or at most startingDeadlineSeconds later.

    Without startingDeadlineSeconds a slot that was missed is made up for whenever it becomes possible: when the
    controller is back, when the CronJob is resumed, when the Job ends that Forbid waited for.
    Relied on by whoever has a time of day in the schedule for a reason.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline,
    https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension
    """
    for slot, row in before.cron_jobs.items():
        for scheduled in created_slots(before, after, slot):
            if scheduled < before.now and _no_deadline_allows(before, slot, scheduled):
                yield row


@never("every_slot_runs")
def cron_jobs_with_skipped_slots(state: Cluster) -> Iterator[CronJob]:
    """Every slot of the schedule gets its Job before the next slot comes.

    Kubernetes promises no such thing: of the slots that were missed only the latest is made up for, and Forbid lets a
    slot pass while an earlier Job runs.
    Relied on by whoever has each run do the work of its own hour only.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations
    """
    for slot, row in state.cron_jobs.items():
        missed = activations(state, slot, row, state.now)
        if missed is not None and missed.missed is not MissedSchedules.NONE:
            yield row


@sometimes("cron_job_starts")
def cron_jobs_that_started(state: Cluster) -> Iterator[CronJob]:
    """The schedule can start a Job at all.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """
    for row in state.cron_jobs:
        if row.last_started is not None:
            yield row


def created_slots(before: Cluster, after: Cluster, cron_job: int) -> Iterator[int]:
    """The slots that a step created Jobs for."""
    for job in after.child_jobs:
        if job.cron_job == cron_job and job.unfinished and not _running(before, cron_job, job.scheduled):
            yield job.scheduled


def _running(state: Cluster, cron_job: int, scheduled: int) -> bool:
    return any(job.cron_job == cron_job and job.unfinished and job.scheduled == scheduled for job in state.child_jobs)


def _no_deadline_allows(state: Cluster, cron_job: int, scheduled: int) -> bool:
    deadline = state.constants.cron_jobs[cron_job].starting_deadline_seconds
    return deadline is None or starting_deadline_passed(state, cron_job, scheduled, state.now)
