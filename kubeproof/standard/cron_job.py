"""What may happen to CronJobs. A period of the schedule is two ticks of the clock."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.clock import clock_ticks
from model.controllers.cronjob.actions import cron_job_controller_syncs, cron_job_controller_writes_status
from model.controllers.cronjob.child_jobs import (
    child_job_completes,
    child_job_expires,
    child_job_runs,
    child_job_stops,
)
from model.disturbances import cron_job as troubles
from properties.cron_job_converges import cron_jobs_not_as_wanted, oversized_histories
from properties.cron_job_overlap import overlapping_jobs, overlapping_runs
from properties.cron_job_schedule import (
    cron_jobs_that_started,
    cron_jobs_with_skipped_slots,
    jobs_off_schedule,
    repeated_slots,
)

_OVERLAP: tuple[Property, ...] = (overlapping_jobs, overlapping_runs)
_SLOTS: tuple[Property, ...] = (repeated_slots, jobs_off_schedule, cron_jobs_that_started)
_CONVERGENCE: tuple[Property, ...] = (cron_jobs_not_as_wanted, oversized_histories)
_ALL: tuple[Property, ...] = (*_OVERLAP, *_SLOTS, cron_jobs_with_skipped_slots, *_CONVERGENCE)

NEEDS: Mapping[str, str] = {
    **{prop.name: "a CronJob" for prop in _ALL},
    **{prop.name: "a CronJob with concurrencyPolicy Forbid or Replace" for prop in _OVERLAP},
}

_JOBS = "a Job is one piece: once it runs it may end at any moment, and what runs comes to its end"
_CLOCK = "time passes in steps of half a period of the schedule, and durations count in proportion to them"
_PUNCTUAL = "but for the late ticks the CronJob controller does what is due before the next step of time"
_BRIEF = "but for the overruns every Job ends, and every Pod of a deleted one, before the next activation"
_ASSUMED = (_JOBS, _CLOCK, _PUNCTUAL, _BRIEF)


def _follows_schedule(workload: Workload) -> bool:
    """Some CronJob is not suspended in its manifest."""
    return any(not cron_job.suspended for cron_job in workload.cron_jobs)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="schedule",
        sentence="time passes, and one Job fails",
        kind="CronJob",
        needs="a CronJob that is not suspended",
        applies=_follows_schedule,
        budgets={"ticks": 8, "job_failures": 1},
        properties=_ALL,
        replicas=1,
        nodes=1,
        convergence=Bound(1, 1),
        assumptions=_ASSUMED,
    ),
    StandardScenario(
        name="late-controller",
        sentence="the CronJob controller is away for some time, or restarts, and one Job takes longer than a period",
        kind="CronJob",
        needs="a CronJob that is not suspended",
        applies=_follows_schedule,
        budgets={"ticks": 8, "late_ticks": 4, "overruns": 1, "controller_restarts": 1},
        properties=_ALL,
        replicas=1,
        nodes=1,
        convergence=Bound(1, 1),
        assumptions=_ASSUMED,
    ),
    StandardScenario(
        name="suspend",
        sentence="the user suspends the CronJob and resumes it, and one Job takes longer than a period",
        kind="CronJob",
        needs="a CronJob",
        applies=lambda workload: len(workload.cron_jobs) > 0,
        budgets={"ticks": 6, "suspensions": 1, "resumes": 1, "overruns": 1},
        properties=(*_OVERLAP, *_SLOTS, *_CONVERGENCE),
        replicas=1,
        nodes=1,
        convergence=Bound(1, 1),
        assumptions=_ASSUMED,
    ),
    StandardScenario(
        name="long-job",
        sentence="Jobs may take longer than a period, for two activations of the schedule",
        kind="CronJob",
        needs="a CronJob that is not suspended",
        applies=_follows_schedule,
        budgets={"ticks": 8, "overruns": 2, "job_failures": 1},
        properties=_ALL,
        replicas=1,
        nodes=1,
        convergence=Bound(1, 1),
        assumptions=_ASSUMED,
    ),
    StandardScenario(
        name="delete-job",
        sentence="the user deletes a Job that takes too long",
        kind="CronJob",
        needs="a CronJob that is not suspended",
        applies=_follows_schedule,
        budgets={"ticks": 6, "overruns": 1, "job_deletions": 1},
        properties=_ALL,
        replicas=1,
        nodes=1,
        convergence=Bound(1, 1),
        assumptions=_ASSUMED,
    ),
)

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (clock_ticks, frozenset({"ticks"})),
        (cron_job_controller_syncs, frozenset({"ticks"})),
        (cron_job_controller_writes_status, frozenset({"ticks"})),
        (child_job_completes, frozenset({"ticks"})),
        (child_job_stops, frozenset({"job_deletions"})),
        (child_job_runs, frozenset({"ticks"})),
        (child_job_expires, frozenset({"ticks"})),
        (troubles.user_deletes_child_job, frozenset({"job_deletions"})),
        (troubles.cron_job_controller_is_late, frozenset({"late_ticks"})),
        (troubles.child_job_outlasts_period, frozenset({"overruns"})),
        (troubles.child_job_fails, frozenset({"job_failures"})),
        (troubles.user_suspends_cron_job, frozenset({"suspensions"})),
        (troubles.user_resumes_cron_job, frozenset({"resumes"})),
    )
}
