"""Breadth-first search over a learned scenario: every reachable state once, shortest counterexamples first."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker import kernels
from checker.layout import Packed, TooManyValues
from checker.learned import LearnedScenario
from checker.replaying import RunsDisagree, concrete_trace
from checker.trace import Trace
from checker.tries import Growing
from checker.vocabulary import Property, Scenario

_CHUNK = 4096
_MISSES = 256
Words = npt.NDArray[np.uint64]


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
    """

    states: int
    transitions: int
    depth: int
    seconds: float
    stopped: str | None
    full_pools: tuple[str, ...]
    found: dict[str, Found]
    fired: dict[str, int]
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
    """When to stop: after so many distinct states, after so many seconds."""

    max_states: int | None = None
    timeout: float | None = None


def search(
    scenario: Scenario[Any],
    *,
    symmetry: bool = True,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    progress: Callable[[Progress], None] | None = None,
    stop_when_decided: bool = True,
) -> SearchResult:
    """Visit every reachable state of a scenario once and look for offenders of its properties.

    Parameters
    ----------
    symmetry
        Count states that differ only in the order of interchangeable rows as one.
    limits
        A limit that is hit ends the search; the result says so.
    progress
        Called now and then while the search runs.
    stop_when_decided
        End the search once no property is open any more, instead of visiting the rest of the states.

    Notes
    -----
    Breadth-first, so each discovery has a shortest trace. States are told apart by 64-bit fingerprints: see
    `SearchResult.collision_probability`. Memory: the current and the next frontier, and about 30 bytes a state.
    Ctrl-C ends the search like a limit.
    """
    run = _Search(LearnedScenario(scenario, symmetry=symmetry), limits, progress, stop_when_decided)
    try:
        run.run()
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    except TooManyValues as limit:
        run.stopped = str(limit)
    return run.result()


class _Search:
    """The state of one search; see `search`."""

    def __init__(
        self,
        learned: LearnedScenario,
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        stop_when_decided: bool,
    ) -> None:
        self.learned = learned
        self.limits = limits
        self.progress = progress
        self.stop_when_decided = stop_when_decided
        self.started = time.monotonic()
        self.reported = self.started
        self.stopped: str | None = None
        self.found: dict[str, Found] = {}
        self.visited = np.zeros(1 << 12, np.uint64)
        self.room = np.array([len(self.visited) // 2], np.int64)
        self.parents = Growing(np.int64)
        self.causes = Growing(np.int64)
        self.counters = np.zeros(3, np.int64)
        self.fired = np.zeros(len(learned.events), np.int64)
        self.depth = 0
        self.frontier: Words = np.zeros((0, learned.layout.width // 8), np.uint64)
        self.step_open = np.ones(len(learned.step_properties), np.uint8)

    # -- the loop over levels

    def run(self) -> None:
        """Search until done, decided, or stopped by a limit."""
        self._start()
        while len(self.frontier) and not self.stopped:
            first = self.parents.size - len(self.frontier)
            found: list[Words] = []
            for start in range(0, len(self.frontier), _CHUNK):
                chunk = self.frontier[start : start + _CHUNK]
                self._check_states(chunk, first + start)
                if self._should_stop():
                    return
                found.extend(self._expand(chunk, first + start))
                if self._should_stop():
                    return
                self._report()
            self.frontier = np.concatenate(found) if found else self.frontier[:0]
            self.depth += bool(len(self.frontier))

    def _start(self) -> None:
        rows = []
        for number, state in enumerate(self.learned.scenario.initial):
            words = self.learned.encode(state).view(np.uint64)
            if kernels.add_state(self.visited, words):
                self.room[0] -= 1
                self.parents.append(-1 - number)
                self.causes.append(0)
                rows.append(words)
        self.frontier = np.array(rows, np.uint64).reshape(len(rows), -1)

    def _should_stop(self) -> bool:
        if self.limits.max_states is not None and self.parents.size >= self.limits.max_states:
            self.stopped = "max states"
        elif self.limits.timeout is not None and time.monotonic() - self.started >= self.limits.timeout:
            self.stopped = "timeout"
        elif self.stop_when_decided and self._open() == 0 and self.learned.scenario.properties:
            self.stopped = "decided"
        return self.stopped is not None

    def _open(self) -> int:
        return sum(prop.name not in self.found for prop in self.learned.scenario.properties)

    def _report(self) -> None:
        now = time.monotonic()
        if self.progress and now - self.reported > 0.25:
            self.reported = now
            self.progress(
                Progress(
                    self.parents.size,
                    int(self.counters[0]),
                    self.depth,
                    len(self.frontier),
                    now - self.started,
                )
            )

    # -- properties of states

    def _check_states(self, chunk: Words, first: int) -> None:
        properties = self.learned.state_properties
        if all(prop.name in self.found for prop in properties):
            return
        payloads = self._walk(chunk, self.learned.state_roots, self.learned.learn_state_property)
        for index, prop in enumerate(properties):
            if prop.name not in self.found and payloads[:, index].any():
                self._note(prop, first + int(payloads[:, index].argmax()))

    def _note(self, prop: Property, state: int, *last: tuple[int, int]) -> None:
        initial, events = self._path(state)
        seconds = time.monotonic() - self.started
        trace = concrete_trace(self.learned, initial, (*events, *last))
        if not trace.offenders(prop):
            raise RunsDisagree(f"{prop.name}: the learned run found an offender that the plain run does not see")
        self.found[prop.name] = Found(trace, self.parents.size, int(self.counters[0]), seconds)

    def _path(self, state: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        parents, causes = self.parents.all, self.causes.all
        events: list[tuple[int, int]] = []
        while parents[state] >= 0:
            events.append((int(causes[state]) >> 16, int(causes[state]) & 0xFFFF))
            state = int(parents[state])
        return -1 - int(parents[state]), tuple(reversed(events))

    # -- transitions

    def _walk(
        self, chunk: Words, roots: npt.NDArray[np.int64], learn: Callable[[int, Packed], None]
    ) -> npt.NDArray[np.int32]:
        """The payloads of every trie in `roots` on every state of the chunk; what is missing is learned."""
        states = chunk.view(np.uint8)
        payloads = np.empty((len(states), len(roots)), np.int32)
        missed_state = np.empty(_MISSES, np.int64)
        missed_root = np.empty(_MISSES, np.int64)
        done = 0
        while True:
            learned = self.learned
            misses = kernels.walk_all(
                states[done:], roots, payloads[done:], learned.derived_roots, *learned.tries.arrays,
                missed_state, missed_root,
            )  # fmt: skip
            if not misses:
                return payloads
            for state, root in zip(missed_state[:misses], missed_root[:misses], strict=True):
                if not self._known(states[done + state], roots[root]):
                    learn(int(root), states[done + state])
            done += int(missed_state[0])

    def _known(self, row: Packed, root: np.int64) -> bool:
        learned = self.learned
        cache = np.full(max(1, len(learned.derived_roots)), kernels.UNSEEN, np.int64)
        payload = kernels.walk(
            np.int64(root), row, row, cache, learned.stack, learned.derived_roots, *learned.tries.arrays
        )
        return bool(payload != kernels.UNSEEN)

    def _expand(self, chunk: Words, first: int) -> list[Words]:
        """The new states that the chunk leads to."""
        learned = self.learned
        payloads = self._walk(chunk, learned.event_roots, learned.learn_event)
        position = np.zeros(3, np.int64)
        capacity = max(1024, 2 * len(chunk))
        blocks: list[Words] = []
        while True:
            rows = np.empty((capacity, chunk.shape[1]), np.uint64)
            parents = np.empty(capacity, np.int64)
            causes = np.empty(capacity, np.int64)
            self.counters[1] = 0
            outcome = self._expand_block(chunk, payloads, position, first, rows, parents, causes)
            count = int(self.counters[1])
            start = self.parents.extend(count)
            self.causes.extend(count)
            self.parents.all[start:] = parents[:count]
            self.causes.all[start:] = causes[:count]
            blocks.append(rows[:count])
            if outcome == kernels.DONE:
                return blocks

    def _expand_block(
        self,
        chunk: Words,
        payloads: npt.NDArray[np.int32],
        position: npt.NDArray[np.int64],
        first: int,
        rows: Words,
        parents: npt.NDArray[np.int64],
        causes: npt.NDArray[np.int64],
    ) -> int:
        """Expand until the chunk is done or the block is full; make room and learn on the way."""
        learned = self.learned
        while True:
            outcome = kernels.expand(
                chunk, payloads, position, first, *learned.leaves.arrays, learned.sorted_pools,
                self.visited, self.room, rows, parents, causes, len(rows), self.fired, self.counters,
                learned.step_roots, self.step_open, *learned.tries.arrays, learned.derived_roots,
            )  # fmt: skip
            if outcome in (kernels.DONE, kernels.FRONTIER_FULL):
                return int(outcome)
            if outcome == kernels.TABLE_FULL:
                self._grow_table()
                continue
            before = chunk[position[0]]
            index = int(self.counters[2])
            if outcome == kernels.STEP_UNSEEN:
                after = rows[self.counters[1]]
                learned.learn_step_property(index, before.view(np.uint8), after.view(np.uint8))
            else:
                self.step_open[index] = 0
                prop = learned.step_properties[index]
                self._note(prop, first + int(position[0]), (int(position[1]), int(position[2])))

    def _grow_table(self) -> None:
        grown = np.zeros(4 * len(self.visited), np.uint64)
        kernels.rehash(self.visited, grown)
        self.room[0] += (len(grown) - len(self.visited)) // 2
        self.visited = grown

    def result(self) -> SearchResult:
        """What was seen so far."""
        fired: dict[str, int] = {}
        for event, count in zip(self.learned.events, self.fired, strict=True):
            fired[event.action.name] = fired.get(event.action.name, 0) + int(count)
        return SearchResult(
            states=self.parents.size,
            transitions=int(self.counters[0]),
            depth=self.depth,
            seconds=time.monotonic() - self.started,
            stopped=self.stopped,
            full_pools=tuple(sorted(self.learned.full_pools)),
            found=self.found,
            fired=fired,
            python_calls=self.learned.python_calls,
            trie_nodes=self.learned.tries.nodes,
        )
