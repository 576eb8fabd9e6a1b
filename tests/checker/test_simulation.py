"""A simulation takes real runs, finds what happens in them, and never says that something holds."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.plain import plain_search
from checker.results import Limits, Progress
from checker.search import search
from checker.simulation import WALKERS, SimulationResult, shortened, simulate
from checker.state import CONSTANT, State
from checker.trace import Choice, ReplayFailed, Trace, enabled, replay
from checker.verdict import why_inconclusive
from checker.vocabulary import Action, Fairness, Kind, Property, Scenario, disturbance, never, sometimes
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.translation import workloads_of
from tests.checker import toys
from tests.checker.agreement import assert_replays
from tests.checker.random_systems import random_systems

COUNTEREXAMPLES = Path(__file__).parents[2] / "counterexamples"

# A toy: arriving without rain is rare, as long as it may rain at any time.


class Journey(State, frozen=True):
    length: Annotated[int, CONSTANT]
    miles: int = 0
    rained: bool = False
    snowed: bool = False


def drive(state: Journey) -> Iterator[Journey]:
    """One mile more."""
    if state.miles < state.length:
        yield state.set(miles=state.miles + 1)


def rain(state: Journey) -> Iterator[Journey]:
    """It begins to rain, or stops."""
    yield state.set(rained=not state.rained)


def snow(state: Journey) -> Iterator[Journey]:
    """It snows."""
    if not state.snowed:
        yield state.set(snowed=True)


@never("arrives without snow")
def arrivals_without_snow(state: Journey) -> Iterator[int]:
    """Nobody arrives before it has snowed."""
    if state.miles == state.length and not state.snowed:
        yield state.miles


@sometimes("arrives in snow")
def arrivals_in_snow(state: Journey) -> Iterator[int]:
    """Somebody arrives after it has snowed."""
    if state.miles == state.length and state.snowed:
        yield state.miles


def journey(length: int) -> Scenario[Journey]:
    actions = (Action(drive), disturbance(rain), disturbance(snow))
    return Scenario("journey", (Journey(length),), actions, (arrivals_without_snow, arrivals_in_snow))


def summary(result: SimulationResult) -> dict[str, Any]:
    """All that a simulation says, but for what the machine has to do with."""
    aside = ("seconds", "found", "memory")
    told = {name: getattr(result, name) for name in result.__struct_fields__ if name not in aside}
    found = {
        name: (found.states, found.transitions, [step.choice for step in found.trace.steps])
        for name, found in result.found.items()
    }
    return {**told, "found": found}


def lengths_of_traces(result: SimulationResult) -> dict[str, int]:
    return {name: len(found.trace.steps) for name, found in result.found.items()}


def assert_adds_up(result: SimulationResult) -> None:
    assert sum(length * runs for length, runs in enumerate(result.lengths)) == result.transitions
    assert sum(result.fired.values()) == result.transitions
    assert result.depth == len(result.lengths) - 1
    assert result.depth == 0 or result.lengths[-1] > 0
    assert set(result.never_fired) == {name for name, steps in result.fired.items() if steps == 0}


# -- what is found


@pytest.mark.parametrize(
    ("scenario", "lengths"),
    [
        (toys.broken_mutual_exclusion(3), {"two inside": 4, "somebody inside": 2}),
        (toys.dining_philosophers(5), {"deadlock": 5, "dinner": 2}),
        (toys.resetting_counter(4), {"falls": 2, "full": 4}),
        (toys.graph([0, 1, 2], [0, 2, 1], properties=[toys.never_along(2, 1)]), {"from 2 to 1": 2}),
        (toys.graph([0, 1], properties=[toys.never_at(0)]), {"at (0,)": 0}),
        (toys.graph([0, 1], [2, 3], properties=[toys.never_at(3)]), {"at (3,)": 1}),
        (toys.queue(4, slots=4), {"all served": 8}),
    ],
    ids=lambda value: value.name.replace(" ", "-") if isinstance(value, Scenario) else "",
)
def test_what_is_known_to_go_wrong_is_found_and_shortened(scenario: Scenario[Any], lengths: dict[str, int]) -> None:
    result = simulate(scenario, runs=2_000)
    assert lengths_of_traces(result) == lengths
    for prop in scenario.safety_properties:
        if prop.name in result.found:
            assert_replays(scenario, result.found[prop.name].trace, prop)


def test_a_rollout_without_a_readiness_probe_loses_requests_and_has_an_outage() -> None:
    [workload] = workloads_of(load([str(COUNTEREXAMPLES / "no-readiness-probe" / "manifest.yaml")], sys.stdin), 2)
    rollout = standard_scenario("rollout")
    scenario = build(instance(workload, replicas=rollout.replicas, nodes=rollout.nodes), rollout)
    result = simulate(scenario, runs=20_000)
    assert {"no_outage", "no_lost_request", "rollout_completes"} <= set(result.found)
    for prop in scenario.safety_properties:
        if prop.name in result.found:
            assert_replays(scenario, result.found[prop.name].trace, prop)
    assert_adds_up(result)


def test_what_takes_more_steps_than_a_run_may_take_is_not_found() -> None:
    assert not simulate(toys.dining_philosophers(5), runs=2_000, max_depth=1).found
    assert not simulate(toys.dining_philosophers(5), runs=2_000, limits=Limits(max_depth=1)).found


def test_the_last_state_of_the_longest_run_is_looked_at() -> None:
    assert lengths_of_traces(simulate(toys.counter(9), runs=1, max_depth=9)) == {"full": 9}


def test_a_field_may_take_new_values_all_the_way() -> None:
    result = simulate(toys.counter(200), runs=20, max_depth=300)
    assert (result.states, result.transitions, lengths_of_traces(result)) == (201, 4_000, {"full": 200})
    assert_adds_up(result)


# -- what is said when nothing is found


def test_finding_nothing_is_inconclusive_however_small_the_scenario() -> None:
    result = simulate(toys.counter(3), runs=1_500, max_depth=50)
    assert not result.exhausted
    assert why_inconclusive(result) == "simulation: 1,500 runs of at most 50 steps (4 states, depth 3)"


def test_a_step_that_a_bound_cut_off_is_told() -> None:
    assert simulate(toys.queue(4, slots=2), runs=50).full_pools == ("tickets",)
    assert simulate(toys.queue(4, slots=4), runs=50).full_pools == ()


def test_it_ends_once_every_property_has_its_answer() -> None:
    result = simulate(toys.broken_mutual_exclusion(), runs=1_000_000_000)
    assert result.stopped == "decided"
    assert result.runs == WALKERS


def test_it_ends_at_a_timeout_however_many_runs_were_asked_for() -> None:
    for runs in (None, 1_000_000_000):
        result = simulate(toys.lamps(12), runs=runs, limits=Limits(timeout=0.3))
        assert str(result.stopped).endswith("runs of at most 100 steps, timeout")
        assert result.runs > 0
        assert 0.3 <= result.seconds < 30
        assert_adds_up(result)


def test_it_ends_at_the_most_states() -> None:
    result = simulate(toys.lamps(20), limits=Limits(max_states=5_000))
    assert str(result.stopped).endswith(", max states")
    assert 5_000 <= result.states <= 5_000 + WALKERS


def test_it_ends_before_the_states_that_were_met_take_too_much_memory() -> None:
    result = simulate(toys.lamps(40), limits=Limits(memory=1, timeout=20))
    assert str(result.stopped).endswith(", out of memory")


def test_it_ends_when_a_field_takes_too_many_values() -> None:
    result = simulate(toys.counter(300), runs=10, max_depth=400)
    assert "Counter.value takes more than 256 values" in str(result.stopped)
    assert not result.exhausted


def test_ctrl_c_ends_it_and_what_was_seen_is_told() -> None:
    def interrupt(progress: Progress) -> None:
        assert progress.transitions > 0
        raise KeyboardInterrupt

    result = simulate(toys.lamps(12), runs=1_000_000_000, progress=interrupt)
    assert str(result.stopped).endswith(", interrupted")
    assert_adds_up(result)


# -- the same seed


@pytest.mark.parametrize(
    "scenario", [toys.mutual_exclusion(4), toys.lamps(6), journey(5), toys.dice(6)], ids=lambda scenario: scenario.name
)
def test_a_seed_takes_the_same_runs_whatever_the_number_of_threads(scenario: Scenario[Any]) -> None:
    results = [simulate(scenario, seed=7, runs=1_500, max_depth=20, swarm=True, workers=n) for n in (1, 1, 2, 5)]
    assert [summary(result) for result in results] == [summary(results[0])] * 4


def test_other_seeds_take_other_runs() -> None:
    assert len({simulate(toys.lamps(20), seed=seed, runs=50, max_depth=5).states for seed in range(8)}) > 1


def test_no_two_batches_of_runs_are_the_same() -> None:
    one, two = (simulate(toys.lamps(20), runs=batches * WALKERS, max_depth=10).states for batches in (1, 2))
    assert two > 1.5 * one


def test_a_sample_is_one_of_the_runs_if_asked_for() -> None:
    sample = simulate(toys.counter(9), runs=3, sample=True).sample
    assert sample is not None
    assert [step.choice for step in sample.steps] == [Choice("increment")] * 9
    assert simulate(toys.counter(9), runs=0, sample=True).sample is None
    assert simulate(toys.counter(9), runs=3).sample is None


def test_more_runs_begin_with_the_same_ones() -> None:
    tree = toys.graph([0, 1, 2, 3, 4], [0, 5], [1, 6], [2, 7])
    histograms = [np.zeros(5, int)]
    for runs in range(1, 40):
        histogram = np.zeros(5, int)
        lengths = simulate(tree, runs=runs).lengths
        histogram[: len(lengths)] = lengths
        histograms.append(histogram)
    for fewer, more in itertools.pairwise(histograms):
        assert sorted(more - fewer) == [0, 0, 0, 0, 1]


# -- how steps are drawn


def ring(state: toys.Lamps) -> Iterator[toys.Lamps]:
    """The bell rings: every lamp is lit."""
    for lamp in state.lamps:
        state = state.update(lamp, lit=True)
    yield state


def test_an_action_with_many_bindings_does_not_drown_the_others() -> None:
    lamps = toys.lamps(60)
    fired = simulate(
        msgspec.structs.replace(lamps, actions=(*lamps.actions, Action(ring))), runs=1_000, max_depth=1
    ).fired
    assert 400 < fired["ring"] < 600
    assert fired["light"] == 1_000 - fired["ring"]


def test_every_event_and_every_yield_is_drawn() -> None:
    assert simulate(toys.lamps(60), runs=1_000, max_depth=1).states == 61
    assert simulate(toys.dice(6), runs=1_000).states == 37


def test_every_initial_state_is_drawn() -> None:
    result = simulate(toys.graph(*[[node] for node in range(50)]), runs=1_000)
    assert (result.states, result.transitions, result.lengths) == (50, 0, (1_000,))


def test_a_yield_that_changes_nothing_is_no_step() -> None:
    assert simulate(Scenario("still", toys.counter(3).initial, (Action(toys.reset),)), runs=5).lengths == (5,)


def test_a_scenario_without_actions_stays_where_it_is() -> None:
    assert simulate(Scenario("still", toys.counter(3).initial, ()), runs=5).lengths == (5,)


def test_runs_are_counted_by_their_lengths_and_steps_by_their_actions() -> None:
    result = simulate(toys.counter(9), runs=30, max_depth=20)
    assert result.lengths == (0,) * 9 + (30,)
    assert result.fired == {"increment": 270}
    assert result.never_fired == ()
    assert simulate(journey(0), runs=30, max_depth=9).never_fired == ("drive",)


# -- swarm


def test_swarm_finds_what_needs_a_disturbance_not_to_happen() -> None:
    assert "arrives without snow" not in simulate(journey(60), runs=1_000, max_depth=250).found
    result = simulate(journey(60), runs=1_000, max_depth=250, swarm=True)
    assert lengths_of_traces(result) == {"arrives without snow": 60, "arrives in snow": 61}
    assert result.configurations == 4
    assert "swarm: 4 sets of disturbances were tried" in result.notes


def test_swarm_switches_off_disturbances_only() -> None:
    result = simulate(journey(60), runs=1_000, max_depth=1, swarm=True)
    assert result.fired["drive"] > result.fired["rain"] > 0
    assert simulate(toys.mutual_exclusion(), runs=1_000, swarm=True).configurations == 1


def test_without_swarm_everything_may_happen_in_every_run() -> None:
    result = simulate(journey(3), runs=1_000)
    assert result.configurations == 1
    assert not any("swarm" in note for note in result.notes)


# -- short traces


def walk(scenario: Scenario[Any], *names: str) -> Trace:
    """The run that takes the first event of each action's name."""
    trace = Trace(0, scenario.initial[0])
    for name in names:
        steps = enabled(scenario, trace.states[-1])
        trace = trace.then(next(step for step in steps if step.event.action.name == name))
    return trace


def test_detours_are_cut() -> None:
    detours = ["increment", "reset", "increment", "increment", "reset", *["increment"] * 4]
    trace = walk(toys.resetting_counter(4), *detours)
    assert len(shortened(toys.resetting_counter(4), toys.full, trace).steps) == 4


def test_steps_that_have_nothing_to_do_with_it_are_cut() -> None:
    trace = walk(journey(3), "rain", "drive", "rain", "rain", "drive", "rain", "snow", "drive", "rain")
    short = shortened(journey(3), arrivals_in_snow, trace)
    assert [step.event.action.name for step in short.steps] == ["drive", "drive", "snow", "drive"]


def test_an_offending_step_is_kept_with_what_leads_to_it() -> None:
    trace = walk(toys.resetting_counter(9), *["increment"] * 7, "reset")
    short = shortened(toys.resetting_counter(9), toys.falls, trace)
    assert [step.choice for step in short.steps] == [Choice("increment"), Choice("reset")]


def test_a_trace_from_an_offending_initial_state_is_cut_to_nothing() -> None:
    trace = walk(toys.counter(9), *["increment"] * 7)
    everywhere = Property("everywhere", Kind.NEVER, lambda state: iter([state.value]))
    assert shortened(toys.counter(9), everywhere, trace).steps == ()


# -- against the plain search


def with_disturbances(scenario: Scenario[Any]) -> Scenario[Any]:
    """Every other action is a disturbance."""
    fairness = (Fairness.NONE, Fairness.WEAK)
    return msgspec.structs.replace(
        scenario,
        actions=tuple(Action(action.function, fairness[n % 2]) for n, action in enumerate(scenario.actions)),
    )


def assert_is_a_run(scenario: Scenario[Any], result: SimulationResult, *, max_depth: int, swarm: bool) -> None:
    """The sample must be possible in the plain run, and end only where nothing is enabled."""
    assert result.sample is not None
    again = replay(scenario, result.sample.initial_index, [step.choice for step in result.sample.steps])
    assert again.states == result.sample.states
    if result.stopped != "decided" and not swarm:
        assert len(again.steps) == max_depth or not any(True for _ in enabled(scenario, again.states[-1]))


def offends(scenario: Scenario[Any], trace: Trace, prop: Property, left_out: int) -> bool:
    """Whether the trace leads to an offender without one of its steps."""
    choices = [step.choice for step in trace.steps]
    del choices[left_out]
    try:
        return bool(replay(scenario, trace.initial_index, choices).offenders(prop))
    except ReplayFailed:
        return False


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(scenario=random_systems(), seed=st.integers(0, 2**64), swarm=st.booleans())
def test_a_simulation_finds_nothing_that_the_exhaustive_search_proves_absent(
    scenario: Scenario[Any], seed: int, swarm: bool
) -> None:
    scenario = with_disturbances(scenario)
    plain = plain_search(scenario, max_states=400)
    result = simulate(scenario, seed=seed, runs=60, max_depth=25, swarm=swarm, sample=True)
    assert_adds_up(result)
    assert_is_a_run(scenario, result, max_depth=25, swarm=swarm)
    assert not result.exhausted
    properties = {prop.name: prop for prop in scenario.properties}
    for name, found in result.found.items():
        assert_replays(scenario, found.trace, properties[name])
        assert not any(offends(scenario, found.trace, properties[name], n) for n in range(len(found.trace.steps)))
    if plain.exhausted or (plain.bound_reached and plain.states < 400):
        assert set(result.found) <= set(plain.found)
        assert result.states <= plain.states
        assert plain.bound_reached or not result.full_pools
    for name in set(result.found) & set(plain.found):
        assert len(result.found[name].trace.steps) >= len(plain.found[name][1])


@pytest.mark.parametrize(
    "scenario",
    [toys.mutual_exclusion(4), toys.dining_philosophers(4), toys.lamps(6), toys.queue(4, slots=3)],
    ids=lambda scenario: scenario.name.replace(" ", "-"),
)
def test_enough_runs_meet_every_state_of_a_small_scenario(scenario: Scenario[Any]) -> None:
    still = msgspec.structs.replace(scenario, properties=())
    assert simulate(still, runs=4_000, max_depth=40).states == search(still, symmetry=False).states
