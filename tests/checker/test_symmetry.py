"""Interchangeable slots are found, and what tells them apart is noticed."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest

from checker.learned import LearnedScenario
from checker.results import SearchResult
from checker.search import search
from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State, count, with_item
from checker.views import SlotName, ToldApart
from checker.vocabulary import Action, ActionFunction, Scenario, derived, never, sometimes
from tests.checker.agreement import assert_same_search_up_to_symmetry

ShelfSlot = Annotated[int, SlotOf("shelves")]
BookSlot = Annotated[int, SlotOf("books")]


class Shelf(Row, frozen=True):
    dusty: bool = False


class Book(Row, frozen=True):
    shelf: ShelfSlot | None = None
    seen_from: Annotated[tuple[bool, ...], Per("shelves")] = (False, False, False)


class Names(State, frozen=True):
    shelves: tuple[str, ...] = ("left", "middle", "right")


class Library(State, frozen=True):
    names: Annotated[Names, CONSTANT]
    books: Pool[Book]
    shelves: Pool[Shelf]
    read: bool = False


def put(state: Library, book: BookSlot, shelf: ShelfSlot) -> Iterator[Library]:
    """Put a book on a shelf."""
    moved = state.books[book]
    if moved is not None and moved.shelf is None:
        yield state.update(moved, shelf=shelf, seen_from=with_item(moved.seen_from, shelf, True))


def gather_dust(state: Library, shelf: ShelfSlot) -> Iterator[Library]:
    """An empty shelf gathers dust."""
    empty = state.shelves[shelf]
    if empty is not None and not count(state.books, _is_on, shelf):
        yield state.update(empty, dusty=True)


def _is_on(book: Book, shelf: int) -> bool:
    return book.shelf == shelf


def library(*more: ActionFunction, books: int = 3) -> Scenario[Library]:
    state = Library(Names(), Pool.of([Book()] * books), Pool.of([Shelf()] * 3))
    return Scenario("library", (state,), tuple(map(Action, (put, gather_dust, *more))))


def searched(*more: ActionFunction) -> SearchResult:
    return search(library(*more), stop_when_decided=False)


def test_books_and_the_shelves_that_they_refer_to_are_interchangeable() -> None:
    result = searched()
    assert result.interchangeable == ("books", "shelves")
    assert result.exact_orbits
    assert_same_search_up_to_symmetry(library())


@pytest.mark.parametrize("books", [1, 2, 4])
def test_orbits_are_counted_exactly_whatever_the_number_of_books(books: int) -> None:
    assert_same_search_up_to_symmetry(library(books=books))


def _by_number(state: Library, shelf: ShelfSlot) -> bool:
    return shelf == 1


def _by_order(state: Library, shelf: ShelfSlot) -> bool:
    return shelf < 2


def _by_arithmetic(state: Library, shelf: ShelfSlot) -> bool:
    return bool((shelf + 1) % 2)


def _by_name(state: Library, shelf: ShelfSlot) -> bool:
    return state.names.shelves[shelf] == "left"


def _by_text(state: Library, shelf: ShelfSlot) -> bool:
    return str(shelf) == "2"


def _by_truth(state: Library, shelf: ShelfSlot) -> bool:
    return bool(shelf)


def _by_a_plain_index(state: Library, shelf: ShelfSlot) -> bool:
    first = state.shelves[0]
    return first is not None and first.dusty


def _by_position_in_a_tuple(state: Library, shelf: ShelfSlot) -> bool:
    return any(book.seen_from == (True, False, False) for book in state.books)


def _by_counting_positions(state: Library, shelf: ShelfSlot) -> bool:
    return any(index == shelf for index, _ in enumerate(state.shelves))


LOOKS = (
    _by_number, _by_order, _by_arithmetic, _by_name, _by_text, _by_truth, _by_a_plain_index, _by_position_in_a_tuple,
    _by_counting_positions,
)  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_a_function_that_tells_shelves_apart_is_noticed(look: Any) -> None:
    def act(state: Library, shelf: ShelfSlot) -> Iterator[Library]:
        if look(state, shelf):
            yield state.set(read=True)

    assert searched(act).interchangeable == ("books",)
    assert_same_search_up_to_symmetry(library(act))


def test_a_plain_number_stored_where_a_shelf_is_meant_tells_shelves_apart() -> None:
    def act(state: Library, book: BookSlot) -> Iterator[Library]:
        moved = state.books[book]
        if moved is not None:
            yield state.update(moved, shelf=2)

    assert searched(act).interchangeable == ("books",)
    assert_same_search_up_to_symmetry(library(act))


def test_different_marks_for_different_shelves_tell_shelves_apart() -> None:
    def act(state: Library, book: BookSlot) -> Iterator[Library]:
        marked = state.books[book]
        if marked is not None:
            yield state.update(marked, seen_from=(True, False, False))

    assert searched(act).interchangeable == ("books",)
    assert_same_search_up_to_symmetry(library(act))


def test_the_same_mark_for_every_shelf_does_not() -> None:
    def act(state: Library, book: BookSlot) -> Iterator[Library]:
        marked = state.books[book]
        if marked is not None:
            yield state.update(marked, seen_from=(True, True, True))

    assert searched(act).interchangeable == ("books", "shelves")
    assert_same_search_up_to_symmetry(library(act))


def test_creating_a_row_that_others_may_still_refer_to_tells_apart() -> None:
    def remove(state: Library, shelf: ShelfSlot) -> Iterator[Library]:
        removed = state.shelves[shelf]
        if removed is not None and removed.dusty:
            yield state.delete(removed)

    def create(state: Library) -> Iterator[Library]:
        yield state.create("shelves", Shelf())

    scenario = Scenario(
        "shelves come and go", library().initial, tuple(map(Action, (put, gather_dust, remove, create)))
    )
    assert search(scenario, stop_when_decided=False).interchangeable == ("books",)
    assert_same_search_up_to_symmetry(scenario)


def test_a_slot_inside_a_value_is_not_renamed_so_that_it_tells_apart() -> None:
    class Note(State, frozen=True):
        shelf: int

    class Noted(State, frozen=True):
        shelves: Pool[Shelf]
        note: Note | None = None

    def write(state: Noted, shelf: ShelfSlot) -> Iterator[Noted]:
        yield state.set(note=Note(shelf))

    scenario = Scenario("noted", (Noted(Pool.of([Shelf()] * 3)),), (Action(write),))
    assert search(scenario).interchangeable == ()
    assert_same_search_up_to_symmetry(scenario)


def test_a_derived_function_may_take_the_slot_that_an_action_is_bound_to() -> None:
    @derived
    def alone(state: Library, book: BookSlot) -> bool:
        me = state.books[book]
        return me is not None and not any(
            slot != book and other.shelf == me.shelf for slot, other in state.books.items()
        )

    def read(state: Library, book: BookSlot) -> Iterator[Library]:
        if alone(state, book):
            yield state.set(read=True)

    assert searched(read).interchangeable == ("books", "shelves")
    assert_same_search_up_to_symmetry(library(read))


def test_a_derived_function_that_returns_a_slot_of_a_sorted_pool_tells_apart() -> None:
    @derived
    def first_placed(state: Library) -> int | None:
        return next((slot for slot, book in state.books.items() if book.shelf is not None), None)

    def read(state: Library, book: BookSlot) -> Iterator[Library]:
        if first_placed(state) == book:
            yield state.set(read=True)

    assert searched(read).interchangeable == ("shelves",)


def test_properties_are_watched_too() -> None:
    @never("no book on the right")
    def rightmost(state: Library) -> Iterator[Book]:
        yield from (book for book in state.books if book.shelf == 2)

    @sometimes("two books together")
    def together(state: Library) -> Iterator[Book]:
        for one, other in itertools.combinations(state.books, 2):
            if one.shelf is not None and one.shelf == other.shelf:
                yield one

    told = Scenario("library", library().initial, library().actions, (rightmost, together))
    not_told = Scenario("library", library().initial, library().actions, (together,))
    assert search(told, stop_when_decided=False).interchangeable == ("books",)
    assert search(not_told, stop_when_decided=False).interchangeable == ("books", "shelves")
    for scenario in (told, not_told):
        assert_same_search_up_to_symmetry(scenario)


def test_the_name_of_a_slot_is_like_no_number() -> None:
    name, same, other = SlotName("shelves", 1), SlotName("shelves", 1), SlotName("shelves", 2)
    assert name == same
    assert name != other
    assert name is not None
    assert name != None  # noqa: E711  functions of a model may write it so
    assert len({name, same, other}) == 2
    for look in (lambda: name == 1, lambda: name < other, lambda: [0, 1, 2][name], lambda: f"{name}"):  # type: ignore[call-overload]
        with pytest.raises(ToldApart, match="the slots of 'shelves' are told apart by their numbers"):
            look()
    with pytest.raises(ToldApart):
        assert name == SlotName("books", 1)


def test_slots_that_outgrow_a_word_are_still_told_apart_by_what_they_hold() -> None:
    names = "abcdefghi"
    wide: Any = msgspec.defstruct("Wide", [(name, int, 0) for name in names], bases=(Row,), frozen=True)
    pool_of: Any = Pool
    state: Any = msgspec.defstruct("Wides", [("wides", pool_of[wide])], bases=(State,), frozen=True)

    def grow(state: Any, wide: Annotated[int, SlotOf("wides")]) -> Iterator[Any]:
        grown = state.wides[wide]
        if grown is not None and grown.a < 64:
            yield state.update(grown, **dict.fromkeys(names, grown.a + 1))

    scenario = Scenario("wide", (state(Pool.of([wide()] * 2)),), (Action(grow),))
    for symmetry, states in ((False, 65**2), (True, 65 * 66 // 2)):
        result = search(scenario, symmetry=symmetry, stop_when_decided=False)
        assert (result.states, result.depth) == (states, 128)
    learned = LearnedScenario(scenario)
    assert learned.packing.slot_bits["wides"] <= 64


def test_more_rows_than_a_byte_can_count_are_counted() -> None:
    class Lamp(Row, frozen=True):
        lit: bool = True
        red: bool = False

    class Street(State, frozen=True):
        lamps: Pool[Lamp]

    def light(state: Street, lamp: Annotated[int, SlotOf("lamps")]) -> Iterator[Street]:
        dark = state.lamps[lamp]
        if dark is not None and not dark.lit and count(state.lamps, _lit) < 129:
            yield state.update(dark, lit=True)

    def redden(state: Street, lamp: Annotated[int, SlotOf("lamps")]) -> Iterator[Street]:
        white = state.lamps[lamp]
        if white is not None and white.lit and not any(other.red for other in state.lamps):
            yield state.update(white, red=True)

    street = Street(Pool.of([Lamp()] * 129 + [Lamp(lit=False)]))
    assert search(Scenario("street", (street,), (Action(light), Action(redden))), stop_when_decided=False).states == 2


def _lit(lamp: Any) -> bool:
    return bool(lamp.lit)
