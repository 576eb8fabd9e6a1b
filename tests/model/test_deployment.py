"""The Deployment controller's step."""

from typing import Any

import pytest

from model.api.objects import PodPhase, Strategy
from model.cluster import Cluster
from model.controllers.deployment.actions import api_deployment, deployment_controller_syncs
from model.rows.pod import Container, Pod
from model.rows.replica_set import ReplicaSet
from tests.model import clusters
from tests.model.clusters import (
    STALE_REPLICA_SETS,
    cluster,
    constants,
    deployment,
    disabled,
    gone,
    only,
    pending,
    replica_set,
    rs,
    running,
    terminating,
    without_deployment,
)

LAGGING = constants(caches=STALE_REPLICA_SETS)
RECREATE = constants(strategy=Strategy.RECREATE)


def new(replicas: int = 1, available: int | None = None, /, **fields: Any) -> ReplicaSet:
    """A ReplicaSet of the second template."""
    return replica_set(replicas, available, **{"template": 1, "revision": 2, **fields})


def sizes(state: Cluster) -> list[int]:
    return [row.replicas for row in state.replica_sets]


class TestRollingUpdate:
    def test_a_new_template_gets_a_replica_set_within_the_surge(self) -> None:
        state = cluster(replicas=2, template=1)
        created = ReplicaSet(
            deployment=0,
            template=1,
            replicas=1,
            status_replicas=0,
            available_replicas=0,
            revision=2,
            desired_annotation=2,
            max_annotation=3,
        )
        assert only(deployment_controller_syncs(state, 0)) == state.create("replica_sets", created)

    def test_an_old_replica_set_shrinks_by_what_is_available_beyond_the_minimum(self) -> None:
        sets = [replica_set(2), new(1, desired_annotation=2, max_annotation=3)]
        state = cluster(replicas=2, template=1, replica_sets=sets)
        after = state.update(rs(state), replicas=1, desired_annotation=2, max_annotation=3)
        assert only(deployment_controller_syncs(state, 0)) == after

    def test_nothing_is_done_while_too_few_pods_are_available(self) -> None:
        sets = [replica_set(2), new(1, 0, desired_annotation=2)]
        assert disabled(deployment_controller_syncs(cluster(replicas=2, template=1, replica_sets=sets), 0))

    def test_the_new_replica_set_grows_once_the_old_one_has_shrunk(self) -> None:
        sets = [replica_set(1, desired_annotation=2), new(1, desired_annotation=2)]
        state = cluster(replicas=2, template=1, replica_sets=sets)
        after = state.update(rs(state, 1), replicas=2, desired_annotation=2, max_annotation=3)
        assert only(deployment_controller_syncs(state, 0)) == after

    def test_a_complete_rollout_needs_nothing(self) -> None:
        state = cluster(replicas=1, template=1, replica_sets=[replica_set(0, desired_annotation=1), new()])
        assert disabled(deployment_controller_syncs(state, 0))
        assert disabled(deployment_controller_syncs(cluster(), 0))

    def test_a_template_that_comes_back_gets_its_replica_set_back_with_the_highest_revision(self) -> None:
        sets = [replica_set(0, desired_annotation=1), new()]
        state = cluster(template=0, replica_sets=sets)
        assert only(deployment_controller_syncs(state, 0)) == state.update(rs(state), revision=3)

    def test_a_new_size_is_passed_on_to_the_only_active_replica_set(self) -> None:
        state = cluster(replicas=2, replica_sets=[replica_set(1)])
        after = state.update(rs(state), replicas=2, desired_annotation=2, max_annotation=3)
        assert only(deployment_controller_syncs(state, 0)) == after

    def test_the_oldest_replica_set_shrinks_first(self) -> None:
        tables = constants(max_surge=0, max_unavailable=1, revisions=3)
        sets = [
            replica_set(1, template=1, desired_annotation=3),
            replica_set(1, template=0, desired_annotation=3),
            replica_set(1, template=2, revision=2, desired_annotation=3),
        ]
        after = only(deployment_controller_syncs(cluster(tables=tables, replicas=3, template=2, replica_sets=sets), 0))
        assert sizes(after) == [0, 1, 1]

    def test_an_empty_slot_has_nothing_to_sync(self) -> None:
        assert disabled(deployment_controller_syncs(without_deployment(cluster(template=1)), 0))

    def test_a_deployment_without_a_replica_set_gets_one(self) -> None:
        after = only(deployment_controller_syncs(cluster(replica_sets=[]), 0))
        assert sizes(after) == [1]
        assert rs(after).revision == 1

    def test_each_deployment_has_its_own_replica_sets(self) -> None:
        tables = constants(deployments=2)
        sets = [replica_set(1), replica_set(3, deployment=1, template=2)]
        state = cluster(tables=tables, replica_sets=sets)
        assert disabled(deployment_controller_syncs(state, 0))
        after = state.update(rs(state, 1), replicas=1, desired_annotation=1, max_annotation=2)
        assert only(deployment_controller_syncs(state, 1)) == after

    def test_two_deployments_may_have_the_same_template(self) -> None:
        sets = [replica_set(1), replica_set(1, deployment=1, template=0)]
        state = cluster(tables=constants(deployments=2), replica_sets=sets, replicas=2)
        state = state.update(deployment(state, 1), template=0)
        assert [sizes(only(deployment_controller_syncs(state, slot))) for slot in (0, 1)] == [[2, 1], [1, 2]]


class TestApiDeployment:
    def test_the_rules_get_the_row_and_the_constant_spec(self) -> None:
        state = cluster(replicas=4, template=1, tables=constants(max_surge="50%", max_unavailable=2))
        found = api_deployment(state, 0, deployment(state))
        assert (found.name, found.template, found.replicas) == ("web", 1, 4)
        assert (found.strategy, found.max_surge, found.max_unavailable) == (Strategy.ROLLING_UPDATE, "50%", 2)
        assert (found.revision_history_limit, found.progress_deadline_seconds) == (None, None)


class TestRecreate:
    def test_old_pods_go_first(self) -> None:
        state = cluster(running(), tables=RECREATE, template=1)
        after = state.update(rs(state), replicas=0, desired_annotation=1, max_annotation=1)
        assert only(deployment_controller_syncs(state, 0)) == after

    @pytest.mark.parametrize(
        "old", [terminating(Container.SERVING), running(), pending()], ids=["terminating", "running", "pending"]
    )
    def test_the_new_replica_set_waits_for_every_old_pod(self, old: Pod) -> None:
        state = cluster(old, tables=RECREATE, template=1, replica_sets=[replica_set(0)])
        assert disabled(deployment_controller_syncs(state, 0))

    def test_the_new_replica_set_waits_for_pods_that_an_old_status_still_counts(self) -> None:
        old = replica_set(0, status_replicas=1)
        assert disabled(deployment_controller_syncs(cluster(tables=RECREATE, template=1, replica_sets=[old]), 0))

    @pytest.mark.parametrize(
        "harmless",
        [gone(phase=PodPhase.RUNNING), running(replica_set=1)],
        ids=["one that is gone", "one of another Deployment"],
    )
    def test_the_new_replica_set_does_not_wait_for(self, harmless: Pod) -> None:
        tables = constants(strategy=Strategy.RECREATE, deployments=2)
        sets = [replica_set(0), replica_set(1, deployment=1, template=2)]
        after = only(deployment_controller_syncs(cluster(harmless, tables=tables, template=1, replica_sets=sets), 0))
        assert sizes(after) == [0, 1, 1]

    def test_pods_of_the_new_replica_set_are_not_waited_for(self) -> None:
        sets = [replica_set(0), new(1, desired_annotation=2)]
        state = cluster(running(replica_set=1), tables=RECREATE, template=1, replica_sets=sets, replicas=1)
        state = state.update(deployment(state), replicas=2)
        assert sizes(only(deployment_controller_syncs(state, 0))) == [0, 2]

    def test_a_rolling_update_does_not_wait_for_old_pods(self) -> None:
        state = cluster(terminating(Container.SERVING), template=1, replica_sets=[replica_set(0)])
        assert sizes(only(deployment_controller_syncs(state, 0))) == [0, 1]


class TestWithALaggingCache:
    def seen(self, row: ReplicaSet, current: bool = True, **shown: Any) -> ReplicaSet:
        """A ReplicaSet in the cache, its copy different in what is `shown`."""
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        fields["observed"] = clusters.observed_replica_set(row, **shown)
        fields["observed_is_current"] = current
        return ReplicaSet(**fields)

    def test_the_controller_decides_by_its_copy_and_a_write_makes_the_copy_old(self) -> None:
        state = cluster(tables=LAGGING, replicas=2, replica_sets=[self.seen(replica_set(1))])
        after = state.update(rs(state), replicas=2, desired_annotation=2, max_annotation=3, observed_is_current=False)
        assert only(deployment_controller_syncs(state, 0)) == after

    def test_a_write_of_an_old_copy_is_refused(self) -> None:
        stale = self.seen(replica_set(1), current=False)
        assert disabled(deployment_controller_syncs(cluster(tables=LAGGING, replicas=2, replica_sets=[stale]), 0))

    def test_a_copy_that_shows_the_wanted_size_hides_that_it_changed(self) -> None:
        stale = self.seen(replica_set(3, desired_annotation=3), current=False, replicas=1, desired_annotation=1)
        assert disabled(deployment_controller_syncs(cluster(tables=LAGGING, replica_sets=[stale]), 0))

    def test_a_created_replica_set_is_not_in_the_cache(self) -> None:
        state = cluster(tables=LAGGING, template=1, replica_sets=[self.seen(replica_set(1))])
        created = rs(only(deployment_controller_syncs(state, 0)), 1)
        assert (created.template, created.observed, created.observed_is_current) == (1, None, False)

    def test_a_replica_set_that_the_cache_does_not_show_exists_already(self) -> None:
        sets = [self.seen(replica_set(1)), new(1, observed_is_current=False)]
        assert disabled(deployment_controller_syncs(cluster(tables=LAGGING, template=1, replica_sets=sets), 0))

    def test_a_live_copy_is_always_current(self) -> None:
        created = rs(only(deployment_controller_syncs(cluster(template=1), 0)), 1)
        assert created.observed_is_current
        assert rs(
            only(deployment_controller_syncs(cluster(replicas=2, replica_sets=[replica_set(1)]), 0))
        ).observed_is_current

    def test_one_of_two_writes_may_be_refused(self) -> None:
        tables = constants(caches=STALE_REPLICA_SETS, max_surge=0, max_unavailable=2, revisions=3)
        sets = [
            self.seen(replica_set(1, desired_annotation=2)),
            self.seen(new(1, desired_annotation=2), current=False),
            self.seen(replica_set(0, template=2, revision=3, desired_annotation=2)),
        ]
        state = cluster(tables=tables, replicas=2, template=2, replica_sets=sets)
        after = only(deployment_controller_syncs(state, 0))
        assert sizes(after) == [0, 1, 0]
        assert [row.observed_is_current for row in after.replica_sets] == [False, False, True]
