"""Informer caches that may lag."""

from model.api.objects import PodPhase
from model.control_plane.informers import (
    current_replica_set,
    observed_pod,
    observed_replica_set,
    pod_informer_catches_up,
    replica_set_informer_catches_up,
)
from model.rows.pod import Container, Endpoint, ObservedPod
from model.rows.replica_set import ObservedReplicaSet
from tests.model import clusters
from tests.model.clusters import (
    STALE_PODS,
    STALE_REPLICA_SETS,
    cluster,
    constants,
    disabled,
    gone,
    observed,
    only,
    pending,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)

PODS_LAG = constants(caches=STALE_PODS, nodes=2)
REPLICA_SETS_LAG = constants(caches=STALE_REPLICA_SETS)
ROW = replica_set(
    replicas=5, status_replicas=4, available_replicas=3, revision=7, desired_annotation=6, max_annotation=8
)


def test_the_pod_informer_shows_every_pod_as_etcd_has_it() -> None:
    state = cluster(pending(), running(1), terminating(Container.SERVING, observed=observed()), tables=PODS_LAG)
    after = only(pod_informer_catches_up(state))
    shown = [
        ObservedPod(PodPhase.PENDING, ready=False, deleting=False, node=None),
        ObservedPod(PodPhase.RUNNING, ready=True, deleting=False, node=1),
        ObservedPod(PodPhase.RUNNING, ready=True, deleting=True, node=0),
    ]
    for slot, row in state.pods.items():
        state = state.update(row, observed=shown[slot])
    assert after == state


def test_a_pod_that_is_gone_leaves_no_row_once_the_cache_has_forgotten_it() -> None:
    state = cluster(gone(observed=observed()), tables=PODS_LAG)
    assert only(pod_informer_catches_up(state)) == state.delete(pod(state))


def test_a_pod_that_is_gone_keeps_its_row_while_it_is_in_the_slice() -> None:
    state = cluster(gone(observed=observed(), endpoint=Endpoint.READY), tables=PODS_LAG)
    assert only(pod_informer_catches_up(state)) == state.update(pod(state), observed=None)


def test_a_pod_cache_that_is_up_to_date_or_does_not_lag_has_nothing_to_catch_up_with() -> None:
    assert disabled(pod_informer_catches_up(cluster(running(observed=observed()), tables=PODS_LAG)))
    assert disabled(pod_informer_catches_up(cluster(running())))


def test_the_controller_sees_the_cached_pod_where_the_cache_lags_and_the_pod_itself_where_it_does_not() -> None:
    row = running(observed=observed(ready=False))
    assert observed_pod(cluster(row, tables=PODS_LAG), row) == observed(ready=False)
    assert observed_pod(cluster(row), row) == observed()
    assert observed_pod(cluster(gone()), gone()) is None


def test_the_replica_set_informer_shows_every_replica_set_as_etcd_has_it() -> None:
    stale = replica_set(observed=clusters.observed_replica_set(replica_set(), replicas=9), observed_is_current=False)
    new = replica_set(template=1, observed_is_current=False)
    state = cluster(tables=REPLICA_SETS_LAG, replica_sets=[stale, new])
    after = only(replica_set_informer_catches_up(state))
    for slot, row in state.replica_sets.items():
        current = ObservedReplicaSet(*[getattr(row, name) for name in ObservedReplicaSet.__struct_fields__])
        state = state.update(rs(state, slot), observed=current, observed_is_current=True)
    assert after == state


def test_a_replica_set_cache_that_is_up_to_date_or_does_not_lag_has_nothing_to_catch_up_with() -> None:
    assert disabled(replica_set_informer_catches_up(cluster(tables=REPLICA_SETS_LAG)))
    assert disabled(replica_set_informer_catches_up(cluster(replica_sets=[replica_set(observed_is_current=False)])))


def test_the_cached_copy_of_a_replica_set_has_its_fields() -> None:
    assert current_replica_set(ROW) == ObservedReplicaSet(
        replicas=5, status_replicas=4, available_replicas=3, revision=7, desired_annotation=6, max_annotation=8
    )


def test_the_controller_sees_the_cached_replica_set_where_the_cache_lags_and_the_object_itself_where_not() -> None:
    lagging = cluster(tables=REPLICA_SETS_LAG, replica_sets=[replica_set()])
    assert observed_replica_set(lagging, rs(lagging)) is None
    live = cluster(replica_sets=[ROW])
    assert observed_replica_set(live, rs(live)) == current_replica_set(ROW)
