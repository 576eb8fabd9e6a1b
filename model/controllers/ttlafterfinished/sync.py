"""Jobs that finished are deleted after a while, if they say so (``spec.ttlSecondsAfterFinished``).

Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
"""

import msgspec

from model.api.jobs import Job
from model.controllers.job.conditions import finished_condition


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync does."""

    delete: bool = False
    """DELETE of the Job, in the foreground (its Pods go first), on the condition that it has this uid."""
    requeue_after: int | None = None
    """Seconds until the Job expires; None: at the next event."""
    error: bool = False
    """The sync is tried again, at a limited rate."""


def needs_cleanup(job: Job) -> bool:
    """Whether the Job is finished and to be deleted some time.

    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (needsCleanup)
    """
    return job.ttl_seconds_after_finished is not None and finished_condition(job) is not None


def is_queued(job: Job) -> bool:
    """Whether the Job is queued when it appears or changes: it is to be deleted some time, and not being deleted.

    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (addJob, updateJob)
    """
    return not job.deleting and needs_cleanup(job)


def expire_time(job: Job) -> int | None:
    """When the Job expires, in seconds. None if it does not, or if nobody recorded when it finished.

    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (getFinishAndExpireTime)
    """
    finished = finished_condition(job)
    if job.ttl_seconds_after_finished is None or finished is None or finished.last_transition_time is None:
        return None
    return finished.last_transition_time + job.ttl_seconds_after_finished


def time_left(job: Job, now: int) -> int | None:
    """Seconds until the Job expires, negative if it is overdue; None as in `expire_time`.

    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (timeLeft)
    """
    expires = expire_time(job)
    return None if expires is None else expires - now


def process_ttl(job: Job, now: int) -> Sync:
    """What one look at the Job says: delete it, come back later, or leave it alone.

    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (processTTL)
    """
    if not is_queued(job):
        return Sync()
    left = time_left(job, now)
    if left is None:
        return Sync(error=True)
    return Sync(delete=True) if left <= 0 else Sync(requeue_after=left)


def sync(cached: Job | None, live: Job | None, now: int) -> Sync:
    """One sync of a Job: what the cache shows must have expired, and so must what a live read then finds.

    `live` may be another Job of the same name: it is judged by itself. None: there is no Job of that name.
    Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (processJob)
    """
    if cached is None:
        return Sync()
    first = process_ttl(cached, now)
    if not first.delete:
        return first
    return Sync() if live is None else process_ttl(live, now)
