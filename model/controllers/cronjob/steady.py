"""CronJobs that have just been created."""

from checker.state import Pool
from model.cluster import Constants
from model.rows.cron_job import CronJob
from model.steady import Start

_JOBS_AT_ONCE = 5
"""Rows for Jobs, the deleted ones whose Pods are still there included."""


def steady_cron_jobs(constants: Constants) -> Start:
    """Every CronJob before its first activation."""
    rows = [CronJob(suspended=spec.suspended) for spec in constants.cron_jobs]
    return Start(pools={"cron_jobs": Pool.of(rows), "child_jobs": Pool.of([], slots=_JOBS_AT_ONCE * len(rows))})
