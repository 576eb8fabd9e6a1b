"""CronJobs, and the Jobs that they start, as the CronJob controller sees them.

Times are milliseconds since 1970 (UTC): the controller works with a tenth of a second. Names are flattened as in
`model.api.objects`.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/
"""

from enum import Enum

import msgspec


class ConcurrencyPolicy(Enum):
    """What happens when a Job is due while others of the CronJob still run (``spec.concurrencyPolicy``)."""

    ALLOW = "Allow"
    FORBID = "Forbid"
    REPLACE = "Replace"


class JobOutcome(Enum):
    """How a Job ended: the type of the condition that is True."""

    COMPLETE = "Complete"
    FAILED = "Failed"


class JobReference(msgspec.Struct, frozen=True):
    """An entry of ``status.active``; its namespace is the CronJob's."""

    name: str
    uid: str


class ChildJob(msgspec.Struct, frozen=True, kw_only=True):
    """A Job, with the fields that the CronJob controller reads and writes."""

    name: str
    namespace: str = ""
    uid: str = ""
    controller: str | None = None
    """uid of the controlling owner reference."""
    controller_name: str | None = None
    """Name of the controlling owner reference."""
    start_time: int | None = None
    finished: JobOutcome | None = None
    completion_time: int | None = None
    scheduled_timestamp: str = ""
    """Annotation ``batch.kubernetes.io/cronjob-scheduled-timestamp``."""
    template: object = None


class CronJob(msgspec.Struct, frozen=True, kw_only=True):
    """A CronJob, specification and status."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    created: int = 0
    deleting: bool = False
    schedule: str = ""
    time_zone: str | None = None
    """None: the controller's own, taken to be UTC."""
    suspend: bool = False
    concurrency_policy: ConcurrencyPolicy = ConcurrencyPolicy.ALLOW
    starting_deadline_seconds: int | None = None
    successful_jobs_history_limit: int | None = 3
    """None: Complete Jobs are never cleaned up."""
    failed_jobs_history_limit: int | None = 1
    """None: Failed Jobs are never cleaned up."""
    job_template: object = None
    active: tuple[JobReference, ...] = ()
    last_schedule_time: int | None = None
    last_successful_time: int | None = None
    resource_version: int = 0
    """Counts the changes of the object; a write that carries an older one is refused."""
