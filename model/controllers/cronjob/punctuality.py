"""What has to happen before the next tick of the clock, if the CronJob controller and the Jobs are on time."""

from checker.vocabulary import derived
from model.cluster import Cluster
from model.controllers.cronjob.actions import sync_is_due
from model.controllers.cronjob.activations import fires


@derived
def controller_is_late(state: Cluster) -> bool:
    """The CronJob controller still has something to do in this tick."""
    return any(sync_is_due(state, slot) for slot, _ in state.cron_jobs.items())


@derived
def job_overruns(state: Cluster) -> bool:
    """The next tick is due for a Job while an earlier one of the same CronJob has not ended."""
    return any(
        fires(state, slot, row, state.now + 1)
        and any(job.cron_job == slot and not job.ended for job in state.child_jobs)
        for slot, row in state.cron_jobs.items()
    )
