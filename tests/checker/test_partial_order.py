"""Partial-order reduction leaves out orders of independent steps, and nothing that a verdict depends on."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.rollout import rollout
from checker.layout import Layout
from checker.learned import LearnedScenario
from checker.search import Order, search
from checker.state import Pool, Row, SlotOf, State, count
from checker.vocabulary import (
    Action,
    ActionFunction,
    Event,
    Property,
    Scenario,
    derived,
    never,
    never_step,
    slot_parameters,
    sometimes,
)
from tests.checker import toys
from tests.checker.agreement import assert_replays
from tests.checker.loose_systems import loose_systems
from tests.checker.random_systems import random_systems
from tests.checker.reductions import (
    NONE,
    Ways,
    assert_dead_ends_are_visited,
    assert_same_as_plain_run,
    fired,
    remembered,
    without_steps,
)
from tests.checker.test_agreement import TOYS

REDUCED = Ways(partial_order=True)
MAX_STATES = 2_000


# -- counters, producers and consumers: how much is saved is known


class Tally(Row, frozen=True):
    value: int = 0


TallySlot = Annotated[int, SlotOf("tallies")]


class Tallies(State, frozen=True):
    tallies: Pool[Tally]


def count_up(state: Tallies, tally: TallySlot) -> Iterator[Tallies]:
    """One counter goes up by one, up to 3."""
    row = state.tallies[tally]
    if row is not None and row.value < 3:
        yield state.update(row, value=row.value + 1)


@sometimes("all full")
def full_tallies(state: Tallies) -> Iterator[int]:
    """Every counter is full."""
    if all(row.value == 3 for row in state.tallies):
        yield 3


def tallies(number: int, properties: Sequence[Property] = ()) -> Scenario[Tallies]:
    """(3 + 1)^number states in all the orders, 3 * number + 1 in one."""
    state = Tallies(Pool.of([Tally()] * number))
    return Scenario("tallies", (state,), (Action(count_up),), tuple(properties))


@pytest.mark.parametrize("number", [1, 2, 5])
def test_independent_counters_are_taken_one_after_the_other(number: int) -> None:
    assert NONE.search(tallies(number)).states == 4**number
    assert REDUCED.search(tallies(number)).states == 3 * number + 1


def test_what_a_property_looks_at_is_not_left_out() -> None:
    result = REDUCED.search(tallies(3, [full_tallies]))
    assert set(result.found) == {full_tallies.name}
    assert result.partial_order


class Pair(Row, frozen=True):
    """A producer, its consumer, and the buffer between them."""

    produced: int = 0
    buffer: int = 0
    consumed: int = 0


PairSlot = Annotated[int, SlotOf("pairs")]


class Market(State, frozen=True):
    pairs: Pool[Pair]


def produce(state: Market, pair: PairSlot) -> Iterator[Market]:
    """A producer puts one into its buffer, which holds one."""
    row = state.pairs[pair]
    if row is not None and row.produced < 3 and row.buffer < 1:
        yield state.update(row, produced=row.produced + 1, buffer=row.buffer + 1)


def consume(state: Market, pair: PairSlot) -> Iterator[Market]:
    """A consumer takes one out."""
    row = state.pairs[pair]
    if row is not None and row.buffer > 0:
        yield state.update(row, consumed=row.consumed + 1, buffer=row.buffer - 1)


def test_pairs_of_producers_and_consumers_work_one_after_the_other() -> None:
    market = Scenario("market", (Market(Pool.of([Pair()] * 4)),), (Action(produce), Action(consume)))
    assert NONE.search(market).states == 7**4
    assert REDUCED.search(market).states == 4 * 6 + 1


def test_processes_that_share_a_lock_take_it_in_every_order() -> None:
    scenario = toys.mutual_exclusion(3)
    assert REDUCED.search(scenario).states == NONE.search(scenario).states == 4


# -- traps


class Switches(State, frozen=True):
    a: bool = False
    b: bool = False
    c: bool = False
    d: bool = False


def switches(*functions: ActionFunction, properties: Sequence[Property]) -> Scenario[Switches]:
    return Scenario("switches", (Switches(),), tuple(map(Action, functions)), tuple(properties))


def toggle_a(state: Switches) -> Iterator[Switches]:
    """The switch a goes on and off."""
    yield state.set(a=not state.a)


def put_on_a(state: Switches) -> Iterator[Switches]:
    """The switch a goes on."""
    yield state.set(a=True)


def put_on_b(state: Switches) -> Iterator[Switches]:
    """The switch b goes on."""
    yield state.set(b=True)


def put_on_c(state: Switches) -> Iterator[Switches]:
    """The switch c goes on."""
    yield state.set(c=True)


def put_on_c_after_a_and_b(state: Switches) -> Iterator[Switches]:
    """The switch c goes on once a and b are."""
    if state.a and state.b:
        yield state.set(c=True)


def put_on_d_after_a_while_c_is_off(state: Switches) -> Iterator[Switches]:
    """The switch d goes on once a is, as long as c is not."""
    if state.a and not state.c:
        yield state.set(d=True)


@never("b is on")
def b_on(state: Switches) -> Iterator[str]:
    """The switch b stays off."""
    if state.b:
        yield "b"


@never("b is on alone")
def b_on_alone(state: Switches) -> Iterator[str]:
    """The switch b is not on without a."""
    if state.b and not state.a:
        yield "b"


@never("c is on")
def c_on(state: Switches) -> Iterator[str]:
    """The switch c stays off."""
    if state.c:
        yield "c"


@never("d is on")
def d_on(state: Switches) -> Iterator[str]:
    """The switch d stays off."""
    if state.d:
        yield "d"


@pytest.mark.parametrize("order", [Order.BREADTH, Order.DEPTH])
def test_a_cycle_of_steps_that_nobody_sees_does_not_put_off_another_forever(order: Order) -> None:
    scenario = switches(toggle_a, put_on_b, properties=[b_on])
    assert set(search(scenario, partial_order=True, order=order).found) == {b_on.name}


def test_steps_that_a_property_sees_are_taken_in_every_order() -> None:
    scenario = switches(put_on_a, put_on_b, properties=[b_on_alone])
    assert set(REDUCED.search(scenario).found) == {b_on_alone.name}


def test_a_step_that_is_possible_only_after_two_others_is_taken() -> None:
    scenario = switches(put_on_a, put_on_b, put_on_c_after_a_and_b, properties=[c_on])
    result = REDUCED.search(scenario)
    assert set(result.found) == {c_on.name}
    assert set(fired(result)) == {"put_on_a", "put_on_b", "put_on_c_after_a_and_b"}


def test_what_enables_a_step_is_taken_before_what_disables_it() -> None:
    """That the step depends on c is not known before a is on: the search has to start over."""
    scenario = switches(put_on_c, put_on_a, put_on_d_after_a_while_c_is_off, properties=[d_on])
    assert set(REDUCED.search(scenario).found) == {d_on.name}


def put_on_a_and_d_off(state: Switches) -> Iterator[Switches]:
    """The switch a goes on, once, and d goes off."""
    if not state.a:
        yield state.set(a=True, d=False)


def put_on_b_and_d(state: Switches) -> Iterator[Switches]:
    """The switches b and d go on, once."""
    if not state.b:
        yield state.set(b=True, d=True)


def test_two_steps_that_write_one_field_without_reading_it_are_taken_in_both_orders() -> None:
    scenario = switches(put_on_a_and_d_off, put_on_b_and_d, properties=[])
    assert_dead_ends_are_visited(scenario, MAX_STATES)
    assert REDUCED.search(scenario).states == 5


@derived
def how_many_are_on(state: Switches) -> int:
    """How many of a and b are on."""
    return int(state.a) + int(state.b)


def put_on_d_while_one_is_on(state: Switches) -> Iterator[Switches]:
    """The switch d goes on while just one of a and b is on."""
    if how_many_are_on(state) == 1:
        yield state.set(d=True)


def test_what_a_derived_value_reads_is_read_by_who_asks_for_it() -> None:
    scenario = switches(put_on_a, put_on_b, put_on_d_while_one_is_on, properties=[d_on])
    result = REDUCED.search(scenario)
    assert set(result.found) == {d_on.name}
    assert result.states == NONE.search(scenario).states


class Tower(State, frozen=True):
    tallies: Pool[Tally]
    rung: bool = False
    muffled: bool = False


@never("rung")
def rung(state: Tower) -> Iterator[str]:
    """The bell is not rung."""
    if state.rung:
        yield "rung"


def begin(state: Tower, tally: TallySlot) -> Iterator[Tower]:
    """A counter begins."""
    row = state.tallies[tally]
    if row is not None and row.value == 0:
        yield state.update(row, value=1)


def begun(row: Tally) -> bool:
    """The counter has begun."""
    return row.value > 0


def ring_for_the_second_alone(state: Tower) -> Iterator[Tower]:
    """The bell is rung while the second counter has begun and no other."""
    second = state.tallies[1]
    if second is not None and second.value and count(state.tallies, begun) == 1:
        yield state.set(rung=True)


def test_what_a_count_reads_is_read_in_every_slot() -> None:
    tower = Tower(Pool.of([Tally()] * 3))
    scenario = Scenario("tower", (tower,), (Action(begin), Action(ring_for_the_second_alone)), (rung,))
    assert set(REDUCED.search(scenario).found) == {rung.name}


@derived
def muffled(state: Tower, tally: TallySlot) -> bool:
    """The bell cannot be heard at this counter."""
    return state.muffled


def ring_at_one(state: Tower, tally: TallySlot) -> Iterator[Tower]:
    """The bell is rung at a counter that stands at one."""
    row = state.tallies[tally]
    if row is not None and row.value == 1 and not muffled(state, tally):
        yield state.set(rung=True)


def muffle(state: Tower) -> Iterator[Tower]:
    """The bell is muffled."""
    yield state.set(muffled=True)


def go_left(state: Tower, tally: TallySlot) -> Iterator[Tower]:
    """A counter at one goes on to two."""
    row = state.tallies[tally]
    if row is not None and row.value == 1:
        yield state.update(row, value=2)


def go_right(state: Tower, tally: TallySlot) -> Iterator[Tower]:
    """A counter at one goes on to three."""
    row = state.tallies[tally]
    if row is not None and row.value == 1:
        yield state.update(row, value=3)


FIRST_STANDS_STILL = Tower(Pool.of([Tally(0), Tally(1), Tally(1)]))


def test_with_symmetry_what_a_derived_value_of_one_slot_reads_is_read_for_each() -> None:
    scenario = Scenario("tower", (FIRST_STANDS_STILL,), (Action(muffle), Action(ring_at_one)), (rung,))
    result = search(scenario, symmetry=True, partial_order=True)
    assert result.interchangeable == ("tallies",)
    assert set(result.found) == {rung.name}


def test_with_symmetry_an_event_is_weighed_by_what_its_own_slot_needs() -> None:
    scenario = Scenario("tower", (FIRST_STANDS_STILL,), (Action(go_left), Action(go_right)))
    assert_dead_ends_are_visited(scenario, MAX_STATES)


def test_a_property_of_steps_switches_the_reduction_off() -> None:
    @never_step("a before b")
    def a_before_b(before: Switches, after: Switches) -> Iterator[str]:
        """The switch a does not go on before b does."""
        if after.a and not before.a and not before.b:
            yield "a"

    scenario = switches(put_on_b, put_on_a, properties=[a_before_b])
    result = REDUCED.search(scenario)
    assert not result.partial_order
    assert set(result.found) == {a_before_b.name}


def test_philosophers_that_nobody_watches_still_reach_their_deadlock() -> None:
    scenario = toys.dining_philosophers(4)
    unwatched = Scenario(scenario.name, scenario.initial, scenario.actions)
    assert REDUCED.search(unwatched).states < NONE.search(unwatched).states
    assert_dead_ends_are_visited(unwatched, MAX_STATES)


def test_the_result_does_not_depend_on_the_number_of_workers() -> None:
    one, two = (
        search(tallies(5, [full_tallies]), symmetry=False, partial_order=True, workers=workers) for workers in (1, 2)
    )
    assert (one.states, one.transitions, one.fired) == (two.states, two.transitions, two.fired)


def test_traces_of_a_reduced_search_replay() -> None:
    for scenario in (toys.broken_mutual_exclusion(3), toys.dining_philosophers(4)):
        for name, found in REDUCED.search(scenario).found.items():
            assert_replays(scenario, found.trace, next(prop for prop in scenario.properties if prop.name == name))


# -- what may be read and written


def count_on(state: Tallies, tally: TallySlot) -> Iterator[Tallies]:
    """A counter that has begun goes up by one, up to 3."""
    row = state.tallies[tally]
    if row is not None and 0 < row.value < 3:
        yield state.update(row, value=row.value + 1)


@never("all begun")
def all_begun(state: Tallies) -> Iterator[int]:
    """Some counter has not begun: as rows are sorted, it is the first one that is looked at."""
    if all(row.value > 0 for row in state.tallies):
        yield 0


UNBEGUN = Tallies(Pool.of([Tally(0), Tally(1), Tally(1)]))


@pytest.mark.parametrize(
    ("scenario", "exchanges"),
    [
        (Scenario("begun", (UNBEGUN,), (Action(count_on),), (all_begun,)), [("tallies", 0, 1), ("tallies", 1, 2)]),
        (rollout((2, 1, 0, 3, 2, 2, 0, 0, 1)), [("pods", 0, 1), ("pods", 1, 2), ("nodes", 0, 1)]),
    ],
    ids=["tallies", "rollout"],
)
def test_with_symmetry_what_holds_of_a_slot_holds_of_every_slot_that_is_interchangeable(
    scenario: Scenario[Any], exchanges: Sequence[tuple[str, int, int]]
) -> None:
    run = remembered(scenario, Ways(symmetry=True, partial_order=True))
    assert run.learned.interchangeable == {pool for pool, _, _ in exchanges}
    for pool, one, other in exchanges:
        events = [_number(run.learned, event, pool, {one: other, other: one}) for event in run.learned.events]
        columns = _exchanged_columns(run.learned.layout, pool, one, other)
        properties = range(len(events), len(run.reduction.reads))
        for table in (run.reduction.reads, run.reduction.writes):
            assert table.any()
            assert (table[[*events, *properties]][:, columns] == table).all()


def _number(learned: LearnedScenario, event: Event, pool: str, moved: dict[int, int]) -> int:
    """The number of the event that is bound to exchanged slots."""
    pools = slot_parameters(event.action.function)
    slots = {name: moved.get(slot, slot) if pools[name] == pool else slot for name, slot in event.slots.items()}
    return learned.events.index(Event(event.action, slots))


def _exchanged_columns(layout: Layout, pool: str, one: int, other: int) -> list[int]:
    start, stride = layout.pools[pool].start, layout.pools[pool].stride
    columns = list(range(layout.width))
    columns[start(one) : start(one) + stride] = range(start(other), start(other) + stride)
    columns[start(other) : start(other) + stride] = range(start(one), start(one) + stride)
    return columns


# -- the same verdicts with every reduction, and with all of them

KNOWN = (
    *TOYS,
    rollout((1, 1, 0, 2, 1, 2, 0, 0, 1)),
    rollout((1, 1, 0, 2, 2, 2, 0, 0, 0)),
    rollout((2, 1, 0, 3, 2, 2, 0, 0, 1)),
    rollout((2, 1, 0, 3, 2, 2, 0, 0, 0)),
    rollout((2, 1, 1, 3, 2, 2, 1, 1, 1)),
    rollout((3, 1, 0, 4, 1, 4, 0, 0, 1)),
)


@pytest.mark.parametrize("scenario", KNOWN, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_known_systems_have_the_same_verdicts_with_every_reduction(scenario: Scenario[Any]) -> None:
    assert_same_as_plain_run(scenario, MAX_STATES)
    assert_same_as_plain_run(without_steps(scenario), MAX_STATES)
    assert_dead_ends_are_visited(scenario, MAX_STATES)


def _check(scenario: Scenario[Any]) -> None:
    scenario = without_steps(scenario)
    assert_same_as_plain_run(scenario, 600)
    assert_dead_ends_are_visited(scenario, 600)


few = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=2_500, suppress_health_check=[HealthCheck.too_slow])


@few
@given(scenario=loose_systems())
def test_loosely_coupled_systems_have_the_same_verdicts_with_every_reduction(scenario: Scenario[Any]) -> None:
    _check(scenario)


@few
@given(scenario=random_systems())
def test_random_systems_have_the_same_verdicts_with_every_reduction(scenario: Scenario[Any]) -> None:
    _check(scenario)


@pytest.mark.slow
@many
@given(scenario=loose_systems())
def test_many_loosely_coupled_systems_have_the_same_verdicts_with_every_reduction(scenario: Scenario[Any]) -> None:
    _check(scenario)


@pytest.mark.slow
@many
@given(scenario=random_systems())
def test_many_random_systems_have_the_same_verdicts_with_every_reduction(scenario: Scenario[Any]) -> None:
    _check(scenario)
