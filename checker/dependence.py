"""What events and properties have read and written so far, from the paths of their tries.

Derived values and counts are resolved to the columns that they have read in any state. With symmetry, what holds of a
slot is taken to hold of every slot that is interchangeable with it.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.kernels import VIRTUAL
from checker.layout import Layout
from checker.learned import LearnedPath, LearnedScenario
from checker.vocabulary import Event, slot_parameters

Bools = npt.NDArray[np.bool_]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


class Seen:
    """What events and properties have read and written in the states visited so far.

    Attributes
    ----------
    reads, writes
        bool (events, then properties; columns), closed under exchanges of interchangeable slots.
    """

    def __init__(self, learned: LearnedScenario) -> None:
        self._learned = learned
        self._taken_in = 0
        width = learned.layout.width
        self._columns = _exchanged_columns(learned.places)
        self._exchanges = learned.event_exchange
        self._orbits: Int64s | None = None
        self._values = _Values(learned, self._columns)
        self._leaves: dict[int, tuple[list[int], list[int]]] = {}
        self._events = _Functions(learned.event_tries.size, width)
        self._properties = _Functions(len(learned.state_properties), width)
        self._trie_writes = np.zeros((learned.event_tries.size, width), np.bool_)
        self.reads = self.writes = np.zeros((0, width), np.bool_)

    def update(self) -> bool:
        """Take in what was learned since. Whether that changes what events, properties or derived values may do."""
        paths = self._learned.paths[self._taken_in :]
        if not paths and len(self.reads):
            return False
        for path in paths:
            self._take_in(path)
        self._taken_in += len(paths)
        before = self.reads, self.writes, self._values.reads
        self._values.close()
        self._close()
        return not all(map(np.array_equal, before, (self.reads, self.writes, self._values.reads)))

    def _take_in(self, path: LearnedPath) -> None:
        plain = [column for column in path.columns if column < VIRTUAL]
        values = [column - VIRTUAL for column in path.columns if column >= VIRTUAL]
        if path.roots is self._learned.derived_tries:
            self._values.add(path.trie, plain, values)
        elif path.roots is self._learned.state_tries:
            self._properties.add(path.trie, plain, values)
        else:
            self._events.add(path.trie, plain, values)
            self._leaves[path.payload] = plain, values
            self._trie_writes[path.trie, self._written(path.payload)] = True

    def _written(self, leaf: int) -> Int32s:
        leaves = self._learned.leaves
        first, end = leaves.write_start.all[leaves.yield_start.all[[leaf, leaf + 1]]]
        columns: Int32s = leaves.write_column.all[first:end]
        return columns[self._learned.live_columns.live[columns]]

    def _close(self) -> None:
        """Turn what was seen into what may be."""
        tries = self._learned.event_trie
        events = self._events.all(self._values.reads)
        properties = self._properties.all(self._values.reads)
        reads = np.concatenate([self._exchanged(events[tries], self._exchanges), properties])
        writes = np.concatenate([self._exchanged(self._trie_writes[tries], self._exchanges), np.zeros_like(properties)])
        self.reads, self.writes = self._closed(reads), self._closed(writes)

    def _exchanged(self, table: Bools, exchanges: Int64s) -> Bools:
        return np.take_along_axis(table, self._columns[exchanges], axis=1)

    def _closed(self, table: Bools) -> Bools:
        if self._orbits is None:
            self._orbits = _orbits(self._learned)
        seen = np.zeros(int(self._orbits.max()) + 1, np.bool_)
        seen[self._orbits[table]] = True
        closed: Bools = seen[self._orbits]
        return closed

    def local(self, leaves: Int64s, exchanges: Int64s) -> tuple[Bools, Bools]:
        """What an event reads and writes in a state where it takes the path to a leaf, after an exchange."""
        reads = np.zeros((len(leaves), self._learned.layout.width), np.bool_)
        writes = np.zeros_like(reads)
        for number, leaf in enumerate(leaves.tolist()):
            plain, values = self._leaves.get(leaf, ([], []))
            reads[number, plain] = True
            if values:
                reads[number] |= self._values.reads[values].any(axis=0)
            writes[number, self._written(leaf)] = True
        return self._exchanged(reads, exchanges), self._exchanged(writes, exchanges)


class _Functions:
    """The columns and the derived values that some functions have read."""

    def __init__(self, size: int, width: int) -> None:
        self._plain = np.zeros((size, width), np.bool_)
        self._values: dict[int, set[int]] = defaultdict(set)

    def add(self, index: int, plain: list[int], values: list[int]) -> None:
        """One of them has read this."""
        self._plain[index, plain] = True
        self._values[index].update(values)

    def all(self, values: Bools) -> Bools:
        """The columns (functions, columns), with those that derived values read."""
        reads = self._plain.copy()
        for index, called in self._values.items():
            if called:
                reads[index] |= values[list(called)].any(axis=0)
        return reads


class _Values:
    """The columns that derived values read, in any state.

    Attributes
    ----------
    reads
        bool (derived values, columns).
    """

    def __init__(self, learned: LearnedScenario, columns: Int64s) -> None:
        self._learned = learned
        self._columns = columns
        self._noted: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        self._grown = False
        self.reads: Bools = np.zeros((0, learned.layout.width), np.bool_)

    def add(self, number: int, plain: list[int], values: list[int]) -> None:
        """A value has read this (a count: in the row in slot 0)."""
        noted = self._noted[number]
        before = len(noted[0]) + len(noted[1])
        noted[0].update(plain)
        noted[1].update(values)
        self._grown = self._grown or len(noted[0]) + len(noted[1]) > before

    def close(self) -> None:
        """Add what the values that they call read, and those that are the same but for an exchange of slots."""
        arrays = self._learned.arrays
        if not self._grown and len(self.reads) == len(arrays.counts):
            return
        self._grown = False
        self.reads = np.zeros((len(arrays.counts), self._learned.layout.width), np.bool_)
        for number, (plain, _) in self._noted.items():
            self.reads[number, self._everywhere(arrays.counts[number], list(plain))] = True
        before = -1
        while int(self.reads.sum()) > before:
            before = int(self.reads.sum())
            for number, (_, values) in self._noted.items():
                if values:
                    self.reads[number] |= self.reads[list(values)].any(axis=0)
            for exchange, images in enumerate(arrays.images):
                self.reads |= self.reads[images][:, self._columns[exchange]]

    def _everywhere(self, count: Int64s, plain: list[int]) -> Int64s:
        """The columns; for those of a count, in every slot, and whether it is taken."""
        capacity, first, exchange, _ = count.tolist()
        if not capacity:
            return np.array(plain, np.int64)
        exchanges = [0, *range(exchange, exchange + capacity - 1)]
        return self._columns[np.ix_(exchanges, [first, *plain])].reshape(-1)


def _exchanged_columns(places: Int32s) -> Int64s:
    """For each exchange of slots, where each column goes: int64 (exchanges, columns)."""
    order = np.argsort(places[0])
    columns: Int64s = order[np.searchsorted(places[0][order], places)]
    return columns


# -- what is the same but for exchanges of slots

Slot = tuple[str, int]


def _orbits(learned: LearnedScenario) -> Int64s:
    """A number for each pair of a function (events, then properties) and a column: equal for pairs that exchanges of
    interchangeable slots can exchange."""
    columns = list(_described_columns(learned.layout, learned.interchangeable))
    kinds: dict[str, int] = {}
    kind = np.array([kinds.setdefault(name, len(kinds)) for name, _ in columns], np.int64)
    slots: dict[tuple[Slot, ...], int] = {}
    held = np.array([slots.setdefault(where, len(slots)) for _, where in columns], np.int64)
    patterns: dict[object, int] = {}
    functions: list[tuple[object, tuple[Slot, ...]]] = [(event.action.name, _bound(event)) for event in learned.events]
    functions.extend((index, ()) for index in range(len(learned.state_properties)))
    table = np.array(
        [
            [
                patterns.setdefault((name, _renamed((*bound, *where), learned.interchangeable)), len(patterns))
                for where in slots
            ]
            for name, bound in functions
        ],
        np.int64,
    )
    numbers: Int64s = table[:, held] * len(kinds) + kind
    return numbers


def _bound(event: Event) -> tuple[Slot, ...]:
    pools = slot_parameters(event.action.function)
    return tuple((pools[name], slot) for name, slot in event.slots.items())


def _renamed(slots: tuple[Slot, ...], interchangeable: frozenset[str]) -> tuple[Slot, ...]:
    """The slots, those that are interchangeable numbered anew in the order in which they appear."""
    names: dict[str, dict[int, int]] = defaultdict(dict)
    return tuple(
        (pool, names[pool].setdefault(slot, len(names[pool])) if pool in interchangeable else slot)
        for pool, slot in slots
    )


def _described_columns(layout: Layout, interchangeable: frozenset[str]) -> Iterator[tuple[str, tuple[Slot, ...]]]:
    """For each column what it is, but for slots of interchangeable pools, and the slots that it belongs to."""
    fields: list[tuple[str, tuple[Slot, ...], Any]] = [(name, (), field) for name, field in layout.scalars.items()]
    for name, pool in layout.pools.items():
        for slot in range(pool.capacity):
            fields.append((f"{name} taken", ((name, slot),), None))
            fields.extend((f"{name}.{field.name}", ((name, slot),), field) for field in pool.fields.values())
    for what, where, field in fields:
        if field is None or field.size is None:
            yield what, where
        else:
            for index in range(field.size):
                shared = field.per in interchangeable
                yield (what, (*where, (field.per, index))) if shared else (f"{what}[{index}]", where)
