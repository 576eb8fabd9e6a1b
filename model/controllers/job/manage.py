"""How a Job that goes on gets the Pods it wants.

Source: pkg/controller/job/job_controller.go (manageJob)
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.api.jobs import Job
from model.api.refusals import Refusal
from model.controllers.job.annotations import new_pod
from model.controllers.job.backoff import remaining_time
from model.controllers.job.context import Context, PodCounts
from model.controllers.job.deletion import delete_job_pods
from model.controllers.job.finished_pods import is_indexed, only_replaces_failed_pods
from model.controllers.job.indexed import first_pending_indexes, indexes_to_create
from model.controllers.job.removal import active_pods_for_removal
from model.controllers.job.writes import CreatePod, Expect, ExpectFewer, Steps
from model.controllers.replicaset.slow_start import batch_sizes

MAX_POD_CREATE_DELETE_PER_SYNC = 500
"""The most Pods created, or deleted, in one sync (``MaxPodCreateDeletePerSync``)."""

SYNC_JOB_BATCH_PERIOD = 1
"""Seconds that a Job stays in the queue at least, to see many changes of Pods at once (``SyncJobBatchPeriod``)."""


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """What managing the Pods came to."""

    counts: PodCounts
    requeue_after: int | None = None
    """Seconds until a back-off is over."""
    error: bool = False


def wanted_active(job: Job, succeeded: int, active: int) -> int:
    """How many Pods are to be active: `parallelism`, but no more than completions are left.

    Without completions, the first success ends the creation of Pods: those that are active may finish.
    Source: pkg/controller/job/job_controller.go (manageJob)
    """
    if job.completions is None:
        return active if succeeded > 0 else job.parallelism
    return max(min(job.completions - succeeded, job.parallelism), 0)


def manage_job(context: Context, counts: PodCounts) -> Steps[Managed]:
    """Delete the Pods that are too many; or, if there are none, create those that are too few.

    A suspended Job wants none. Source: pkg/controller/job/job_controller.go (manageJob)
    """
    job, active = context.job, context.active
    wanted = 0 if job.suspend else wanted_active(job, context.succeeded, len(active))
    victims = active_pods_for_removal(job, active, max(len(active) - wanted, 0))
    if not job.suspend:
        victims = victims[:MAX_POD_CREATE_DELETE_PER_SYNC]
    if victims or job.suspend:
        deleted = yield from delete_job_pods(victims)
        return Managed(counts=counts.without(deleted.removed, deleted.ready), error=deleted.error)
    terminating = counts.terminating if only_replaces_failed_pods(job) else 0
    missing = wanted - terminating - len(active)
    if missing <= 0:
        return Managed(counts=counts)
    indexes, wait = pods_to_create(context, min(missing, MAX_POD_CREATE_DELETE_PER_SYNC))
    if wait > 0:
        # Kubernetes reports no active Pod while it waits, whatever there is.
        return Managed(counts=replace(counts, active=0), requeue_after=max(wait, SYNC_JOB_BATCH_PERIOD))
    return (yield from create_pods(context, counts, indexes))


def pods_to_create(context: Context, missing: int) -> tuple[list[int | None], int]:
    """The indexes (None: without) of the Pods to create now, or how many seconds to wait before creating any.

    Source: pkg/controller/job/job_controller.go (manageJob)
    """
    job = context.job
    wait = remaining_time(context.backoff, context.now) if job.backoff_limit_per_index is None else 0
    if wait > 0:
        return [], wait
    if not is_indexed(job):
        return [None] * missing, 0
    pending = first_pending_indexes(job, context.pods, context.indexes, missing)
    if job.backoff_limit_per_index is not None:
        pending, wait = indexes_to_create(pending, context.indexes.delayed, context.now)
    return [*pending], wait


def create_pods(context: Context, counts: PodCounts, indexes: Sequence[int | None]) -> Steps[Managed]:
    """Create a Pod for each index, in batches that double; after a batch with a failure no other follows.

    Source: pkg/controller/job/job_controller.go (manageJob)
    """
    yield Expect(creations=len(indexes))
    active, calls, failed = counts.active + len(indexes), 0, 0
    for size in batch_sizes(len(indexes)):
        for index in indexes[calls : calls + size]:
            replaced = None if index is None else context.indexes.delayed.get(index)
            if is_failure((yield CreatePod(new_pod(context.job, index, replaced)))):
                yield ExpectFewer(creations=1)
                failed += 1
        calls += size
        if failed > 0:
            break
    skipped = len(indexes) - calls
    if skipped > 0:
        yield ExpectFewer(creations=skipped)
    return Managed(counts=replace(counts, active=active - failed - skipped), error=failed > 0)


def is_failure(refused: Refusal | None) -> bool:
    """Whether creating a Pod failed. That the namespace goes is no failure: it takes the Job with it."""
    return refused is not None and refused is not Refusal.NAMESPACE_TERMINATING
