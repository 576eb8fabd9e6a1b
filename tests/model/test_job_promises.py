"""What is promised of Jobs: each promise kept, and each broken, by states and steps as plain as can be."""

import pytest
from msgspec.structs import replace

from checker.vocabulary import Property
from model.api.objects import PodPhase
from model.cluster import Cluster
from model.controllers.job.conditions import Reason
from model.rows.job import Job
from model.rows.pod import Container, Pod, Worker
from properties.job_counting import pods_miscounted
from properties.job_outcome import (
    complete_jobs,
    jobs_failed_by_disruptions,
    jobs_not_as_wanted,
    jobs_that_start_over,
    jobs_with_two_outcomes,
    jobs_without_outcome,
    pods_created_in_vain,
    pods_of_ended_jobs,
)
from properties.job_parallelism import doubled_indexes, jobs_that_run_too_much, jobs_with_too_many_active_pods
from tests.model.job_clusters import INDEXED, cluster, job_of, pod, row, written

SUCCEEDED, FAILED = PodPhase.SUCCEEDED, PodPhase.FAILED
COMPLETE = Job(spec=0, complete=True, success_criteria_met=Reason.COMPLETIONS_REACHED, succeeded=2)
FAILING = Job(spec=0, failure_target=Reason.BACKOFF_LIMIT_EXCEEDED, failed=1)
TERMINATING = pod(deleting=True, worker=Worker.TERMINATING, containers=(Container.STOPPING,))
COUNTED = pod(SUCCEEDED, finalizer=False)


def breaks(prop: Property, *states: Cluster) -> bool:
    return bool(prop.offenders(*states))


def without_finalizer(state: Cluster, slot: int = 0) -> Cluster:
    return state.update(row(state, slot), finalizer=False)


# -- counting


@pytest.mark.parametrize("phase", [SUCCEEDED, FAILED])
def test_a_pod_that_ends_must_be_listed_before_its_finalizer_goes(phase: PodPhase) -> None:
    unlisted, listed = cluster(pod(phase)), cluster(pod(phase, uncounted=phase))

    assert breaks(pods_miscounted, unlisted, without_finalizer(unlisted))
    assert not breaks(pods_miscounted, listed, without_finalizer(listed))


def test_a_success_of_an_indexed_job_must_be_among_its_completed_indexes() -> None:
    spec = written(completion_mode=INDEXED)
    for indexes, broken in (("", True), ("0", True), ("0,1", False)):
        state = cluster(pod(SUCCEEDED, ordinal=1), spec=spec, job=Job(spec=0, completed_indexes=indexes))
        assert breaks(pods_miscounted, state, without_finalizer(state)) is broken


def test_what_fails_after_the_job_has_succeeded_need_not_count() -> None:
    state = cluster(pod(FAILED), job=Job(spec=0, success_criteria_met=Reason.SUCCESS_POLICY))

    assert not breaks(pods_miscounted, state, without_finalizer(state))


def test_a_counter_grows_by_the_pods_that_leave_the_list() -> None:
    listed = cluster(pod(SUCCEEDED, finalizer=False, uncounted=SUCCEEDED))
    left = listed.update(row(listed, 0), uncounted=None)

    assert not breaks(pods_miscounted, listed, left.update(job_of(left), succeeded=1))
    assert breaks(pods_miscounted, listed, left)
    assert breaks(pods_miscounted, listed, left.update(job_of(left), succeeded=2))
    assert breaks(pods_miscounted, listed, left.update(job_of(left), succeeded=1, failed=1))


def test_a_pod_without_finalizer_is_not_listed_again() -> None:
    state = cluster(COUNTED)

    assert breaks(pods_miscounted, state, state.update(row(state, 0), uncounted=SUCCEEDED))


# -- how many at once


def test_pods_that_are_active_are_at_most_as_many_as_parallelism() -> None:
    spec = written(parallelism=1)

    assert breaks(jobs_with_too_many_active_pods, cluster(pod(), pod(), spec=spec))
    assert not breaks(jobs_with_too_many_active_pods, cluster(pod(), TERMINATING, COUNTED, spec=spec))


def test_pods_that_run_are_at_most_as_many_as_parallelism_the_terminating_ones_included() -> None:
    spec = written(parallelism=1)

    assert breaks(jobs_that_run_too_much, cluster(pod(), TERMINATING, spec=spec))
    assert not breaks(jobs_that_run_too_much, cluster(TERMINATING, pod(PodPhase.PENDING), COUNTED, spec=spec))


def test_of_an_index_one_pod_runs() -> None:
    spec = written(completion_mode=INDEXED)

    assert doubled_indexes.offenders(cluster(pod(ordinal=1), replace(TERMINATING, ordinal=1), spec=spec)) == [
        "Job work: index 1"
    ]
    assert not breaks(doubled_indexes, cluster(pod(ordinal=0), pod(ordinal=1), spec=spec))


# -- the outcome


@pytest.mark.parametrize(
    "job", [replace(COMPLETE, has_failed=True), replace(FAILING, success_criteria_met=Reason.SUCCESS_POLICY)]
)
def test_a_job_has_one_outcome(job: Job) -> None:
    assert breaks(jobs_with_two_outcomes, cluster(job=job))
    assert not breaks(jobs_with_two_outcomes, cluster(job=COMPLETE))
    assert not breaks(jobs_with_two_outcomes, cluster(job=FAILING))


def test_an_outcome_is_final() -> None:
    ended = cluster(job=COMPLETE)

    assert breaks(jobs_that_start_over, ended, cluster(job=replace(COMPLETE, complete=False)))
    assert breaks(jobs_that_start_over, ended, cluster(job=replace(COMPLETE, succeeded=3)))
    assert not breaks(jobs_that_start_over, ended, cluster(job=replace(COMPLETE, deleting=True)))
    assert not breaks(jobs_that_start_over, cluster(), ended)


def test_a_job_ends_after_its_pods() -> None:
    uncounted = pod(SUCCEEDED, finalizer=False, uncounted=SUCCEEDED)

    assert breaks(pods_of_ended_jobs, cluster(TERMINATING, job=COMPLETE))
    assert breaks(pods_of_ended_jobs, cluster(uncounted, job=COMPLETE))
    assert not breaks(pods_of_ended_jobs, cluster(COUNTED, job=COMPLETE))
    assert not breaks(pods_of_ended_jobs, cluster(TERMINATING, job=FAILING))


@pytest.mark.parametrize("job", [COMPLETE, FAILING, Job(spec=0, success_criteria_met=Reason.SUCCESS_POLICY)])
def test_no_pod_starts_once_the_end_is_decided(job: Job) -> None:
    new: Pod = pod(PodPhase.PENDING)

    assert breaks(pods_created_in_vain, cluster(job=job), cluster(new, job=job))
    assert not breaks(pods_created_in_vain, cluster(), cluster(new))


def test_no_pod_starts_for_an_index_that_has_succeeded() -> None:
    spec, job = written(completion_mode=INDEXED), Job(spec=0, completed_indexes="0", succeeded=1)

    for index, broken in ((0, True), (1, False)):
        after = cluster(pod(PodPhase.PENDING, ordinal=index), spec=spec, job=job)
        assert breaks(pods_created_in_vain, cluster(spec=spec, job=job), after) is broken


def test_a_job_that_gives_up_for_its_retries_breaks_what_is_promised_of_disruptions() -> None:
    too_late = replace(FAILING, failure_target=Reason.DEADLINE_EXCEEDED)

    assert breaks(jobs_failed_by_disruptions, cluster(job=FAILING))
    assert not breaks(jobs_failed_by_disruptions, cluster(job=too_late))


def test_a_job_that_is_complete_is_a_witness() -> None:
    assert breaks(complete_jobs, cluster(job=COMPLETE))
    assert not breaks(complete_jobs, cluster(job=FAILING))


# -- in the end


def test_a_job_that_neither_ends_nor_is_suspended_is_not_at_its_end() -> None:
    assert breaks(jobs_without_outcome, cluster())
    assert not breaks(jobs_without_outcome, cluster(job=Job(spec=0, suspended=True)))
    assert not breaks(jobs_without_outcome, cluster(job=COMPLETE))


@pytest.mark.parametrize(
    ("state", "as_wanted"),
    [
        (cluster(pod(), pod(SUCCEEDED)), False),
        (cluster(pod(), COUNTED), True),
        (cluster(pod(), job=Job(spec=0, suspended=True, said_suspended=True)), False),
        (cluster(job=Job(spec=0, suspended=True)), False),
        (cluster(TERMINATING, job=Job(spec=0, suspended=True, said_suspended=True)), False),
        (cluster(COUNTED, job=Job(spec=0, suspended=True, said_suspended=True)), True),
        (cluster(spec=written(ttl_seconds_after_finished=1), job=COMPLETE), False),
        (cluster(job=COMPLETE), True),
    ],
)
def test_a_job_converges_when_all_is_counted_and_what_should_be_gone_is(state: Cluster, as_wanted: bool) -> None:
    assert breaks(jobs_not_as_wanted, state) is not as_wanted
