"""The StatefulSet controller as a transition, and what users do to a StatefulSet."""

from model.api.objects import PodPhase
from model.api.stateful_sets import PodManagementPolicy, UpdateStrategy
from model.cluster import Cluster
from model.controllers.statefulset.actions import stateful_set_controller_syncs
from model.disturbances import stateful_set as users
from model.rows.pod import Container, Worker
from tests.model.clusters import disabled, only
from tests.model.stateful_set_clusters import (
    GATED,
    cluster,
    constants,
    doomed,
    members,
    owner,
    pending,
    running,
    there,
    unready,
)

PARALLEL = constants(pod_management_policy=PodManagementPolicy.PARALLEL)
ON_DELETE = constants(update_strategy=UpdateStrategy.ON_DELETE, partition=None)


def synced(state: Cluster) -> Cluster:
    return only(stateful_set_controller_syncs(state, 0))


def at_rest(state: Cluster) -> bool:
    return disabled(stateful_set_controller_syncs(state, 0))


def test_a_steady_stateful_set_is_left_alone() -> None:
    assert at_rest(cluster(*members(0, 0, 0)))


def test_of_several_missing_pods_the_lowest_ordinal_is_created_first() -> None:
    assert there(synced(cluster(running(2)))) == {0: 0, 2: 0}


def test_the_next_pod_waits_until_the_one_before_it_is_ready() -> None:
    assert at_rest(cluster(running(0), unready(1)))
    assert there(synced(cluster(*members(0, 0)))) == {0: 0, 1: 0, 2: 0}


def test_the_next_pod_waits_until_the_one_before_it_has_been_ready_for_min_ready_seconds() -> None:
    tables = constants(min_ready_seconds=10)
    assert at_rest(cluster(running(0), tables=tables))
    assert there(synced(cluster(running(0, ready_long_enough=True), tables=tables))) == {0: 0, 1: 0}


def test_a_pod_that_terminates_keeps_its_name_until_it_is_gone() -> None:
    assert at_rest(cluster(running(0, deleting=True), running(1), running(2)))


def test_a_parallel_stateful_set_creates_all_missing_pods_at_once() -> None:
    assert there(synced(cluster(tables=PARALLEL, empty_pod_slots=3))) == {0: 0, 1: 0, 2: 0}


def test_ordinals_begin_where_the_stateful_set_says() -> None:
    assert there(synced(cluster(tables=constants(start_ordinal=5)))) == {5: 0}


def test_scaling_down_deletes_the_highest_ordinal_and_waits_for_it() -> None:
    after = synced(cluster(*members(0, 0, 0), replicas=1))
    assert doomed(after) == [2]
    assert at_rest(after)


def test_one_unhealthy_pod_blocks_scaling_down() -> None:
    assert at_rest(cluster(unready(0), running(1), running(2), replicas=1))


def test_of_two_unhealthy_condemned_pods_the_higher_one_waits_for_ever() -> None:
    assert at_rest(cluster(running(0), unready(1), unready(2), replicas=1))
    assert doomed(synced(cluster(running(0), running(1), unready(2), replicas=1))) == [2]


def test_a_parallel_stateful_set_deletes_all_condemned_pods_at_once() -> None:
    assert doomed(synced(cluster(unready(0), unready(1), unready(2), tables=PARALLEL, replicas=1))) == [1, 2]


def test_an_update_deletes_the_highest_pod_first() -> None:
    assert doomed(synced(cluster(*members(0, 0, 0), template=1))) == [2]


def test_an_update_waits_for_the_pod_that_it_has_replaced() -> None:
    assert at_rest(cluster(running(0), running(1), unready(2, template=1), template=1))
    assert doomed(synced(cluster(*members(0, 0, 1), template=1))) == [1]


def test_the_new_revision_becomes_the_current_one_once_every_pod_has_it() -> None:
    assert owner(synced(cluster(*members(1, 1, 1), template=1))).current_revision == 1
    assert at_rest(cluster(*members(1, 1, 1), template=1, current_revision=1))


def test_a_corrected_template_does_not_reach_a_pod_that_is_stuck() -> None:
    stuck = cluster(running(0), running(1), unready(2, template=1), template=2)
    assert at_rest(stuck)


def test_a_pod_that_replaces_a_stuck_one_gets_the_corrected_template() -> None:
    assert there(synced(cluster(*members(0, 0), template=2)))[2] == 2


def test_a_parallel_stateful_set_replaces_a_stuck_pod() -> None:
    stuck = cluster(running(0), running(1), unready(2, template=1), template=2, tables=PARALLEL)
    assert doomed(synced(stuck)) == [2]


def test_pods_below_the_partition_keep_their_revision_even_when_created_again() -> None:
    tables = constants(partition=2)
    assert at_rest(cluster(*members(0, 0, 1), template=1, tables=tables))
    assert there(synced(cluster(running(0), running(2, template=1), template=1, tables=tables)))[1] == 0


def test_without_a_partition_a_pod_that_is_created_again_in_mid_update_gets_the_new_revision() -> None:
    assert there(synced(cluster(running(1), running(2, template=1), template=1)))[0] == 1


def test_without_a_rolling_update_block_the_status_says_which_pods_get_the_old_revision() -> None:
    tables = constants(partition=None)
    pods = (running(1), running(2, template=1))
    assert there(synced(cluster(*pods, template=1, tables=tables, current_replicas=2)))[0] == 0
    assert there(synced(cluster(*pods, template=1, tables=tables, current_replicas=0)))[0] == 1


def test_without_a_rolling_update_block_the_status_counts_the_pods_at_the_current_revision() -> None:
    tables = constants(partition=None)
    after = synced(cluster(*members(0, 0, 0), template=1, tables=tables, current_replicas=3))
    assert (doomed(after), owner(after).current_replicas) == ([2], 2)


def test_on_delete_leaves_old_pods_to_the_user() -> None:
    assert at_rest(cluster(*members(0, 0, 0), template=1, tables=ON_DELETE))
    assert there(synced(cluster(*members(0, 0), template=1, tables=ON_DELETE)))[2] == 1


def test_max_unavailable_counts_only_behind_its_feature_gate() -> None:
    old = members(0, 0, 0)
    assert doomed(synced(cluster(*old, template=1, tables=constants(max_unavailable=2)))) == [2]
    assert doomed(synced(cluster(*old, template=1, tables=constants(max_unavailable=2, gates=GATED)))) == [1, 2]


def test_behind_the_gate_an_unhealthy_pod_uses_up_max_unavailable_and_blocks_its_own_replacement() -> None:
    tables = constants(max_unavailable=1, gates=GATED, pod_management_policy=PodManagementPolicy.PARALLEL)
    assert at_rest(cluster(running(0), running(1), unready(2, template=1), template=2, tables=tables))


def test_a_pod_that_has_failed_is_deleted_to_be_created_again() -> None:
    failed = running(1, phase=PodPhase.FAILED, ready=False, worker=Worker.NONE, containers=(Container.EXITED,))
    after = synced(cluster(running(0), failed, running(2)))
    assert there(after) == {0: 0, 2: 0}
    assert there(synced(after)) == {0: 0, 1: 0, 2: 0}


def test_a_user_updates_scales_and_rolls_back() -> None:
    state = cluster(*members(0, 0, 0), image_updates=1, rollbacks=1, scale_ups=1, scale_downs=1)
    updated = only(users.user_updates_stateful_set(state, 0))
    assert (owner(updated).template, updated.image_updates) == (1, 0)
    assert owner(only(users.user_rolls_stateful_set_back(updated, 0))).template == 0
    assert owner(only(users.user_scales_stateful_set_up(state, 0))).replicas == 4
    assert owner(only(users.user_scales_stateful_set_down(state, 0))).replicas == 2


def test_nothing_is_done_beyond_its_budget_or_the_revisions_that_there_are() -> None:
    state = cluster(*members(0, 0, 0))
    assert disabled(users.user_updates_stateful_set(state, 0))
    assert disabled(users.user_deletes_pod(state, 0))
    assert disabled(users.user_force_deletes_pod(state, 0))
    assert disabled(users.user_rolls_stateful_set_back(cluster(rollbacks=1), 0))
    assert disabled(users.user_updates_stateful_set(cluster(template=2, image_updates=1), 0))
    assert disabled(users.user_scales_stateful_set_down(cluster(replicas=0, scale_downs=1), 0))


def test_a_deleted_pod_gets_its_grace_period() -> None:
    after = only(users.user_deletes_pod(cluster(*members(0, 0, 0), pod_deletions=1), 0))
    assert doomed(after) == [0]
    assert disabled(users.user_deletes_pod(after.set(pod_deletions=1), 0))


def test_a_pod_that_is_deleted_by_force_is_gone_while_its_containers_run_on() -> None:
    after = only(users.user_force_deletes_pod(cluster(*members(0, 0, 0), forced_deletions=1), 0))
    gone = after.pods[0]
    assert gone is not None
    assert (gone.exists, gone.containers) == (False, (Container.SERVING,))
    assert there(synced(after)) == {0: 0, 1: 0, 2: 0}


def test_a_user_deletes_a_stuck_pod_only_once_the_template_works() -> None:
    tables = constants(broken=("v2",))
    stuck = unready(2, template=1)
    assert disabled(users.user_deletes_stuck_pod(cluster(stuck, template=1, tables=tables, stuck_pod_deletions=1), 0))
    corrected = cluster(stuck, running(0), template=2, tables=tables, stuck_pod_deletions=1)
    assert doomed(only(users.user_deletes_stuck_pod(corrected, 0))) == [2]
    assert disabled(users.user_deletes_stuck_pod(corrected, 1))


def test_a_user_deletes_outdated_pods_only_where_nobody_else_does() -> None:
    pods = (running(0), running(1, template=1))
    on_delete = cluster(*pods, template=1, tables=ON_DELETE, outdated_pod_deletions=1)
    assert doomed(only(users.user_deletes_outdated_pod(on_delete, 0))) == [0]
    assert disabled(users.user_deletes_outdated_pod(on_delete, 1))
    assert disabled(users.user_deletes_outdated_pod(cluster(*pods, template=1, outdated_pod_deletions=1), 0))


def test_a_pod_without_an_owner_is_nobodys_business() -> None:
    loose = pending(0, stateful_set=None)
    tables = constants(broken=("v1",))
    state = cluster(loose, template=1, tables=tables, stuck_pod_deletions=1, outdated_pod_deletions=1)
    assert disabled(users.user_deletes_stuck_pod(state, 0))
    assert disabled(users.user_deletes_outdated_pod(state, 0))
