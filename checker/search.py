"""Breadth-first search over a learned scenario: every reachable state once, shortest counterexamples first."""

import bisect
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker.kernels import BATCH, DONE, Successors, expand, fingerprints, insert, rehash, walk_all
from checker.layout import TooManyValues
from checker.learned import LearnedScenario
from checker.packing import Outgrown, Words
from checker.replaying import RunsDisagree, concrete_trace
from checker.trace import Trace
from checker.views import ToldApart
from checker.vocabulary import Property, Scenario

_PART = 256
_PARTS = 32


class Found(msgspec.Struct, frozen=True):
    """A property's first offender (for `sometimes`, its first witness): a shortest trace to it.

    `states`, `transitions` and `seconds` tell how far the search was.
    """

    trace: Trace
    states: int
    transitions: int
    seconds: float


class Progress(msgspec.Struct, frozen=True):
    """How far a running search is. `frontier` is the number of states of the current depth."""

    states: int
    transitions: int
    depth: int
    frontier: int
    seconds: float


class SearchResult(msgspec.Struct, frozen=True):
    """What a search saw.

    `stopped` is None when every reachable state was visited, or why not: ``max states``, ``timeout``, ``interrupted``,
    ``decided`` (every property had its answer), or which field took too many values. `found` maps the names of
    properties to their first offender or witness. `full_pools` names the pools for whose size some step was cut off.
    States that differ by exchanges of slots of `interchangeable` pools are counted once; where that would have taken
    too long to find out for some state, they may be counted several times, and `exact_orbits` is false.
    """

    states: int
    transitions: int
    depth: int
    seconds: float
    stopped: str | None
    full_pools: tuple[str, ...]
    found: dict[str, Found]
    fired: dict[str, int]
    interchangeable: tuple[str, ...]
    exact_orbits: bool
    python_calls: int
    trie_nodes: int

    @property
    def exhausted(self) -> bool:
        """Every reachable state was visited, and none was cut off by a bound."""
        return self.stopped is None and not self.full_pools

    @property
    def collision_probability(self) -> float:
        """The chance that two of the states had one 64-bit fingerprint, so that one was missed (at most)."""
        return min(1.0, self.states * (self.states - 1) / 2 / 2**64)


class Limits(msgspec.Struct, frozen=True):
    """When to stop: after so many distinct states, after so many seconds, after so many steps from the start."""

    max_states: int | None = None
    timeout: float | None = None
    max_depth: int | None = None


def search(
    scenario: Scenario[Any],
    *,
    symmetry: bool = True,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    progress: Callable[[Progress], None] | None = None,
    stop_when_decided: bool = True,
    workers: int | None = None,
) -> SearchResult:
    """Visit every reachable state of a scenario once and look for offenders of its properties.

    Parameters
    ----------
    symmetry
        Count states that differ only by exchanges of interchangeable slots as one.
    limits
        A limit that is hit ends the search; the result says so.
    progress
        Called now and then while the search runs.
    stop_when_decided
        End the search once no property is open any more, instead of visiting the rest of the states.
    workers
        How many threads; as many as there are processors by default. The result does not depend on it.

    Notes
    -----
    Breadth-first, so each discovery has a shortest trace. States are told apart by 64-bit fingerprints: see
    `SearchResult.collision_probability`. Memory: the current and the next frontier, and about 30 bytes a state.
    Ctrl-C ends the search like a limit.
    """
    run = _Search(scenario, symmetry, limits, progress, stop_when_decided, workers or os.cpu_count() or 1)
    try:
        run.run()
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    except TooManyValues as limit:
        run.stopped = str(limit)
    return run.result()


class _Part:
    """A slice of the frontier on its way through the compiled loops, and what they need to hand back."""

    def __init__(self, learned: LearnedScenario) -> None:
        self.learned = learned
        self.missed = learned.room_for_misses(8)
        self.position = np.zeros(3, np.int64)
        self.counters = np.zeros(4, np.int64)
        self.taken = np.zeros(len(learned.events), np.int64)
        self.fired = np.zeros(len(learned.events), np.int64)
        self.out = self._successors(_PART * 4 + BATCH, 1)
        self.pairs = self._successors(0, 2)

    def take(self, states: Words, first: int, *, stepping: bool) -> "_Part":
        """Start over with other states; `first` is the number of the first of them."""
        self.states, self.first = states, first
        self.payloads = np.empty((len(states), len(self.learned.roots.node)), np.int32)
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
        """Learn what was missed."""
        for state in dict.fromkeys(self.missed[0][: self.misses].tolist()):
            self.learned.payloads(self.states[self.walked + state])
        self.walked += int(self.missed[0][0])

    def expand(self, visited: Words) -> None:
        """Find the successors, until done or out of room."""
        learned = self.learned
        events = self.payloads[:, len(learned.state_properties) :]
        self.status = expand(
            self.states, events, self.position, self.first, learned.event_roots, learned.leaves.effects,
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


class _Search:
    """The state of one search; see `search`."""

    def __init__(
        self,
        scenario: Scenario[Any],
        symmetry: bool,
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        stop_when_decided: bool,
        workers: int,
    ) -> None:
        self.scenario, self.symmetry = scenario, symmetry
        self.limits = limits
        self.progress = progress
        self.stop_when_decided = stop_when_decided
        self.workers = workers
        self.pool = ThreadPoolExecutor(workers) if workers > 1 else None
        self.started = time.monotonic()
        self.reported = self.started
        self.python_calls = 0
        self._learn_anew(frozenset())

    def _learn_anew(self, told_apart: frozenset[str]) -> None:
        self.learned = LearnedScenario(self.scenario, symmetry=self.symmetry, told_apart=told_apart)
        self.told_apart = told_apart
        self._reset()

    def _reset(self) -> None:
        learned = self.learned
        self.stopped: str | None = None
        self.found: dict[str, Found] = {}
        self.visited = np.zeros(1 << 12, np.uint64)
        self.taken = 0
        self.states = 0
        self.transitions = 0
        self.several = 0
        self.levels: list[int] = []
        self.parents: list[npt.NDArray[np.int32]] = []
        self.causes: list[npt.NDArray[np.int32]] = []
        self.fired = np.zeros(len(learned.events), np.int64)
        self.depth = 0
        self.frontier: Words = np.zeros((0, learned.packing.words), np.uint64)
        self.parts = [_Part(learned) for _ in range(_PARTS)]

    # -- the loop over levels

    def run(self) -> None:
        """Search until done, decided, or stopped by a limit."""
        while True:
            try:
                self._start()
                self._levels()
                return
            except Outgrown:
                self.learned.pack()
                self._reset()
            except ToldApart as exception:
                self.python_calls += self.learned.python_calls
                self._learn_anew(self.told_apart | {exception.pool})

    def _start(self) -> None:
        rows = np.array([self.learned.encode(state) for state in self.scenario.initial], np.uint64)
        keys, kept = np.empty(len(rows), np.uint64), np.empty(len(rows), np.int64)
        fingerprints(rows, len(rows), keys)
        self._make_room(len(rows))
        kept = kept[: insert(self.visited, keys, len(rows), kept)]
        self.taken = len(kept)
        self._close_level([rows[kept]], [(-1 - kept).astype(np.int32)], [np.zeros(len(kept), np.int32)])

    def _close_level(
        self, frontier: list[Words], parents: list[npt.NDArray[np.int32]], causes: list[npt.NDArray[np.int32]]
    ) -> None:
        self.frontier = np.concatenate([self.frontier[:0], *frontier])
        self.levels.append(self.states)
        self.parents.append(np.concatenate([np.zeros(0, np.int32), *parents]))
        self.causes.append(np.concatenate([np.zeros(0, np.int32), *causes]))
        self.states += len(self.frontier)

    def _levels(self) -> None:
        while len(self.frontier):
            if self.depth == self.limits.max_depth:
                self._check_last_level()
                return
            if not self._expand_level():
                return
            self.depth += bool(len(self.frontier))

    def _check_last_level(self) -> None:
        for parts in self._chunks():
            self._check_states(parts)
        self.stopped = self.stopped or "max depth"

    def _chunks(self) -> Iterable[list[_Part]]:
        first = self.states - len(self.frontier)
        stepping = any(prop.name not in self.found for prop in self.learned.step_properties)
        for start in range(0, len(self.frontier), _PART * _PARTS):
            chunk = self.frontier[start : start + _PART * _PARTS]
            starts = range(0, len(chunk), _PART)
            yield [
                part.take(chunk[begin : begin + _PART], first + start + begin, stepping=stepping)
                for part, begin in zip(self.parts, starts, strict=False)
            ]

    def _expand_level(self) -> bool:
        """Whether the level was expanded to its end."""
        found: tuple[list[Any], list[Any], list[Any]] = [], [], []
        new = 0
        for parts in self._chunks():
            self._check_states(parts)
            if self._should_stop(new):
                return False
            self._expand(parts)
            for part in parts:
                new += self._insert(part, *found)
            if self._should_stop(new):
                return False
            self._report(new)
        self._close_level(*found)
        return True

    def _should_stop(self, new: int) -> bool:
        if self.limits.max_states is not None and self.states + new >= self.limits.max_states:
            self.stopped = "max states"
        elif self.limits.timeout is not None and time.monotonic() - self.started >= self.limits.timeout:
            self.stopped = "timeout"
        elif self.stop_when_decided and self._open() == 0 and self.learned.scenario.safety_properties:
            self.stopped = "decided"
        if self.stopped is not None:
            self.states += new
        return self.stopped is not None

    def _open(self) -> int:
        return sum(prop.name not in self.found for prop in self.learned.scenario.safety_properties)

    def _report(self, new: int) -> None:
        now = time.monotonic()
        if self.progress and now - self.reported > 0.25:
            self.reported = now
            self.progress(
                Progress(self.states + new, self.transitions, self.depth, len(self.frontier), now - self.started)
            )

    def _each(self, work: Callable[[_Part], None], parts: list[_Part]) -> None:
        if self.pool is None or len(parts) == 1:
            for part in parts:
                work(part)
        else:
            list(self.pool.map(work, parts))

    # -- properties of states

    def _check_states(self, parts: list[_Part]) -> None:
        """Walk all tries, learn what is missing, and note offenders."""
        todo = parts
        while todo:
            self._each(_Part.walk, todo)
            todo = [part for part in todo if part.misses]
            for part in todo:
                part.learn()
        for index, prop in enumerate(self.learned.state_properties):
            if prop.name not in self.found:
                for part in parts:
                    if part.payloads[:, index].any():
                        self._note(prop, part.first + int(part.payloads[:, index].argmax()))
                        break

    def _note(self, prop: Property, state: int, *last: tuple[int, int]) -> None:
        initial, events = self._path(state)
        seconds = time.monotonic() - self.started
        trace = concrete_trace(self.learned, initial, (*events, *last))
        if not trace.offenders(prop):
            raise RunsDisagree(f"{prop.name}: the learned run found an offender that the plain run does not see")
        self.found[prop.name] = Found(trace, self.states, self.transitions, seconds)

    def _path(self, state: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        events: list[tuple[int, int]] = []
        while True:
            level = bisect.bisect_right(self.levels, state) - 1
            parent, cause = (int(column[level][state - self.levels[level]]) for column in (self.parents, self.causes))
            if parent < 0:
                return -1 - parent, tuple(reversed(events))
            events.append((cause >> 12, cause & 0xFFF))
            state = parent

    # -- transitions

    def _expand(self, parts: list[_Part]) -> None:
        """Find the successors that are new, and note offending steps."""
        visited, todo = self.visited, parts
        while todo:
            self._each(lambda part: part.expand(visited), todo)
            todo = [part for part in todo if part.status != DONE]
            for part in todo:
                part.make_room()
        for part in parts:
            self._check_steps(part)

    def _check_steps(self, part: _Part) -> None:
        if not part.counters[3]:
            return
        payloads = part.step_payloads()
        for index, prop in enumerate(self.learned.step_properties):
            if prop.name not in self.found and payloads[:, index].any():
                first = int(payloads[:, index].argmax())
                cause = int(part.pairs.cause[first])
                self._note(prop, int(part.pairs.parent[first]), (cause >> 12, cause & 0xFFF))

    def _insert(self, part: _Part, frontier: list[Any], parents: list[Any], causes: list[Any]) -> int:
        count = int(part.counters[1])
        self.transitions += int(part.counters[0])
        self.several += int(part.counters[2])
        self.fired += part.fired
        self._make_room(count)
        kept = np.empty(count, np.int64)
        new = int(insert(self.visited, part.out.key, count, kept))
        kept = kept[:new]
        frontier.append(part.out.words[kept])
        parents.append(part.out.parent[kept])
        causes.append(part.out.cause[kept])
        self.taken += new
        return new

    def _make_room(self, count: int) -> None:
        while (self.taken + count) * 8 > len(self.visited) * 5:
            grown = np.zeros(2 * len(self.visited), np.uint64)
            rehash(self.visited, grown)
            self.visited = grown

    def result(self) -> SearchResult:
        """What was seen so far."""
        if self.pool is not None:
            self.pool.shutdown()
        fired: dict[str, int] = {}
        for event, count in zip(self.learned.events, self.fired, strict=True):
            fired[event.action.name] = fired.get(event.action.name, 0) + int(count)
        return SearchResult(
            states=self.states,
            transitions=self.transitions,
            depth=self.depth,
            seconds=time.monotonic() - self.started,
            stopped=self.stopped,
            full_pools=tuple(sorted(self.learned.full_pools)),
            found=self.found,
            fired=fired,
            interchangeable=tuple(sorted(self.learned.interchangeable)),
            exact_orbits=self.several == 0,
            python_calls=self.python_calls + self.learned.python_calls,
            trie_nodes=self.learned.tries.size,
        )
