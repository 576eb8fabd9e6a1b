"""At the edge of what actions and properties may do: the learned run answers like the plain run, or it refuses.

What it must never do is answer something else.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest

from checker.plain import plain_search
from checker.search import search
from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State, with_item
from checker.vocabulary import Action, Property, Scenario, derived, never, never_step
from tests.checker import toys


class Card(Row, frozen=True):
    value: int = 0
    seen: Annotated[tuple[bool, ...], Per("cards")] = (False, False)


CardSlot = Annotated[int, SlotOf("cards")]


class Game(State, frozen=True):
    cards: Pool[Card]
    round: int = 0


GAME = Game(Pool.of([Card(), Card()]))


def next_round(state: Game) -> Iterator[Game]:
    if state.round < 3:
        yield state.set(round=state.round + 1)


def assert_alike_or_refused(*actions: Any, properties: tuple[Property, ...] = (), **changes: Any) -> None:
    scenario: Scenario[Any] = Scenario("edge", (GAME,), tuple(map(Action, actions)), properties)
    scenario = msgspec.structs.replace(scenario, **changes)
    plain = plain_search(scenario)
    try:
        learned = search(scenario, symmetry=False, stop_when_decided=False)
    except Exception:
        return
    assert (learned.states, learned.transitions, set(learned.found)) == (
        plain.states,
        plain.transitions,
        set(plain.found),
    )


def test_another_row_s_tuple_may_be_taken_over_with_one_element_changed() -> None:
    def copy(state: Game, card: CardSlot, other: CardSlot) -> Iterator[Game]:
        row, source = state.cards[card], state.cards[other]
        if row is not None and source is not None and card != other:
            yield state.update(row, seen=with_item(source.seen, card, True))

    assert_alike_or_refused(copy)


def test_a_created_row_may_take_over_a_tuple_with_one_element_changed() -> None:
    def replace(state: Game, card: CardSlot) -> Iterator[Game]:
        row = state.cards[card]
        if row is not None:
            yield state.delete(row).create("cards", Card(seen=with_item(row.seen, card, True)))

    assert_alike_or_refused(replace)


def test_a_changed_tuple_may_be_read_before_it_is_stored() -> None:
    def see(state: Game, card: CardSlot) -> Iterator[Game]:
        row = state.cards[card]
        if row is not None:
            seen = with_item(row.seen, card, True)
            if not all(seen):
                yield state.update(row, seen=seen)

    assert_alike_or_refused(see)


def test_a_row_is_the_same_object_however_often_it_is_read() -> None:
    def beat_the_others(state: Game, card: CardSlot) -> Iterator[Game]:
        for other in state.cards:
            if other is not state.cards[card]:
                yield state.update(other, value=1)

    assert_alike_or_refused(beat_the_others)


def test_rows_that_are_looped_over_twice_are_the_same_objects() -> None:
    @never("pair")
    def pairs(state: Game) -> Iterator[int]:
        yield from [one.value for one in state.cards for other in state.cards if one is other and one.value == 0]

    assert_alike_or_refused(next_round, properties=(pairs,))


def test_equal_values_of_different_types_are_one_value() -> None:
    def truth(state: Game) -> Iterator[Game]:
        yield state.set(round=True)

    def one(state: Game) -> Iterator[Game]:
        yield state.set(round=1)

    assert_alike_or_refused(truth, one)


def test_pools_compare_like_the_rows_in_them() -> None:
    @never_step("idle cards")
    def idle_cards(before: Game, after: Game) -> Iterator[int]:
        if before.cards == after.cards:
            yield after.round

    assert_alike_or_refused(next_round, properties=(idle_cards,))


def test_states_compare_like_their_fields() -> None:
    @never_step("only the round")
    def only_the_round(before: Game, after: Game) -> Iterator[int]:
        if before.set(round=0) == after.set(round=0):
            yield after.round

    assert_alike_or_refused(next_round, properties=(only_the_round,))


def test_a_row_is_an_instance_of_its_class() -> None:
    def act(state: Game) -> Iterator[Game]:
        if isinstance(state.cards[0], Card):
            yield state.set(round=1)

    assert_alike_or_refused(act)


def test_tuples_may_be_ordered() -> None:
    def act(state: Game) -> Iterator[Game]:
        row = state.cards[0]
        if row is not None and row.seen < (True, False):
            yield state.update(row, seen=(True, True))

    assert_alike_or_refused(act)


def test_slots_may_be_counted_from_the_end() -> None:
    def act(state: Game) -> Iterator[Game]:
        row = state.cards[-1]
        if row is not None and row.value == 0 and not row.seen[-1]:
            yield state.update(row, value=1)

    assert_alike_or_refused(act)


def test_a_derived_function_that_yields_is_refused() -> None:
    def fresh(state: Game) -> Iterator[int]:
        yield from (card.value for card in state.cards if card.value == 0)

    with pytest.raises(TypeError, match="fresh is a generator"):
        derived(fresh)


@pytest.mark.parametrize("found", ["list", "row", "tuple of a row"])
def test_a_derived_function_may_give_anything(found: str) -> None:
    @derived
    def look(state: Game) -> Any:
        card = state.cards[0]
        assert card is not None
        return {"list": [card.value], "row": card, "tuple of a row": card.seen}[found]

    def act(state: Game) -> Iterator[Game]:
        if look(state) is not None:
            yield state.set(round=1)

    assert_alike_or_refused(act)


def test_a_derived_function_may_be_asked_about_equal_things_of_different_types() -> None:
    @derived
    def is_true(state: Game, value: int) -> bool:
        return value is True and state.round < 3

    def first(state: Game) -> Iterator[Game]:
        if is_true(state, 1):
            yield state.set(round=3)

    def second(state: Game) -> Iterator[Game]:
        if is_true(state, True):
            yield state.set(round=state.round + 1)

    assert_alike_or_refused(first, second)


def test_derived_functions_may_be_nested_as_deep_as_a_pool_is_large() -> None:
    calls = 0

    @derived
    def waiting_before(state: toys.Lamps, slot: int) -> int:
        """How many of the lamps before a slot are dark; each asks the one before."""
        if slot == 0:
            return 0
        lamp = state.lamps[slot - 1]
        return waiting_before(state, slot - 1) + (lamp is not None and not lamp.lit)

    def light_first(state: toys.Lamps, lamp: toys.LampSlot) -> Iterator[toys.Lamps]:
        nonlocal calls
        calls += 1
        assert calls < 2_000, "the same is learned over and over"
        row = state.lamps[lamp]
        if row is not None and not row.lit and waiting_before(state, lamp) == 0:
            yield state.update(row, lit=True)

    scenario = Scenario("lamps in a row", toys.lamps(20).initial, (Action(light_first),))
    assert search(scenario, symmetry=False).states == 21


class Rules(msgspec.Struct, frozen=True):
    rounds: int


class Match(State, frozen=True):
    rules: Annotated[Rules, CONSTANT]
    round: int = 0


def play(state: Match) -> Iterator[Match]:
    if state.round < state.rules.rounds:
        yield state.set(round=state.round + 1)


def test_initial_states_that_differ_in_their_constants_are_refused() -> None:
    with pytest.raises(ValueError, match="must agree"):
        Scenario("match", (Match(Rules(1)), Match(Rules(5))), (Action(play),))


def test_initial_states_that_differ_in_their_numbers_of_slots_are_refused() -> None:
    two = toys.lamps(2).initial[0]
    with pytest.raises(ValueError, match="must agree"):
        Scenario("lamps", (two, toys.Lamps(Pool.of(two.lamps, slots=3))), (Action(toys.light),))


def test_two_properties_of_one_name_are_refused() -> None:
    promise = toys.lamps(2).properties[:1]
    with pytest.raises(ValueError, match="share a name"):
        Scenario("lamps", toys.lamps(2).initial, (), (*promise, *promise, never("x")(iter), never("x")(iter)))
