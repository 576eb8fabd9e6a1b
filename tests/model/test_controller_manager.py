"""A restart of the controller manager, and expectations that expire."""

from model.cluster import Caches
from model.control_plane.informers import pod_informer_catches_up
from model.disturbances.controller_manager import controller_manager_restarts, expectations_expire
from tests.model import clusters
from tests.model.clusters import cluster, constants, disabled, observed, only, pod, replica_set, rs, running

LAGGING = Caches(replica_set_pods=True, deployment_replica_sets=True)
WAITING = replica_set(expects=True, unseen_writes=True, observed_is_current=False)


def restarted(caches: Caches, budget: int = 1) -> list[tuple[bool, bool, bool, bool]]:
    """Of each outcome: what is expected, what is remembered, and whether either cache is up to date."""
    state = cluster(
        running(observed=observed(ready=False)),
        tables=constants(caches=caches),
        replica_sets=[WAITING],
        controller_restarts=budget,
    )
    return [
        (rs(after).expects, rs(after).unseen_writes, pod(after).observed == observed(), rs(after).observed_is_current)
        for after in controller_manager_restarts(state)
    ]


def test_a_restart_forgets_what_was_expected_and_lists_what_is_there_now() -> None:
    assert restarted(LAGGING) == [(False, False, True, True)]


def test_a_list_from_an_old_watch_cache_leaves_the_caches_as_they_were() -> None:
    stale = Caches(replica_set_pods=True, deployment_replica_sets=True, stale_relists=True)
    assert restarted(stale) == [(False, False, True, True), (False, False, False, False)]


def test_a_restart_takes_its_budget() -> None:
    assert restarted(LAGGING, 0) == []
    state = cluster(running(), controller_restarts=1)
    assert only(controller_manager_restarts(state)) == state.set(controller_restarts=0)


def test_what_is_in_etcd_survives() -> None:
    state = cluster(running(), controller_restarts=1, tables=constants(caches=LAGGING), replica_sets=[WAITING])
    after = only(controller_manager_restarts(state))
    assert (rs(after).replicas, pod(after).phase) == (rs(state).replicas, pod(state).phase)


def test_expectations_expire_once_and_only_while_something_is_expected() -> None:
    state = cluster(replica_sets=[WAITING], expectation_expiries=1)
    after = only(expectations_expire(state, 0))
    assert (rs(after).expects, rs(after).unseen_writes, after.expectation_expiries) == (False, True, 0)
    assert disabled(expectations_expire(after.set(expectation_expiries=1), 0))
    assert disabled(expectations_expire(state.set(expectation_expiries=0), 0))
    assert disabled(expectations_expire(state, 1))


def test_catching_up_ends_both() -> None:
    state = cluster(tables=constants(caches=clusters.STALE_PODS), replica_sets=[WAITING])
    after = only(pod_informer_catches_up(state))
    assert (rs(after).expects, rs(after).unseen_writes) == (False, False)
