"""The Job controller's transitions: what it does to Pods, and that it counts each of them once, whatever intervenes."""

import pytest
from msgspec.structs import replace

from model.api import jobs
from model.api.jobs import (
    ExitCodesOperator,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicyAction,
    PodFailurePolicyRule,
)
from model.api.objects import PodPhase
from model.cluster import Cluster
from model.control_plane.controller_manager import without_memory
from model.control_plane.pod_requests import deleted
from model.controllers.job.actions import (
    job_controller_counts,
    job_controller_finds_deadline_over,
    job_controller_removes,
    job_controller_syncs,
)
from model.controllers.job.conditions import Reason
from model.controllers.podgc.actions import pod_gc_collects_unscheduled
from model.controllers.ttlafterfinished.actions import (
    garbage_collector_deletes_pod_of_job,
    garbage_collector_removes_job,
    ttl_controller_deletes_job,
)
from model.disturbances.containers import container_exits
from model.disturbances.job import job_controller_is_cut_short, user_resumes_job, user_suspends_job
from model.node.kubelet import kubelet_begins_termination, kubelet_reports_status, kubelet_restarts_container
from model.rows.job import Counting, Job
from model.rows.pod import Container, Pod, Removal, Worker
from model.rows.pod_template import PodTemplate, RestartPolicy
from tests.model.job_clusters import (
    INDEXED,
    MAIN,
    REPLACE_FAILED,
    cluster,
    job_of,
    pod,
    pods_of,
    row,
    steps,
    the_step,
    written,
)

SUCCEEDED, FAILED = PodPhase.SUCCEEDED, PodPhase.FAILED
IGNORES_DISRUPTIONS = PodFailurePolicyRule(
    action=PodFailurePolicyAction.IGNORE, on_pod_conditions=(OnPodCondition(type="DisruptionTarget"),)
)
FAILS_ON_42 = PodFailurePolicyRule(
    action=PodFailurePolicyAction.FAIL_JOB, on_exit_codes=OnExitCodes(operator=ExitCodesOperator.IN, values=(42,))
)


def finished(state: Cluster) -> Cluster:
    """The state after the rest of a sync that is under way."""
    for slot, each in state.pods.items():
        if each.removal is not None:
            return finished(the_step(state, job_controller_removes, slot))
    return state if job_of(state).counting is Counting.NONE else the_step(state, job_controller_counts, 0)


def synced(state: Cluster) -> Cluster:
    """The state after one whole sync, with the back-off over."""
    after = steps(state, job_controller_syncs, 0)
    return finished(max(after, key=lambda each: len(pods_of(each)))) if after else state


def test_a_new_job_gets_as_many_pods_as_it_may_have_at_once_each_with_a_finalizer() -> None:
    after = the_step(cluster(spec=written(completions=3)), job_controller_syncs, 0)

    assert [(each.job, each.finalizer) for each in after.pods] == [(0, True), (0, True)]


def test_no_more_pods_are_created_than_completions_are_left() -> None:
    after = synced(cluster(pod(SUCCEEDED), spec=written(completions=2)))

    assert len(pods_of(after)) == 2


def test_a_pod_that_has_ended_is_listed_before_its_finalizer_goes_and_counted_last() -> None:
    state = cluster(pod(SUCCEEDED), pod())

    listed = the_step(state, job_controller_syncs, 0)
    assert row(listed, 0).uncounted is SUCCEEDED
    assert row(listed, 0).finalizer
    assert job_of(listed).succeeded == 0
    released = the_step(listed, job_controller_removes, 0)
    assert row(released, 0).uncounted is SUCCEEDED
    assert not row(released, 0).finalizer
    counted = the_step(released, job_controller_counts, 0)
    assert row(counted, 0).uncounted is None
    assert job_of(counted).succeeded == 1


@pytest.mark.parametrize("writes", range(4))
def test_a_restart_after_any_write_neither_loses_a_pod_nor_counts_it_twice(writes: int) -> None:
    state = cluster(pod(SUCCEEDED), pod())
    actions = (job_controller_syncs, job_controller_removes, job_controller_counts)
    for action in actions[:writes]:
        state = the_step(state, action, 0)

    restarted = without_memory(state)

    assert job_of(restarted).counting is Counting.NONE
    assert all(each.removal is None for each in restarted.pods)
    assert job_of(synced(synced(restarted))).succeeded == 1


def test_a_pod_that_is_gone_is_still_counted_after_a_restart() -> None:
    going = replace(pod(FAILED), deleting=True)
    listed = max(steps(cluster(going, pod()), job_controller_syncs, 0), key=lambda each: len(pods_of(each)))
    released = the_step(listed, job_controller_removes, 0)
    assert not row(released, 0).exists
    assert row(released, 0).uncounted is FAILED

    counted = synced(without_memory(released))

    assert job_of(counted).failed == 1
    assert all(each.exists for each in counted.pods)


def test_a_status_that_somebody_else_has_outdated_is_refused_and_the_next_sync_counts() -> None:
    listed = the_step(cluster(pod(SUCCEEDED), pod(), suspensions=1), job_controller_syncs, 0)

    suspended = the_step(listed, user_suspends_job, 0)
    refused = finished(suspended)
    assert job_of(refused).succeeded == 0
    assert row(refused, 0).uncounted is SUCCEEDED
    assert job_of(synced(refused)).succeeded == 1


def test_a_failed_pod_is_replaced_when_the_back_off_is_over_and_not_before() -> None:
    state = cluster(pod(FAILED), pod())

    numbers = sorted(len(pods_of(after)) for after in steps(state, job_controller_syncs, 0))
    assert numbers == [2, 3]


def test_the_last_success_completes_the_job_after_its_pods_are_counted() -> None:
    listed = the_step(cluster(pod(SUCCEEDED), pod(SUCCEEDED)), job_controller_syncs, 0)
    assert job_of(listed).success_criteria_met == Reason.COMPLETIONS_REACHED
    assert not job_of(listed).complete

    assert job_of(finished(listed)).complete


def test_one_failure_more_than_the_limit_fails_the_job_once_its_pods_have_gone() -> None:
    state = cluster(pod(FAILED), pod(), spec=written(backoff_limit=0))

    after = finished(the_step(state, job_controller_syncs, 0))
    assert job_of(after).failure_target == Reason.BACKOFF_LIMIT_EXCEEDED
    assert not job_of(after).has_failed
    assert row(after, 1).deleting
    gone = after.update(row(after, 1), phase=FAILED, containers=(Container.FAILED,))
    assert job_of(synced(gone)).has_failed


def test_a_pod_that_somebody_deletes_counts_as_failed_and_is_replaced_at_once() -> None:
    state = deleted(cluster(pod(), pod()), 0)

    after = synced(state)

    assert job_of(after).failed == 1
    assert len(pods_of(after)) == 3


def test_with_policy_failed_a_pod_that_terminates_is_replaced_when_it_has_stopped() -> None:
    state = deleted(cluster(pod(), pod(), spec=written(pod_replacement_policy=REPLACE_FAILED)), 0)
    assert steps(state, job_controller_syncs, 0) == []

    stopped = state.update(row(state, 0), phase=FAILED, containers=(Container.FAILED,))
    assert [each.active for each in synced(stopped).pods] == [True, True]


def test_a_pod_that_was_never_bound_and_is_deleted_has_failed_when_the_garbage_collector_says_so() -> None:
    state = deleted(cluster(pod(PodPhase.PENDING), pod(), spec=written(pod_replacement_policy=REPLACE_FAILED)), 0)

    failed = the_step(state, pod_gc_collects_unscheduled, 0)

    assert row(failed, 0).phase is FAILED
    assert steps(failed, pod_gc_collects_unscheduled, 0) == []
    assert steps(cluster(pod(PodPhase.PENDING)), pod_gc_collects_unscheduled, 0) == []


def test_a_suspended_job_loses_its_pods_without_counting_them() -> None:
    state = the_step(cluster(pod(), pod(), suspensions=1), user_suspends_job, 0)

    begun = the_step(state, job_controller_syncs, 0)
    assert job_of(begun).said_suspended
    assert [each.removal for each in begun.pods] == [Removal.FINALIZER_AND_POD] * 2
    after = finished(begun)
    assert all(each.deleting and not each.finalizer for each in after.pods)
    assert (job_of(after).succeeded, job_of(after).failed) == (0, 0)
    assert steps(after, job_controller_syncs, 0) == []


def test_a_job_that_is_resumed_gets_new_pods() -> None:
    suspended = Job(spec=0, suspended=True, said_suspended=True)

    after = synced(the_step(cluster(job=suspended), user_resumes_job, 0))

    assert len(pods_of(after)) == 2
    assert not job_of(after).said_suspended


def test_the_deadline_ends_a_job_that_has_started_and_is_not_suspended() -> None:
    spec = written(active_deadline_seconds=600)
    assert steps(cluster(spec=spec), job_controller_finds_deadline_over, 0) == []
    started = the_step(cluster(spec=spec), job_controller_syncs, 0)
    assert job_of(started).started

    after = the_step(started, job_controller_finds_deadline_over, 0)
    assert job_of(after).failure_target == Reason.DEADLINE_EXCEEDED
    suspended = started.update(job_of(started), suspended=True)
    assert all(job_of(each).failure_target is None for each in steps(suspended, job_controller_finds_deadline_over, 0))


def test_each_index_gets_one_pod_and_each_success_is_written_by_its_index() -> None:
    spec = written(completions=3, completion_mode=INDEXED)
    state = synced(cluster(pod(SUCCEEDED, ordinal=1), spec=spec))

    assert job_of(state).completed_indexes == "1"
    assert sorted(each.ordinal for each in state.pods if each.active) == [0, 2]  # type: ignore[type-var]


def test_an_index_that_has_failed_more_often_than_it_may_is_given_up() -> None:
    spec = written(completion_mode=INDEXED, backoff_limit_per_index=1, backoff_limit=2**31 - 1)
    first = synced(cluster(pod(FAILED, ordinal=0), pod(ordinal=1), spec=spec))
    [again] = [each for each in first.pods if each.ordinal == 0 and each.active]
    assert again.index_failures == 1

    failed = first.update(again, phase=FAILED, containers=(Container.FAILED,), node=0)
    assert job_of(synced(failed)).failed_indexes == "0"


def test_the_failed_pod_that_tells_how_often_its_index_failed_keeps_its_finalizer_until_it_is_replaced() -> None:
    spec = written(completion_mode=INDEXED, backoff_limit_per_index=1, backoff_limit=2**31 - 1)
    state = cluster(pod(FAILED, ordinal=0), pod(ordinal=1), spec=spec)

    waiting = [after for after in steps(state, job_controller_syncs, 0) if len(pods_of(after)) == 2]
    assert all(row(after, 0).removal is None for after in waiting)
    replaced = synced(synced(state))
    assert not row(replaced, 0).finalizer


def test_an_exit_code_that_the_policy_names_fails_the_job() -> None:
    spec = written(pod_failure_policy=(IGNORES_DISRUPTIONS, FAILS_ON_42))
    template = PodTemplate(name="v1", containers=(MAIN,), restart_policy=RestartPolicy.NEVER, exit_codes=(1, 42))
    running = cluster(pod(), pod(), spec=spec, template=template, container_exits=1)

    reasons = []
    for exited in steps(running, container_exits, 0):
        reported = the_step(exited, kubelet_reports_status, 0)
        after = max(steps(reported, job_controller_syncs, 0), key=lambda each: len(pods_of(each)))
        reasons.append((row(exited, 0).exit_code, job_of(after).failure_target))
    assert reasons == [(1, None), (42, Reason.POD_FAILURE_POLICY)]


def test_a_disruption_that_the_policy_ignores_does_not_count() -> None:
    spec = written(completions=1, backoff_limit=0, pod_failure_policy=(IGNORES_DISRUPTIONS,))
    counted = [job_of(synced(cluster(pod(FAILED, disruption_target=said), spec=spec))) for said in (True, False)]

    assert [each.failed for each in counted] == [0, 1]
    assert [each.failure_target for each in counted] == [None, Reason.BACKOFF_LIMIT_EXCEEDED]


def test_with_on_failure_restarts_in_place_use_the_limit_up() -> None:
    template = PodTemplate(name="v1", containers=(MAIN,), restart_policy=RestartPolicy.ON_FAILURE)
    spec = written(backoff_limit=1, restart_policy=jobs.RestartPolicy.ON_FAILURE)
    failing = pod(containers=(Container.FAILED,))
    restarted = the_step(cluster(failing, pod(), spec=spec, template=template), kubelet_restarts_container, 0)
    assert row(restarted, 0).restarts == 1

    assert job_of(the_step(restarted, job_controller_syncs, 0)).failure_target == Reason.BACKOFF_LIMIT_EXCEEDED


def test_without_completions_one_success_lets_the_others_finish_and_no_more_start() -> None:
    after = synced(cluster(pod(SUCCEEDED), pod(), spec=written(completions=None)))
    assert len(pods_of(after)) == 2
    assert job_of(after).success_criteria_met is None

    ended = after.update(row(after, 1), phase=SUCCEEDED, containers=(Container.EXITED,))
    assert job_of(synced(ended)).complete


def test_of_pods_that_are_too_many_any_that_are_alike_may_go() -> None:
    state = cluster(pod(), pod(), pod(SUCCEEDED), spec=written(completions=2))

    victims = [
        tuple(slot for slot, each in after.pods.items() if each.removal is Removal.FINALIZER_AND_POD)
        for after in steps(state, job_controller_syncs, 0)
    ]
    assert sorted(victims) == [(0,), (1,)]


def test_a_controller_that_is_cut_short_has_made_any_of_its_requests() -> None:
    state = cluster(controller_restarts=1)

    after = steps(state, job_controller_is_cut_short, 0)

    assert sorted({len(pods_of(each)) for each in after}) == [1, 2]
    assert all(each.controller_restarts == 0 for each in after)


def test_a_controller_that_is_cut_short_may_leave_a_pod_without_finalizer() -> None:
    suspended = cluster(pod(), job=Job(spec=0, suspended=True), controller_restarts=1)

    after = steps(suspended, job_controller_is_cut_short, 0)

    assert [(row(each, 0).finalizer, row(each, 0).deleting) for each in after] == [
        (False, False),
        (False, True),
    ]


def test_a_job_that_has_ended_is_left_alone() -> None:
    ended = Job(spec=0, complete=True, success_criteria_met=Reason.COMPLETIONS_REACHED, succeeded=2)

    assert steps(cluster(pod(SUCCEEDED, finalizer=False), job=ended), job_controller_syncs, 0) == []


def test_an_expired_job_goes_after_its_pods() -> None:
    spec = written(ttl_seconds_after_finished=60)
    ended = Job(spec=0, complete=True, success_criteria_met=Reason.COMPLETIONS_REACHED, succeeded=2)
    state = cluster(pod(SUCCEEDED, finalizer=False), spec=spec, job=ended)

    expired = the_step(state, ttl_controller_deletes_job, 0)
    assert job_of(expired).deleting
    assert steps(expired, garbage_collector_removes_job, 0) == []
    without_pods = the_step(expired, garbage_collector_deletes_pod_of_job, 0)
    assert pods_of(without_pods) == []
    assert list(the_step(without_pods, garbage_collector_removes_job, 0).jobs) == []


@pytest.mark.parametrize("job", [Job(spec=0), Job(spec=0, complete=True, success_criteria_met="x")])
def test_a_job_that_runs_or_says_nothing_of_a_time_to_live_is_kept(job: Job) -> None:
    spec = written(ttl_seconds_after_finished=None if job.complete else 60)

    assert steps(cluster(spec=spec, job=job), ttl_controller_deletes_job, 0) == []
    assert steps(cluster(pod(), spec=spec, job=job), garbage_collector_deletes_pod_of_job, 0) == []


def test_the_kubelet_has_nothing_left_to_do_about_a_pod_that_only_waits_for_its_finalizer() -> None:
    waiting: Pod = pod(FAILED, deleting=True, worker=Worker.NONE)

    assert steps(cluster(waiting), kubelet_begins_termination, 0) == []
    assert len(steps(cluster(replace(waiting, finalizer=False)), kubelet_begins_termination, 0)) == 1
