"""CronJobs whose Jobs must not overlap: with concurrencyPolicy Forbid or Replace."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.api.cron_jobs import ConcurrencyPolicy
from model.cluster import Cluster
from model.rows.cron_job import CronJob


@never("one_job_at_a_time")
def overlapping_jobs(state: Cluster) -> Iterator[CronJob]:
    """With concurrencyPolicy Forbid or Replace at most one Job of the CronJob is neither Complete nor Failed.

    This is about the Jobs that the API server has. The controller goes by the list in the CronJob's status: a Job that
    did not get into it does not count.
    Relied on by whoever lets a Job write where another one would be in its way.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy
    """
    for slot, row in _exclusive(state):
        if sum(1 for job in state.child_jobs if job.cron_job == slot and job.unfinished) > 1:
            yield row


@never("one_run_at_a_time")
def overlapping_runs(state: Cluster) -> Iterator[CronJob]:
    """With concurrencyPolicy Forbid or Replace the Pods of at most one Job of the CronJob are there.

    This is about what really runs. Replace does not wait for the Pods of the Job that it deletes: they have their
    terminationGracePeriodSeconds.
    Relied on by whoever takes "replaces the currently running Job" to mean that it has stopped.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy
    """
    for slot, row in _exclusive(state):
        if sum(1 for job in state.child_jobs if job.cron_job == slot and job.runs) > 1:
            yield row


def _exclusive(state: Cluster) -> Iterator[tuple[int, CronJob]]:
    for slot, row in state.cron_jobs.items():
        if state.constants.cron_jobs[slot].concurrency_policy is not ConcurrencyPolicy.ALLOW:
            yield slot, row
