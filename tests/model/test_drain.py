"""Draining nodes: evictions, the PodDisruptionBudgets that they ask, and what those promise."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from checker.liveness import check_liveness
from checker.search import search
from checker.state import Pool
from checker.verdict import Outcome, verdicts
from checker.vocabulary import Property, Scenario
from model.api.disruption_budgets import UnhealthyPodEvictionPolicy
from model.api.objects import PodPhase
from model.cluster import Cluster, Constants
from model.control_plane.evictions import (
    api_server_answers_eviction,
    api_server_charges_budget_unchecked,
    api_server_deletes_evicted_pod,
)
from model.control_plane.informers import pod_informer_catches_up
from model.control_plane.pod_requests import removed
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.disruption.actions import computed_status, disruption_controller_syncs
from model.controllers.disruption.steady import synced
from model.disturbances.drain import (
    kubectl_drain_ends,
    upgraded_node_comes_back,
    user_drains_node,
    user_freezes_budget,
    user_hastily_upgrades_node,
    user_takes_drained_node_down,
    user_upgrades_node,
)
from model.next_state import next_state
from model.rows.daemon_set import DaemonSet
from model.rows.disruption_budget import DisruptionBudget, DisruptionBudgetSpec
from model.rows.node import Node
from model.rows.pod import Container, Eviction, Pod
from model.scenarios import steady_states
from properties.disruption_budget import (
    budgets_with_too_few_healthy_pods,
    pods_evicted_beyond_the_budget,
    pods_evicted_though_too_few_work,
)
from properties.disruption_budget_converges import budgets_with_a_wrong_status
from properties.drain_ends import nodes_still_draining
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import (
    STALE_PODS,
    UNPROBED,
    cluster,
    constants,
    disabled,
    observed,
    only,
    pending,
    pod,
    replica_set,
    running,
    terminating,
)

ASKED, READ, GRANTED = Eviction.ASKED, Eviction.READ, Eviction.GRANTED
ALWAYS_ALLOW = UnhealthyPodEvictionPolicy.ALWAYS_ALLOW


def spec(**fields: Any) -> DisruptionBudgetSpec:
    """A budget of the first two templates that wants one Pod, but for `fields`."""
    amounts = {} if {"min_available", "max_unavailable"} & fields.keys() else {"min_available": 1}
    return DisruptionBudgetSpec(**{"name": "web", "templates": (0, 1), **amounts, **fields})


def protected(
    *pods: Pod, specs: Sequence[DisruptionBudgetSpec] = (), replicas: int = 2, nodes: int = 2, **more: Any
) -> Cluster:
    """A cluster with these Pods and budgets whose status is of now: one that wants one Pod, unless `specs` says."""
    specs = specs or (spec(),)
    names = {name: more.pop(name) for name in Constants.__struct_fields__ if name in more}
    tables = constants(nodes=nodes, disruption_budgets=tuple(specs), **names)
    new = DisruptionBudget(current_healthy=0, desired_healthy=0, expected_pods=0, disruptions_allowed=0)
    budgets = Pool.of(new for _ in specs)
    return synced(cluster(*pods, tables=tables, replicas=replicas, disruption_budgets=budgets, **more))


def budget(state: Cluster, slot: int = 0) -> DisruptionBudget:
    row = state.disruption_budgets[slot]
    assert row is not None
    return row


def allowing(state: Cluster, disruptions: int, **more: Any) -> Cluster:
    return state.update(budget(state), disruptions_allowed=disruptions, **more)


def node(state: Cluster, slot: int = 0) -> Node:
    row = state.nodes[slot]
    assert row is not None
    return row


class TestADrain:
    def test_takes_the_node_off_the_scheduler_and_asks_for_the_eviction_of_its_pods(self) -> None:
        after = only(user_drains_node(cluster(running(), running(1), tables=constants(nodes=2), drains=1), 0))
        assert (node(after).cordoned, node(after).draining, after.drains) == (True, True, 0)
        assert [row.eviction for row in after.pods] == [ASKED, None]

    def test_leaves_the_pods_of_daemon_sets_alone(self) -> None:
        daemon = running(replica_set=None, daemon_set=0)
        state = cluster(daemon, drains=1).set(daemon_sets=Pool.of([DaemonSet(template=0)]))
        after = only(user_drains_node(state, 0))
        assert pod(after).eviction is None
        assert not node(only(kubectl_drain_ends(after, 0))).draining

    def test_does_not_begin_where_a_node_is_cordoned_or_no_drain_is_left(self) -> None:
        state = cluster(running(), drains=1)
        assert disabled(user_drains_node(state.update(node(state), cordoned=True), 0))
        assert disabled(user_drains_node(cluster(running()), 0))

    def test_is_over_when_the_last_pod_that_it_listed_is_gone_not_before(self) -> None:
        state = cluster(terminating(Container.STOPPING, eviction=GRANTED))
        draining = state.update(node(state), draining=True)
        assert disabled(kubectl_drain_ends(draining, 0))
        assert not node(only(kubectl_drain_ends(draining.delete(pod(draining)), 0))).draining

    def test_does_not_wait_for_a_pod_that_it_has_not_listed(self) -> None:
        state = cluster(running())
        assert not node(only(kubectl_drain_ends(state.update(node(state), draining=True), 0))).draining

    def test_leaves_a_node_that_no_pod_is_bound_to(self) -> None:
        state = only(user_drains_node(cluster(pending(), tables=constants(nodes=2), drains=1), 0))
        assert disabled(scheduler_binds(state, 0, 0))
        assert pod(only(scheduler_binds(state, 0, 1))).node == 1


class TestAnEviction:
    def test_without_a_budget_deletes_the_pod_at_once(self) -> None:
        assert pod(only(api_server_answers_eviction(cluster(running(eviction=ASKED)), 0))).deleting

    def test_charges_the_budget_first_and_deletes_the_pod_then(self) -> None:
        state = protected(running(eviction=ASKED), running(1))
        granted = only(api_server_answers_eviction(state, 0))
        assert budget(granted).disruptions_allowed == 0
        assert (pod(granted).eviction, pod(granted).disrupted, pod(granted).deleting) == (GRANTED, True, False)
        assert pod(only(api_server_deletes_evicted_pod(granted, 0))).deleting

    def test_is_refused_while_the_budget_allows_no_disruption(self) -> None:
        assert disabled(api_server_answers_eviction(protected(running(eviction=ASKED), replicas=1), 0))

    def test_is_refused_while_the_status_is_of_an_older_spec(self) -> None:
        state = allowing(protected(running(eviction=ASKED), running(1)), 1, observed=False)
        assert disabled(api_server_answers_eviction(state, 0))

    def test_takes_the_last_disruption_only_once(self) -> None:
        state = protected(running(eviction=ASKED), running(eviction=ASKED))
        granted = only(api_server_answers_eviction(state, 0))
        assert disabled(api_server_answers_eviction(granted, 1))

    def test_is_not_possible_where_two_budgets_select_the_pod(self) -> None:
        state = protected(running(eviction=ASKED), running(1), specs=[spec(), spec(name="again")])
        assert [row.disruptions_allowed for row in state.disruption_budgets] == [1, 1]
        assert disabled(api_server_answers_eviction(state, 0))

    @pytest.mark.parametrize("phase", [PodPhase.PENDING, PodPhase.SUCCEEDED, PodPhase.FAILED])
    def test_of_a_pod_that_has_not_started_or_has_ended_asks_no_budget(self, phase: PodPhase) -> None:
        state = protected(running(eviction=ASKED, phase=phase, ready=False), replicas=1)
        assert budget(state).disruptions_allowed == 0
        after = only(api_server_answers_eviction(state, 0))
        row = after.pods[0]
        assert row is None or row.deleting or not row.exists

    @pytest.mark.parametrize(
        ("policy", "healthy", "goes"), [(None, 1, True), (None, 0, False), (ALWAYS_ALLOW, 0, True)]
    )
    def test_of_a_pod_that_is_not_ready_depends_on_the_policy_and_on_the_others(
        self, policy: UnhealthyPodEvictionPolicy | None, healthy: int, goes: bool
    ) -> None:
        unready = running(eviction=ASKED, ready=False)
        others = [running(1) for _ in range(healthy)]
        state = protected(unready, *others, specs=[spec(unhealthy_pod_eviction_policy=policy)])
        assert budget(state).disruptions_allowed == 0
        assert disabled(api_server_answers_eviction(state, 0)) is not goes

    def test_that_nobody_has_asked_for_does_not_happen(self) -> None:
        assert disabled(api_server_answers_eviction(cluster(running()), 0))
        assert disabled(api_server_deletes_evicted_pod(cluster(running(eviction=ASKED)), 0))


class TestTheDisruptionController:
    def test_counts_pods_that_are_ready_and_stay(self) -> None:
        state = protected(
            running(), running(ready=False), terminating(Container.SERVING), running(disrupted=True), replicas=4
        )
        assert budget(state).current_healthy == 1

    @pytest.mark.parametrize(
        ("amount", "wanted"),
        [
            ({"min_available": 2}, 2),
            ({"min_available": "50%"}, 2),
            ({"max_unavailable": 1}, 2),
            ({"max_unavailable": "34%"}, 1),
            ({"max_unavailable": 4}, 0),
        ],
    )
    def test_wants_what_the_spec_says_of_the_size_of_the_deployment(self, amount: dict[str, Any], wanted: int) -> None:
        state = protected(running(), running(), running(), specs=[spec(**amount)], replicas=3)
        assert (budget(state).desired_healthy, budget(state).disruptions_allowed) == (wanted, 3 - wanted)

    def test_notices_a_new_size_when_it_syncs(self) -> None:
        state = protected(running(), running(), specs=[spec(max_unavailable=1)])
        row = state.deployments[0]
        assert row is not None
        smaller = state.update(row, replicas=1)
        assert budget(smaller).desired_healthy == 1
        assert budget(only(disruption_controller_syncs(smaller, 0))).desired_healthy == 0

    def test_forgets_an_eviction_once_its_pod_is_being_deleted(self) -> None:
        state = protected(running(disrupted=True, eviction=GRANTED), running(1))
        assert pod(state).disrupted
        after = only(disruption_controller_syncs(only(api_server_deletes_evicted_pod(state, 0)), 0))
        assert not pod(after).disrupted

    def test_does_not_give_back_what_an_eviction_has_taken_before_its_pod_is_gone(self) -> None:
        granted = only(api_server_answers_eviction(protected(running(eviction=ASKED), running(1)), 0))
        assert budget(only(disruption_controller_syncs(granted, 0))).disruptions_allowed == 0

    def test_whose_view_of_pods_lags_does_not_give_back_what_an_eviction_has_taken_even_when_the_pod_is_gone(
        self,
    ) -> None:
        pods = (running(eviction=ASKED, observed=observed()), running(1, observed=observed(node=1)))
        state = protected(*pods, caches=STALE_PODS)
        granted = only(api_server_answers_eviction(state, 0))
        gone = removed(granted, pod(granted))
        assert not pod(gone).exists
        assert budget(only(disruption_controller_syncs(gone, 0))).disruptions_allowed == 0
        caught_up = synced(only(pod_informer_catches_up(gone)))
        assert (budget(caught_up).current_healthy, budget(caught_up).disruptions_allowed) == (1, 0)

    def test_allows_nothing_where_the_owner_has_no_size(self) -> None:
        daemon = running(replica_set=None, daemon_set=0)
        state = protected(daemon, specs=[spec(max_unavailable=1)])
        state = allowing(state, 1).set(daemon_sets=Pool.of([DaemonSet(template=0)]))
        assert computed_status(state, 0) is None
        assert budget(only(disruption_controller_syncs(state, 0))).disruptions_allowed == 0

    def test_counts_pods_of_any_owner_for_a_number_of_pods(self) -> None:
        state = protected(running(replica_set=None), running(replica_set=None), specs=[spec(min_available=1)])
        assert budget(state).disruptions_allowed == 1

    def test_closes_a_budget_that_was_frozen_and_has_nothing_to_write_then(self) -> None:
        state = protected(running(), running(), budget_freezes=1)
        frozen = only(user_freezes_budget(state, 0))
        assert (budget(frozen).observed, budget(frozen).disruptions_allowed) == (False, 1)
        after = only(disruption_controller_syncs(frozen, 0))
        assert (budget(after).observed, budget(after).disruptions_allowed) == (True, 0)
        assert disabled(disruption_controller_syncs(after, 0))
        assert disabled(user_freezes_budget(after, 0))


class TestAnUpgrade:
    def test_waits_for_the_node_before_to_be_back(self) -> None:
        first = only(user_upgrades_node(cluster(tables=constants(nodes=2), node_upgrades=2), 0))
        assert disabled(user_upgrades_node(first, 1))
        drained = only(kubectl_drain_ends(first, 0))
        assert disabled(user_upgrades_node(drained, 1))
        down = only(user_takes_drained_node_down(drained, 0))
        assert (node(down).up, disabled(user_upgrades_node(down, 1))) == (False, True)
        back = only(upgraded_node_comes_back(down, 0))
        assert (node(back).up, node(back).cordoned) == (True, False)
        assert node(only(user_upgrades_node(back, 1)), 1).draining

    def test_in_haste_does_not(self) -> None:
        first = only(user_hastily_upgrades_node(cluster(tables=constants(nodes=2), hasty_node_upgrades=2), 0))
        assert node(only(user_hastily_upgrades_node(first, 1)), 1).draining

    def test_takes_no_node_down_that_is_not_drained(self) -> None:
        state = only(user_upgrades_node(cluster(running(), node_upgrades=1), 0))
        assert disabled(user_takes_drained_node_down(state, 0))
        assert disabled(user_takes_drained_node_down(cluster(node_upgrades=1), 0))
        assert disabled(upgraded_node_comes_back(state, 0))


class TestEvictionsWithinBudget:
    def grant(self, state: Cluster) -> tuple[Cluster, Cluster]:
        return state, only(api_server_answers_eviction(state, 0))

    def test_enough_healthy_pods_are_left(self) -> None:
        step = self.grant(protected(running(eviction=ASKED), running(1)))
        assert not pods_evicted_beyond_the_budget.offenders(*step)
        assert not pods_evicted_though_too_few_work.offenders(*step)

    def test_a_status_that_is_out_of_date_lets_too_many_go(self) -> None:
        stale = allowing(protected(running(eviction=ASKED), running(1, ready=False)), 1)
        step = self.grant(stale)
        assert pods_evicted_beyond_the_budget.offenders(*step) == [pod(stale)]

    def test_a_pod_whose_eviction_was_granted_before_does_not_count(self) -> None:
        stale = allowing(protected(running(eviction=ASKED), running(eviction=GRANTED)), 1)
        assert pods_evicted_beyond_the_budget.offenders(*self.grant(stale)) == [pod(stale)]

    def test_what_the_api_does_not_know_makes_too_few_work(self) -> None:
        state = protected(running(eviction=ASKED), running(1), down=[1])
        step = self.grant(state)
        assert not pods_evicted_beyond_the_budget.offenders(*step)
        assert pods_evicted_though_too_few_work.offenders(*step) == [pod(state)]

    def test_a_pod_that_does_not_work_may_go(self) -> None:
        state = protected(running(eviction=ASKED, containers=(Container.RUNNING,)), running(1), down=[1])
        assert not pods_evicted_though_too_few_work.offenders(*self.grant(state))


def test_a_budget_is_kept_while_enough_pods_are_healthy() -> None:
    kept = protected(running(), running(ready=False))
    assert not budgets_with_too_few_healthy_pods.offenders(kept)
    broken = protected(terminating(Container.SERVING), running(ready=False))
    assert budgets_with_too_few_healthy_pods.offenders(broken) == [budget(broken)]


def test_a_status_is_right_when_it_is_of_this_spec_and_these_pods() -> None:
    right = protected(running(), running())
    assert budgets_with_a_wrong_status.offenders(right) == []
    assert budgets_with_a_wrong_status.offenders(allowing(right, 2)) == [
        "PodDisruptionBudget web: its status allows 2 disruptions, not 1"
    ]
    assert budgets_with_a_wrong_status.offenders(allowing(right, 1, observed=False)) == [
        "PodDisruptionBudget web: its status is of an older spec"
    ]
    unknown = protected(running(replica_set=None, daemon_set=0), specs=[spec(max_unavailable=1)])
    assert budgets_with_a_wrong_status.offenders(unknown) == [
        "PodDisruptionBudget web: how many Pods to expect cannot be told: no disruption is allowed"
    ]


def test_a_drain_that_is_not_over_says_what_it_waits_for() -> None:
    state = protected(running(eviction=ASKED), replicas=1)
    draining = state.update(node(state), draining=True)
    waits = "PodDisruptionBudget web allows no disruption (1 healthy, 1 wanted)"
    assert nodes_still_draining.offenders(draining) == [f"Node node-a: its drain is not over: {waits}"]
    assert nodes_still_draining.offenders(state) == []
    several = protected(running(eviction=ASKED), running(), specs=[spec(), spec(name="again")])
    [text] = nodes_still_draining.offenders(several.update(node(several), draining=True))
    assert text.endswith("no eviction passes where several PodDisruptionBudgets select the Pod (web, again)")


# -- whole scenarios, small


def scenario(
    *specs: DisruptionBudgetSpec,
    replicas: int = 2,
    nodes: int = 2,
    properties: Sequence[Property] = (),
    spare: int = 2,
    tables: dict[str, Any] | None = None,
    **budgets: int,
) -> Scenario[Cluster]:
    """A steady Deployment `web` whose nodes are drained, without a Service."""
    known = constants(
        nodes=nodes,
        revisions=1,
        disruption_budgets=tuple(replace(each, templates=(0,)) for each in specs),
        **{"service": None, **(tables or {})},
    )
    initial = tuple(steady_states(known, [replicas], pod_slots=replicas + spare, budgets=budgets))
    return Scenario("drain", initial, next_state(initial[0]), tuple(properties), disturbances=budgets)


def outcome(of: Scenario[Cluster], prop: Property) -> Outcome:
    [found] = outcomes(of, prop)
    return found


def outcomes(of: Scenario[Cluster], *properties: Property) -> list[Outcome]:
    """The outcomes for these properties: all of states and steps, or all of whole runs."""
    of = replace(of, properties=properties)
    found = check_liveness(of) if of.liveness_properties else verdicts(of, search(of)).verdicts
    return [verdict.outcome for verdict in found]


@pytest.mark.parametrize(
    ("specs", "replicas", "nodes", "ends"),
    [
        ((), 1, 1, True),
        ((spec(),), 1, 2, False),
        ((spec(),), 2, 2, True),
        ((spec(min_available="50%"),), 2, 2, True),
        ((spec(min_available="51%"),), 2, 2, False),
        ((spec(max_unavailable=1),), 1, 2, True),
        ((spec(max_unavailable=0),), 2, 2, False),
        ((spec(),), 2, 1, False),
        ((spec(), spec(name="again")), 2, 2, False),
    ],
    ids=["no budget", "classic", "two", "half", "more than half", "one of one", "none", "no other node", "two budgets"],
)
def test_a_drain_ends_where_a_disruption_is_allowed_sooner_or_later(
    specs: tuple[DisruptionBudgetSpec, ...], replicas: int, nodes: int, ends: bool
) -> None:
    found = outcome(scenario(*specs, replicas=replicas, nodes=nodes, drains=1), nodes_still_draining)
    assert found is (Outcome.HOLDS if ends else Outcome.VIOLATED)


@pytest.mark.parametrize(("policy", "ends"), [(None, False), (ALWAYS_ALLOW, True)])
def test_a_pod_that_never_becomes_ready_blocks_a_drain_unless_the_policy_lets_it_go(
    policy: UnhealthyPodEvictionPolicy | None, ends: bool
) -> None:
    steady = scenario(spec(unhealthy_pod_eviction_policy=policy), replicas=1, drains=1)
    broken = replace(steady.initial[0].constants.templates[0], works=False)
    first = steady.initial[0].set(constants=replace(steady.initial[0].constants, templates=(broken,)))
    stuck = first.update(pod(first), ready=False, containers=(Container.RUNNING,))
    status = stuck.update(stuck.replica_sets[0], available_replicas=0)
    found = outcome(replace(steady, initial=(synced(status),)), nodes_still_draining)
    assert found is (Outcome.HOLDS if ends else Outcome.VIOLATED)


def test_the_budget_is_kept_while_two_nodes_are_drained_at_once() -> None:
    of = scenario(spec(), drains=2, spare=4)
    promised = (
        pods_evicted_beyond_the_budget,
        pods_evicted_though_too_few_work,
        budgets_with_too_few_healthy_pods,
    )
    assert outcomes(of, *promised) == [Outcome.HOLDS] * 3


def test_the_status_comes_to_be_right() -> None:
    assert outcome(scenario(spec(), drains=1), budgets_with_a_wrong_status) is Outcome.HOLDS


def test_the_status_is_never_right_where_the_disruption_controller_does_not_run() -> None:
    of = scenario(spec(), drains=1)
    without = tuple(each for each in of.actions if each.function is not disruption_controller_syncs)
    assert outcome(replace(of, actions=without), budgets_with_a_wrong_status) is Outcome.VIOLATED


def test_without_readiness_probes_a_budget_does_not_keep_pods_that_work() -> None:
    of = scenario(spec(), drains=2, spare=4, tables={"containers": (UNPROBED,)})
    assert outcome(of, pods_evicted_beyond_the_budget) is Outcome.HOLDS
    assert outcome(of, pods_evicted_though_too_few_work) is Outcome.VIOLATED


def test_without_optimistic_concurrency_two_evictions_take_the_same_disruption() -> None:
    lost = scenario(spec(), drains=1, tables={"unchecked_budget_writes": True})
    assert outcome(lost, pods_evicted_beyond_the_budget) is Outcome.VIOLATED
    assert outcome(lost, budgets_with_too_few_healthy_pods) is Outcome.VIOLATED


def test_an_unchecked_write_takes_a_disruption_off_what_was_read() -> None:
    state = protected(running(eviction=ASKED), running(eviction=ASKED), unchecked_budget_writes=True)
    both = only(api_server_answers_eviction(only(api_server_answers_eviction(state, 0)), 1))
    assert [row.eviction for row in both.pods] == [READ, READ]
    charged = only(api_server_charges_budget_unchecked(only(api_server_charges_budget_unchecked(both, 0)), 1))
    assert [row.eviction for row in charged.pods] == [GRANTED, GRANTED]
    assert budget(charged).disruptions_allowed == 0
    assert disabled(api_server_charges_budget_unchecked(charged, 0))


@pytest.mark.parametrize("budgets", [{"drains": 2}, {"node_upgrades": 1, "hasty_node_upgrades": 1}])
@pytest.mark.parametrize("specs", [(), (spec(max_unavailable=1),)], ids=["no-budget", "budget"])
def test_the_plain_and_the_learned_run_agree(specs: tuple[DisruptionBudgetSpec, ...], budgets: dict[str, int]) -> None:
    properties = (pods_evicted_beyond_the_budget, pods_evicted_though_too_few_work, budgets_with_too_few_healthy_pods)
    assert_runs_agree(scenario(*specs, replicas=1, spare=1, properties=properties, **budgets), max_states=100)


def test_the_runs_agree_on_a_frozen_budget_and_on_unchecked_writes() -> None:
    tables = {"unchecked_budget_writes": True}
    budgets = {"replicas": 1, "spare": 1, "drains": 1, "budget_freezes": 1}
    of = scenario(spec(max_unavailable=1), properties=(pods_evicted_beyond_the_budget,), tables=tables, **budgets)
    assert_runs_agree(of, max_states=100)


def test_a_node_that_is_drained_keeps_the_replica_sets_size() -> None:
    state = protected(running(eviction=ASKED), running(1), replica_sets=[replica_set(2)])
    assert [row.replicas for row in only(api_server_answers_eviction(state, 0)).replica_sets] == [2]
