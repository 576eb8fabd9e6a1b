"""Fields that nothing reads tell no states apart, and nothing that a verdict depends on is masked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

from checker.search import search
from checker.state import Pool, Row, SlotOf, State, count
from checker.vocabulary import Action, ActionFunction, Property, Scenario, derived, never, never_step, sometimes
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build
from kubeproof.standard.catalog import STANDARD
from kubeproof.translation import workloads_of
from tests.checker.agreement import assert_replays
from tests.checker.reductions import NONE, Ways, assert_same_as_unreduced, without_steps

MASKED = Ways(live_columns=True)
EXAMPLE = Path(__file__).parents[2] / "examples" / "single-replica-defaults.yaml"


class Visitor(Row, frozen=True):
    inside: bool = False
    visits: int = 0
    likes: "int | None" = None


VisitorSlot = Annotated[int, SlotOf("visitors")]


class Park(State, frozen=True):
    visitors: Pool[Visitor]
    days: int = 0
    weather: int = 0


def come(state: Park, visitor: VisitorSlot) -> Iterator[Park]:
    """A visitor comes in, and likes one thing or another."""
    row = state.visitors[visitor]
    if row is not None and not row.inside:
        for thing in (None, 1, 2):
            yield state.update(row, inside=True, likes=thing)


def go(state: Park, visitor: VisitorSlot) -> Iterator[Park]:
    """A visitor leaves."""
    row = state.visitors[visitor]
    if row is not None and row.inside:
        yield state.update(row, inside=False)


def change(state: Park) -> Iterator[Park]:
    """The weather changes."""
    for weather in range(4):
        yield state.set(weather=weather)


def pass_day(state: Park) -> Iterator[Park]:
    """A day passes, of three."""
    if state.days < 3:
        yield state.set(days=state.days + 1)


def likes_two(visitor: Visitor) -> bool:
    """The visitor likes the second thing."""
    return visitor.likes == 2


@derived
def weather(state: Park) -> int:
    """What the weather is like."""
    return state.weather


@sometimes("full")
def full(state: Park) -> Iterator[str]:
    """Everybody is inside."""
    if all(visitor.inside for visitor in state.visitors):
        yield "full"


@never("all of one taste")
def all_of_one_taste(state: Park) -> Iterator[str]:
    """Not everybody likes the second thing."""
    if count(state.visitors, likes_two) == 2:
        yield "one taste"


@never("storm on the last day")
def storm_on_the_last_day(state: Park) -> Iterator[str]:
    """There is no storm on the last day: the weather is looked at on that day only."""
    if state.days == 3 and weather(state) == 3:
        yield "storm"


def park(*actions: ActionFunction, properties: tuple[Property, ...] = ()) -> Scenario[Park]:
    return Scenario("park", (Park(Pool.of([Visitor()] * 2)),), tuple(map(Action, actions)), properties)


def test_fields_that_nothing_reads_are_masked() -> None:
    result = MASKED.search(park(come, go, change, properties=(full,)))
    assert result.masked == ("Park.days", "Park.weather", "Visitor.likes", "Visitor.visits")
    assert result.states == 2**2
    assert NONE.search(park(come, go, change, properties=(full,))).states == ((2 * 3) ** 2) * 4
    assert set(result.found) == {full.name}


def test_steps_that_change_masked_fields_only_are_not_seen() -> None:
    result = MASKED.search(park(change))
    assert (result.states, result.transitions) == (1, 0)


def test_what_a_count_reads_of_a_row_is_live() -> None:
    result = MASKED.search(park(come, go, properties=(all_of_one_taste,)))
    assert "Visitor.likes" not in result.masked
    assert set(result.found) == {all_of_one_taste.name}


def test_what_is_read_late_and_in_a_derived_value_only_is_live() -> None:
    scenario = park(change, pass_day, properties=(storm_on_the_last_day,))
    result = MASKED.search(scenario)
    assert not {"Park.days", "Park.weather"} & set(result.masked)
    assert set(result.found) == {storm_on_the_last_day.name}
    assert result.states == NONE.search(scenario).states
    trace = result.found[storm_on_the_last_day.name].trace
    assert_replays(scenario, trace, storm_on_the_last_day)
    assert len(trace.steps) == len(NONE.search(scenario).found[storm_on_the_last_day.name].trace.steps)


def test_nothing_is_masked_unless_asked_for() -> None:
    assert NONE.search(park(come)).masked == ()


def test_a_property_of_steps_switches_masking_off() -> None:
    @never_step("step on the first day")
    def steps_on_the_first_day(before: Park, after: Park) -> Iterator[str]:
        """Nothing happens on the first day."""
        if before.days == 0 and after.days == 0:
            yield "step"

    result = MASKED.search(park(change, properties=(steps_on_the_first_day,)))
    assert result.masked == ()
    assert set(result.found) == {steps_on_the_first_day.name}


def test_traces_through_masked_states_show_the_real_values() -> None:
    scenario = park(come, change, properties=(full,))
    trace = MASKED.search(scenario).found[full.name].trace
    assert_replays(scenario, trace, full)
    weathers = [state.weather for state in trace.states if isinstance(state, Park)]
    assert weathers == [0, 0, 0]


class Keeper(Row, frozen=True):
    visitor: Annotated[int, SlotOf("visitors")] = 0
    awake: bool = False


class Zoo(State, frozen=True):
    visitors: Pool[Visitor]
    keepers: Pool[Keeper]


def wake(state: Zoo, keeper: Annotated[int, SlotOf("keepers")]) -> Iterator[Zoo]:
    """A keeper wakes up."""
    row = state.keepers[keeper]
    if row is not None and not row.awake:
        yield state.update(row, awake=True)


@pytest.mark.parametrize("symmetry", [False, True])
def test_a_field_that_always_refers_to_a_slot_is_live_though_nothing_reads_it(symmetry: bool) -> None:
    zoo = Zoo(Pool.of([Visitor()] * 2), Pool.of([Keeper(0), Keeper(1)]))
    result = search(Scenario("zoo", (zoo,), (Action(wake),)), symmetry=symmetry, live_columns=True)
    assert result.masked == ("Visitor.inside", "Visitor.likes", "Visitor.visits")
    assert result.states == (3 if symmetry else 4)


# -- the standard scenarios, with every reduction


def _standard(name: str) -> Scenario[Any]:
    [workload] = workloads_of(load([str(EXAMPLE)], None), 2)
    standard = next(standard for standard in STANDARD if standard.name == name)
    return without_steps(build(instance(workload, replicas=standard.replicas, nodes=standard.nodes), standard))


@pytest.mark.parametrize("name", ["rollout", "container-crash", "readiness-flap", "node-failure", "stale-caches"])
def test_standard_scenarios_have_the_same_verdicts_with_every_reduction(name: str) -> None:
    assert_same_as_unreduced(_standard(name))
