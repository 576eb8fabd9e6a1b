"""Slices of the frontier on their way through the compiled loops."""

import numpy as np
import numpy.typing as npt

from checker.kernels import BATCH, DONE, NOTHING, ROW, Successors, expand, walk_all
from checker.learned import LearnedScenario
from checker.packing import Words

SIZE = 512


class Part:
    """A slice of the frontier on its way through the compiled loops, and what they need to hand back."""

    def __init__(self, learned: LearnedScenario) -> None:
        self.learned = learned
        self.missed = learned.room_for_misses(8)
        self._room = np.empty((SIZE, len(learned.roots.node)), np.int32)
        self.position = np.zeros(3, np.int64)
        self.counters = np.zeros(4, np.int64)
        self.taken = np.zeros(len(learned.events), np.int64)
        self.fired = np.zeros(len(learned.events), np.int64)
        self.out = self._successors(SIZE * 4 + BATCH, 1)
        self.pairs = self._successors(0, 2)
        self.needs: npt.NDArray[np.int32] = np.zeros((0, 0), np.int32)
        self.put_aside: npt.NDArray[np.int32] = np.zeros((0, 0), np.int32)

    def take(self, states: Words, first: int, *, stepping: bool) -> "Part":
        """Start over with other states; `first` is the number of the first of them."""
        self.states, self.first = states, first
        self.payloads = self._room[: len(states)]
        self.walked = 0
        self.misses = 0
        self.status = DONE
        self.position[:] = 0
        self.counters[:] = 0
        self.fired[:] = 0
        if stepping and not len(self.pairs.key):
            self.pairs = self._successors(len(self.out.key), 2)
        return self

    def walk(self) -> None:
        """Fill in payloads, up to as many misses as there is room for."""
        learned = self.learned
        states, payloads = self.states[self.walked :], self.payloads[self.walked :]
        self.misses = walk_all(states, learned.roots, learned.rows, learned.arrays, payloads, *self.missed)

    def learn(self) -> None:
        """Learn what was missed, and fill in the payloads of the states that missed it."""
        pending, rest = self._missing(np.arange(self.walked, len(self.states)))
        while len(pending):
            self._learn_once(self.states[pending])
            states, payloads = self.states[pending], np.empty((len(pending), self.payloads.shape[1]), np.int32)
            learned = self.learned
            self.misses = walk_all(states, learned.roots, learned.rows, learned.arrays, payloads, *self.missed)
            self.payloads[pending] = payloads
            pending = np.concatenate(self._missing(pending))
        self.walked = len(self.states) - len(rest)

    def _missing(self, walked: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Of the states that were walked over last: those that missed something, and those that were not reached."""
        missed = np.unique(self.missed[0][: self.misses])
        room = len(self.missed[0]) - self.misses
        full = room < self.payloads.shape[1] + self.learned.row_numbers.slots
        return walked[missed], walked[missed[-1] + 1 :] if full else walked[:0]

    def _learn_once(self, walked: Words) -> None:
        """Learn each function once, in the first state that missed it; others may have missed the same."""
        states, roots = (column[: self.misses] for column in self.missed)
        states = np.searchsorted(np.unique(states), states)
        for state, root in zip(states.tolist(), roots.tolist(), strict=True):
            if root >= ROW:
                self.learned.row_numbers.add(root - ROW, walked[state])
        known, first = np.unique(roots, return_index=True)
        for state in dict.fromkeys(states[np.sort(first[known < ROW])].tolist()):
            self.learned.payloads(walked[state])

    def expand(self, visited: Words, only: npt.NDArray[np.bool_] | None = None) -> None:
        """Find the successors (by the events `only`, if given), until done or out of room."""
        learned = self.learned
        events = self.payloads[:, len(learned.state_properties) :]
        if only is not None:
            events = np.where(only, events, NOTHING)
        self.status = expand(
            self.states, events, self.position, self.first, learned.event_exchange,
            learned.event_twin, learned.leaves.effects,
            learned.places, learned.symmetry.orbits, learned.live, visited, self.out, self.pairs, self.taken,
            self.fired, self.counters,
        )  # fmt: skip

    def make_room(self) -> None:
        """Twice as much room for successors."""
        self.out = self._copied(self.out, 1)
        if len(self.pairs.key):
            self.pairs = self._copied(self.pairs, 2)

    def _copied(self, old: Successors, states: int) -> Successors:
        grown = self._successors(2 * len(old.key), states)
        size = len(old.key)
        grown.words[:size], grown.key[:size], grown.parent[:size], grown.cause[:size] = old
        return grown

    def _successors(self, size: int, states: int) -> Successors:
        return Successors(
            np.empty((size, states * self.learned.packing.words), np.uint64),
            np.empty(size, np.uint64),
            np.empty(size, np.int32),
            np.empty(size, np.int32),
        )

    def step_payloads(self) -> npt.NDArray[np.int32]:
        """For each transition and each property of steps, whether it offends; what is missing is learned."""
        learned, pairs = self.learned, self.pairs.words[: self.counters[3]]
        payloads = np.empty((len(pairs), len(learned.step_properties)), np.int32)
        done = 0
        while True:
            misses = walk_all(
                pairs[done:], learned.step_roots, learned.rows, learned.step_arrays, payloads[done:], *self.missed
            )
            if not misses:
                return payloads
            for state in dict.fromkeys(self.missed[0][:misses].tolist()):
                learned.step_payloads(pairs[done + state])
            done += int(self.missed[0][0])
