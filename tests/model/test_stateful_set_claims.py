"""The claims of a StatefulSet's Pods: who owns them, and when they go."""

from typing import Any

from checker.state import Pool
from model.api.stateful_sets import PodManagementPolicy, RetentionPolicy
from model.cluster import Cluster
from model.controllers.statefulset.actions import stateful_set_controller_syncs
from model.controllers.statefulset.claims import garbage_collector_deletes_claim
from model.rows.claim import Claim, ClaimOwner
from model.rows.pod import Pod
from properties.stateful_set_claims import claims_left_over, claims_lost
from tests.model.clusters import disabled, only
from tests.model.stateful_set_clusters import cluster, constants, doomed, members, owner, running, there

NOBODY, STATEFUL_SET, POD = ClaimOwner.NOBODY, ClaimOwner.STATEFUL_SET, ClaimOwner.POD
KEEP: dict[str, Any] = {"claims": True}
DELETE = {"claims": True, "when_scaled": RetentionPolicy.DELETE}
DELETE_ALL = {**DELETE, "when_deleted": RetentionPolicy.DELETE}


def with_claims(policy: dict[str, Any], owners: list[ClaimOwner], *pods: Pod, replicas: int, **spec: Any) -> Cluster:
    """A cluster whose StatefulSet has claims of these owners, from ordinal 0 up, and a slot for one more."""
    state = cluster(*pods, tables=constants(**policy, **spec), replicas=replicas)
    rows = [Claim(0, ordinal, kind) for ordinal, kind in enumerate(owners)]
    return state.set(claims=Pool.of(rows, slots=len(rows) + 1))


def owners(state: Cluster) -> dict[int, ClaimOwner]:
    return {claim.ordinal: claim.owner for claim in state.claims}


def synced(state: Cluster) -> Cluster:
    return only(stateful_set_controller_syncs(state, 0))


def collected(state: Cluster, slot: int) -> Cluster:
    return only(garbage_collector_deletes_claim(state, slot))


def test_a_new_pod_comes_with_its_claim() -> None:
    after = synced(with_claims(KEEP, [NOBODY], running(0), replicas=2))
    assert (there(after), owners(after)) == ({0: 0, 1: 0}, {0: NOBODY, 1: NOBODY})


def test_a_claim_that_stays_is_found_again() -> None:
    after = synced(with_claims(KEEP, [NOBODY, NOBODY], running(0), replicas=2))
    assert (there(after), owners(after)) == ({0: 0, 1: 0}, {0: NOBODY, 1: NOBODY})


def test_claims_that_are_retained_belong_to_nobody_when_their_pod_is_condemned() -> None:
    after = synced(with_claims(KEEP, [NOBODY, NOBODY], *members(0, 0), replicas=1))
    assert (doomed(after), owners(after)[1]) == ([1], NOBODY)
    assert disabled(garbage_collector_deletes_claim(after, 1))


def test_claims_that_go_are_handed_to_every_condemned_pod_before_the_first_is_deleted() -> None:
    after = synced(with_claims(DELETE, [NOBODY] * 3, *members(0, 0, 0), replicas=1))
    assert (doomed(after), owners(after)) == ([2], {0: NOBODY, 1: POD, 2: POD})


def test_claims_that_go_with_the_stateful_set_belong_to_it_while_their_pod_is_wanted() -> None:
    after = synced(with_claims(DELETE_ALL, [STATEFUL_SET, NOBODY], *members(0, 0), replicas=2))
    assert owners(after) == {0: STATEFUL_SET, 1: STATEFUL_SET}


def test_the_garbage_collector_waits_until_the_pod_is_gone() -> None:
    assert disabled(garbage_collector_deletes_claim(with_claims(DELETE, [NOBODY, POD], *members(0, 0), replicas=1), 1))
    assert owners(collected(with_claims(DELETE, [NOBODY, POD], running(0), replicas=1), 1)) == {0: NOBODY}


def test_a_pod_is_not_created_while_its_claim_is_about_to_go() -> None:
    state = with_claims(DELETE, [NOBODY, POD], running(0), replicas=2)
    assert disabled(stateful_set_controller_syncs(state, 0))
    after = synced(collected(state, 1))
    assert (there(after), owners(after)) == ({0: 0, 1: 0}, {0: NOBODY, 1: NOBODY})


def test_a_pod_that_is_wanted_again_before_it_was_deleted_keeps_its_claim() -> None:
    assert owners(synced(with_claims(DELETE, [NOBODY, POD], *members(0, 0), replicas=2))) == {0: NOBODY, 1: NOBODY}


def test_a_pod_that_terminates_keeps_its_claim_only_in_parallel() -> None:
    pods = (running(0), running(1, deleting=True))
    assert disabled(stateful_set_controller_syncs(with_claims(DELETE, [NOBODY, POD], *pods, replicas=2), 0))
    parallel = with_claims(DELETE, [NOBODY, POD], *pods, replicas=2, pod_management_policy=PodManagementPolicy.PARALLEL)
    assert owners(synced(parallel)) == {0: NOBODY, 1: NOBODY}


def test_claims_of_a_pod_that_is_wanted_again_are_lost() -> None:
    before = with_claims(DELETE, [NOBODY, POD], running(0), replicas=2)
    [lost] = claims_lost.offenders(before, collected(before, 1))
    assert lost.ordinal == 1


def test_claims_that_nobody_asks_for_may_go() -> None:
    before = with_claims(DELETE, [NOBODY, POD], running(0), replicas=1)
    after = collected(before, 1)
    assert claims_lost.offenders(before, after) == []
    assert claims_left_over.offenders(before) == ["Claims of db-1: nobody asks for that Pod any more"]
    assert claims_left_over.offenders(after) == []


def test_without_a_slot_for_claims_pods_come_without() -> None:
    after = synced(cluster(running(0), tables=constants(**KEEP), replicas=2))
    assert (there(after), list(after.claims), owner(after).replicas) == ({0: 0, 1: 0}, [], 2)
