"""What one sync of a Job finds out before it does anything.

Source: pkg/controller/job/job_controller.go (syncJobCtx)
"""

from collections.abc import Sequence

import msgspec

from model.api.jobs import Job
from model.api.objects import Pod
from model.api.pods import active_pods
from model.controllers.job.backoff import BackoffRecord, new_backoff_record
from model.controllers.job.finished_pods import count_failed, count_succeeded, is_indexed, new_finished_pods
from model.controllers.job.finished_time import finished_time
from model.controllers.job.indexed import Indexes, indexes_of
from model.controllers.job.indexes import total


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The Job, its Pods and what they come to. What the sync changes on its way is passed on beside it."""

    job: Job
    pods: tuple[Pod, ...] = ()
    """All that the Job claims."""
    active: tuple[Pod, ...] = ()
    expected_removals: tuple[str, ...] = ()
    """uids of the Pods whose finalizer goes, or went unseen."""
    succeeded: int = 0
    """Pods that succeeded, counted or not; in an Indexed Job, indexes."""
    failed: int = 0
    """Pods that failed and are not ignored, counted or not."""
    indexes: Indexes = Indexes()
    backoff: BackoffRecord = BackoffRecord()
    """With the Pods that finished since the last sync."""
    now: int = 0
    """The time of the sync, in seconds."""


def look_at(
    job: Job, pods: Sequence[Pod], expected_removals: tuple[str, ...], backoff: BackoffRecord, now: int
) -> Context:
    """What the Job's Pods come to, with what the controller remembers of the Job.

    Source: pkg/controller/job/job_controller.go (syncJob)
    """
    new = new_finished_pods(job, pods, expected_removals)
    indexes = indexes_of(job, pods, expected_removals) if is_indexed(job) else Indexes()
    return Context(
        job=job,
        pods=tuple(pods),
        active=tuple(active_pods(pods)),
        expected_removals=expected_removals,
        succeeded=total(indexes.succeeded) if is_indexed(job) else count_succeeded(job, new),
        failed=count_failed(job, new),
        indexes=indexes,
        backoff=new_backoff_record(
            backoff, [finished_time(pod) for pod in new.succeeded], [finished_time(pod) for pod in new.failed]
        ),
        now=now,
    )


class PodCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Pods as the status is going to count them: how the sync leaves them, if its writes succeed."""

    active: int
    ready: int
    terminating: int

    def without(self, removed: int, ready: int) -> "PodCounts":
        """The counts after that many active Pods were deleted, so many of them ready."""
        return PodCounts(active=self.active - removed, ready=self.ready - ready, terminating=self.terminating + removed)
