"""What is so in the end around a CronJob, once nobody disturbs it and no more slots of its schedule come."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.api.cron_jobs import JobOutcome
from model.cluster import Cluster
from model.controllers.cronjob.activations import activations, starting_deadline_passed, tick_of
from model.rows.cron_job import CronJob


@eventually_always("cron_job_converges")
def cron_jobs_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end the latest slot has had its Job, every Job has ended, and the status lists none as active.

    A slot gets no Job while the CronJob is suspended, or after its starting deadline.
    Relied on by whoever creates a CronJob and walks away.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """
    for slot, row in state.cron_jobs.items():
        name = state.constants.cron_jobs[slot].name
        scheduled = _slot_without_job(state, slot, row)
        if not row.suspended and scheduled is not None:
            yield f"CronJob {name}: there is no Job for its slot {scheduled}"
        for job in state.child_jobs:
            if job.cron_job == slot and job.unfinished:
                yield f"CronJob {name}: its Job of slot {job.scheduled} has not ended"
        for scheduled in row.status.active:
            yield f"CronJob {name}: its status lists the Job of slot {scheduled} as active"


@eventually_always("history_within_limits")
def oversized_histories(state: Cluster) -> Iterator[str]:
    """In the end no more finished Jobs are kept than the two history limits say.

    Relied on by whoever lists Jobs, and by etcd.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobs-history-limits
    """
    for slot, _ in state.cron_jobs.items():  # noqa: PERF102  a pool has no keys
        spec = state.constants.cron_jobs[slot]
        for outcome, limit in (
            (JobOutcome.COMPLETE, spec.successful_jobs_history_limit),
            (JobOutcome.FAILED, spec.failed_jobs_history_limit),
        ):
            kept = sum(1 for job in state.child_jobs if job.cron_job == slot and job.outcome is outcome)
            if kept > limit:
                yield f"CronJob {spec.name}: {kept} {outcome.value} Jobs are kept, not {limit}"


def _slot_without_job(state: Cluster, slot: int, row: CronJob) -> int | None:
    """The latest slot, if it has had no Job and could still get one."""
    latest = activations(state, slot, row, state.now)
    if latest is None or latest.scheduled_time is None:
        return None
    scheduled = tick_of(latest.scheduled_time)
    return None if starting_deadline_passed(state, slot, scheduled, state.now) else scheduled
