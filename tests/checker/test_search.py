"""The search visits every reachable state once, tells how far it came, and finds shortest traces."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest

from checker.replaying import RunsDisagree
from checker.results import Limits, Progress, SearchResult
from checker.search import search
from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State, with_item
from checker.vocabulary import Action, Scenario, derived, never, never_step
from tests.checker import toys


def summary(result: SearchResult) -> dict[str, Any]:
    """All that a search says, but for the time it took."""
    told = {name: getattr(result, name) for name in result.__struct_fields__ if name not in ("seconds", "found")}
    found = {
        name: (discovery.states, discovery.transitions, [step.choice for step in discovery.trace.steps])
        for name, discovery in result.found.items()
    }
    return {**told, "found": found}


def shortest(result: SearchResult) -> dict[str, int]:
    """The length of each trace that was found."""
    return {name: len(discovery.trace.steps) for name, discovery in result.found.items()}


def test_a_line_of_states_is_as_deep_as_it_is_long() -> None:
    result = search(toys.counter(9), stop_when_decided=False)
    assert (result.states, result.transitions, result.depth) == (10, 9, 9)
    assert result.exhausted
    assert result.stopped is None


def test_states_reached_on_two_ways_are_counted_once_and_transitions_twice() -> None:
    result = search(toys.graph([0, 1, 3], [0, 2, 3]))
    assert (result.states, result.transitions, result.depth) == (4, 4, 2)


def test_a_cycle_ends() -> None:
    result = search(toys.graph([0, 1, 2, 0]))
    assert (result.states, result.transitions, result.depth) == (3, 3, 2)


def test_what_nothing_leads_to_is_not_visited() -> None:
    unreachable = toys.graph([0, 1, 2])
    scenario = msgspec.structs.replace(unreachable, initial=(msgspec.structs.replace(unreachable.initial[0], node=1),))
    assert search(scenario).states == 2


def test_every_initial_state_is_searched() -> None:
    result = search(toys.graph([0, 1], [2, 3], [4, 1], properties=[toys.never_at(3)]))
    assert result.states == 5
    assert result.found[toys.never_at(3).name].trace.initial_index == 1


def test_there_may_be_many_initial_states() -> None:
    result = search(toys.graph(*[[node] for node in range(200)]))
    assert (result.states, result.transitions, result.depth) == (200, 0, 0)


def test_equal_initial_states_are_one() -> None:
    scenario = toys.counter(3)
    assert search(msgspec.structs.replace(scenario, initial=scenario.initial * 2)).states == 4


def test_a_scenario_without_actions_has_its_initial_state() -> None:
    result = search(Scenario("still", toys.counter(3).initial, ()))
    assert (result.states, result.transitions, result.depth) == (1, 0, 0)


def test_each_action_s_transitions_are_counted() -> None:
    assert search(toys.resetting_counter(4), stop_when_decided=False).fired == {"increment": 4, "reset": 4}


def test_a_discovery_is_a_shortest_one() -> None:
    scenario = toys.graph([0, 1, 2, 3, 4], [0, 5, 4], properties=[toys.never_at(4), toys.sometimes_at(3)])
    assert shortest(search(scenario)) == {"at (4,)": 2, "sometimes at (3,)": 3}


def test_an_offending_initial_state_is_found_in_no_steps() -> None:
    assert shortest(search(toys.graph([0, 1], properties=[toys.never_at(0)]))) == {"at (0,)": 0}


def test_an_offending_step_is_found_even_to_a_state_that_was_visited_before() -> None:
    result = search(toys.graph([0, 1, 2], [0, 2, 1], properties=[toys.never_along(2, 1)]))
    assert shortest(result) == {"from 2 to 1": 2}
    states: list[Any] = result.found["from 2 to 1"].trace.states
    assert [state.node for state in states] == [0, 2, 1]


def test_a_broken_lock_lets_two_in_after_four_steps() -> None:
    assert shortest(search(toys.broken_mutual_exclusion())) == {"two inside": 4, "somebody inside": 2}


def test_a_lock_that_is_taken_in_one_step_lets_one_in() -> None:
    result = search(toys.mutual_exclusion(), stop_when_decided=False)
    assert shortest(result) == {"somebody inside": 1}
    assert result.exhausted


@pytest.mark.parametrize("count", [2, 3, 5])
def test_philosophers_starve_once_each_holds_a_fork(count: int) -> None:
    assert shortest(search(toys.dining_philosophers(count))) == {"deadlock": count, "dinner": 2}


def test_the_search_ends_once_every_property_is_decided() -> None:
    scenario = toys.graph(range(50), properties=[toys.never_at(3), toys.sometimes_at(5)])
    result = search(scenario)
    assert result.stopped == "decided"
    assert 5 < result.states < 10
    assert not result.exhausted


def test_the_search_goes_on_when_asked_to() -> None:
    scenario = toys.graph(range(50), properties=[toys.never_at(3)])
    result = search(scenario, stop_when_decided=False)
    assert (result.stopped, result.states) == (None, 50)


def test_a_scenario_without_properties_is_visited_whole() -> None:
    assert search(toys.graph(range(50))).states == 50


def test_a_limit_on_states_ends_the_search() -> None:
    result = search(toys.counter(100), limits=Limits(max_states=10))
    assert result.stopped == "max states"
    assert 10 <= result.states < 100
    assert not result.exhausted


def test_a_limit_that_is_not_hit_changes_nothing() -> None:
    assert search(toys.counter(5), stop_when_decided=False, limits=Limits(max_states=100, timeout=600)).exhausted


def test_a_timeout_ends_the_search() -> None:
    result = search(toys.counter(100), limits=Limits(timeout=0))
    assert result.stopped == "timeout"
    assert result.states < 100


def test_an_interrupt_ends_the_search_like_a_limit() -> None:
    @never("interrupted")
    def interrupting_values(state: toys.Counter) -> Iterator[int]:
        if state.value == 7:
            raise KeyboardInterrupt
        yield from ()

    result = search(toys.counter(100, [interrupting_values]))
    assert result.stopped == "interrupted"
    assert result.states == 8


def test_progress_is_reported_while_the_search_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_000_000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    reports: list[Progress] = []
    search(toys.counter(20), progress=reports.append)
    assert len(reports) > 10
    depths = [report.depth for report in reports]
    last_start = len(depths) - depths[::-1].index(0) - 1  # the search starts over when a field outgrows its bits
    assert depths[last_start:] == list(range(21))
    assert all(report.frontier == 1 for report in reports)


def test_a_full_pool_is_told() -> None:
    result = search(toys.queue(4, slots=2), stop_when_decided=False)
    assert result.full_pools == ("tickets",)
    assert result.stopped is None
    assert not result.exhausted


def test_a_pool_that_is_just_large_enough_is_not_full() -> None:
    result = search(toys.queue(4, slots=4), stop_when_decided=False)
    assert result.full_pools == ()
    assert result.exhausted


@pytest.mark.parametrize("symmetry", [False, True])
def test_the_same_search_twice_says_the_same(symmetry: bool) -> None:
    first, second = (
        summary(search(toys.dining_philosophers(5), symmetry=symmetry, stop_when_decided=False)) for _ in range(2)
    )
    assert first == second


def test_the_chance_of_a_collision_grows_with_the_pairs_of_states() -> None:
    assert search(toys.counter(9), stop_when_decided=False).collision_probability == 45 / 2**64
    assert search(toys.graph([0])).collision_probability == 0.0


def test_a_million_million_states_cannot_be_told_apart_for_sure() -> None:
    result = msgspec.structs.replace(search(toys.graph([0])), states=10**12)
    assert result.collision_probability == 1.0


def test_a_frontier_of_many_chunks_is_searched_whole() -> None:
    count = 16
    result = search(toys.lamps(count), symmetry=False)
    assert (result.states, result.transitions, result.depth) == (2**count, count * 2 ** (count - 1), count)


def test_sorted_rows_count_states_up_to_their_order() -> None:
    result = search(toys.lamps(16), symmetry=True)
    assert (result.states, result.transitions, result.depth) == (17, 16 * 17 // 2, 16)


class Wiring(msgspec.Struct, frozen=True):
    bulbs: tuple[str, ...]


class Chandelier(Row, frozen=True):
    lit: Annotated[tuple[bool, ...], Per("bulbs")]


class Hall(State, frozen=True):
    wiring: Annotated[Wiring, CONSTANT]
    chandeliers: Pool[Chandelier]


def light_an_outer_bulb(state: Hall, chandelier: Annotated[int, SlotOf("chandeliers")]) -> Iterator[Hall]:
    row = state.chandeliers[chandelier]
    if row is not None:
        for bulb in (0, len(row.lit) - 1):
            if not row.lit[bulb]:
                yield state.update(row, lit=with_item(row.lit, bulb, True))


@pytest.mark.parametrize("bulbs", [2, 7, 8, 20])
def test_rows_are_sorted_however_wide_they_are(bulbs: int) -> None:
    """Four chandeliers, each in one of four conditions: 4^4 states, of which 35 differ in more than their order."""
    dark = Chandelier((False,) * bulbs)
    hall = Hall(Wiring(("bulb",) * bulbs), Pool.of([dark] * 4))
    scenario = Scenario("hall", (hall,), (Action(light_an_outer_bulb),))
    assert search(scenario, symmetry=False).states == 256
    assert search(scenario, symmetry=True).states == 35


def test_one_state_may_have_thousands_of_successors() -> None:
    result = search(toys.dice(100), sample=True)
    assert (result.states, result.transitions, result.depth) == (10_001, 10_000, 1)
    assert result.sample is not None
    assert [step.choice.successor for step in result.sample.steps] == [9_999]


def test_functions_are_called_for_what_was_not_seen_before_and_no_more() -> None:
    result = search(toys.lamps(12), symmetry=False)
    assert result.python_calls == 2 * 12


def test_derived_functions_of_derived_functions_are_learned() -> None:
    @derived
    def reached(state: toys.Counter, steps: int) -> int:
        """Each calls the next."""
        return state.value if steps == 0 else reached(state, steps - 1) + 1

    def climb(state: toys.Counter) -> Iterator[toys.Counter]:
        if reached(state, 12) < 12 + state.limit:
            yield state.set(value=state.value + 1)

    assert search(Scenario("climb", (toys.Counter(5),), (Action(climb),))).states == 6


@derived
def value(state: toys.Counter) -> int:
    """The counter's value."""
    return state.value


def test_a_derived_function_of_a_successor_is_about_the_successor() -> None:
    def climb(state: toys.Counter) -> Iterator[toys.Counter]:
        after = state.set(value=value(state) + 1)
        if value(after) <= state.limit:
            yield after

    assert search(Scenario("climb", (toys.Counter(5),), (Action(climb),))).states == 6


def test_a_derived_function_in_a_property_of_steps_is_about_the_state_it_is_given() -> None:
    @never_step("standstill")
    def standstills(before: toys.Counter, after: toys.Counter) -> Iterator[int]:
        if value(before) == value(after):
            yield value(before)

    @never_step("beyond three")
    def beyond_three(before: toys.Counter, after: toys.Counter) -> Iterator[int]:
        if value(before) == 3 and value(after) == 4:
            yield value(after)

    def jump(state: toys.Counter) -> Iterator[toys.Counter]:
        for width in (2, 1):
            if state.value + width <= state.limit:
                yield state.set(value=state.value + width)

    scenario = Scenario("jumps", (toys.Counter(6),), (Action(jump),), (standstills, beyond_three))
    assert shortest(search(scenario, stop_when_decided=False)) == {"beyond three": 3}


def test_a_property_that_changes_its_mind_is_a_disagreement() -> None:
    asked = []

    @never("fickle")
    def fickle(state: toys.Counter) -> Iterator[int]:
        asked.append(state)
        if len(asked) == 1:
            yield state.value

    with pytest.raises(RunsDisagree, match="fickle: the learned run found an offender"):
        search(toys.counter(3, [fickle]))


def test_an_action_that_changes_its_mind_is_a_disagreement() -> None:
    calls = []

    def fickle(state: toys.Counter) -> Iterator[toys.Counter]:
        calls.append(state)
        if len(calls) == 1:
            yield state.set(value=3)

    scenario = Scenario("fickle", (toys.Counter(3),), (Action(fickle),), (toys.full,))
    with pytest.raises(RunsDisagree, match="yields less"):
        search(scenario)


def test_a_trace_through_sorted_rows_takes_real_steps() -> None:
    waiting = Pool.of([toys.Process(toys.At.DOOR), toys.Process(), toys.Process(toys.At.REST)])
    scenario = msgspec.structs.replace(toys.broken_mutual_exclusion(), initial=(toys.Room(waiting),))
    trace = search(scenario, symmetry=True).found["two inside"].trace
    for before, step in zip(trace.states, trace.steps, strict=False):
        assert step.state in list(step.event.successors(before))
