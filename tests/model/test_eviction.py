"""Evictions with others writing in between, and the disruption controller around them."""

from msgspec.structs import replace

from model.api.conditions import DISRUPTION_TARGET, condition_of
from model.api.disruption_budgets import DISRUPTION_ALLOWED, SYNC_FAILED, PodDisruptionBudget
from model.api.labels import LabelSelector
from model.api.objects import Condition, Pod, PodPhase
from model.control_plane.apiserver.deletion import DeleteOptions, PropagationPolicy
from model.control_plane.apiserver.eviction import advance, begin, evict
from model.control_plane.apiserver.eviction_steps import (
    DeletePod,
    Eviction,
    EvictionResult,
    Step,
    UpdateBudgetStatus,
    UpdatePodStatus,
)
from model.controllers.disruption.events import pod_added_or_updated, pod_deleted
from model.controllers.disruption.scale import PodController, expected_scale
from model.controllers.disruption.stale_condition import sync_stale_pod_disruption
from model.controllers.disruption.sync import sync

NOW = 1000
RUNNING = Pod(name="a", uid="uid-a", node="node", phase=PodPhase.RUNNING, ready=True, resource_version=3)
UNREADY = replace(RUNNING, ready=False)
PENDING = replace(UNREADY, phase=PodPhase.PENDING)
ONE_LEFT = PodDisruptionBudget(
    name="budget",
    generation=1,
    observed_generation=1,
    current_healthy=3,
    desired_healthy=2,
    expected_pods=3,
    disruptions_allowed=1,
)
NONE_LEFT = replace(ONE_LEFT, disruptions_allowed=0, current_healthy=2)


def until(step: Step, eviction: Eviction, pod: Pod, budgets: list[PodDisruptionBudget]) -> Eviction:
    """The eviction after the steps before `step`, with nobody in between."""
    for _ in Step:
        if eviction.step is step:
            return eviction
        eviction = advance(eviction, pod, budgets, NOW).eviction
    raise AssertionError(f"{step} is not reached")


def test_two_evictions_do_not_both_take_the_last_disruption() -> None:
    other = replace(RUNNING, name="b", uid="uid-b")
    first = until(Step.DECREMENT, begin("a", "a"), RUNNING, [ONE_LEFT])
    second = until(Step.DECREMENT, begin("b", "b"), other, [ONE_LEFT])
    taken = advance(first, RUNNING, [ONE_LEFT], NOW)
    assert isinstance(taken.write, UpdateBudgetStatus)
    after = taken.write.budget
    refused = advance(second, other, [after], NOW)
    assert refused.write is None  # a conflict: the budget is read again
    assert refused.eviction.tries == 1
    assert evict(refused.eviction, other, [after], NOW).result is EvictionResult.TOO_MANY_REQUESTS
    assert evict(taken.eviction, RUNNING, [after], NOW).result is EvictionResult.EVICTED


def test_an_eviction_that_always_meets_a_conflict_gives_up() -> None:
    eviction = until(Step.DECREMENT, begin("a", "a"), RUNNING, [ONE_LEFT])
    for version in range(1, 21):
        assert eviction.step is Step.DECREMENT
        eviction = advance(eviction, RUNNING, [replace(ONE_LEFT, resource_version=version)], NOW).eviction
    assert eviction.result is EvictionResult.CONFLICT


def test_a_budget_that_is_gone_meanwhile_ends_the_eviction() -> None:
    eviction = until(Step.DECREMENT, begin("a", "a"), RUNNING, [ONE_LEFT])
    assert advance(eviction, RUNNING, [], NOW).eviction.result is EvictionResult.NOT_FOUND


def test_an_eviction_writes_budget_condition_and_deletion_in_this_order() -> None:
    evicted = evict(begin("a", "a", DeleteOptions(grace_period_seconds=5)), RUNNING, [ONE_LEFT], NOW)
    budget, condition, deletion = evicted.writes
    assert isinstance(budget, UpdateBudgetStatus)
    assert budget.budget.disrupted_pods == {"a": NOW}
    assert isinstance(condition, UpdatePodStatus)
    assert condition.pod.resource_version == RUNNING.resource_version + 1
    assert deletion == DeletePod("a", DeleteOptions(grace_period_seconds=5))


def test_a_pod_that_turned_ready_is_not_evicted_as_unready() -> None:
    healthy = replace(ONE_LEFT, disruptions_allowed=0)
    eviction = until(Step.ADD_CONDITION, begin("a", "a"), UNREADY, [healthy])
    ready = replace(RUNNING, resource_version=UNREADY.resource_version + 1)
    assert evict(eviction, ready, [healthy], NOW).result is EvictionResult.TOO_MANY_REQUESTS
    assert evict(eviction, UNREADY, [healthy], NOW).result is EvictionResult.EVICTED


def test_a_pending_pod_that_has_started_is_looked_at_again() -> None:
    eviction = until(Step.ADD_CONDITION, begin("a", "a"), PENDING, [NONE_LEFT])
    started = replace(RUNNING, resource_version=PENDING.resource_version + 1)
    read_again = advance(eviction, started, [NONE_LEFT], NOW).eviction
    assert read_again.step is Step.READ_POD
    assert evict(read_again, started, [NONE_LEFT], NOW).result is EvictionResult.TOO_MANY_REQUESTS


def test_a_pod_that_has_changed_since_its_condition_was_written_is_not_deleted() -> None:
    eviction = until(Step.ADD_CONDITION, begin("a", "a"), PENDING, [])
    taken = advance(eviction, PENDING, [], NOW)
    assert isinstance(taken.write, UpdatePodStatus)
    assert taken.eviction.resource_version == taken.write.pod.resource_version
    changed = replace(taken.write.pod, resource_version=taken.write.pod.resource_version + 1)
    assert advance(taken.eviction, changed, [], NOW).eviction.step is Step.READ_POD


def test_a_client_that_names_a_version_is_told_of_the_conflict() -> None:
    options = DeleteOptions(resource_version=2)
    assert evict(begin("a", "a", options), PENDING, [], NOW).result is EvictionResult.CONFLICT
    assert evict(begin("a", "a", options), RUNNING, [ONE_LEFT], NOW).result is EvictionResult.CONFLICT


def test_a_recreated_pod_is_evicted_unless_the_client_names_the_uid() -> None:
    recreated = replace(RUNNING, uid="new")
    assert evict(begin("a", "a"), recreated, [], NOW).result is EvictionResult.EVICTED
    named = begin("a", "a", DeleteOptions(uid="uid-a"))
    assert evict(named, recreated, [ONE_LEFT], NOW).result is EvictionResult.CONFLICT


def test_a_deletion_that_fails_leaves_the_budget_decremented() -> None:
    named = begin("a", "a", DeleteOptions(uid="other"))
    (only,) = evict(named, RUNNING, [ONE_LEFT], NOW).writes
    assert isinstance(only, UpdateBudgetStatus)
    assert only.budget.disruptions_allowed == 0


def test_a_pod_that_is_gone_cannot_be_evicted() -> None:
    assert evict(begin("a", "a"), None, [], NOW).result is EvictionResult.NOT_FOUND
    eviction = until(Step.DELETE, begin("a", "a"), RUNNING, [])
    assert advance(eviction, None, [], NOW).eviction.result is EvictionResult.NOT_FOUND


def test_contradicting_options_are_found_out_only_at_the_deletion() -> None:
    options = DeleteOptions(orphan_dependents=True, propagation_policy=PropagationPolicy.ORPHAN)
    evicted = evict(begin("a", "a", options), RUNNING, [], NOW)
    assert evicted.result is EvictionResult.INVALID
    assert [type(write) for write in evicted.writes] == [UpdatePodStatus]


def test_the_controller_counts_a_disrupted_pod_out_until_it_is_deleted_or_overdue() -> None:
    pods = [RUNNING, *(replace(RUNNING, name=name) for name in "bc")]
    budget = replace(ONE_LEFT, min_available=2, disrupted_pods={"a": NOW - 60})
    waiting = sync(budget, pods, {}, NOW)
    assert waiting.status is not None
    assert (waiting.status.current_healthy, waiting.status.disruptions_allowed) == (2, 0)
    assert waiting.requeue_after == 60
    overdue = sync(waiting.status, pods, {}, NOW + 61)
    assert overdue.status is not None
    assert (overdue.status.disrupted_pods, overdue.status.disruptions_allowed) == ({}, 1)
    assert sync(overdue.status, pods, {}, NOW + 62).status is None


def test_a_budget_over_owners_without_a_size_is_closed() -> None:
    owned = replace(RUNNING, controller="daemon-set")
    daemon_set = PodController(uid="daemon-set", replicas=None)
    result = sync(replace(ONE_LEFT, max_unavailable=1), [owned], {"daemon-set": daemon_set}, NOW)
    assert result.failed
    assert result.status is not None
    assert result.status.disruptions_allowed == 0
    condition = condition_of(result.status.conditions, DISRUPTION_ALLOWED)
    assert condition is not None
    assert condition.reason == SYNC_FAILED
    assert sync(replace(ONE_LEFT, max_unavailable="some"), [], {}, NOW).failed


def test_a_replica_set_whose_deployment_is_gone_speaks_for_itself() -> None:
    replica_sets = [PodController(uid=uid, replicas=2, deployment="d") for uid in ("old", "new")]
    controllers = {each.uid: each for each in replica_sets}
    pods = [replace(RUNNING, controller="old"), replace(RUNNING, controller="new"), replace(RUNNING, name="free")]
    alone = expected_scale(pods, controllers)
    together = expected_scale(pods, controllers | {"d": PodController(uid="d", replicas=3)})
    assert alone is not None
    assert together is not None
    assert (alone.replicas, together.replicas, together.unmanaged) == (4, 3, ("free",))


def test_an_event_of_a_pod_concerns_one_of_the_budgets_that_select_it_now() -> None:
    app = PodDisruptionBudget(name="app", selector=LabelSelector(match_labels={"app": "a"}))
    other = PodDisruptionBudget(name="other", selector=LabelSelector(match_labels={"app": "b"}))
    everything, nothing = PodDisruptionBudget(name="all"), PodDisruptionBudget(name="none", selector=None)
    labelled = replace(RUNNING, labels={"app": "a"})
    reaction = pod_added_or_updated(labelled, [app, other, everything, nothing], NOW)
    assert [each.name for each in reaction.budgets] == ["app", "all"]
    assert reaction.stale_condition_after is None
    assert pod_deleted(labelled, [other]).budgets == ()


def test_a_mark_of_the_kubelet_is_never_stale() -> None:
    for reason, after in (("EvictionByEvictionAPI", 20), ("TerminationByKubelet", None)):
        mark = Condition(type=DISRUPTION_TARGET, status="True", reason=reason, last_transition_time=NOW - 100)
        marked = replace(RUNNING, conditions=(mark,))
        assert pod_added_or_updated(marked, [], NOW).stale_condition_after == after
        assert sync_stale_pod_disruption(marked, NOW).requeue_after == after
        assert sync_stale_pod_disruption(replace(marked, phase=PodPhase.FAILED), NOW + 200).status is None
