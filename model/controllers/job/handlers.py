"""What the Job controller does when a watch shows a change: note it, and queue Jobs and orphans.

A new Job is queued at once. Of a deleted one the finish and the failures are forgotten at once, the rest when the
sync that this queues finds no Job; its Pods are looked at as orphans.

Source: pkg/controller/job/job_controller.go
"""

from collections.abc import Callable, Sequence

import msgspec

from model.api.jobs import Job
from model.api.objects import Pod
from model.controllers.claims import owned
from model.controllers.job.conditions import is_finished
from model.controllers.job.ending import remaining_active_time
from model.controllers.job.manage import SYNC_JOB_BATCH_PERIOD
from model.controllers.job.sync import is_managed

Selects = Callable[[Job, Pod], bool]
"""Whether the Job's selector matches the Pod."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What one watch event of a Pod leads to. The queues hold a key at most once."""

    queued: tuple[Job, ...] = ()
    """Jobs to queue, after `SYNC_JOB_BATCH_PERIOD` seconds."""
    orphan: bool = False
    """The Pod is to be looked at as an orphan; see `loses_finalizer`."""
    creation_observed: Job | None = None
    """Whose expectations see a creation."""
    deletion_observed: Job | None = None
    """Whose expectations see a deletion: this Pod may be seen to go twice, and each time counts."""
    finalizer_removal_observed: tuple[Job, ...] = ()
    """Which Jobs see that the Pod has lost its finalizer."""


class JobReaction(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of a Job leads to."""

    queued_after: tuple[int, ...] = ()
    """After how many seconds the Job is queued; 0: at once."""
    orphans: bool = False
    """All Pods that its selector matches are to be looked at as orphans."""


def resolve_controller(pod: Pod, jobs: Sequence[Job]) -> Job | None:
    """The Job in the cache that owns the Pod, if there is one.

    Source: pkg/controller/job/job_controller.go (resolveControllerRef)
    """
    return next((job for job in jobs if owned(pod, job)), None)


def pod_added(pod: Pod, jobs: Sequence[Job], selects: Selects) -> Reaction:
    """A Pod appears. If it is being deleted already that is no creation; an orphan may be adopted.

    Source: pkg/controller/job/job_controller.go (addPod)
    """
    if pod.deleting:
        return pod_deleted(pod, jobs, gone=False)
    if pod.controller is None:
        return Reaction(queued=_selecting(pod, jobs, selects), orphan=pod.tracking_finalizer)
    owner = resolve_controller(pod, jobs)
    return Reaction() if owner is None else Reaction(queued=(owner,), creation_observed=owner)


def pod_updated(old: Pod, new: Pod, jobs: Sequence[Job], selects: Selects) -> Reaction:
    """A Pod changes. That it is being deleted counts as a deletion, and again when it is gone.

    A resync, which shows a Pod that did not change, is no event.
    Source: pkg/controller/job/job_controller.go (updatePod)
    """
    if new.deleting:
        return pod_deleted(new, jobs, gone=False)
    changed_hands = old.controller != new.controller
    former = resolve_controller(old, jobs) if changed_hands else None
    owner = resolve_controller(new, jobs)
    owners = tuple(job for job in (former, owner) if job is not None)
    may_be_adopted = new.controller is None and (changed_hands or old.labels != new.labels)
    return Reaction(
        queued=owners + (_selecting(new, jobs, selects) if may_be_adopted else ()),
        orphan=new.controller is None and new.tracking_finalizer,
        finalizer_removal_observed=() if new.tracking_finalizer else owners,
    )


def pod_deleted(pod: Pod, jobs: Sequence[Job], *, gone: bool) -> Reaction:
    """A Pod is `gone`, or is being deleted. Without an unfinished Job nobody waits for its finalizer any more.

    Source: pkg/controller/job/job_controller.go (deletePod)
    """
    owner = resolve_controller(pod, jobs)
    if owner is None or is_finished(owner):
        return Reaction(orphan=pod.tracking_finalizer)
    return Reaction(
        queued=(owner,),
        deletion_observed=owner,
        finalizer_removal_observed=(owner,) if gone or not pod.tracking_finalizer else (),
    )


def job_updated(old: Job, new: Job, now: int) -> JobReaction:
    """A Job changes: a new spec is acted upon at once, a new status a little later, together with others.

    Source: pkg/controller/job/job_controller.go (updateJob)
    """
    if is_finished(new):
        return JobReaction(orphans=True)
    delay = SYNC_JOB_BATCH_PERIOD if new.generation == old.generation else 0
    if old.active_deadline_seconds == new.active_deadline_seconds:
        return JobReaction(queued_after=(delay,))
    remaining = time_to_deadline(new, now)
    return JobReaction(queued_after=(delay,) if remaining is None else (delay, remaining))


def time_to_deadline(job: Job, now: int) -> int | None:
    """Seconds until the active deadline, suspended or not; None if the Job has none, or has not started."""
    return remaining_active_time(msgspec.structs.replace(job, suspend=False), now)


def loses_finalizer(pod: Pod, owner: Job | None, *, owned_by_other_kind: bool = False) -> bool:
    """Whether the finalizer of a Pod that was queued as an orphan is removed.

    Not if its owner is an unfinished Job, which will do that itself, or is anything but a Job of this controller.
    Source: pkg/controller/job/job_controller.go (handleSingleOrphanPod)
    """
    if owned_by_other_kind or not pod.tracking_finalizer:
        return False
    return owner is None or (is_managed(owner) and is_finished(owner))


def _selecting(pod: Pod, jobs: Sequence[Job], selects: Selects) -> tuple[Job, ...]:
    return tuple(job for job in jobs if selects(job, pod))
