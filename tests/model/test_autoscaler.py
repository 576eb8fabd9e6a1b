"""The HorizontalPodAutoscaler as transitions of the cluster, the load that it follows, and what it promises."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from checker.machine import state_machine
from checker.state import Pool
from checker.vocabulary import Kind, Property
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build
from kubeproof.standard.autoscaler import PROMISES, SCENARIOS
from kubeproof.standard.scenario import StandardScenario
from kubeproof.translation import workloads_of
from model.api.autoscalers import (
    Behavior,
    HorizontalPodAutoscaler,
    Metric,
    MetricSource,
    PolicySelect,
    PolicyType,
    ScalingPolicy,
    ScalingRules,
    TargetType,
)
from model.cluster import Cluster
from model.control_plane.controller_manager import without_memory
from model.controllers.horizontalpodautoscaler.actions import autoscaler_syncs, decisions, metrics_server_measures
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation, stabilized, stabilized_both_ways
from model.controllers.horizontalpodautoscaler.remembered import aged_events, aged_recommendations
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvent, replicas_change
from model.controllers.horizontalpodautoscaler.settings import Settings
from model.controllers.horizontalpodautoscaler.steady import steady_autoscalers
from model.disturbances.load import load_changes, metrics_fail, metrics_return, user_reapplies_manifest
from model.rows.autoscaler import Autoscaler, AutoscalerSpec, Load
from model.rows.pod import Pod
from properties.autoscaler_converges import autoscalers_not_as_wanted
from properties.autoscaler_settles import autoscalers_that_do_not_settle
from properties.autoscaler_shrinking import autoscalers_that_shrink_blindly, autoscalers_that_shrink_too_fast
from properties.autoscaler_size import autoscalers_out_of_bounds, sizes_taken_from_autoscalers
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import cluster, constants, deployment, disabled, only, pending, pod, running, terminating

EXAMPLES = Path(__file__).parents[2] / "examples"
CPU = Metric(source=MetricSource.RESOURCE, name="cpu", target_type=TargetType.UTILIZATION, target=50)
QUEUE = Metric(source=MetricSource.EXTERNAL, name="jobs", target_type=TargetType.AVERAGE_VALUE, target=30_000)
LOADS = (Load(0), Load(1), Load(1, above=True), Load(2), Load(2, above=True), Load(3), Load(4))
AT_ONCE = ScalingRules(stabilization_window_seconds=0, policies=(ScalingPolicy(PolicyType.PERCENT, 100, 1),))
ONE_BY_ONE = replace(AT_ONCE, policies=(ScalingPolicy(PolicyType.PODS, 1, 3),))
NEVER = replace(AT_ONCE, select=PolicySelect.DISABLED)
EXACTLY = replace(AT_ONCE, tolerance=0.0)
MEASURED = running(measured=True)
LONG_AGO = (Recommendation(0, -9),)


def spec(
    *metrics: Metric,
    bounds: tuple[int, int] = (1, 3),
    down: ScalingRules | None = AT_ONCE,
    up: ScalingRules = AT_ONCE,
    window: int = 2,
    **more: Any,
) -> AutoscalerSpec:
    """An autoscaler by CPU that shrinks at once; with `down` None it has no behavior."""
    return AutoscalerSpec(
        name="web",
        deployment=0,
        autoscaler=HorizontalPodAutoscaler(
            min_replicas=bounds[0],
            max_replicas=bounds[1],
            metrics=metrics or (CPU,),
            behavior=None if down is None else Behavior(scale_up=up, scale_down=down),
        ),
        settings=Settings(downscale_stabilization=window, cpu_initialization_period=1, initial_readiness_delay=0),
        loads=LOADS,
        **{"requested": (True,) * len(metrics or (CPU,)), **more},
    )


def autoscaled(
    *pods: Pod,
    load: Load = Load(1),  # noqa: B008  a frozen value
    size: int | None = None,
    by: AutoscalerSpec | None = None,
    others: int = 0,
    **fields: Any,
) -> Cluster:
    """A Deployment of these Pods under this load; the controller has run for long and remembers nothing that counts."""
    names = ("recommendations", "grown", "shrunk", "really_grown", "really_shrunk", "metrics_available")
    row = Autoscaler(
        deployment=0,
        load=LOADS.index(load),
        **{"recommendations": LONG_AGO, **{name: fields.pop(name) for name in names if name in fields}},
    )
    chosen = by or spec()
    return cluster(
        *pods,
        tables=constants(autoscalers=(chosen,) * (1 + others), service=None),
        replicas=len(pods) if size is None else size,
        autoscalers=Pool.of([row] * (1 + others)),
        **fields,
    )


def memory(state: Cluster) -> Autoscaler:
    row = state.autoscalers[0]
    assert row is not None
    return row


def sizes(state: Cluster) -> set[int]:
    """The sizes that a sync may leave behind."""
    return {deployment(after).replicas for after in autoscaler_syncs(state, 0)}


class TestSync:
    @pytest.mark.parametrize("metric", [CPU, QUEUE], ids=lambda metric: metric.name)
    @pytest.mark.parametrize(
        ("load", "pods", "size"),
        [
            (Load(1), 1, 1),
            (Load(2), 1, 2),
            (Load(3), 2, 3),
            (Load(0), 2, 1),
            (Load(1), 3, 1),
            (Load(4), 2, 3),
            (Load(4), 1, 2),
            (Load(2, above=True), 2, 2),
            (Load(2, above=True), 3, 3),
        ],
    )
    def test_the_size_follows_the_load_within_bounds_and_tolerance(
        self, metric: Metric, load: Load, pods: int, size: int
    ) -> None:
        assert sizes(autoscaled(*[MEASURED] * pods, load=load, by=spec(metric))) == {size}

    def test_without_metrics_nothing_is_done_but_a_size_out_of_bounds_is_corrected(self) -> None:
        assert sizes(autoscaled(*[MEASURED] * 2, load=Load(0), metrics_available=False)) == {2}
        assert sizes(autoscaled(*[MEASURED] * 4, load=Load(4), metrics_available=False)) == {3}

    def test_a_workload_that_somebody_scaled_to_0_is_left_alone(self) -> None:
        assert sizes(autoscaled(load=Load(3), size=0)) == {0}

    def test_pods_on_their_way_up_are_taken_to_do_nothing_and_add_no_more_of_themselves(self) -> None:
        assert sizes(autoscaled(MEASURED, pending(), load=Load(2), size=2)) == {2}
        assert sizes(autoscaled(MEASURED, running(ready=False), load=Load(2), size=2)) == {2}

    def test_a_pod_without_a_sample_holds_back_shrinking_and_one_with_an_early_sample_does_not(self) -> None:
        assert sizes(autoscaled(MEASURED, running(), running(), load=Load(2), size=3)) == {1, 3}
        assert sizes(autoscaled(MEASURED, running(), running(), load=Load(2), size=3, by=spec(QUEUE))) == {2}

    def test_a_pod_that_has_been_at_work_and_is_not_ready_counts_as_idle(self) -> None:
        assert sizes(autoscaled(MEASURED, running(ready=False, measured=True), load=Load(1), size=2)) == {1}

    def test_a_target_for_the_whole_value_is_what_each_pod_has_to_do(self) -> None:
        by_value = spec(replace(QUEUE, target_type=TargetType.VALUE))
        assert sizes(autoscaled(MEASURED, load=Load(2), by=by_value)) == {2}
        assert sizes(autoscaled(MEASURED, MEASURED, load=Load(2), by=by_value)) == {2}

    def test_pods_that_are_going_neither_count_nor_share_the_load(self) -> None:
        assert sizes(autoscaled(MEASURED, terminating(measured=True), load=Load(1), size=1)) == {1}

    def test_the_pods_of_another_deployment_do_not_count(self) -> None:
        alone = autoscaled(MEASURED, replace(MEASURED, replica_set=None), load=Load(1), size=1)
        assert sizes(alone) == {1}

    def test_without_requests_there_is_no_percentage_to_scale_on(self) -> None:
        assert sizes(autoscaled(MEASURED, load=Load(3), by=spec(requested=(False,)))) == {1}

    def test_two_autoscalers_of_the_same_pods_do_nothing(self) -> None:
        assert sizes(autoscaled(MEASURED, load=Load(3), others=1)) == {1}

    def test_the_highest_of_several_metrics_counts(self) -> None:
        lenient = replace(QUEUE, target=10_000)
        assert sizes(autoscaled(MEASURED, load=Load(2), by=spec(lenient, CPU))) == {2}

    def test_a_sync_makes_sure_that_every_ready_pod_is_measured_before_the_next(self) -> None:
        state = autoscaled(MEASURED, running(), pending(), load=Load(2), size=3)
        assert all(
            [pod(after, slot).measured for slot in range(3)] == [True, True, False]
            for after in autoscaler_syncs(state, 0)
        )

    def test_nothing_happens_without_an_autoscaler_or_its_deployment(self) -> None:
        state = autoscaled(MEASURED)
        without = state.delete(memory(state))
        assert disabled(autoscaler_syncs(without, 0))
        assert decisions(without, 0) == []
        orphaned = state.delete(deployment(state))
        assert disabled(autoscaler_syncs(orphaned, 0))
        assert decisions(orphaned, 0) == []


class TestMemory:
    def test_without_behavior_shrinking_waits_until_the_window_is_over(self) -> None:
        state = autoscaled(*[MEASURED] * 3, load=Load(1), by=spec(down=None), recommendations=(Recommendation(3, -1),))
        seen = []
        for _ in range(4):
            seen.append(deployment(state).replicas)
            state = only(autoscaler_syncs(state, 0))
        assert seen == [3, 3, 3, 1]

    def test_a_new_controller_remembers_the_size_that_it_finds(self) -> None:
        state = autoscaled(*[MEASURED] * 3, load=Load(1), by=spec(down=None), recommendations=())
        after = only(autoscaler_syncs(state, 0))
        assert deployment(after).replicas == 3
        assert Recommendation(3, -1) in memory(after).recommendations

    def test_a_policy_looks_back_at_what_was_done(self) -> None:
        state = autoscaled(*[MEASURED] * 3, load=Load(0), by=spec(down=ONE_BY_ONE))
        first = only(autoscaler_syncs(state, 0))
        second = only(autoscaler_syncs(first, 0))
        third = only(autoscaler_syncs(second, 0))
        fourth = only(autoscaler_syncs(third, 0))
        assert [deployment(each).replicas for each in (first, second, third, fourth)] == [2, 2, 2, 1]
        assert memory(first).shrunk == memory(first).really_shrunk == (ScaleEvent(1, -1),)

    def test_growing_is_remembered_too(self) -> None:
        slow = replace(ONE_BY_ONE, stabilization_window_seconds=0)
        after = only(autoscaler_syncs(autoscaled(MEASURED, load=Load(3), by=spec(up=slow)), 0))
        assert deployment(after).replicas == 2
        assert memory(after).grown == memory(after).really_grown == (ScaleEvent(1, -1),)

    def test_a_restart_loses_it_but_for_what_really_happened(self) -> None:
        done = (ScaleEvent(1, -1),)
        state = autoscaled(MEASURED, shrunk=done, really_shrunk=done, grown=done, really_grown=done)
        row = memory(without_memory(state))
        assert (row.recommendations, row.grown, row.shrunk) == ((), (), ())
        assert row.really_shrunk == row.really_grown == done

    def test_syncs_come_to_rest(self) -> None:
        state = autoscaled(*[MEASURED] * 2, load=Load(2), by=spec(down=None), recommendations=())
        for _ in range(5):
            state = only(autoscaler_syncs(state, 0))
        assert only(autoscaler_syncs(state, 0)) == state


recommendations = st.lists(st.integers(1, 4), max_size=5).map(
    lambda asked: tuple(Recommendation(replicas, -1 - age) for age, replicas in enumerate(asked))
)


class TestRemembered:
    """The least form of the memory decides as the whole does."""

    @given(recommendations, st.integers(0, 4), st.integers(1, 4))
    def test_without_behavior(self, asked: tuple[Recommendation, ...], window: int, desired: int) -> None:
        whole = tuple(Recommendation(each.replicas, each.time - 1) for each in asked)
        kept = aged_recommendations(asked, 0, window)
        assert stabilized(kept, desired, window, 0) == stabilized(whole, desired, window, 0)

    @given(recommendations, st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.integers(1, 4))
    def test_with_behavior(
        self, asked: tuple[Recommendation, ...], up: int, down: int, current: int, desired: int
    ) -> None:
        whole = tuple(Recommendation(each.replicas, each.time - 1) for each in asked)
        kept = aged_recommendations(asked, max(0, up - 1), max(0, down - 1))
        assert stabilized_both_ways(kept, current, desired, up, down, 0) == stabilized_both_ways(
            whole, current, desired, up, down, 0
        )

    @given(recommendations, st.integers(0, 3), st.integers(0, 3))
    def test_a_controller_that_has_synced_never_looks_like_a_new_one(
        self, asked: tuple[Recommendation, ...], up: int, down: int
    ) -> None:
        assert bool(aged_recommendations(asked, up, down)) == bool(asked)

    @given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=4), st.integers(1, 4))
    def test_events(self, done: list[tuple[int, int]], period: int) -> None:
        events = tuple(ScaleEvent(change, -age) for change, age in done)
        rules = replace(AT_ONCE, policies=(ScalingPolicy(PolicyType.PODS, 1, period),))
        assert replicas_change(aged_events(events, rules), period, 0) == replicas_change(events, period, 1)
        assert aged_events(events, None) == ()


class TestSteady:
    def test_the_load_is_what_the_pods_do_at_their_target(self) -> None:
        tables = constants(autoscalers=(spec(down=None),))
        [row] = steady_autoscalers(tables, (2,)).pools["autoscalers"]
        assert tables.autoscalers[0].loads[row.load] == Load(2)
        assert row.recommendations == (Recommendation(2, -1),)


class TestDisturbances:
    def test_the_load_changes_to_any_other(self) -> None:
        changed = list(load_changes(autoscaled(MEASURED, load_changes=1), 0))
        assert {memory(after).load for after in changed} == set(range(len(LOADS))) - {LOADS.index(Load(1))}
        assert {after.load_changes for after in changed} == {0}

    def test_an_outage_of_the_metrics_comes_and_goes(self) -> None:
        down = only(metrics_fail(autoscaled(MEASURED, metrics_outages=1), 0))
        assert (memory(down).metrics_available, down.metrics_outages) == (False, 0)
        assert memory(only(metrics_return(down, 0))).metrics_available

    def test_applying_the_manifest_again_sets_the_size_that_it_says(self) -> None:
        by = spec(written_replicas=1)
        after = only(user_reapplies_manifest(autoscaled(*[MEASURED] * 3, by=by, reapplies=1), 0))
        assert (deployment(after).replicas, after.reapplies) == (1, 0)
        assert disabled(user_reapplies_manifest(autoscaled(MEASURED, reapplies=1), 0))

    def test_each_happens_as_often_as_its_budget_allows(self) -> None:
        state = autoscaled(MEASURED, by=spec(written_replicas=1))
        assert all(disabled(act(state, 0)) for act in (load_changes, metrics_fail, user_reapplies_manifest))
        assert disabled(metrics_return(state, 0))

    def test_a_pod_is_measured_once_it_is_ready(self) -> None:
        assert pod(only(metrics_server_measures(autoscaled(running()), 0))).measured
        for other in (running(ready=False), MEASURED, terminating()):
            assert disabled(metrics_server_measures(autoscaled(other), 0))
        assert disabled(metrics_server_measures(cluster(running()), 0))


def offends(prop: Property, *states: Cluster) -> bool:
    return bool(prop.offenders(*states))


class TestPromises:
    @pytest.mark.parametrize(("size", "offending"), [(0, True), (1, False), (3, False), (4, True)])
    def test_within_bounds(self, size: int, offending: bool) -> None:
        assert offends(autoscalers_out_of_bounds, autoscaled(MEASURED, size=size)) is offending

    @pytest.mark.parametrize(
        ("ready", "load", "by", "offending"),
        [
            (1, Load(1), spec(), False),
            (1, Load(2), spec(), True),
            (2, Load(1), spec(), True),
            (1, Load(1, above=True), spec(), False),
            (1, Load(1, above=True), spec(up=EXACTLY, down=EXACTLY), True),
            (3, Load(4), spec(), False),
            (1, Load(0), spec(), False),
            (0, Load(1), spec(), True),
            (1, Load(2), spec(up=NEVER), False),
            (2, Load(1), spec(down=NEVER), False),
        ],
    )
    def test_as_many_ready_pods_as_the_load_asks_for(
        self, ready: int, load: Load, by: AutoscalerSpec, offending: bool
    ) -> None:
        pods = [MEASURED] * ready + [running(ready=False)] * (3 - ready)
        assert offends(autoscalers_not_as_wanted, autoscaled(*pods, load=load, by=by)) is offending

    def test_settled_is_what_no_sync_would_change(self) -> None:
        assert not offends(autoscalers_that_do_not_settle, autoscaled(MEASURED, load=Load(1)))
        [told] = autoscalers_that_do_not_settle.offenders(autoscaled(MEASURED, load=Load(2)))
        assert told == "HorizontalPodAutoscaler web: from 1 to 2 replicas"

    def test_without_tolerance_the_same_load_asks_for_two_pods_and_for_one(self) -> None:
        touchy = spec(up=EXACTLY, down=EXACTLY)
        assert sizes(autoscaled(MEASURED, load=Load(1, above=True), by=touchy)) == {2}
        assert sizes(autoscaled(*[MEASURED] * 2, load=Load(1, above=True), by=touchy)) == {1}

    @pytest.mark.parametrize(
        ("load", "to", "budget", "offending"),
        [(Load(3), 1, 1, True), (Load(3), 1, 0, False), (Load(1), 1, 1, False), (Load(3), 4, 1, False)],
    )
    def test_the_size_is_left_to_the_autoscaler(self, load: Load, to: int, budget: int, offending: bool) -> None:
        before = autoscaled(*[MEASURED] * 3, load=load, reapplies=budget)
        after = before.update(deployment(before), replicas=to).set(reapplies=0)
        assert offends(sizes_taken_from_autoscalers, before, after) is offending

    def test_shrinking_keeps_to_the_policies_whatever_the_controller_remembers(self) -> None:
        done = (ScaleEvent(1, -1),)
        state = autoscaled(*[MEASURED] * 2, load=Load(0), by=spec(down=ONE_BY_ONE), really_shrunk=done)
        assert offends(autoscalers_that_shrink_too_fast, state, only(autoscaler_syncs(state, 0)))
        knowing = state.update(memory(state), shrunk=done)
        assert not offends(autoscalers_that_shrink_too_fast, knowing, only(autoscaler_syncs(knowing, 0)))
        too_many = autoscaled(*[MEASURED] * 5, load=Load(0), by=spec(down=ONE_BY_ONE), really_shrunk=done)
        assert not offends(autoscalers_that_shrink_too_fast, too_many, only(autoscaler_syncs(too_many, 0)))

    def test_shrinking_takes_metrics_except_from_above_the_most(self) -> None:
        blind = autoscaled(*[MEASURED] * 2, load=Load(0), metrics_available=False)
        assert not offends(autoscalers_that_shrink_blindly, blind, only(autoscaler_syncs(blind, 0)))
        too_many = autoscaled(*[MEASURED] * 4, load=Load(4), metrics_available=False)
        assert offends(autoscalers_that_shrink_blindly, too_many, only(autoscaler_syncs(too_many, 0)))
        seeing = autoscaled(*[MEASURED] * 2, load=Load(0))
        assert not offends(autoscalers_that_shrink_blindly, seeing, only(autoscaler_syncs(seeing, 0)))

    def test_what_a_user_does_is_no_fault_of_the_autoscaler_s(self) -> None:
        before = autoscaled(*[MEASURED] * 3, by=spec(down=ONE_BY_ONE), metrics_available=False, reapplies=1)
        after = before.update(deployment(before), replicas=1).set(reapplies=0)
        for prop in (autoscalers_that_shrink_blindly, autoscalers_that_shrink_too_fast):
            assert not offends(prop, before, after)

    def test_promises_about_the_end_are_promises_about_whole_runs(self) -> None:
        for prop in (autoscalers_not_as_wanted, autoscalers_that_do_not_settle):
            assert prop.kind is Kind.EVENTUALLY_ALWAYS
            assert prop in PROMISES


def scenario_of(standard: StandardScenario, example: str, most: int) -> Any:
    [workload] = workloads_of(load([str(EXAMPLES / example)]), 1)
    return build(instance(workload, replicas=most, nodes=1), standard)


def _named(standards: Iterable[StandardScenario]) -> Any:
    return pytest.mark.parametrize("standard", standards, ids=lambda standard: standard.name)


@_named(SCENARIOS)
def test_the_runs_agree(standard: StandardScenario) -> None:
    assert_runs_agree(scenario_of(standard, "autoscaled-with-replicas.yaml", 2), max_states=60)


@pytest.mark.slow
@_named(SCENARIOS)
@pytest.mark.parametrize("example", ["autoscaled-with-replicas.yaml", "autoscaled-slow-drain.yaml"])
def test_the_runs_agree_for_longer(standard: StandardScenario, example: str) -> None:
    assert_runs_agree(scenario_of(standard, example, 3), max_states=250)


@_named(SCENARIOS)
def test_a_machine_walks_through_the_scenario(standard: StandardScenario) -> None:
    scenario = scenario_of(standard, "autoscaled-web.yaml", 3)
    run_state_machine_as_test(
        state_machine(scenario),
        settings=settings(max_examples=5, stateful_step_count=20, database=None, deadline=None),
    )
