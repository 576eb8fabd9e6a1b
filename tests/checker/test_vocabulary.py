"""Actions, events, properties and scenarios, as they are declared."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest

from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State
from checker.vocabulary import (
    Action,
    Event,
    Fairness,
    Kind,
    Scenario,
    derived,
    disturbance,
    interchangeable_pools,
    slot_parameters,
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


def test_rows_may_be_sorted_unless_a_row_refers_to_their_slots() -> None:
    assert interchangeable_pools(HOUSE) == ("switches",)


def test_rows_may_not_be_sorted_when_a_tuple_has_an_element_for_each() -> None:
    class Guest(Row, frozen=True):
        seen: Annotated[tuple[bool, ...], Per("seats")]

    class Seat(Row, frozen=True):
        flag: bool

    class Party(State, frozen=True):
        guests: Pool[Guest]
        seats: Pool[Seat]

    assert interchangeable_pools(Party(Pool.of([]), Pool.of([]))) == ("guests",)


def test_rows_may_not_be_sorted_when_a_scalar_or_a_constant_table_refers_to_them() -> None:
    class Template(msgspec.Struct, frozen=True):
        favourite: LampSlot

    class Home(State, frozen=True):
        template: Annotated[Template, CONSTANT]
        lamps: Pool[Lamp]
        switches: Pool[Switch]
        last: SwitchSlot | None = None

    assert interchangeable_pools(Home(Template(0), Pool.of([]), Pool.of([]))) == ()


def test_a_scenario_lists_its_events_in_the_order_of_its_table() -> None:
    scenario = Scenario("house", (HOUSE,), (Action(connect),))
    assert [event.name for event in scenario.events()] == ["connect(switch=0, lamp=0)", "connect(switch=0, lamp=1)"]
