"""Tracking views record what is read, once, and what is written."""

from typing import Annotated, Any, ClassVar

import pytest

from checker.layout import Layout
from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State, with_item
from checker.views import Recording, StateView

HorseSlot = Annotated[int, SlotOf("horses")]


class Horse(Row, frozen=True):
    tired: bool = False
    laps: int = 0
    beaten: Annotated[tuple[bool, ...], Per("horses")] = (False, False, False)

    longest_race: ClassVar[int] = 9

    @property
    def fresh(self) -> bool:
        return not self.tired and self.laps == 0

    def ahead_of(self, other: "Horse", by: int = 0) -> bool:
        return self.laps > other.laps + by

    @classmethod
    def named(cls) -> str:
        return cls.__name__

    @staticmethod
    def twice(number: int) -> int:
        return 2 * number


class Race(State, frozen=True):
    length: Annotated[int, CONSTANT]
    horses: Pool[Horse]
    started: bool = False
    scores: Annotated[tuple[int, ...], Per("horses")] = (0, 0, 0)

    @property
    def leader(self) -> int:
        return max(horse.laps for horse in self.horses)

    def entered(self, horse: HorseSlot) -> bool:
        return self.horses[horse] is not None


RACE = Race(7, Pool.of([Horse(), Horse(laps=1)], slots=3))


class Watched:
    """A view of a state, and the names of the columns read so far."""

    def __init__(self, state: State = RACE) -> None:
        self.layout = Layout(state)
        self.recording = Recording(self.layout, lambda *_: None)
        self.state: Any = StateView(self.recording, self.layout.encode(state).tobytes())

    @property
    def reads(self) -> list[str]:
        return [self.layout.column_name(column) for column, _ in self.recording.reads]

    def written(self, after: Any) -> list[str]:
        return [self.layout.column_name(column) for column in after._writes]


@pytest.fixture
def race() -> Watched:
    return Watched()


def test_nothing_is_read_before_it_is_asked_for(race: Watched) -> None:
    pool = race.state.horses
    assert pool.capacity == 3
    assert race.reads == []


def test_a_scalar_is_recorded_when_it_is_read(race: Watched) -> None:
    assert race.state.started is False
    assert race.reads == ["started"]


def test_reading_a_row_records_that_its_slot_is_taken(race: Watched) -> None:
    assert race.state.horses[1].laps == 1
    assert race.reads == ["horses[1]", "horses[1].laps"]


def test_reading_an_empty_slot_records_that_it_is_empty(race: Watched) -> None:
    assert race.state.horses[2] is None
    assert race.reads == ["horses[2]"]


def test_what_is_read_twice_is_recorded_once_in_the_order_of_the_first_reads(race: Watched) -> None:
    for _ in range(2):
        assert race.state.started is False
        assert race.state.horses[0].laps == 0
    assert race.reads == ["started", "horses[0]", "horses[0].laps"]


def test_only_the_element_of_a_tuple_that_is_asked_for_is_recorded(race: Watched) -> None:
    horse = race.state.horses[0]
    assert horse.beaten[1] is False
    assert race.reads == ["horses[0]", "horses[0].beaten"]
    beaten = race.layout.pools["horses"].fields["beaten"]
    assert race.recording.reads[-1][0] == race.layout.pools["horses"].start(0) + beaten.offset + 1


def test_a_search_through_a_tuple_stops_reading_at_the_first_hit() -> None:
    race = Watched(Race(7, Pool.of([Horse(beaten=(False, True, False))], slots=3)))
    assert any(race.state.horses[0].beaten)
    assert len(race.recording.reads) == 1 + 2


def test_a_tuple_of_a_scalar_field_is_recorded_element_by_element(race: Watched) -> None:
    assert race.state.scores[2] == 0
    assert len(race.recording.reads) == 1
    assert list(race.state.scores) == [0, 0, 0]
    assert len(race.recording.reads) == 3


def test_tuples_compare_with_tuples(race: Watched) -> None:
    assert race.state.scores == (0, 0, 0)
    assert race.state.scores != (0, 0, 1)
    assert race.state.horses[0].beaten == race.state.horses[1].beaten
    assert len(race.state.scores) == 3


def test_constants_are_not_recorded(race: Watched) -> None:
    assert race.state.length == 7
    assert race.reads == []


def test_properties_of_rows_record_what_they_read(race: Watched) -> None:
    assert race.state.horses[0].fresh
    assert race.reads == ["horses[0]", "horses[0].tired", "horses[0].laps"]


def test_methods_of_rows_can_be_called_with_other_rows(race: Watched) -> None:
    first, second = race.state.horses
    assert second.ahead_of(first)
    assert not second.ahead_of(first, by=1)


def test_class_methods_and_static_methods_of_rows_can_be_called(race: Watched) -> None:
    horse = race.state.horses[0]
    assert horse.named() == "Horse"
    assert horse.twice(4) == 8


def test_constants_of_a_row_s_class_are_not_recorded(race: Watched) -> None:
    assert race.state.horses[0].longest_race == 9
    assert race.reads == ["horses[0]"]


def test_properties_and_methods_of_states_work(race: Watched) -> None:
    assert race.state.leader == 1
    assert race.state.entered(0)
    assert not race.state.entered(2)


def test_an_unknown_attribute_is_an_attribute_error(race: Watched) -> None:
    with pytest.raises(AttributeError, match="lapse"):
        _ = race.state.horses[0].lapse
    with pytest.raises(AttributeError, match="donkeys"):
        _ = race.state.donkeys


def test_iterating_skips_empty_slots_and_says_which_are_taken(race: Watched) -> None:
    assert [slot for slot, _ in race.state.horses.items()] == [0, 1]
    assert race.reads == ["horses[0]", "horses[1]", "horses[2]"]


def test_writes_are_the_columns_that_change(race: Watched) -> None:
    after = race.state.update(race.state.horses[1], tired=True).set(started=True)
    assert sorted(race.written(after)) == ["horses[1].tired", "started"]
    assert race.reads == ["horses[1]"]


def test_what_was_written_is_read_back_and_is_not_a_read_of_the_state(race: Watched) -> None:
    after = race.state.set(started=True)
    assert after.started is True
    assert race.state.started is False
    after = race.state.update(race.state.horses[0], laps=5)
    assert after.horses[0].laps == 5
    assert race.reads == ["started", "horses[0]"]


def test_one_element_of_a_tuple_is_written_without_reading_the_others(race: Watched) -> None:
    horse = race.state.horses[0]
    after = race.state.update(horse, beaten=with_item(with_item(horse.beaten, 2, True), 0, True))
    assert tuple(after.horses[0].beaten) == (True, False, True)
    assert len(after._writes) == 2


def test_a_created_row_writes_its_whole_slot(race: Watched) -> None:
    after = race.state.create("horses", Horse(laps=race.state.horses[1].laps))
    assert after.horses[2].laps == 1
    assert set(race.written(after)) == {
        "horses[2]", "horses[2].tired", "horses[2].laps", "horses[2].beaten",
    }  # fmt: skip


def test_a_deleted_row_leaves_zeros(race: Watched) -> None:
    after = race.state.delete(race.state.horses[1])
    assert after.horses[1] is None
    assert set(after._writes.values()) == {0}


def test_rows_are_not_compared_as_a_whole(race: Watched) -> None:
    first, second = race.state.horses
    with pytest.raises(TypeError, match="field by field"):
        _ = first == second


@pytest.mark.parametrize("read", ["row", "tuple"])
def test_views_cannot_be_keys(race: Watched, read: str) -> None:
    horse = race.state.horses[0]
    with pytest.raises(TypeError, match="unhashable"):
        hash(horse if read == "row" else horse.beaten)


def test_the_second_state_of_a_step_records_its_own_columns(race: Watched) -> None:
    packed = race.layout.encode(RACE).tobytes()
    after: Any = StateView(race.recording, packed, shift=1000)
    before_and_after = race.state.started, after.started
    assert before_and_after == (False, False)
    assert [column for column, _ in race.recording.reads] == [0, 1000]


def test_an_action_that_reads_a_field_named_like_a_part_of_the_view_reads_the_field() -> None:
    class Inbox(State, frozen=True):
        writes: int = 3
        reads: int = 4
        row: int = 5

    watched = Watched(Inbox())
    assert (watched.state.writes, watched.state.reads, watched.state.row) == (3, 4, 5)
