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
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from checker.dependence import Seen
from checker.kernels import NOTHING
from checker.learned import LearnedScenario
from checker.parts import Part
from checker.tries import Growing

Bools = npt.NDArray[np.bool_]
Int32s = npt.NDArray[np.int32]

jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


class PartialOrder:
    """Chooses what is taken in the states of one search.

    Parameters
    ----------
    learned
        The scenario, learned with `keep_paths`.

    Attributes
    ----------
    reads, writes
        bool (events, then properties; columns): what each may read and write. A property that has its answer reads
        nothing.
    outdated
        Some state was reduced with less than is known now: the search has to start over.
    """

    def __init__(self, learned: LearnedScenario) -> None:
        self._learned = learned
        self._seen = Seen(learned)
        self._properties = len(learned.state_properties)
        self._reduced = False
        self._open: Bools = np.zeros(0, np.bool_)
        self.reads: Bools = np.zeros((0, learned.layout.width), np.bool_)
        self.writes: Bools = self.reads
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
        if len(self.reads) and ((reads & ~self.reads).any() or (writes & ~self.writes).any()):
            self.outdated = self.outdated or self._reduced
        self.reads, self.writes = reads, writes
        self._forget_needs()

    def _forget_needs(self) -> None:
        roots = len(self.reads)
        self._row_of = Growing(np.int32, fill=-1, columns=len(self._learned.places))
        self._row_of.extend(self._learned.leaves.yield_start.size)
        self._needs = Growing(np.uint64, columns=(roots + 63) // 64)
        nothing = np.zeros((self._properties, self._learned.layout.width), np.bool_)
        self._add_needs(self.reads[len(self._learned.events) :], nothing)

    def _add_needs(self, reads: Bools, writes: Bools) -> int:
        """Add a row of `_needs` for each row of what is read and written somewhere; the first one's number."""
        concerned = _meet(reads | writes, self.writes) | _meet(writes, self.reads)
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


def _meet(some: Bools, others: Bools) -> Bools:
    """For each row of `some` and each row of `others`, whether they have a column in common."""
    return some.astype(np.float32) @ others.T.astype(np.float32) > 0


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
