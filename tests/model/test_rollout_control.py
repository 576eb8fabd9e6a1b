"""Pausing and resuming a Deployment, its progress deadline, and the clean-up of its history."""

from typing import Any

from msgspec.structs import replace

from model.api.objects import Strategy
from model.cluster import Cluster, Constants
from model.controllers.deployment.actions import deployment_controller_syncs, progress_deadline_passes
from model.controllers.deployment.conditions import Reason
from model.controllers.deployment.progress import NO_DEADLINE
from model.controllers.deployment.steady import steady_deployments
from model.disturbances.deployment import (
    user_applies_new_image,
    user_pauses_rollout,
    user_resumes_rollout,
    user_rolls_back,
)
from model.rows.deployment import Deployment, DeploymentStatus
from model.rows.replica_set import ReplicaSet
from tests.model.clusters import (
    STALE_PODS,
    cluster,
    constants,
    deployment,
    disabled,
    observed,
    only,
    pod,
    replica_set,
    rs,
    running,
    terminating,
    without_deployment,
)


def tables(
    *, followed: bool = True, limit: int = 10, deadline: int = 600, paused: bool = False, **more: Any
) -> Constants:
    known = constants(deployment_status=followed, **more)
    specs = tuple(
        replace(spec, revision_history_limit=limit, progress_deadline_seconds=deadline, paused=paused)
        for spec in known.deployments
    )
    return replace(known, deployments=specs)


def with_row(state: Cluster, **fields: Any) -> Cluster:
    """The cluster with its Deployment changed."""
    return state.update(deployment(state), **fields)


def status(**fields: Any) -> DeploymentStatus:
    """The status of a Deployment of one replica whose first rollout is complete, but for `fields`."""
    complete = {
        "replicas": 1,
        "updated_replicas": 1,
        "available_replicas": 1,
        "revision": 1,
        "progressing": Reason.NEW_REPLICA_SET_AVAILABLE,
    }
    return DeploymentStatus(**{**complete, **fields})


def new(replicas: int = 1, available: int | None = None, /, **fields: Any) -> ReplicaSet:
    """A ReplicaSet of the second template."""
    return replica_set(replicas, available, **{"template": 1, "revision": 2, **fields})


def sizes(state: Cluster) -> list[int]:
    return [row.replicas for row in state.replica_sets]


class TestPause:
    def test_a_user_pauses_and_resumes_as_often_as_the_budgets_allow(self) -> None:
        paused = only(user_pauses_rollout(cluster(pauses=1, resumes=1), 0))
        assert (deployment(paused).paused, paused.pauses) == (True, 0)
        resumed = only(user_resumes_rollout(paused, 0))
        assert (deployment(resumed).paused, resumed.resumes) == (False, 0)
        assert disabled(user_pauses_rollout(resumed, 0))
        assert disabled(user_resumes_rollout(paused.set(resumes=0), 0))

    def test_there_is_nothing_to_pause_twice_to_resume_or_in_an_empty_slot(self) -> None:
        state = cluster(pauses=1, resumes=1)
        assert disabled(user_pauses_rollout(with_row(state, paused=True), 0))
        assert disabled(user_resumes_rollout(state, 0))
        assert disabled(user_pauses_rollout(without_deployment(state), 0))
        assert disabled(user_resumes_rollout(without_deployment(state), 0))

    def test_a_new_template_gets_no_replica_set_while_the_deployment_is_paused(self) -> None:
        state = cluster(template=1)
        assert disabled(deployment_controller_syncs(with_row(state, paused=True), 0))
        assert sizes(only(deployment_controller_syncs(state, 0))) == [1, 1]

    def test_a_paused_deployment_is_scaled_in_proportion(self) -> None:
        sets = [replica_set(3, max_annotation=5, desired_annotation=4), new(1, max_annotation=5, desired_annotation=4)]
        state = with_row(cluster(replicas=8, template=1, replica_sets=sets), paused=True)
        assert sizes(only(deployment_controller_syncs(state, 0))) == [7, 2]

    def test_the_only_replica_set_gets_back_what_the_rollout_had_taken(self) -> None:
        sets = [replica_set(1, desired_annotation=2), new(0, desired_annotation=2)]
        known = constants(max_surge=0, max_unavailable=1)
        state = with_row(cluster(tables=known, replicas=2, template=1, replica_sets=sets), paused=True)
        assert sizes(only(deployment_controller_syncs(state, 0))) == [2, 0]

    def test_the_old_ones_are_emptied_once_the_new_one_is_complete(self) -> None:
        sets = [replica_set(1, desired_annotation=2), new(2, desired_annotation=2)]
        state = with_row(cluster(replicas=2, template=1, replica_sets=sets), paused=True)
        assert sizes(only(deployment_controller_syncs(state, 0))) == [0, 2]

    def test_kubectl_does_not_roll_back_a_paused_deployment(self) -> None:
        state = cluster(template=1, rollbacks=1)
        assert deployment(only(user_rolls_back(state, 0))).template == 0
        assert disabled(user_rolls_back(with_row(state, paused=True), 0))

    def test_a_manifest_may_say_that_it_is_paused_to_begin_with(self) -> None:
        start = steady_deployments(tables(paused=True), [1])
        [row] = start.pools["deployments"]
        assert (row.paused, row.status.progressing) == (True, Reason.DEPLOYMENT_PAUSED)
        [row] = steady_deployments(tables(), [1]).pools["deployments"]
        assert (row.paused, row.status) == (False, status())

    def test_a_status_says_that_a_rollout_is_paused_and_resumed(self) -> None:
        state = with_row(cluster(tables=tables(), replica_sets=[replica_set()]), paused=True, status=status())
        paused = only(deployment_controller_syncs(state, 0))
        assert progressing(paused) is Reason.DEPLOYMENT_PAUSED
        assert progressing(only(deployment_controller_syncs(with_row(paused, paused=False), 0))) in (
            Reason.DEPLOYMENT_RESUMED,
            Reason.NEW_REPLICA_SET_AVAILABLE,
        )


def progressing(state: Cluster) -> Reason | None:
    found = deployment(state).status
    return None if found is None else found.progressing


class TestStatus:
    def test_a_change_of_the_spec_is_not_observed_yet(self) -> None:
        state = with_row(cluster(tables=tables(), image_updates=1), status=status())
        after = only(user_applies_new_image(state, 0))
        assert deployment(after) == Deployment(template=1, replicas=1, status=status(observed=False))

    def test_a_sync_writes_what_the_replica_sets_add_up_to(self) -> None:
        sets = [replica_set(2), new(1, 0, desired_annotation=2)]
        before = status(observed=False, replicas=2, revision=2, progressing=Reason.NEW_REPLICA_SET_CREATED)
        state = with_row(cluster(tables=tables(), replicas=2, template=1, replica_sets=sets), status=before)
        after = only(deployment_controller_syncs(state, 0))
        assert deployment(after).status == status(
            replicas=3, updated_replicas=1, available_replicas=2, revision=2, progressing=Reason.REPLICA_SET_UPDATED
        )

    def test_a_scenario_that_does_not_follow_it_keeps_none(self) -> None:
        [row] = steady_deployments(tables(followed=False), [1]).pools["deployments"]
        assert row.status is None
        assert deployment(only(deployment_controller_syncs(cluster(template=1), 0))).status is None


class TestProgressDeadline:
    STUCK = (replica_set(1), new(1, 0, desired_annotation=1, max_annotation=2))

    def stuck(self, **fields: Any) -> Cluster:
        """A rollout whose new Pod does not become available."""
        before = status(
            replicas=2, updated_replicas=1, revision=2, **{"progressing": Reason.REPLICA_SET_UPDATED, **fields}
        )
        return with_row(cluster(tables=tables(), template=1, replica_sets=self.STUCK), status=before)

    def test_before_the_deadline_nothing_is_reported(self) -> None:
        assert disabled(deployment_controller_syncs(self.stuck(), 0))

    def test_after_the_deadline_the_rollout_is_reported_and_nothing_else_happens(self) -> None:
        state = self.stuck()
        overdue = only(progress_deadline_passes(state, 0))
        reported = only(deployment_controller_syncs(overdue, 0))
        assert progressing(reported) is Reason.PROGRESS_DEADLINE_EXCEEDED
        assert (sizes(reported), deployment(reported).template) == ([1, 1], 1)
        assert disabled(deployment_controller_syncs(reported, 0))
        assert disabled(progress_deadline_passes(reported, 0))

    def test_progress_starts_the_deadline_anew(self) -> None:
        overdue = only(progress_deadline_passes(self.stuck(), 0))
        state = overdue.update(rs(overdue, 1), available_replicas=1)
        after = deployment(only(deployment_controller_syncs(state, 0))).status
        assert after is not None
        assert (after.progressing, after.overdue) == (Reason.REPLICA_SET_UPDATED, False)

    def test_a_complete_paused_or_reported_rollout_is_under_no_deadline(self) -> None:
        for reason in (Reason.NEW_REPLICA_SET_AVAILABLE, Reason.DEPLOYMENT_PAUSED, Reason.PROGRESS_DEADLINE_EXCEEDED):
            assert disabled(progress_deadline_passes(self.stuck(progressing=reason), 0))
        assert disabled(progress_deadline_passes(self.stuck(progressing=None), 0))
        assert disabled(progress_deadline_passes(self.stuck(overdue=True), 0))
        assert disabled(progress_deadline_passes(cluster(), 0))
        assert disabled(progress_deadline_passes(without_deployment(self.stuck()), 0))

    def test_without_a_deadline_there_is_no_condition(self) -> None:
        [row] = steady_deployments(tables(deadline=NO_DEADLINE), [1]).pools["deployments"]
        assert row.status == status(progressing=None)


class TestHistory:
    SETS = (replica_set(0, desired_annotation=1), new(1))

    def complete(self, limit: int, *sets: ReplicaSet, **fields: Any) -> Cluster:
        state = cluster(tables=tables(limit=limit), template=1, replica_sets=sets or self.SETS)
        return with_row(state, status=status(**{"revision": 2, **fields}))

    def test_an_old_replica_set_beyond_the_limit_is_deleted_when_the_rollout_is_complete(self) -> None:
        state = self.complete(0)
        assert only(deployment_controller_syncs(state, 0)) == state.delete(rs(state))

    def test_one_within_the_limit_stays(self) -> None:
        assert disabled(deployment_controller_syncs(self.complete(1), 0))

    def test_nothing_is_deleted_before_the_status_says_that_the_rollout_is_complete(self) -> None:
        after = only(deployment_controller_syncs(self.complete(0, observed=False), 0))
        assert sizes(after) == [0, 1]

    def test_one_whose_controller_has_not_seen_its_size_stays(self) -> None:
        unseen = replica_set(0, desired_annotation=1, spec_observed=False)
        assert disabled(deployment_controller_syncs(self.complete(0, unseen, new(1)), 0))

    def test_a_new_size_is_unseen_until_the_controller_writes_a_status(self) -> None:
        sets = [replica_set(1), new(1)]
        state = with_row(cluster(tables=tables(), template=1, replica_sets=sets), status=status(revision=2))
        after = only(deployment_controller_syncs(state, 0))
        assert [row.spec_observed for row in after.replica_sets] == [False, True]

    def test_what_it_still_owned_is_collected(self) -> None:
        state = self.complete(0)
        left = cluster(running(), tables=state.constants).pods
        after = only(deployment_controller_syncs(state.set(pods=left), 0))
        assert (pod(after).replica_set, pod(after).deleting) == (None, True)

    def test_there_is_no_rolling_back_to_what_is_gone(self) -> None:
        state = self.complete(0).set(rollbacks=1)
        assert not disabled(user_rolls_back(state, 0))
        assert disabled(user_rolls_back(only(deployment_controller_syncs(state, 0)), 0))

    def test_a_paused_deployment_cleans_up_too(self) -> None:
        state = with_row(self.complete(0), paused=True)
        assert sizes(only(deployment_controller_syncs(state, 0))) == [1]


def test_recreate_waits_for_the_pods_that_the_shared_cache_shows() -> None:
    known = constants(strategy=Strategy.RECREATE, caches=STALE_PODS)
    shown = terminating(observed=observed())
    state = cluster(shown, tables=known, template=1, replica_sets=[replica_set(0)])
    assert disabled(deployment_controller_syncs(state, 0))
    unseen = cluster(terminating(), tables=known, template=1, replica_sets=[replica_set(0)])
    assert sizes(only(deployment_controller_syncs(unseen, 0))) == [0, 1]
