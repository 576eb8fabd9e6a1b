"""Actions, events, properties and scenarios, as they are declared."""

from collections.abc import Iterator
from typing import Annotated

import pytest

from checker.state import Pool, Row, SlotOf, State
from checker.vocabulary import (
    Action,
    Event,
    Fairness,
    Kind,
    Scenario,
    always_eventually,
    derived,
    disturbance,
    eventually,
    eventually_always,
    leads_to,
    never,
    slot_parameters,
    sometimes,
)
from tests.checker import toys


class Lamp(Row, frozen=True):
    lit: bool = False


class Switch(Row, frozen=True):
    lamp: Annotated[int, SlotOf("lamps")] | None = None


class House(State, frozen=True):
    lamps: Pool[Lamp]
    switches: Pool[Switch]


LampSlot = Annotated[int, SlotOf("lamps")]
SwitchSlot = Annotated[int, SlotOf("switches")]


def connect(state: House, switch: SwitchSlot, lamp: LampSlot) -> Iterator[House]:
    """A switch is connected to a lamp.

    More about it.
    """
    row = state.switches[switch]
    if row is not None:
        yield state.update(row, lamp=lamp)
        yield state


HOUSE = House(Pool.of([Lamp()], slots=2), Pool.of([Switch()]))


def test_an_action_is_bound_to_every_slot_taken_or_not_in_order() -> None:
    assert list(Action(connect).bindings(HOUSE)) == [{"switch": 0, "lamp": 0}, {"switch": 0, "lamp": 1}]


def test_an_action_is_told_by_the_first_line_of_its_docstring() -> None:
    assert Action(connect).sentence == "A switch is connected to a lamp."


def test_components_are_weakly_fair_and_disturbances_are_not() -> None:
    assert Action(connect).fairness is Fairness.WEAK
    assert disturbance(connect).fairness is Fairness.NONE


def test_an_event_is_named_after_its_action_and_slots() -> None:
    assert Event(Action(connect), {"switch": 0, "lamp": 1}).name == "connect(switch=0, lamp=1)"


def test_a_yield_that_changes_nothing_is_no_step() -> None:
    assert len(list(Event(Action(connect), {"switch": 0, "lamp": 1}).successors(HOUSE))) == 1


def test_a_parameter_that_is_not_a_slot_is_refused() -> None:
    def paint(state: House, colour: str) -> Iterator[House]:
        yield state

    with pytest.raises(TypeError, match="paint: parameter 'colour' must be annotated with a slot"):
        slot_parameters(paint)


def test_transitions_lists_events_and_their_successors() -> None:
    scenario = toys.dining_philosophers(2)
    names = [event.name for event, _ in scenario.transitions(scenario.initial[0])]
    assert names == ["take_left_fork(philosopher=0)", "take_left_fork(philosopher=1)"]


def test_a_property_names_its_offenders() -> None:
    inside = Pool.of([toys.Process(toys.At.INSIDE), toys.Process(), toys.Process(toys.At.INSIDE)])
    assert toys.surplus_processes.offenders(toys.Room(inside)) == [0, 2]
    assert toys.surplus_processes.kind is Kind.NEVER
    assert toys.surplus_processes.sentence == "At most one process is in its critical section."


def test_a_property_of_steps_sees_both_states() -> None:
    assert toys.falls.offenders(toys.Counter(5, 3), toys.Counter(5, 2)) == [2]
    assert toys.falls.offenders(toys.Counter(5, 2), toys.Counter(5, 3)) == []


def lit_lamps(state: House) -> Iterator[Lamp]:
    """No lamp is lit."""
    yield from (lamp for lamp in state.lamps if lamp.lit)


def unlit_lamps(state: House) -> Iterator[Lamp]:
    """Every lamp is lit."""
    yield from (lamp for lamp in state.lamps if not lamp.lit)


def test_a_property_of_whole_runs_is_declared_by_what_is_not_yet_as_promised() -> None:
    promises = [
        eventually("lit some day")(unlit_lamps),
        always_eventually("lit again and again")(unlit_lamps),
        eventually_always("lit for good")(unlit_lamps),
    ]
    assert [promise.kind for promise in promises] == [Kind.EVENTUALLY, Kind.ALWAYS_EVENTUALLY, Kind.EVENTUALLY_ALWAYS]
    assert all(promise.offenders(HOUSE) == [Lamp()] and promise.after is None for promise in promises)


def test_a_property_that_follows_a_premise_knows_what_obliges() -> None:
    promise = leads_to("what is unlit gets lit", after=unlit_lamps)(lit_lamps)
    assert promise.kind is Kind.LEADS_TO
    assert promise.sentence == "No lamp is lit."
    assert promise.after is not None
    assert list(promise.after(HOUSE)) == [Lamp()]
    assert promise.offenders(HOUSE) == []


def test_a_scenario_tells_properties_of_states_and_steps_from_those_of_whole_runs() -> None:
    promises = [never("dark")(lit_lamps), eventually("lit")(unlit_lamps), sometimes("bright")(lit_lamps)]
    scenario = Scenario("house", (HOUSE,), (Action(connect),), tuple(promises))
    assert [promise.name for promise in scenario.safety_properties] == ["dark", "bright"]
    assert [promise.name for promise in scenario.liveness_properties] == ["lit"]


def test_a_derived_function_is_just_called_in_the_plain_run() -> None:
    calls = []

    @derived
    def lit(state: House) -> int:
        """How many lamps are lit."""
        calls.append(state)
        return sum(lamp.lit for lamp in state.lamps)

    assert [lit(HOUSE), lit(HOUSE)] == [0, 0]
    assert len(calls) == 2
    assert lit.__doc__ == "How many lamps are lit."


def test_a_scenario_lists_its_events_in_the_order_of_its_table() -> None:
    scenario = Scenario("house", (HOUSE,), (Action(connect),))
    assert [event.name for event in scenario.events()] == ["connect(switch=0, lamp=0)", "connect(switch=0, lamp=1)"]
