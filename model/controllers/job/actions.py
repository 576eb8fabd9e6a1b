"""The Job controller as transitions of the cluster: `model.controllers.job.sync`, cut where somebody can tell.

The first part of a sync looks at the Job's Pods, creates and deletes some, and writes the status with the uids of those
that have finished: one step. Only Pods that are too many go after it, a request a step; Kubernetes makes these requests
before it writes that status, and nobody reads both in between. Then each finalizer goes, and at last the counters are
written. Others act in between: processes end, the user suspends the Job, so that the next write is refused, or the
controller manager restarts and has forgotten what it was about to do.

Each Pod that finishes is counted by flags in its row: `finalizer`, and `uncounted` while the status lists its uid. The
row outlives its object as long as it is listed.

A back-off may be over at any moment, which is asked anew at each sync; so may activeDeadlineSeconds. Left out: the lag
of the controller's caches, but for the time between its look and its requests; adoption and release; the numbers of
active, ready and terminating Pods in the status; Jobs that are deleted before they end, and Jobs whose parallelism or
completions change.

Source: pkg/controller/job/job_controller.go (syncJob)
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product

from model.api import jobs, objects
from model.api.pods import active_pods
from model.cluster import Cluster
from model.control_plane.pod_requests import deleted, without_finalizer
from model.controllers.job.conditions import is_finished
from model.controllers.job.ending import decided_before
from model.controllers.job.finished_pods import is_pod_failed
from model.controllers.job.finishing import with_final_condition
from model.controllers.job.memory import Memory
from model.controllers.job.observed import NOW, OwnPods, api_job, api_pods, job_spec, own_pods
from model.controllers.job.removal import possible_pods_for_removal
from model.controllers.job.stored import PodRequest, job_row, pod_row, requested, with_status
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
from model.rows.job import Counting
from model.rows.pod import Removal
from model.rows.slots import JobSlot, PodSlot

Steps = Sequence[Write | Note]


def job_controller_syncs(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The Job controller creates or deletes Pods, and writes down which have finished and whether the Job ends."""
    for steps in _syncs(state, job, NOW):
        yield _first_part(state, job, steps)


def job_controller_finds_deadline_over(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """activeDeadlineSeconds are over: the Job controller gives the Job up, unless it has ended before."""
    running = state.jobs[job]
    if running is not None and running.started:
        for steps in _syncs(state, job, job_spec(state, running).written.active_deadline_seconds or NOW):
            yield _first_part(state, job, steps)


def job_controller_removes(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The Job controller removes a Pod's finalizer, or a Pod that is too many, as its sync has decided."""
    leaving = state.pods[pod]
    if leaving is None or leaving.removal is None:
        return
    left = Removal.POD if leaving.removal is Removal.FINALIZER_AND_POD else None
    after = state.update(leaving, removal=left)
    yield deleted(after, pod) if leaving.removal is Removal.POD else without_finalizer(after, pod_row(after, pod))


def job_controller_counts(state: Cluster, job: JobSlot) -> Iterator[Cluster]:
    """The Job controller counts the Pods whose finalizers it has removed; a Job that ends is Complete or Failed.

    If somebody has changed the Job since the sync began, the write is refused, and the next sync counts them.
    """
    owner = state.jobs[job]
    if owner is None or owner.counting is Counting.NONE:
        return
    own = own_pods(state, job)
    if any(pod.removal is not None for _, pod in own):
        return
    after = state
    if owner.counting is not Counting.OUTDATED:
        seen = api_job(state, owner, own)
        tracked = [pod.uid for pod in api_pods(state, own) if pod.tracking_finalizer]
        status, end = clean_uncounted(seen.status, tracked), decided_before(seen, NOW)
        if owner.counting is Counting.ENDING and end is not None:
            status = with_final_condition(status, end, NOW)
        after = with_status(state, job, _slots(own), status)
    yield after.update(job_row(after, job), counting=Counting.NONE)


def begun_syncs(state: Cluster, job: int) -> Iterator[Cluster]:
    """The state after some of the requests about Pods of a sync that never comes to write the status."""
    slots = _slots(own_pods(state, job))
    for steps in _syncs(state, job, NOW):
        of_pods = [step for step in _before_tracking(steps) if isinstance(step, PodRequest)]
        for made in _some_of(of_pods):
            yield requested(state, job, slots, made)


# -- a sync, up to the first status that it writes


def _syncs(state: Cluster, job: int, now: int) -> Iterator[Steps]:
    """The steps of each sync that may begin now: with back-offs that are over or not, and each choice of victims."""
    owner = state.jobs[job]
    if owner is None or owner.finished or owner.counting is not Counting.NONE:
        return
    own = own_pods(state, job)
    seen = api_job(state, owner, own)
    for just_failed in _recent_failures(seen, api_pods(state, own)):
        pods = api_pods(state, own, just_failed)
        for victims in _possible_victims(seen, pods, sync(seen, pods, Memory(), now, selected=_own).steps):
            yield sync(seen, api_pods(state, own, just_failed, victims), Memory(), now, selected=_own).steps


def _own(_: objects.Pod) -> bool:
    """The Job's selector matches each of its own Pods."""
    return True


def _recent_failures(job: jobs.Job, pods: Sequence[objects.Pod]) -> Iterator[Collection[str]]:
    """The uids of failed Pods that the Job may still back off from: of any indexes, or of all."""
    failed = [pod.uid for pod in pods if pod.tracking_finalizer and is_pod_failed(pod, job)]
    sizes = range(len(failed) + 1) if job.backoff_limit_per_index is not None else sorted({0, len(failed)})
    for size in sizes:
        yield from combinations(failed, size)


def _possible_victims(job: jobs.Job, pods: Sequence[objects.Pod], steps: Steps) -> Iterator[Collection[str]]:
    """The uids of each choice of Pods that are too many; the creation times, which decide, are not kept."""
    victims = [step.pod for step in _before_tracking(steps) if isinstance(step, RemoveFinalizer)]
    if not victims or job.suspend:
        yield ()
        return
    for chosen in possible_pods_for_removal(job, active_pods(pods), len(victims)):
        yield [pod.uid for pod in chosen]


def _before_tracking(steps: Steps) -> Steps:
    """The steps up to the first status, or before the finalizers of finished Pods go."""
    for place, step in enumerate(steps):
        if isinstance(step, UpdateJobStatus):
            return steps[: place + 1]
        if isinstance(step, ExpectFinalizersRemoved):
            return steps[:place]
    return steps


def _first_part(state: Cluster, job: int, steps: Steps) -> Cluster:
    """The state after the first part of a sync; what is yet to be done is noted in the rows."""
    first = _before_tracking(steps)
    slots = _slots(own_pods(state, job))
    victims = [step.pod.uid for step in first if isinstance(step, RemoveFinalizer)]
    after = state
    for step in first:
        if isinstance(step, UpdateJobStatus):
            after = with_status(after, job, slots, step.status)
    after = requested(after, job, slots, _made_at_once(first, victims))
    return _with_the_rest(after, job, slots, victims, steps[len(first) :])


def _made_at_once(steps: Steps, victims: Collection[str]) -> list[PodRequest]:
    requests = [step for step in steps if isinstance(step, CreatePod | DeletePod)]
    return [request for request in requests if isinstance(request, CreatePod) or request.pod.uid not in victims]


def _with_the_rest(state: Cluster, job: int, slots: Sequence[int], victims: Collection[str], rest: Steps) -> Cluster:
    """The state in which the Job controller is about to remove these Pods, and to do the rest of a sync."""
    counted = [uid for step in rest if isinstance(step, ExpectFinalizersRemoved) for uid in step.uids]
    statuses = [step.status for step in rest if isinstance(step, UpdateJobStatus)]
    if not victims and not counted and not statuses:
        return state
    after = state
    for place, slot in enumerate(slots):
        if str(place) in victims or str(place) in counted:
            removal = Removal.FINALIZER_AND_POD if str(place) in victims else Removal.FINALIZER
            after = after.update(pod_row(after, slot), removal=removal)
    ends = any(is_finished(jobs.Job(status=status)) for status in statuses)
    return after.update(job_row(after, job), counting=Counting.ENDING if ends else Counting.UNDER_WAY)


def _slots(own: OwnPods) -> list[int]:
    return [slot for slot, _ in own]


def _some_of(requests: Sequence[PodRequest]) -> Iterator[list[PodRequest]]:
    """Some of the requests, which are made at once: of a Pod's own, the first ones."""
    by_pod: list[list[PodRequest]] = []
    for request in requests:
        follows = bool(by_pod) and isinstance(by_pod[-1][0], RemoveFinalizer) and isinstance(request, DeletePod)
        if follows and by_pod[-1][0].pod.uid == request.pod.uid:
            by_pod[-1].append(request)
        else:
            by_pod.append([request])
    for counts in product(*(range(len(own) + 1) for own in by_pod)):
        made = [request for own, count in zip(by_pod, counts, strict=True) for request in own[:count]]
        if made:
            yield made


PARTS: tuple[Part, ...] = component(
    some("jobs"), job_controller_syncs, job_controller_removes, job_controller_counts
) + component(
    lambda state: any(spec.written.active_deadline_seconds is not None for spec in state.constants.jobs),
    job_controller_finds_deadline_over,
)
