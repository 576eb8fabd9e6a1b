"""The Job controller as transitions of the cluster: `model.controllers.job.sync`, cut where somebody can tell.

The first part of a sync looks at the Job's Pods, creates and deletes some, and writes the status with the uids of those
that have finished: one step, but for the Pods that are too many. Then each of those goes, and each finalizer; at last the
counters are written. Others act in between: processes end, the user suspends the Job, so that the next write is refused,
or the controller manager restarts and has forgotten what it was about to do.

Each Pod that finishes is counted by flags in its row: `finalizer`, and `uncounted` while the status lists its uid. The
row outlives its object as long as it is listed.

A back-off may be over at any moment, which is asked anew at each sync; so may activeDeadlineSeconds. Left out: the lag
of the controller's caches, but for the time between its look and its requests; adoption and release; the numbers of
active, ready and terminating Pods in the status; Jobs whose parallelism or completions change.

Source: pkg/controller/job/job_controller.go (syncJob)
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product

from checker.state import Pool
from model.api import jobs, objects
from model.api.jobs import JobConditionType, JobStatus
from model.api.objects import PodPhase
from model.cluster import Cluster, without_forgotten
from model.control_plane.pod_requests import created, deleted, without_finalizer
from model.controllers.job.conditions import is_finished, true_condition
from model.controllers.job.ending import decided_before
from model.controllers.job.finishing import with_final_condition
from model.controllers.job.handlers import loses_finalizer
from model.controllers.job.memory import Memory
from model.controllers.job.observed import NOW, OwnPods, api_job, api_pods, job_spec, own_pods
from model.controllers.job.removal import possible_pods_for_removal
from model.controllers.job.sync import sync
from model.controllers.job.tracking import clean_uncounted
from model.controllers.job.writes import (
    CreatePod,
    DeletePod,
    ExpectFinalizersRemoved,
    Note,
    RemoveFinalizer,
    UpdateJobStatus,
    Write,
)
from model.parts import Part, component, some
from model.rows.job import Counting, Job
from model.rows.pod import Pod, Removal
from model.rows.slots import JobSlot, PodSlot

Steps = Sequence[Write | Note]


def job_controller_syncs(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The Job controller creates or deletes Pods, and writes down which have finished and whether the Job ends."""
    for steps in _syncs(state, job, NOW):
        yield _first_part(state, job, steps)


def active_deadline_passes(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """activeDeadlineSeconds are over: the Job controller gives the Job up, unless it has ended before."""
    running = state.jobs[job]
    if running is None or not running.started:
        return
    for steps in _syncs(state, job, job_spec(state, running).written.active_deadline_seconds or NOW):
        yield _first_part(state, job, steps)


def job_controller_removes(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The Job controller removes a Pod's finalizer, or a Pod that is too many: what its sync has decided on."""
    leaving = state.pods[pod]
    if leaving is None or leaving.removal is None:
        return
    if leaving.removal is Removal.POD:
        yield deleted(state.update(leaving, removal=None), pod)
        return
    left = None if leaving.removal is Removal.FINALIZER else Removal.POD
    after = state.update(leaving, removal=left)
    row = after.pods[pod]
    assert row is not None  # it has just been written
    yield without_finalizer(after, row)


def job_controller_counts(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The Job controller counts the Pods whose finalizers it has removed; a Job that ends is Complete or Failed.

    If somebody has changed the Job since the sync began, the write is refused: the next sync counts them.
    """
    owner = state.jobs[job]
    if owner is None or owner.counting is Counting.NONE or any(pod.removal is not None for _, pod in own_pods(state, job)):
        return
    after = state
    if owner.counting is not Counting.OUTDATED:
        own = own_pods(state, job)
        seen = api_job(state, owner, own)
        tracked = [pod.uid for pod in api_pods(state, own) if pod.tracking_finalizer]
        status, end = clean_uncounted(seen.status, tracked), decided_before(seen, NOW)
        if owner.counting is Counting.ENDING and end is not None:
            status = with_final_condition(status, end, NOW)
        after = _stored(state, owner, own, status)
    counted = after.jobs[job]
    assert counted is not None  # nothing deletes it here
    yield after.update(counted, counting=Counting.NONE)


def job_controller_releases_orphan(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The Job controller removes the finalizer of a Pod whose Job is gone, or has ended without it."""
    orphan = state.pods[pod]
    if orphan is None or not orphan.exists or orphan.job is None:
        return
    owner = state.jobs[orphan.job]
    seen = api_job(state, owner, ()) if owner is not None and owner.exists else None
    if loses_finalizer(objects.Pod(tracking_finalizer=orphan.finalizer), seen):
        yield without_finalizer(state, orphan)


def possible_first_parts_cut_short(state: Cluster, job: int) -> Iterator[Cluster]:
    """The first part of a sync that ends after some of its requests about Pods, before it writes the status."""
    for steps in _syncs(state, job, NOW):
        requests = [each for each in steps if isinstance(each, CreatePod | RemoveFinalizer | DeletePod)]
        for made in _begun(requests):
            yield _requested(state, job, made)


# -- the first part of a sync


def _syncs(state: Cluster, job: int, now: int) -> Iterator[Steps]:
    """The steps of each sync that may begin now: with back-offs that are over or not, and each choice of victims."""
    owner = state.jobs[job]
    if owner is None or not owner.exists or owner.finished or owner.counting is not Counting.NONE:
        return
    own = own_pods(state, job)
    if any(pod.removal is not None for _, pod in own):
        return
    seen = api_job(state, owner, own)
    for just_failed in _recent_failures(seen, own):
        pods = api_pods(state, own, just_failed)
        steps = sync(seen, pods, Memory(), now, selected=_own).steps
        for newest in _possible_victims(seen, pods, steps):
            yield sync(seen, api_pods(state, own, just_failed, newest), Memory(), now, selected=_own).steps


def _own(_: objects.Pod) -> bool:
    """The Job's selector matches each of its own Pods."""
    return True


def _recent_failures(job: jobs.Job, own: OwnPods) -> Iterator[Collection[int]]:
    """The places of the failed Pods that the Job may still back off from: for each index by itself, or for all."""
    failed = [place for place, (_, pod) in enumerate(own) if pod.finalizer and (pod.deleting or pod.terminal)]
    sizes = range(len(failed) + 1) if job.backoff_limit_per_index is not None else {0, len(failed)}
    for size in sizes:
        yield from combinations(failed, size)


def _possible_victims(job: jobs.Job, pods: Sequence[objects.Pod], steps: Steps) -> Iterator[Collection[str]]:
    """The uids of each choice of Pods that are too many; creation times, which decide, are not kept."""
    active = [pod for pod in pods if not pod.deleting and pod.phase in (PodPhase.PENDING, PodPhase.RUNNING)]
    victims = [step.pod for step in _before_tracking(steps) if isinstance(step, RemoveFinalizer)]
    if not victims or job.suspend:
        yield ()
        return
    for chosen in possible_pods_for_removal(job, active, len(victims)):
        yield [pod.uid for pod in chosen]


def _before_tracking(steps: Steps) -> Steps:
    """The steps before the finalizers of counted Pods go, or before the second status."""
    statuses = 0
    for place, step in enumerate(steps):
        statuses += isinstance(step, UpdateJobStatus)
        if isinstance(step, ExpectFinalizersRemoved) or statuses > 1:
            return steps[:place]
    return steps


def _first_part(state: Cluster, job: int, steps: Steps) -> Cluster:
    """The state after the first part of a sync; what is yet to be done is noted in the rows."""
    first = _before_tracking(steps)
    rest = steps[len(first) :]
    own = own_pods(state, job)
    victims = [step.pod.uid for step in first if isinstance(step, RemoveFinalizer)]
    counted = [uid for step in rest if isinstance(step, ExpectFinalizersRemoved) for uid in step.uids]
    at_once = [
        step for step in first if isinstance(step, CreatePod) or (isinstance(step, DeletePod) and step.pod.uid not in victims)
    ]
    after = _requested(state, job, at_once)
    for place, (slot, _) in enumerate(own):
        pod = after.pods[slot]
        if pod is not None and (str(place) in victims or str(place) in counted):
            removal = Removal.FINALIZER_AND_POD if str(place) in victims else Removal.FINALIZER
            after = after.update(pod, removal=removal)
    for step in first:
        if isinstance(step, UpdateJobStatus):
            after = _stored(after, _row(after, job), [(slot, pod) for slot, _ in own for pod in _there(after, slot)], step.status)
    ends = any(isinstance(step, UpdateJobStatus) and _is_final(step.status) for step in rest)
    goes_on = bool(victims or counted or any(isinstance(step, UpdateJobStatus) for step in rest))
    if not goes_on:
        return after
    return after.update(_row(after, job), counting=Counting.ENDING if ends else Counting.UNDER_WAY)
