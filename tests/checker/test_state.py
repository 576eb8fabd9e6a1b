"""States are values: built from one another, never changed."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from checker.layout import Layout
from checker.state import BoundReached, Per, Pool, Row, StaleRow, State, with_item
from checker.views import Recording, StateView


class Cup(Row, frozen=True):
    full: bool = False
    stains: int = 0


class Shelf(State, frozen=True):
    cups: Pool[Cup]
    saucers: Pool[Cup]
    dusty: bool = False
    used: Annotated[tuple[bool, ...], Per("cups")] = (False, False, False)


def shelf(cups: int = 2) -> Shelf:
    return Shelf(Pool.of([Cup()] * cups, slots=3), Pool.of([Cup()], slots=1))


def view_of(state: Shelf) -> Any:
    layout = Layout(state)
    return StateView(Recording(layout, _no_derived_functions), layout.encode(state).tobytes())


def _no_derived_functions(*arguments: object) -> None:
    raise AssertionError("nothing is derived here")


BOTH_RUNS = pytest.mark.parametrize("run", [lambda state: state, view_of], ids=["plain", "learned"])
Run = Callable[[Shelf], Any]


class TestBothRuns:
    """What holds for a state and for the view that stands for it."""

    pytestmark = BOTH_RUNS

    def test_an_update_changes_the_row_in_its_slot_and_no_other(self, run: Run) -> None:
        state = run(shelf())
        after = state.update(state.cups[1], full=True)
        assert [cup.full for cup in after.cups] == [False, True]
        assert [cup.full for cup in state.cups] == [False, False]

    def test_an_update_of_a_row_that_was_updated_since_raises_stale_row(self, run: Run) -> None:
        state = run(shelf())
        cup = state.cups[0]
        after = state.update(cup, full=True)
        with pytest.raises(StaleRow, match="not in this state"):
            after.update(cup, stains=1)

    def test_a_row_read_from_a_later_state_is_stale_in_an_earlier_one(self, run: Run) -> None:
        state = run(shelf())
        after = state.update(state.cups[0], full=True)
        with pytest.raises(StaleRow):
            state.update(after.cups[0], stains=1)

    def test_a_row_of_one_successor_is_stale_in_another(self, run: Run) -> None:
        state = run(shelf())
        full = state.update(state.cups[0], full=True)
        stained = state.update(state.cups[0], stains=1)
        with pytest.raises(StaleRow):
            stained.update(full.cups[0], stains=2)

    def test_an_update_without_changes_makes_the_old_row_stale_too(self, run: Run) -> None:
        state = run(shelf())
        cup = state.cups[0]
        with pytest.raises(StaleRow):
            state.update(cup).update(cup, full=True)

    def test_a_deleted_row_is_stale(self, run: Run) -> None:
        state = run(shelf())
        cup = state.cups[0]
        with pytest.raises(StaleRow):
            state.delete(cup).delete(cup)

    def test_a_row_that_replaces_a_deleted_one_does_not_revive_it(self, run: Run) -> None:
        state = run(shelf())
        cup = state.cups[0]
        with pytest.raises(StaleRow):
            state.delete(cup).create("cups", Cup()).update(cup, full=True)

    def test_what_was_passed_to_create_is_not_the_row_of_the_state(self, run: Run) -> None:
        cup = Cup()
        after = run(shelf()).create("cups", cup)
        with pytest.raises(StaleRow):
            after.update(cup, full=True)

    def test_a_row_stays_good_while_others_change(self, run: Run) -> None:
        state = run(shelf())
        cup = state.cups[1]
        after = state.update(state.cups[0], full=True).set(dusty=True).update(cup, stains=2)
        assert [(cup.full, cup.stains) for cup in after.cups] == [(True, 0), (False, 2)]

    def test_create_takes_the_first_empty_slot(self, run: Run) -> None:
        state = run(shelf())
        after = state.delete(state.cups[0]).create("cups", Cup(stains=3))
        assert [(slot, cup.stains) for slot, cup in after.cups.items()] == [(0, 3), (1, 0)]

    def test_create_in_a_full_pool_raises_bound_reached(self, run: Run) -> None:
        with pytest.raises(BoundReached, match="'saucers'") as raised:
            run(shelf()).create("saucers", Cup())
        assert raised.value.pool == "saucers"

    def test_delete_empties_the_slot(self, run: Run) -> None:
        state = run(shelf())
        after = state.delete(state.cups[0])
        assert after.cups[0] is None
        assert [slot for slot, _ in after.cups.items()] == [1]

    def test_set_changes_scalars(self, run: Run) -> None:
        assert run(shelf()).set(dusty=True).dusty

    def test_set_of_an_unknown_field_is_refused(self, run: Run) -> None:
        with pytest.raises(TypeError, match="dusti"):
            run(shelf()).set(dusti=True)

    def test_update_of_an_unknown_field_is_refused(self, run: Run) -> None:
        state = run(shelf())
        with pytest.raises(TypeError, match="ful"):
            state.update(state.cups[0], ful=True)

    def test_with_item_changes_one_element(self, run: Run) -> None:
        state = run(shelf())
        after = state.set(used=with_item(with_item(state.used, 0, True), 2, True))
        assert tuple(after.used) == (True, False, True)

    def test_a_slot_beyond_the_last_is_an_error(self, run: Run) -> None:
        with pytest.raises(IndexError):
            run(shelf()).cups[3]

    def test_capacity_counts_empty_slots(self, run: Run) -> None:
        assert run(shelf()).cups.capacity == 3


def test_a_pool_can_be_made_from_one_row_many_times() -> None:
    cup = Cup()
    pool = Pool.of([cup, cup], slots=3)
    state = Shelf(pool, Pool.of([cup]))
    first, second = pool
    assert first is not second
    assert state.update(second, full=True).cups.slots == (Cup(), Cup(full=True), None)


def test_a_pool_refuses_more_rows_than_slots() -> None:
    with pytest.raises(ValueError, match="3 rows do not fit in 2 slots"):
        Pool.of([Cup()] * 3, slots=2)


def test_states_with_equal_fields_are_equal() -> None:
    state: Any = shelf()
    assert state.update(state.cups[0], full=True).update(state.cups[1]) == state.update(state.cups[0], full=True)
    assert len({shelf(), shelf(), shelf(1)}) == 2
