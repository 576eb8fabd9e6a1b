"""What the state keeps of a CronJob, and of the Jobs that it starts. Times are ticks of the scenario's clock."""

import msgspec

from checker.state import Row
from model.api.cron_jobs import ConcurrencyPolicy, JobOutcome
from model.rows.slots import CronJobSlot


class CronJobSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a CronJob never changes within a scenario.

    `schedule` and `starting_deadline_seconds` are those of the scenario's clock, on which a tick is a minute.
    """

    name: str
    schedule: str
    concurrency_policy: ConcurrencyPolicy = ConcurrencyPolicy.ALLOW
    starting_deadline_seconds: int | None = None
    successful_jobs_history_limit: int = 3
    failed_jobs_history_limit: int = 1
    suspended: bool = False
    """What ``spec.suspend`` is in the beginning."""
    finished_jobs_expire: bool = False
    """Its Jobs have ``ttlSecondsAfterFinished``."""


class CronJobStatus(msgspec.Struct, frozen=True):
    """A CronJob's status. A Job is known by the activation of the schedule that it was created for, as by its name."""

    active: tuple[int, ...] = ()
    last_schedule_time: int | None = None


class CronJob(Row, frozen=True):
    """A CronJob as etcd has it. Its constant part is ``constants.cron_jobs[slot]``.

    `last_started` is what really was: the latest activation that a Job was created for; the status may lack it.
    """

    suspended: bool = False
    status: CronJobStatus = CronJobStatus()
    unwritten: CronJobStatus | None = None
    """The status that the controller is about to write: it has created or deleted Jobs and not noted that yet."""
    outdated: bool = False
    """Somebody has changed the CronJob since the controller read it: that write will be refused."""
    last_started: int | None = None


class ChildJob(Row, frozen=True):
    """A Job of a CronJob, as far as the CronJob's promises go: a thing that runs until it ends or is deleted.

    API truth is `exists` and `outcome`, real truth is `runs`: its Pods are there. They come after the Job, are gone
    when it is finished, and outlive one that is deleted.
    """

    cron_job: CronJobSlot
    scheduled: int
    """The activation of the schedule that it was created for; its name is made of it."""
    outcome: JobOutcome | None = None
    exists: bool = True
    runs: bool = False

    @property
    def unfinished(self) -> bool:
        """The API server has it, neither Complete nor Failed."""
        return self.exists and self.outcome is None

    @property
    def ended(self) -> bool:
        """Nothing of it goes on, in the API or on a node."""
        return not self.unfinished and not self.runs
