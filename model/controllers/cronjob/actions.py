"""The CronJob controller as transitions of the cluster.

A sync reads, decides, deletes and creates Jobs, and writes the CronJob's status once, at its end; its decisions are
those of `model.controllers.cronjob.sync`. The Jobs are one step: a sync that ended halfway would be made up for by the
next one, which drops from the list what is gone and goes on. The status is a step of its own, because in between time
may pass, a Job may end, the user may write the CronJob, so that the status is refused, and the controller may be
restarted, so that it is lost. A sync without Jobs to write reads and writes at one moment: a refusal would only make
it begin again.

Left out: caches that lag (a Job that is seen to end late looks like one that ends late; a creation that is repeated
finds that the Job exists), refused creations and deletions, changes of the schedule, ``status.lastSuccessfulTime``
(nobody here reads it).

Source: pkg/controller/cronjob/cronjob_controllerv2.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.api import cron_jobs as api
from model.cluster import Cluster
from model.controllers.cronjob.activations import activation, api_cron_job, job_reference, moment, tick_of
from model.controllers.cronjob.child_jobs import without_job
from model.controllers.cronjob.requests import CreateJob, DeleteJob, UpdateCronJobStatus, Write
from model.controllers.cronjob.sync import sync
from model.parts import Part, component, some
from model.rows.cron_job import ChildJob, CronJob, CronJobStatus
from model.rows.slots import CronJobSlot


def cron_job_controller_syncs(state: Cluster, cron_job: CronJobSlot) -> Iterator[Cluster]:
    """The CronJob controller cleans up the history and starts the Job that is due, if the policy lets it."""
    row = state.cron_jobs[cron_job]
    if row is None:
        return
    writes = _writes(state, cron_job, row)
    if len(writes) > 0:
        yield _stored(state, cron_job, row, writes)


def cron_job_controller_writes_status(state: Cluster, cron_job: CronJobSlot) -> Iterator[Cluster]:
    """The CronJob controller notes in the status what it has started; refused if the CronJob has changed since."""
    row = state.cron_jobs[cron_job]
    if row is not None and row.unwritten is not None:
        status = row.status if row.outdated else row.unwritten
        yield state.update(row, status=status, unwritten=None, outdated=False)


@derived
def sync_is_due(state: Cluster, cron_job: CronJobSlot) -> bool:
    """The controller has something to do for the CronJob now."""
    row = state.cron_jobs[cron_job]
    return row is not None and (row.unwritten is not None or len(_writes(state, cron_job, row)) > 0)


def _writes(state: Cluster, cron_job: int, row: CronJob) -> tuple[Write, ...]:
    """What a sync would write by now; a status that is written as it was does not count."""
    if row.unwritten is not None:
        return ()
    seen = api_cron_job(state, cron_job, row.status, row.suspended)
    jobs = [_api_job(seen, job) for job in state.child_jobs if job.cron_job == cron_job and job.exists]
    writes = sync(seen, jobs, moment(state.now)).writes
    return tuple(w for w in writes if not isinstance(w, UpdateCronJobStatus) or _status(w.cron_job) != row.status)


def _api_job(cron_job: api.CronJob, job: ChildJob) -> api.ChildJob:
    """The Job as the rules take it. It started when it was due: Jobs start in the order of their activations."""
    reference = job_reference(cron_job, job.scheduled)
    return api.ChildJob(
        name=reference.name,
        uid=reference.uid,
        controller=cron_job.uid,
        controller_name=cron_job.name,
        start_time=activation(job.scheduled),
        finished=job.outcome,
        completion_time=0,
    )


def _status(written: api.CronJob) -> CronJobStatus:
    last = written.last_schedule_time
    return CronJobStatus(
        active=tuple(_scheduled(reference.name) for reference in written.active),
        last_schedule_time=None if last is None else tick_of(last),
    )


def _scheduled(name: str) -> int:
    """The activation that a Job's name tells."""
    return int(name.rpartition("-")[2])


def _stored(state: Cluster, cron_job: int, row: CronJob, writes: tuple[Write, ...]) -> Cluster:
    """The state after a sync's writes; its status is still to be written if it wrote Jobs."""
    after, status, last_started = state, None, row.last_started
    for write in writes:
        match write:
            case CreateJob(job):
                last_started = _scheduled(job.name)
                after = after.create("child_jobs", ChildJob(cron_job=cron_job, scheduled=last_started))
            case DeleteJob(name):
                after = _deleted(after, cron_job, _scheduled(name))
            case UpdateCronJobStatus(written):
                status = _status(written)
    if len(writes) > 1:
        return after.update(row, unwritten=status, last_started=last_started)
    return after if status is None else after.update(row, status=status)


def _deleted(state: Cluster, cron_job: int, scheduled: int) -> Cluster:
    for job in state.child_jobs:
        if job.exists and job.cron_job == cron_job and job.scheduled == scheduled:
            return without_job(state, job)
    return state


PARTS: tuple[Part, ...] = component(some("cron_jobs"), cron_job_controller_syncs, cron_job_controller_writes_status)
