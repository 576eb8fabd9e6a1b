"""What is promised of a StatefulSet, once broken and once kept."""

from msgspec.structs import replace

from checker.vocabulary import Property
from model.api.stateful_sets import PodManagementPolicy, UpdateStrategy
from model.cluster import Cluster
from model.controllers.statefulset.actions import stateful_set_controller_syncs
from model.disturbances import stateful_set as users
from model.node import kubelet
from model.rows.pod import Container, Worker
from properties.stateful_set_identity import doubled_identities
from properties.stateful_set_order import pods_started_too_early, pods_stopped_too_early, pods_updated_too_early
from properties.stateful_set_update import (
    complete_updates,
    pods_that_miss_the_spec,
    pods_updated_below_the_partition,
    stateful_sets_not_as_wanted,
)
from tests.model.clusters import only
from tests.model.stateful_set_clusters import GATED, cluster, constants, members, pending, running, unready

PARALLEL = constants(pod_management_policy=PodManagementPolicy.PARALLEL)
GONE_AND_RUNNING = {"exists": False, "deleting": True, "ready": False}


def synced(state: Cluster) -> Cluster:
    return only(stateful_set_controller_syncs(state, 0))


def offending_ordinals(promise: Property, before: Cluster, after: Cluster) -> list[int]:
    return [pod.ordinal for pod in promise.offenders(before, after)]


def test_two_pods_of_one_identity_run_after_a_forced_deletion() -> None:
    earlier = running(1, **GONE_AND_RUNNING)
    assert doubled_identities.offenders(cluster(earlier, running(1, node=1))) == ["Pod db-1"]
    assert doubled_identities.offenders(cluster(earlier, pending(1, node=1))) == []


def test_a_process_that_is_stopping_still_runs() -> None:
    stopping = running(1, worker=Worker.TERMINATING, containers=(Container.STOPPING,), **GONE_AND_RUNNING)
    assert doubled_identities.offenders(cluster(stopping, unready(1, node=1))) == ["Pod db-1"]


def test_different_ordinals_may_run_at_the_same_time() -> None:
    assert doubled_identities.offenders(cluster(*members(0, 0, 0))) == []


def test_the_kubelet_ends_what_a_forced_deletion_has_left_running() -> None:
    state = only(users.user_force_deletes_pod(cluster(*members(0), replicas=1, forced_deletions=1), 0))
    state = only(kubelet.kubelet_begins_termination(state, 0))
    pod = state.pods[0]
    assert pod is not None
    state = state.update(pod, containers=(Container.EXITED,))
    assert only(kubelet.kubelet_removes_pod(state, 0)).pods[0] is None


def test_a_pod_is_created_before_its_predecessor_is_ready_only_in_parallel() -> None:
    ordered, parallel = cluster(unready(0)), cluster(unready(0), tables=PARALLEL)
    assert offending_ordinals(pods_started_too_early, parallel, synced(parallel)) == [1, 2]
    assert list(stateful_set_controller_syncs(ordered, 0)) == []


def test_a_pod_is_created_once_its_predecessors_are_available() -> None:
    state = cluster(*members(0, 0))
    assert offending_ordinals(pods_started_too_early, state, synced(state)) == []


def test_a_predecessor_has_to_be_available_not_only_ready() -> None:
    state = cluster(running(0), tables=constants(min_ready_seconds=10))
    created = cluster(running(0), pending(1), tables=state.constants, empty_pod_slots=1)
    assert offending_ordinals(pods_started_too_early, state, created) == [1]


def test_condemned_pods_stop_at_the_same_time_only_in_parallel() -> None:
    ordered = cluster(*members(0, 0, 0), replicas=1)
    parallel = cluster(*members(0, 0, 0), replicas=1, tables=PARALLEL)
    assert offending_ordinals(pods_stopped_too_early, ordered, synced(ordered)) == []
    assert offending_ordinals(pods_stopped_too_early, parallel, synced(parallel)) == [1]


def test_a_pod_that_runs_on_without_its_object_is_not_shut_down() -> None:
    before = cluster(running(0), running(1), running(2, **GONE_AND_RUNNING), replicas=1)
    assert offending_ordinals(pods_stopped_too_early, before, synced(before)) == [1]


def test_a_pod_that_is_still_wanted_is_not_stopped_for_scaling_down() -> None:
    before = cluster(*members(0, 0, 0), pod_deletions=1)
    after = only(users.user_deletes_pod(before, 0))
    assert offending_ordinals(pods_stopped_too_early, before, after) == []


def test_several_pods_are_updated_at_once_only_behind_the_feature_gate() -> None:
    state = cluster(*members(0, 0, 0), template=1)
    gated = cluster(*members(0, 0, 0), template=1, tables=constants(max_unavailable=2, gates=GATED))
    assert offending_ordinals(pods_updated_too_early, state, synced(state)) == []
    assert offending_ordinals(pods_updated_too_early, gated, synced(gated)) == [1]


def test_a_pod_is_not_updated_before_those_above_it_are_available() -> None:
    before = cluster(running(0), running(1), unready(2, template=1), template=1, pod_deletions=1)
    after = only(users.user_deletes_pod(before, 1))
    assert offending_ordinals(pods_updated_too_early, before, after) == [1]


def test_users_may_delete_pods_of_on_delete_in_any_order() -> None:
    tables = constants(update_strategy=UpdateStrategy.ON_DELETE, partition=None)
    before = cluster(*members(0, 0, 0), template=1, tables=tables, pod_deletions=1)
    after = only(users.user_deletes_pod(before, 0))
    assert offending_ordinals(pods_updated_too_early, before, after) == []


def test_an_update_is_complete_when_every_pod_from_the_partition_up_has_the_new_template() -> None:
    held_back = constants(partition=2)
    assert len(complete_updates.offenders(cluster(*members(1, 1, 1), template=1))) == 1
    assert complete_updates.offenders(cluster(*members(0, 1, 1), template=1)) == []
    assert complete_updates.offenders(cluster(*members(1, 1, 1), template=1, image_updates=1)) == []
    assert len(complete_updates.offenders(cluster(*members(0, 0, 1), template=1, tables=held_back))) == 1
    assert complete_updates.offenders(cluster(*members(0, 0), template=1, replicas=2, tables=held_back)) == []
    assert complete_updates.offenders(cluster(*members(0, 0, 0))) == []


def test_a_stuck_pod_misses_the_corrected_template() -> None:
    stuck = cluster(running(0), unready(1, template=1), template=2, tables=constants(broken=("v2",)))
    assert pods_that_miss_the_spec.offenders(stuck) == [
        "Pod db-0: it has template v1, not v3",
        "Pod db-1: it has template v2, not v3",
    ]


def test_nobody_misses_a_template_that_does_not_work() -> None:
    broken = cluster(running(0), unready(1, template=1), template=1, tables=constants(broken=("v2",)))
    assert pods_that_miss_the_spec.offenders(broken) == []
    assert stateful_sets_not_as_wanted.offenders(broken) == []


def test_pods_below_the_partition_are_not_meant_to_get_the_template() -> None:
    tables = constants(partition=1)
    assert pods_that_miss_the_spec.offenders(cluster(*members(0, 1, 1), template=1, tables=tables)) == []
    assert pods_updated_below_the_partition.offenders(cluster(*members(0, 1, 1), template=1, tables=tables)) == []
    updated = cluster(*members(1, 1, 1), template=1, tables=tables)
    assert pods_updated_below_the_partition.offenders(updated) == ["Pod db-0"]


def test_scaling_to_zero_completes_a_canary_so_that_the_partition_holds_nothing_back() -> None:
    empty = cluster(template=1, replicas=0, tables=constants(partition=1))
    completed = synced(empty)
    owner = completed.stateful_sets[0]
    assert owner is not None
    again = synced(completed.update(owner, replicas=1))
    assert pods_updated_below_the_partition.offenders(again) == ["Pod db-0"]


def test_a_stateful_set_is_as_wanted_when_exactly_its_ordinals_are_available() -> None:
    assert stateful_sets_not_as_wanted.offenders(cluster(*members(0, 0, 0))) == []
    assert stateful_sets_not_as_wanted.offenders(cluster(running(0), unready(1), replicas=2)) == [
        "StatefulSet db: its Pod db-1 is not available"
    ]
    assert stateful_sets_not_as_wanted.offenders(cluster(*members(0, 0), replicas=1)) == [
        "StatefulSet db: there is a Pod db-1"
    ]


def test_a_pod_that_is_not_a_stateful_sets_breaks_no_promise_about_them() -> None:
    loose = [replace(pod, stateful_set=None) for pod in members(0, 1)]
    before = cluster(*loose, replicas=0, pod_deletions=1, empty_pod_slots=1)
    after = only(users.user_deletes_pod(before, 0))
    for promise in (pods_started_too_early, pods_stopped_too_early, pods_updated_too_early):
        assert promise.offenders(before, after) == []
    for promise in (doubled_identities, pods_updated_below_the_partition):
        assert promise.offenders(before) == []
