"""CronJobs and their Jobs in an operator's words. A Job is called as in the cluster, by the tick it was due in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, object_name
from model.cluster import Cluster
from model.controllers.cronjob.activations import activations
from model.rows.cron_job import ChildJob, CronJob, CronJobStatus
from properties.cron_job_overlap import overlapping_jobs, overlapping_runs
from properties.cron_job_schedule import (
    created_slots,
    cron_jobs_with_skipped_slots,
    jobs_off_schedule,
    repeated_slots,
)

Reason = Callable[[Sequence[Cluster], Any, Names], str]

ACTORS: Mapping[str, str] = {
    "cron_job_controller": "CronJob controller",
    "child_job": "Job",
    "clock": "clock",
}
"""Who acts, by the first words of an action's name."""


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The time, the CronJobs as the API has them, and their Jobs."""
    if state.cron_jobs.capacity > 0:
        yield ("clock", "now"), (f"tick {state.now}",)
    for slot, cron_job in state.cron_jobs.items():
        name = state.constants.cron_jobs[slot].name
        suspended = "suspended" if cron_job.suspended else "not suspended"
        yield ("CronJob", name), (*_status(cron_job.status), suspended)
        if cron_job.unwritten is not None:
            refused = ("will be refused: the CronJob has changed",) if cron_job.outdated else ()
            yield ("CronJob controller's next status of", name), (*_status(cron_job.unwritten), *refused)
    for slot, job in state.child_jobs.items():
        yield ("Job", object_name(state, "child_job", slot)), (_doing(job),)


def _status(status: CronJobStatus) -> tuple[str, ...]:
    active = ", ".join(str(scheduled) for scheduled in status.active)
    last = status.last_schedule_time
    return f"active: {active or 'none'}", f"last scheduled: {'never' if last is None else last}"


def _doing(job: ChildJob) -> str:
    if not job.exists:
        return "deleted, its Pods still terminating"
    if job.outcome is not None:
        return job.outcome.value
    return "running" if job.runs else "created"


def _overlap(states: Sequence[Cluster], offender: CronJob, _: Names) -> str:
    state = states[-1]
    slot = _slot_of(state, offender)
    there = [
        f"{object_name(state, 'child_job', at)} ({_doing(job)})"
        for at, job in state.child_jobs.items()
        if job.cron_job == slot and not job.ended
    ]
    active = ", ".join(str(scheduled) for scheduled in offender.status.active) or "none"
    policy = state.constants.cron_jobs[slot].concurrency_policy.value
    return f"with concurrencyPolicy {policy} there are {' and '.join(there)}; active in the status: {active}"


def _created(what: Callable[[Cluster, int], str]) -> Reason:
    """Says of each Job that the last step created what is wrong about it."""

    def reason(states: Sequence[Cluster], offender: CronJob, _: Names) -> str:
        before, after = states[-2:]
        slot = _slot_of(before, offender)
        name = before.constants.cron_jobs[slot].name
        created = (f"Job {name}-{due} {what(before, due)}" for due in created_slots(before, after, slot))
        return f"in tick {before.now} the controller creates {' and '.join(created)}"

    return reason


def _off_schedule(_: Cluster, due: int) -> str:
    return f"that was due in tick {due}"


def _repeated(_: Cluster, due: int) -> str:
    return f"for slot {due}, which has had its Job; neither that Job nor status.lastScheduleTime is there to say so"


def _skipped(states: Sequence[Cluster], offender: CronJob, _: Names) -> str:
    state = states[-1]
    slot = _slot_of(state, offender)
    latest = activations(state, slot, offender, state.now)
    assert latest is not None  # it is what offends
    last = "it was created" if offender.last_started is None else f"slot {offender.last_started}"
    return f"by tick {state.now} it has missed more than one slot since {last}: only the latest can still get a Job"


def _slot_of(state: Cluster, offender: CronJob) -> int:
    return next(slot for slot, row in state.cron_jobs.items() if row is offender)


REASONS: Mapping[str, Reason] = {
    overlapping_jobs.name: _overlap,
    overlapping_runs.name: _overlap,
    repeated_slots.name: _created(_repeated),
    jobs_off_schedule.name: _created(_off_schedule),
    cron_jobs_with_skipped_slots.name: _skipped,
}
