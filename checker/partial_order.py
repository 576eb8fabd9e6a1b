"""Partial-order reduction: of events that do not concern each other, only some are tried in a state.

In every state a set of events is chosen, and only those are taken there. The set is closed under *need*: with an event
come all that may write what it reads or writes in that state, and all that may read what it writes there. For an event
that is not enabled these are the events that may enable it. A property is an event that writes nothing: it comes along
when an event of the set may change what it looks at. Of the closed sets around each enabled event the one with the
fewest enabled events is chosen. If none of its events leads to a state that is new, the others are taken as well (the
queue proviso), so that nothing is put off forever.

What an event reads and writes in a state is known exactly: it is the path of its trie. What it *may* read and write is
what it has read and written in any state visited so far. When a search ends and some of its states were reduced with
less than it knows in the end, the search starts over with what is known; the last search has met nothing outside the
relation R that it was reduced with.

Why that is sound
-----------------
Call an event or a property at a reachable state *strange* if it reads or writes there what R says it may not. Let
s --a1..an--> u be a shortest run from a visited state such that b at u is strange, or b is a property that offends at u
and was not found, or u is a deadlock that was not visited; of the shortest runs, one from a state s that is visited as
late as possible. No a is strange where it is taken. If n = 0, u is visited, and the search would have seen it. Let T be
what was chosen in s; all that is written or read by an event outside of T on the way is none of T's concern, by R.

1. Some a is in T; let a be the first one. Those before it write nothing that it reads in s, so it does in s what it
   does on the way, and neither reads nor writes what they write: taking a first leads to u too, through a successor of
   s that is visited, from where the run is shorter.
2. No a is in T, but b is. The a's write nothing that b reads in s, so b does at u what it did at s: the search has seen
   it.
3. Neither is in T. There is an enabled event t in T whose successor is visited later than s (the proviso). What t reads
   and writes in s is written by no a, and what it writes is read by none; taking t first leads to t(u) by the same a's.
   At u, t still changes the state: u is no deadlock. At t(u), b does what it does at u, unless it reads at u what t
   writes. It may not, by R (b would be in T); if it does, it is strange at u, and also at t(u), since it reads the same
   up to there. Either way the run from a state that is visited later is as short.

The states are finitely many, so 3. ends. Hence nothing is strange in any reachable state: R is what the events may do,
though not every state was visited; and every offender, every deadlock and every local view of every event and property
occurs in some visited state (which is why bounds that are reached, and slots that are told apart, are noticed as well).

With symmetry, s is a representative, and the argument goes on from the representative of the next state with a's and b
renamed. So R is closed under exchanges of interchangeable slots; and b at u is called strange if no renaming of b reads
and writes what R allows at the same renaming of u, because what a loop over slots reads before it ends depends on their
order, though what it does is the same. Steps are taken up to renaming, too.

A property of steps looks at a state and the next one: an order of two independent steps that was left out may have
been the one that offends. Scenarios with such properties are not reduced. Traces may be longer than the shortest.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from checker.kernels import NOTHING, VIRTUAL
from checker.layout import Layout
from checker.learned import LearnedPath, LearnedScenario
from checker.parts import Part
from checker.tries import Growing
from checker.vocabulary import Event, slot_parameters

Bools = npt.NDArray[np.bool_]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


class PartialOrder:
    """Chooses what is taken in the states of one search.

    Parameters
    ----------
    learned
        The scenario, learned with `keep_paths`.

    Attributes
    ----------
    outdated
        Some state was reduced with less than is known now: the search has to start over.
    """

    def __init__(self, learned: LearnedScenario) -> None:
        self._learned = learned
        self._seen = _Seen(learned)
        self._properties = len(learned.state_properties)
        self._reduced = False
        self._open: Bools = np.zeros(0, np.bool_)
        self._reads = self._writes = np.zeros((0, learned.layout.width), np.bool_)
        self.outdated = False

    def refresh(self, open_properties: Sequence[bool]) -> None:
        """Take in what was learned since, and which properties have no answer yet."""
        changed, now_open = self._seen.update(), np.array(open_properties, np.bool_)
        if not changed and np.array_equal(now_open, self._open):
            self._row_of.extend(self._learned.leaves.yield_start.size - self._row_of.size)
            return
        self._open = now_open
        reads, writes = self._seen.reads.copy(), self._seen.writes
        reads[len(self._learned.events) :][~now_open] = False
        if len(self._reads) and ((reads & ~self._reads).any() or (writes & ~self._writes).any()):
            self.outdated = self.outdated or self._reduced
        self._reads, self._writes = reads, writes
        self._forget_needs()

    def _forget_needs(self) -> None:
        roots = len(self._reads)
        self._row_of = Growing(np.int32, fill=-1, columns=len(self._learned.places))
        self._row_of.extend(self._learned.leaves.yield_start.size)
        self._needs = Growing(np.uint64, columns=(roots + 63) // 64)
        nothing = np.zeros((self._properties, self._learned.layout.width), np.bool_)
        self._add_needs(self._reads[len(self._learned.events) :], nothing)

    def _add_needs(self, reads: Bools, writes: Bools) -> int:
        """Add a row of `_needs` for each row of what is read and written somewhere; the first one's number."""
        concerned = _meet(reads | writes, self._writes) | _meet(writes, self._reads)
        first = self._needs.extend(len(reads))
        bits = np.packbits(concerned, axis=1, bitorder="little")
        padded = np.zeros((len(reads), self._needs.all.shape[1] * 8), np.uint8)
        padded[:, : bits.shape[1]] = bits
        self._needs.all[first:] = padded.view(np.uint64)
        return first

    def _rows(self, leaves: Int32s) -> Int32s:
        """The row of `_needs` for every event in every state."""
        exchanges = self._learned.event_exchange
        rows = self._row_of.all[leaves, exchanges]
        if (rows < 0).any():
            states, events = np.nonzero(rows < 0)
            pairs = np.unique(np.stack([leaves[states, events], exchanges[events]], axis=1), axis=0)
            reads, writes = self._seen.local(pairs[:, 0], pairs[:, 1])
            first = self._add_needs(reads, writes)
            self._row_of.all[pairs[:, 0], pairs[:, 1]] = np.arange(first, first + len(pairs))
            rows = self._row_of.all[leaves, exchanges]
        return rows

    def prepare(self, part: Part) -> None:
        """Before `reduce`, which may run in a thread."""
        part.needs = self._rows(part.payloads[:, self._properties :])

    def reduce(self, part: Part) -> None:
        """Choose what is taken in the states of a part, and put the rest aside."""
        learned = self._learned
        events = part.payloads[:, self._properties :]
        part.put_aside = np.zeros(events.shape, np.int32)
        choose(
            part.states, events, part.needs, self._needs.all, self._properties, learned.event_exchange,
            learned.leaves.effects, learned.places, learned.live, part.put_aside,
        )  # fmt: skip

    def restore(self, part: Part) -> bool:
        """Once the successors are known: take the rest in the states where none was new. Whether there are any."""
        new = np.zeros(len(part.states), np.bool_)
        new[part.out.parent[: part.counters[1]] - part.first] = True
        reduced = (part.put_aside != NOTHING).any(axis=1)
        ignoring = reduced & ~new
        self._reduced = self._reduced or bool((reduced & new).any())
        part.payloads[:, self._properties :] = np.where(ignoring[:, None], part.put_aside, NOTHING)
        part.position[:] = 0
        return bool(ignoring.any())


class _Seen:
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


def _meet(some: Bools, others: Bools) -> Bools:
    """For each row of `some` and each row of `others`, whether they have a column in common."""
    return some.astype(np.float32) @ others.T.astype(np.float32) > 0


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


# -- choosing


@jit
def choose(  # type: ignore[no-untyped-def]
    states, leaves, rows, needs, properties, exchange, effects, places, live, put_aside
):  # fmt: skip
    """Move the leaves of events that need not be taken in a state from `leaves` to `put_aside` (states, events).

    `needs[rows[s, e]]` has a bit for each event, then each property, that has to come with event e in state s; the
    first rows of `needs` are those of the properties.
    """
    yield_start, write_start, write_column, write_code = effects
    events = leaves.shape[1]
    words = needs.shape[1]
    enabled = np.zeros(events + properties, np.uint8)
    chosen = np.empty(words, np.uint64)
    best = np.empty(words, np.uint64)
    waiting = np.empty(events + properties, np.int64)
    for s in range(len(states)):
        total = 0
        for e in range(events):
            enabled[e] = 0
            leaf = leaves[s, e]
            for w in range(write_start[yield_start[leaf]], write_start[yield_start[leaf + 1]]):
                place = places[exchange[e], write_column[w]]
                word, shift, bits = place >> 12, np.uint64((place >> 4) & 63), np.uint64(place & 15)
                mask = (np.uint64(1) << bits) - np.uint64(1)
                held = (states[s, word] >> shift) & mask
                if held != np.uint64(write_code[w]) and (live[word] >> shift) & np.uint64(1):
                    enabled[e] = 1
                    total += 1
                    break
        fewest = total
        for seed in range(events):
            if fewest <= 1:
                break
            if not enabled[seed]:
                continue
            chosen[:] = 0
            chosen[seed >> 6] = np.uint64(1) << np.uint64(seed & 63)
            waiting[0] = seed
            size, found = 1, 1
            while size > 0 and found < fewest:
                size -= 1
                root = waiting[size]
                row = rows[s, root] if root < events else root - events
                for k in range(words):
                    more = needs[row, k] & ~chosen[k]
                    chosen[k] |= more
                    while more != np.uint64(0):
                        lowest = more & (~more + np.uint64(1))
                        more ^= lowest
                        number = 64 * k + math.frexp(np.float64(lowest))[1] - 1
                        waiting[size] = number
                        size += 1
                        found += enabled[number]
            if found < fewest:
                fewest = found
                best[:] = chosen
        if fewest < total:
            for e in range(events):
                if leaves[s, e] != 0 and (best[e >> 6] >> np.uint64(e & 63)) & np.uint64(1) == 0:
                    put_aside[s, e] = leaves[s, e]
                    leaves[s, e] = 0
