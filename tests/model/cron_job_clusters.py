"""Small clusters for tests: a CronJob `backup` due every other tick, and the Jobs that a test asks for."""

from collections.abc import Mapping
from typing import Any

from checker.state import Pool
from model.api.cron_jobs import JobOutcome
from model.cluster import Cluster, Constants
from model.rows.cron_job import ChildJob, CronJob, CronJobSpec, CronJobStatus

SLOTS = 5


def cron_job_cluster(
    *jobs: ChildJob, now: int = 2, row: CronJob | None = None, budgets: Mapping[str, Any] | None = None, **spec: Any
) -> Cluster:
    """A cluster in tick `now` with these Jobs; `spec` are fields of the CronJob's constant part."""
    written = CronJobSpec(**{"name": "backup", "schedule": "*/2 * * * *", **spec})
    return Cluster(
        constants=Constants(templates=(), nodes=(), container_positions=(), cron_jobs=(written,)),
        pods=Pool(()),
        nodes=Pool(()),
        cron_jobs=Pool.of([CronJob() if row is None else row]),
        child_jobs=Pool.of(jobs, slots=SLOTS),
        now=now,
        **(budgets or {}),
    )


def noted(*active: int, last: int | None = None, **fields: Any) -> CronJob:
    """A CronJob whose status lists these Jobs and has this last schedule time, as it really was but for `fields`."""
    status = CronJobStatus(active=active, last_schedule_time=last)
    return CronJob(**{"status": status, "last_started": last, **fields})


def running(scheduled: int, **fields: Any) -> ChildJob:
    """A Job that runs."""
    return ChildJob(**{"cron_job": 0, "scheduled": scheduled, "runs": True, **fields})


def complete(scheduled: int) -> ChildJob:
    """A Job that has succeeded."""
    return ChildJob(cron_job=0, scheduled=scheduled, outcome=JobOutcome.COMPLETE)


def failed(scheduled: int) -> ChildJob:
    """A Job that has failed."""
    return ChildJob(cron_job=0, scheduled=scheduled, outcome=JobOutcome.FAILED)


def deleted(scheduled: int) -> ChildJob:
    """A Job that is gone while its Pods are still there."""
    return running(scheduled, exists=False)


def cron_job(state: Cluster) -> CronJob:
    """The CronJob."""
    row = state.cron_jobs[0]
    assert row is not None
    return row


def jobs(state: Cluster) -> list[ChildJob]:
    """Its Jobs, by slot of the schedule."""
    return sorted(state.child_jobs, key=lambda job: job.scheduled)
