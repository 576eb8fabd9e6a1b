"""States as rows of small integers, and back."""

from enum import Enum
from typing import Annotated, Any

import pytest
from hypothesis import given

from checker.layout import Domain, Layout, TooManyValues
from checker.search import search
from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State
from checker.verdict import Outcome, check
from tests.checker import toys
from tests.checker.random_systems import random_states


class Size(Enum):
    SMALL = 1
    LARGE = 2


class Box(Row, frozen=True):
    size: Size
    room: Annotated[int, SlotOf("rooms")] | None = None
    labels: Annotated[tuple[bool, ...], Per("rooms")] = (False, False)
    stickers: Annotated[tuple[int, ...], Per("kinds")] = (0, 0, 0)


class Room(Row, frozen=True):
    pass


class Tables(State, frozen=True):
    kinds: tuple[str, ...]


class Warehouse(State, frozen=True):
    tables: Annotated[Tables, CONSTANT]
    boxes: Pool[Box]
    rooms: Pool[Room]
    open: bool = False
    visitors: int = 0


WAREHOUSE = Warehouse(
    Tables(("fragile", "heavy", "wet")), Pool.of([Box(Size.SMALL)], slots=2), Pool.of([Room(), Room()])
)


@given(random_states())
def test_a_state_is_the_same_after_packing_and_unpacking(states: list[State]) -> None:
    layout = Layout(states[0])
    packed = [layout.encode(state) for state in states]
    assert [layout.decode(row) for row in packed] == states


@given(random_states())
def test_states_are_equal_when_their_packed_rows_are(states: list[State]) -> None:
    layout = Layout(states[0])
    packed = {layout.encode(state).tobytes() for state in states}
    assert len(packed) == len(set(states))


def test_constants_are_not_stored_and_come_back() -> None:
    layout = Layout(WAREHOUSE)
    assert list(layout.scalars) == ["open", "visitors"]
    assert layout.decode(layout.encode(WAREHOUSE)).tables is WAREHOUSE.tables


def test_a_slot_has_a_column_for_each_field_and_one_for_its_presence() -> None:
    layout = Layout(WAREHOUSE)
    assert layout.pools["boxes"].stride == 1 + 1 + 1 + 2 + 3
    assert layout.pools["rooms"].stride == 1
    assert layout.width == 2 + 2 * 8 + 2 * 1


def test_an_empty_slot_is_all_zeros_and_a_taken_one_is_not() -> None:
    layout = Layout(WAREHOUSE)
    boxes = layout.pools["boxes"]
    row = layout.encode(WAREHOUSE)
    assert row[boxes.start(0)] == 1
    assert not row[boxes.start(1) : boxes.start(2)].any()


def test_columns_have_readable_names() -> None:
    layout = Layout(WAREHOUSE)
    boxes = layout.pools["boxes"]
    second = boxes.start(1)
    names = [layout.column_name(column) for column in (0, 1, second, second + 1, second + 2, layout.width)]
    assert names == ["open", "visitors", "boxes[1]", "boxes[1].size", "boxes[1].room", f"column {layout.width}"]


def test_a_tuple_must_have_an_element_for_each_slot() -> None:
    box = Box(Size.LARGE, labels=(True,))
    with pytest.raises(ValueError, match=r"Box\.labels has 2 elements, not 1"):
        Layout(WAREHOUSE).encode(WAREHOUSE.create("boxes", box))


def test_a_tuple_for_each_entry_of_something_unknown_is_refused() -> None:
    class Wrong(State, frozen=True):
        marks: Annotated[tuple[bool, ...], Per("corners")] = ()

    with pytest.raises(TypeError, match="'corners' is neither a pool of Wrong nor a constant table's field"):
        Layout(Wrong())


@pytest.mark.parametrize("values", [[None, 0, 1], [False, True], ["a", "b"]])
def test_a_domain_numbers_values_in_the_order_they_are_met(values: list[Any]) -> None:
    domain = Domain("field")
    assert [domain.code(value) for value in (*values, *values)] == [*range(len(values))] * 2
    assert domain.values == values


def test_a_field_with_256_values_fits() -> None:
    assert search(toys.counter(255)).states == 256


def test_a_value_too_many_is_refused_with_the_field_s_name() -> None:
    domain = Domain("Counter.value", range(256))
    with pytest.raises(TooManyValues, match=r"Counter\.value takes more than 256 values; the last is 256\. .*smaller"):
        domain.code(256)


def test_a_field_with_more_values_ends_the_search_and_what_is_open_is_inconclusive() -> None:
    checked = check(toys.counter(256))
    assert checked.search.stopped is not None
    assert checked.search.stopped.startswith("Counter.value takes more than 256 values")
    assert not checked.search.exhausted
    assert {verdict.outcome for verdict in checked.verdicts} == {Outcome.INCONCLUSIVE}
