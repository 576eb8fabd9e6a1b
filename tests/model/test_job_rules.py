"""The Job controller's rules: in which order it writes, and that it counts every Pod once, whatever is refused."""

from collections.abc import Callable, Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from model.api.jobs import CompletionMode, Job, JobCondition, JobConditionType, JobStatus, PodReplacementPolicy
from model.api.objects import Pod, PodPhase
from model.api.refusals import Refusal
from model.controllers.expectations import ControllerExpectations
from model.controllers.job.conditions import is_finished
from model.controllers.job.handlers import job_updated, loses_finalizer, pod_added, pod_deleted, pod_updated
from model.controllers.job.memory import Memory
from model.controllers.job.removal import active_pods_for_removal, possible_pods_for_removal
from model.controllers.job.sync import JOB_CONTROLLER_NAME, Sync, sync
from model.controllers.job.writes import (
    AdoptPod,
    CreatePod,
    DeletePod,
    ReleasePod,
    RemoveFinalizer,
    UpdateJobStatus,
    Write,
)
from model.controllers.ttlafterfinished.sync import Sync as TtlSync
from model.controllers.ttlafterfinished.sync import sync as ttl_sync

NOW = 10_000
Answer = Callable[[Write, Sequence[Refusal | None]], Refusal | None]


def refuses(kind: type, reason: Refusal, *, first: int = 0) -> Answer:
    """Refuses writes of that kind, but for the first few answers."""
    return lambda write, earlier: reason if isinstance(write, kind) and len(earlier) >= first else None


def one_sync(job: Job, *pods: Pod, memory: Memory | None = None, **arguments: object) -> Sync:
    owned = [replace(pod, name=pod.uid, controller=job.uid) for pod in pods]
    return sync(job, owned, memory or Memory(), NOW, selected=lambda pod: True, **arguments)  # type: ignore[arg-type]


def pod(uid: str, phase: PodPhase = PodPhase.RUNNING, **fields: object) -> Pod:
    return Pod(uid=uid, phase=phase, tracking_finalizer=True, **fields)  # type: ignore[arg-type]


def kinds(result: Sync) -> list[type]:
    return [type(write) for write in result.writes]


def statuses(result: Sync) -> list[JobStatus]:
    return [write.status for write in result.writes if isinstance(write, UpdateJobStatus)]


JOB = Job(name="job", uid="job", completions=2, parallelism=2)


def test_the_uid_is_written_down_before_the_finalizer_goes_and_counted_after() -> None:
    result = one_sync(JOB, pod("a", PodPhase.SUCCEEDED), pod("b"))
    assert kinds(result) == [UpdateJobStatus, RemoveFinalizer, UpdateJobStatus]
    first, second = statuses(result)
    assert (first.uncounted_succeeded, first.succeeded) == (("a",), 0)
    assert (second.uncounted_succeeded, second.succeeded) == ((), 1)
    assert result.memory.expected_finalizer_removals == ("a",)


def test_without_the_first_status_no_finalizer_goes() -> None:
    result = one_sync(JOB, pod("a", PodPhase.FAILED), pod("b"), refusal=refuses(UpdateJobStatus, Refusal.CONFLICT))
    assert kinds(result) == [CreatePod, UpdateJobStatus]
    assert result.error
    assert result.memory.backoff.failures_after_last_success == 0


def test_a_pod_whose_finalizer_stays_is_not_counted_yet() -> None:
    result = one_sync(JOB, pod("a", PodPhase.SUCCEEDED), refusal=refuses(RemoveFinalizer, Refusal.FORBIDDEN))
    assert statuses(result)[-1].uncounted_succeeded == ("a",)
    assert result.memory.expected_finalizer_removals == ()
    assert result.error


def test_a_pod_that_is_gone_is_counted() -> None:
    result = one_sync(JOB, pod("a", PodPhase.SUCCEEDED), refusal=refuses(RemoveFinalizer, Refusal.NOT_FOUND))
    assert statuses(result)[-1].succeeded == 1
    assert not result.error


def test_a_pod_whose_finalizer_is_on_its_way_is_not_counted_again() -> None:
    job = replace(JOB, status=JobStatus(uncounted_succeeded=("a",)))
    memory = Memory(expected_finalizer_removals=("a",))
    result = one_sync(job, pod("a", PodPhase.SUCCEEDED), memory=memory)
    assert statuses(result)[-1].succeeded == 1
    assert RemoveFinalizer not in kinds(result)


def test_a_job_that_failed_says_so_before_its_finalizers_go_and_again_when_all_pods_are_gone() -> None:
    job = replace(JOB, backoff_limit=0)
    result = one_sync(job, pod("a", PodPhase.FAILED), pod("b"))
    assert kinds(result) == [DeletePod, UpdateJobStatus, RemoveFinalizer, RemoveFinalizer, UpdateJobStatus]
    assert [each.type for each in statuses(result)[-1].conditions] == [JobConditionType.FAILURE_TARGET]
    later = replace(job, status=statuses(result)[-1])
    last = one_sync(later)
    assert is_finished(replace(job, status=statuses(last)[-1]))
    assert last.memory.finished


def test_a_job_does_not_fail_before_its_pods_are_deleted() -> None:
    job = replace(JOB, backoff_limit=0)
    result = one_sync(job, pod("a", PodPhase.FAILED), pod("b"), refusal=refuses(DeletePod, Refusal.FORBIDDEN))
    assert statuses(result)[-1].conditions == ()
    assert result.error


def test_a_job_that_waits_for_its_own_pods_leaves_them_alone() -> None:
    memory = Memory(expectations=ControllerExpectations().expect_creations(1, NOW))
    assert CreatePod not in kinds(one_sync(JOB, memory=memory))
    assert kinds(one_sync(JOB))[:2] == [CreatePod, CreatePod]


def test_pods_are_created_in_batches_that_double_until_one_fails() -> None:
    job = replace(JOB, completions=10, parallelism=10)
    result = one_sync(job, refusal=refuses(CreatePod, Refusal.FORBIDDEN, first=2))
    assert kinds(result).count(CreatePod) == 3
    assert statuses(result)[-1].active == 2
    assert result.memory.expectations.creations == 2
    assert result.error


def test_a_namespace_that_goes_is_no_error() -> None:
    result = one_sync(JOB, refusal=refuses(CreatePod, Refusal.NAMESPACE_TERMINATING))
    assert statuses(result)[-1].active == 2
    assert result.memory.expectations.creations == 2
    assert not result.error


def test_a_pod_too_many_loses_its_finalizer_first() -> None:
    job = replace(JOB, parallelism=0)
    result = one_sync(job, pod("a"))
    assert kinds(result)[:2] == [RemoveFinalizer, DeletePod]
    assert statuses(result)[-1].failed == 0
    refused = one_sync(job, pod("a"), refusal=refuses(RemoveFinalizer, Refusal.FORBIDDEN))
    assert DeletePod not in kinds(refused)
    assert refused.memory.expectations.deletions == 0


def test_a_job_waits_after_a_failure_and_says_that_it_has_no_active_pod() -> None:
    result = one_sync(JOB, pod("a", PodPhase.FAILED, created=NOW), pod("b"))
    assert result.requeue_after == 10
    assert statuses(result)[-1].active == 0


def test_the_deadline_is_looked_at_again_when_it_is_due() -> None:
    job = replace(JOB, active_deadline_seconds=30, status=JobStatus(start_time=NOW - 10))
    assert one_sync(job, pod("a"), pod("b")).requeue_after == 20


def test_orphans_are_adopted_and_strangers_released() -> None:
    orphan = Pod(name="orphan", uid="orphan", phase=PodPhase.SUCCEEDED, labels={"mine": "yes"})
    stranger = Pod(name="stranger", uid="stranger", controller="job", phase=PodPhase.RUNNING)

    def claims(*, can_adopt: bool = True, refusal: Answer = lambda write, earlier: None) -> Sync:
        return sync(
            JOB,
            [orphan, stranger],
            Memory(),
            NOW,
            selected=lambda each: each.labels == {"mine": "yes"},
            can_adopt=can_adopt,
            refusal=refusal,
        )

    assert kinds(claims())[:2] == [AdoptPod, ReleasePod]
    assert statuses(claims())[0].uncounted_succeeded == ("orphan",)
    assert (kinds(claims(can_adopt=False)), claims(can_adopt=False).error) == ([ReleasePod], True)
    assert statuses(claims(refusal=refuses(AdoptPod, Refusal.NOT_FOUND)))[0].uncounted_succeeded == ()


def test_finished_and_foreign_jobs_are_left_alone() -> None:
    complete = JobStatus(conditions=(JobCondition(type=JobConditionType.COMPLETE, status="True"),))
    finished = one_sync(replace(JOB, status=complete), memory=Memory(finished=True))
    assert (finished.writes, finished.memory) == ((), Memory())
    assert one_sync(JOB, memory=Memory(finished=True)).writes == ()
    assert one_sync(replace(JOB, managed_by="example.com/other")).writes == ()
    assert one_sync(replace(JOB, managed_by=JOB_CONTROLLER_NAME)).writes != ()


PODS = st.builds(
    Pod,
    phase=st.sampled_from([PodPhase.PENDING, PodPhase.RUNNING]),
    ready=st.booleans(),
    completion_index=st.sampled_from([None, 0, 0, 5]),
    container_restarts=st.integers(0, 2),
    created=st.one_of(st.none(), st.integers(0, 2)),
)


@settings(max_examples=300)
@given(pods=st.lists(PODS, min_size=1, max_size=6), indexed=st.booleans(), data=st.data())
def test_the_pods_that_are_removed_are_among_the_possible_ones(
    pods: list[Pod], indexed: bool, data: st.DataObject
) -> None:
    job = Job(completions=2, completion_mode=CompletionMode.INDEXED if indexed else CompletionMode.NON_INDEXED)
    named = [replace(each, uid=str(number)) for number, each in enumerate(pods)]
    at_least = data.draw(st.integers(0, len(pods)))
    possible = [{each.uid for each in choice} for choice in possible_pods_for_removal(job, named, at_least)]
    assert {each.uid for each in active_pods_for_removal(job, named, at_least)} in possible


class Server(msgspec.Struct):
    """An API server that refuses what it is told to, and a controller that sees each write at once."""

    job: Job
    pods: dict[str, Pod] = {}
    memory: Memory = Memory()
    created: int = 0
    ended: dict[str, str] = {}
    """How each Pod ended, by uid."""

    def apply(self, write: Write) -> None:
        match write:
            case UpdateJobStatus():
                self.job = replace(self.job, status=write.status)
            case CreatePod():
                self.created += 1
                uid = f"{write.pod.name}{self.created}"
                self.pods[uid] = replace(write.pod, name=uid, uid=uid, created=NOW)
                self.memory = replace(self.memory, expectations=self.memory.expectations.creation_observed())
            case RemoveFinalizer():
                self.pods[write.pod.name] = replace(self.pods[write.pod.name], tracking_finalizer=False)
                self.memory = self.memory.finalizer_removal_observed(write.pod.uid)
            case DeletePod():
                self.pods[write.pod.name] = replace(self.pods[write.pod.name], deleting=True)
                self.memory = replace(self.memory, expectations=self.memory.expectations.any_deletion_observed())
        self.remove_what_nothing_holds()

    def remove_what_nothing_holds(self) -> None:
        """Pods that are being deleted go at once: the finalizer is all that can hold them."""
        self.pods = {uid: each for uid, each in self.pods.items() if each.tracking_finalizer or not each.deleting}


@settings(max_examples=150, deadline=None)
@given(
    completions=st.integers(1, 4),
    parallelism=st.integers(1, 3),
    indexed=st.booleans(),
    per_index=st.sampled_from([None, 0, 1]),
    policy=st.sampled_from([None, PodReplacementPolicy.FAILED]),
    data=st.data(),
)
def test_every_pod_is_counted_once_whatever_is_refused(
    completions: int,
    parallelism: int,
    indexed: bool,
    per_index: int | None,
    policy: PodReplacementPolicy | None,
    data: st.DataObject,
) -> None:
    server = Server(
        job=Job(
            name="job",
            uid="job",
            completions=completions,
            parallelism=parallelism,
            completion_mode=CompletionMode.INDEXED if indexed else CompletionMode.NON_INDEXED,
            backoff_limit_per_index=per_index if indexed else None,
            backoff_limit=1000,
            pod_replacement_policy=policy,
        ),
        pods={},
        ended={},
    )
    now, trouble = NOW, 12
    for _ in range(80):
        for uid, each in list(server.pods.items()):
            if each.phase is PodPhase.PENDING and not each.deleting:
                ends = data.draw(
                    st.sampled_from([PodPhase.SUCCEEDED, PodPhase.FAILED]) if trouble else st.just(PodPhase.SUCCEEDED)
                )
                server.pods[uid] = replace(each, phase=ends)
                server.ended[uid] = ends.value
        trouble = max(trouble - 1, 0)

        def refusal(write: Write, earlier: Sequence[Refusal | None], left: int = trouble) -> Refusal | None:
            refused = data.draw(st.sampled_from([None, None, Refusal.FORBIDDEN])) if left else None
            if refused is None:
                server.apply(write)
            return refused

        now += 1000
        before = server.memory
        result = sync(server.job, list(server.pods.values()), before, now, selected=lambda _: True, refusal=refusal)
        # What the controller notes is applied by `sync`; what it sees of its writes, at once.
        server.memory = replace(
            result.memory,
            expectations=ControllerExpectations(),
            expected_finalizer_removals=tuple(
                uid
                for uid in result.memory.expected_finalizer_removals
                if uid in server.pods and server.pods[uid].tracking_finalizer
            ),
        )
        if is_finished(server.job):
            break
    status = server.job.status
    assert is_finished(server.job)
    assert status.uncounted_succeeded == status.uncounted_failed == ()
    assert not any(each.tracking_finalizer for each in server.pods.values())
    assert status.failed == sum(ended == "Failed" for ended in server.ended.values())
    assert status.succeeded == sum(ended == "Succeeded" for ended in server.ended.values())


@given(answers=st.lists(st.sampled_from([None, Refusal.FORBIDDEN, Refusal.NOT_FOUND]), max_size=8), data=st.data())
def test_a_write_depends_on_the_answers_before_it_alone(answers: list[Refusal | None], data: st.DataObject) -> None:
    job = replace(
        JOB, completions=6, parallelism=data.draw(st.integers(0, 5)), backoff_limit=data.draw(st.integers(0, 2))
    )
    pods = [pod("a", PodPhase.FAILED), pod("b", PodPhase.SUCCEEDED), pod("c"), pod("d", deleting=True)]

    def answered(given_answers: list[Refusal | None]) -> Sync:
        return one_sync(
            job,
            *pods,
            refusal=lambda write, earlier: given_answers[len(earlier)] if len(earlier) < len(given_answers) else None,
        )

    for length in range(len(answers)):
        prefix, whole = answered(answers[:length]), answered(answers)
        assert prefix.writes[: length + 1] == whole.writes[: length + 1]


def test_watch_events() -> None:
    mine = replace(pod("a"), controller="job")
    lost = replace(mine, tracking_finalizer=False)
    assert pod_added(mine, [JOB], lambda *_: True).creation_observed == JOB
    assert pod_added(replace(mine, deleting=True), [JOB], lambda *_: True).deletion_observed == JOB
    assert pod_added(pod("a"), [JOB], lambda *_: True).orphan
    assert pod_updated(mine, lost, [JOB], lambda *_: True).finalizer_removal_observed == (JOB,)
    assert pod_updated(mine, pod("a"), [JOB], lambda *_: False).orphan
    assert pod_updated(mine, replace(mine, controller="other"), [JOB], lambda *_: True).queued == (JOB,)
    assert pod_deleted(mine, [], gone=True).orphan
    assert pod_deleted(mine, [JOB], gone=True).finalizer_removal_observed == (JOB,)
    assert pod_deleted(mine, [JOB], gone=False).finalizer_removal_observed == ()


def test_changes_of_a_job() -> None:
    started = replace(JOB, status=JobStatus(start_time=NOW))
    assert job_updated(started, started, NOW).queued_after == (1,)
    changed = replace(started, generation=2, active_deadline_seconds=50)
    assert job_updated(started, changed, NOW + 20).queued_after == (0, 30)
    complete = JobStatus(conditions=(JobCondition(type=JobConditionType.COMPLETE, status="True"),))
    finished = replace(JOB, status=complete)
    assert job_updated(started, finished, NOW).orphans
    assert loses_finalizer(pod("a"), finished)
    assert loses_finalizer(pod("a"), None)
    assert not loses_finalizer(pod("a"), JOB)
    assert not loses_finalizer(pod("a"), replace(finished, managed_by="other"))
    assert not loses_finalizer(pod("a"), None, owned_by_other_kind=True)


def test_an_expired_job_is_deleted_if_the_live_one_has_expired_too() -> None:
    def finished(at: int | None) -> Job:
        condition = JobCondition(type=JobConditionType.COMPLETE, status="True", last_transition_time=at)
        return Job(ttl_seconds_after_finished=10, status=JobStatus(conditions=(condition,)))

    assert ttl_sync(finished(0), finished(0), 10) == TtlSync(delete=True)
    assert ttl_sync(finished(0), finished(4), 10) == TtlSync(requeue_after=4)
    assert ttl_sync(finished(0), None, 10) == TtlSync()
    assert ttl_sync(finished(4), finished(0), 10) == TtlSync(requeue_after=4)
    assert ttl_sync(finished(None), None, 10) == TtlSync(error=True)
    assert ttl_sync(replace(finished(0), deleting=True), finished(0), 10) == TtlSync()
    assert ttl_sync(None, None, 10) == TtlSync()
