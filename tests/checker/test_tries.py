"""What was learned is found again, and a function that is not pure is told so."""

from collections.abc import Iterator

import numpy as np
import pytest

from checker import kernels
from checker.packing import place
from checker.search import search
from checker.state import State
from checker.tries import Growing, ImpureFunction, Leaves, Reads, Tries
from checker.vocabulary import Action, Scenario, derived


class Trie:
    """One trie, and a walk over it; each column is a word of its own."""

    def __init__(self) -> None:
        self.tries = Tries()
        self.roots = Growing(np.int64, fill=kernels.UNSEEN)
        self.roots.extend(1)

    def insert(self, reads: Reads, payload: int) -> None:
        self.tries.insert(self.roots, 0, reads, payload)

    def walk(self, *row: int) -> int:
        none = np.full(1, -1, np.int64)
        roots = kernels.Roots(
            self.roots.all, none + 1, none, none, np.zeros((1, 2), np.int64), none, none + 1, none + 2, none, none
        )
        rows = kernels.Rows(
            np.zeros((0, 4), np.int64),
            np.zeros(1, np.uint64),
            np.zeros(1, np.int32),
            np.full(1, -1, np.int32),
            np.zeros((1, 1), np.int32),
            np.zeros((1, 1), np.int32),
            np.zeros((1, 1), np.uint64),
        )
        places = np.array([[place(column, 0, 9) for column in range(len(row))]], np.int32)
        arrays = kernels.Learned(
            self.tries.nodes.all,
            self.tries.edges.all,
            np.zeros(0, np.int64),
            places,
            np.zeros((1, 0), np.int64),
            np.zeros((0, 4), np.int64),
        )
        payloads = np.empty((1, 1), np.int32)
        missed = np.empty(9, np.int64), np.empty(9, np.int64)
        misses = kernels.walk_all(np.array([row], np.uint64), roots, rows, arrays, payloads, *missed)
        assert misses == (payloads[0, 0] < 0)
        return int(payloads[0, 0])


def test_nothing_is_known_at_first() -> None:
    assert Trie().walk(0, 0) == kernels.UNSEEN


def test_a_path_is_found_by_every_row_with_the_same_values_in_the_columns_that_were_read() -> None:
    trie = Trie()
    trie.insert([(2, 5), (0, 1)], payload=7)
    assert trie.walk(1, 0, 5) == trie.walk(1, 9, 5) == 7
    assert trie.walk(0, 0, 5) == trie.walk(1, 0, 4) == trie.walk(1, 0, 6) == kernels.UNSEEN


def test_a_function_that_reads_nothing_is_known_everywhere() -> None:
    trie = Trie()
    trie.insert([], payload=3)
    assert trie.walk(0) == trie.walk(255) == 3


@pytest.mark.parametrize("codes", [range(256), reversed(range(256)), (255, 0, 128, 1, 127)])
def test_paths_part_at_every_value_of_a_column(codes: Iterator[int]) -> None:
    trie = Trie()
    known = list(codes)
    for code in known:
        trie.insert([(0, code), (1, code)], payload=code)
    assert [trie.walk(code, code) for code in known] == known
    assert trie.walk(0, 1) == kernels.UNSEEN


def test_the_same_path_may_be_learned_twice() -> None:
    trie = Trie()
    for _ in range(2):
        trie.insert([(0, 1)], payload=2)
    assert trie.tries.size == 2


def test_a_path_that_reads_another_column_after_the_same_values_is_refused() -> None:
    trie = Trie()
    trie.insert([(0, 1), (1, 1)], payload=2)
    with pytest.raises(ImpureFunction, match=r"a run read column 2 .* read column 1\. Usual cause"):
        trie.insert([(0, 1), (2, 1)], payload=2)


def test_a_path_that_ends_where_another_went_on_is_refused() -> None:
    trie = Trie()
    trie.insert([(0, 1), (1, 1)], payload=2)
    with pytest.raises(ImpureFunction):
        trie.insert([(0, 1)], payload=2)


def test_the_same_path_with_another_outcome_is_refused() -> None:
    trie = Trie()
    trie.insert([(0, 1)], payload=2)
    with pytest.raises(ImpureFunction, match="did different things"):
        trie.insert([(0, 1)], payload=3)


def test_leaves_that_write_the_same_are_one() -> None:
    leaves = Leaves()
    first = leaves.leaf([{3: 1, 4: 0}, {}])
    assert leaves.leaf([]) != first
    assert leaves.leaf([{3: 1, 4: 0}, {}]) == first
    yields = range(leaves.yield_start.all[first], leaves.yield_start.all[first + 1])
    writes = [slice(leaves.write_start.all[number], leaves.write_start.all[number + 1]) for number in yields]
    assert [leaves.write_column.all[write].tolist() for write in writes] == [[3, 4], []]
    assert [leaves.write_code.all[write].tolist() for write in writes] == [[1, 0], []]


def test_a_growing_array_keeps_what_it_holds() -> None:
    numbers = Growing(np.int64, fill=-1)
    for number in range(1000):
        numbers.append(number)
    start = numbers.extend(500)
    assert numbers.all[:start].tolist() == list(range(1000))
    assert numbers.all[start:].tolist() == [-1] * 500


class Pair(State, frozen=True):
    left: int = 0
    right: int = 0


def _advance(state: Pair) -> Iterator[Pair]:
    if state.right < 5:
        yield state.set(right=state.right + 1)


def test_an_action_that_depends_on_a_global_counter_is_refused() -> None:
    calls = 0

    def act(state: Pair) -> Iterator[Pair]:
        nonlocal calls
        calls += 1
        if (state.left if calls % 2 else state.right) < 9:
            yield state.set(right=5)
        if state.left + state.right > 20:
            yield state

    with pytest.raises(ImpureFunction):
        search(Scenario("impure", (Pair(),), (Action(_advance), Action(act))))


def test_a_derived_function_that_depends_on_a_global_counter_is_refused() -> None:
    calls = 0

    @derived
    def total(state: Pair) -> int:
        nonlocal calls
        calls += 1
        return state.left + state.right if calls % 2 else state.right + state.left

    def act(state: Pair) -> Iterator[Pair]:
        if total(state) > 9:
            yield state.set(left=1)

    with pytest.raises(ImpureFunction):
        search(Scenario("impure", (Pair(),), (Action(_advance), Action(act))))
