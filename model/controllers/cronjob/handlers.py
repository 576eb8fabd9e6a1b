"""What the CronJob controller does when a watch shows a change: queue CronJobs.

A new or deleted CronJob is simply queued.

Source: pkg/controller/cronjob/cronjob_controllerv2.go
"""

from collections.abc import Sequence

from model.api.cron_jobs import ChildJob, CronJob
from model.controllers.cronjob.missed_schedules import next_schedule_duration
from model.controllers.cronjob.sync import parsed_schedule


def delay_after_update(old: CronJob, new: CronJob, now: int) -> int | None:
    """Milliseconds until a changed CronJob is synced: none, or until its new schedule fires.

    None if the new schedule is malformed: it is not synced at all. A sync that is queued already stays queued.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (updateCronJob)
    """
    if old.schedule == new.schedule and old.time_zone == new.time_zone:
        return 0
    schedule = parsed_schedule(new)
    return None if schedule is None else next_schedule_duration(new, now, schedule)


def resolve_controller(job: ChildJob, cron_jobs: Sequence[CronJob]) -> CronJob | None:
    """The CronJob in the cache that owns the Job, by name and uid, if there is one.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (resolveControllerRef)
    """
    for cron_job in cron_jobs:
        if (cron_job.namespace, cron_job.name, cron_job.uid) == (job.namespace, job.controller_name, job.controller):
            return cron_job
    return None


def queued_by_job(old: ChildJob | None, new: ChildJob | None, cron_jobs: Sequence[CronJob]) -> tuple[CronJob, ...]:
    """The CronJobs that a change of a Job queues: its owner, and the former one if it was another.

    `old` is None if the Job is new, `new` is None if it was deleted; equal if this is a resync, which queues nothing.
    Source: pkg/controller/cronjob/cronjob_controllerv2.go (addJob, updateJob, deleteJob)
    """
    if old == new:
        return ()
    owners = [resolve_controller(job, cron_jobs) for job in (old, new) if job is not None]
    return tuple(owner for index, owner in enumerate(owners) if owner is not None and owner not in owners[:index])
