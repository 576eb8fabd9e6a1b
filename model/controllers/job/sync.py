"""One sync of a Job.

Left out, because it is for the caller to decide: whether the informers have caught up with the controller's own
writes (if not, nothing of this happens), and what comes of each write.

Source: pkg/controller/job/job_controller.go (syncJob)
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from model.api.jobs import Job, JobCondition, JobConditionType, JobStatus
from model.api.objects import Pod
from model.api.pods import count_ready, count_terminating
from model.api.refusals import Refusal
from model.controllers.job.claims import claim_pods
from model.controllers.job.conditions import Reason, is_finished, new_condition, with_condition
from model.controllers.job.context import Context, PodCounts, look_at
from model.controllers.job.deletion import delete_active_pods
from model.controllers.job.ending import completed, ending, ending_by_indexes, remaining_active_time
from model.controllers.job.finishing import track_job_status
from model.controllers.job.manage import Managed, manage_job
from model.controllers.job.memory import Memory
from model.controllers.job.writes import KeepBackoff, MarkFinished, Note, Steps, Write

JOB_CONTROLLER_NAME = "kubernetes.io/job-controller"
"""What ``spec.managedBy`` says of a Job that this controller is to manage (``JobControllerName``)."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync returns when all its writes are made."""

    requeue_after: int | None = None
    """Seconds until the Job is to be synced again because time passes; None: at the next event."""
    error: bool = False
    """The sync is tried again, at a limited rate."""


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did, if nobody else acted in between."""

    steps: tuple[Write | Note, ...] = ()
    """Writes and notes, in order; the writes that were refused included."""
    answers: tuple[Refusal | None, ...] = ()
    """The API server's answer to each write: None if it accepted it."""
    memory: Memory = Memory()
    """What the controller remembers afterwards, before any of its writes comes back to it."""
    requeue_after: int | None = None
    """As in `Outcome`."""
    error: bool = False
    """As in `Outcome`."""

    @property
    def writes(self) -> tuple[Write, ...]:
        """The writes, in order; those that were refused included."""
        return tuple(step for step in self.steps if isinstance(step, Write))

    @property
    def accepted(self) -> tuple[Write, ...]:
        """The writes that were not refused."""
        return tuple(write for write, refused in zip(self.writes, self.answers, strict=True) if refused is None)


def sync_job(
    job: Job,
    pods: Sequence[Pod],
    memory: Memory,
    now: int,
    *,
    selected: Callable[[Pod], bool],
    can_adopt: bool,
) -> Steps[Outcome]:
    """One sync, step by step; see `sync`.

    Source: pkg/controller/job/job_controller.go (syncJob)
    """
    if not is_managed(job):
        return Outcome()
    if is_finished(job):
        yield KeepBackoff(None)
        yield MarkFinished(False)
        return Outcome()
    if memory.finished:
        return Outcome()
    # The expectations are looked at first: a Pod that appears meanwhile only defers what is done.
    satisfied = memory.expectations.satisfied(now)
    claimed, error = yield from claim_pods(job, pods, selected, can_adopt=can_adopt)
    if error:
        return Outcome(error=True)
    context = look_at(started(job, now), claimed, memory.expected_finalizer_removals, memory.backoff, now)
    return (yield from sync_claimed(context, job.status, satisfied))


def is_managed(job: Job) -> bool:
    """Whether the Job is for this controller to manage.

    Source: pkg/controller/job/job_controller.go (managedByExternalController)
    """
    return job.managed_by in (None, JOB_CONTROLLER_NAME)


def started(job: Job, now: int) -> Job:
    """The Job with its start time, which is now if it has none and is not suspended."""
    if job.suspend or job.status.start_time is not None:
        return job
    return replace(job, status=replace(job.status, start_time=now))


def sync_claimed(context: Context, before: JobStatus, satisfied: bool) -> Steps[Outcome]:
    """End the Job or manage its Pods, then write its status and count the Pods that finished.

    `before` is the status in the cache, `satisfied` says whether all was seen that the controller did to the Pods.
    """
    job, now = context.job, context.now
    finished = ending(job, context.pods, context.failed, now)
    deadline = remaining_active_time(job, now) if finished is None else None
    finished = finished or ending_by_indexes(job, context.indexes, now)
    managed, status, finished = yield from end_or_manage(context, finished, satisfied)
    counts = managed.counts
    status = replace(status, active=counts.active, ready=counts.ready, terminating=counts.terminating)
    tracking_failed = yield from track_job_status(context, before, status, finished)
    waits = [wait for wait in (deadline, managed.requeue_after) if wait is not None]
    return Outcome(requeue_after=min(waits, default=None), error=managed.error or tracking_failed)


def end_or_manage(
    context: Context, finished: JobCondition | None, satisfied: bool
) -> Steps[tuple[Managed, JobStatus, JobCondition | None]]:
    """Delete the active Pods of a Job that ends; if it goes on, see that it has the Pods it wants.

    A Job does not end before all its active Pods are deleted and all that it created have been seen.
    Returns the Pods as they are left, the status, and how the Job ends after all.
    """
    job, active = context.job, context.active
    counts = PodCounts(active=len(active), ready=count_ready(active), terminating=count_terminating(context.pods))
    if finished is not None:
        deleted = yield from delete_active_pods(active)
        managed = Managed(counts=counts.without(deleted.removed, deleted.ready), error=deleted.error)
        return managed, job.status, finished if satisfied and not deleted.error else None
    managed = Managed(counts=counts)
    manages = satisfied and not job.deleting
    if manages:
        managed = yield from manage_job(context, counts)
    finished = completed(job, context.succeeded, managed.counts.active, context.now)
    status = with_suspension(job, context.now) if manages and finished is None else job.status
    return managed, status, finished


def with_suspension(job: Job, now: int) -> JobStatus:
    """The status that says whether the Job is suspended. The clock stops meanwhile, and then starts anew.

    Source: pkg/controller/job/job_controller.go (syncJob)
    """
    suspended = new_condition(
        JobConditionType.SUSPENDED,
        Reason.JOB_SUSPENDED if job.suspend else Reason.JOB_RESUMED,
        "Job suspended" if job.suspend else "Job resumed",
        now,
        status="True" if job.suspend else "False",
    )
    conditions = with_condition(job.status.conditions, suspended)
    if conditions == job.status.conditions:
        return job.status
    return replace(job.status, conditions=conditions, start_time=None if job.suspend else now)


def accepts_every_write(write: Write, earlier: Sequence[Refusal | None]) -> None:
    """The API server's answer when nobody but the controller writes and nothing forbids it."""


def sync(
    job: Job,
    pods: Sequence[Pod],
    memory: Memory,
    now: int,
    *,
    selected: Callable[[Pod], bool],
    can_adopt: bool = True,
    refusal: Callable[[Write, Sequence[Refusal | None]], Refusal | None] = accepts_every_write,
) -> Sync:
    """One sync of `job` over `pods`, both as the caches show them, at `now` (seconds).

    `memory` is what the controller remembers, `selected` the Job's selector, and `can_adopt` the live read before
    an adoption. `refusal` is the API server's answer to a write, given its earlier answers: None if it accepts it.

    A write depends on nothing but these arguments and the answers to the writes before it. So whoever lets others
    act between the writes keeps the arguments and the answers so far, and finds the next write by another call.

    Source: pkg/controller/job/job_controller.go (syncJob)
    """
    running = sync_job(job, pods, memory, now, selected=selected, can_adopt=can_adopt)
    steps: list[Write | Note] = []
    answers: list[Refusal | None] = []
    answer: Refusal | None = None
    while True:
        try:
            step = running.send(answer)
        except StopIteration as done:
            outcome: Outcome = done.value
            return Sync(
                steps=tuple(steps),
                answers=tuple(answers),
                memory=memory,
                requeue_after=outcome.requeue_after,
                error=outcome.error,
            )
        steps.append(step)
        if isinstance(step, Write):
            answer = refusal(step, answers)
            answers.append(answer)
        else:
            answer = None
            memory = memory.noted(step, now)
