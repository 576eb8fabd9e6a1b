"""Random simulation: many walkers at once over a learned scenario, for state spaces that no search can exhaust.

A simulation can only find. What it did not find may still be there: its verdicts are violated (or, for `sometimes`,
holds) with a trace that the plain run took again, or inconclusive.
"""

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from checker.kernels import Learned, Roots, Rows, fingerprints, walk_all
from checker.layout import TooManyValues
from checker.learned import LearnedScenario
from checker.packing import Outgrown, Words
from checker.replaying import RunsDisagree, concrete_trace
from checker.results import Found, Limits, Progress, SearchResult
from checker.search import default_memory
from checker.state import State
from checker.storage import Budget, Disk, Visited, memory_used
from checker.trace import Choice, Step, Trace
from checker.vocabulary import Event, Fairness, Property, Scenario

WALKERS = 1024
RUNS = 10_000

Tables = Callable[[], tuple[Roots, Rows, Learned]]
Learn = Callable[[Words], object]


class SimulationResult(SearchResult, frozen=True):
    """What a simulation saw.

    `states` are the distinct states that were met (told apart by fingerprint, without symmetry), `transitions` the
    steps that were taken, `fired` those of each action, `depth` the length of the longest run. The traces in `found`
    are short, not necessarily shortest. `stopped` is never None: nothing was exhausted.

    `lengths[n]` is how many runs took n steps. `configurations` is how many different sets of disturbances the runs
    were allowed; 1 without swarm.
    """

    seed: int
    lengths: tuple[int, ...]
    configurations: int

    @property
    def runs(self) -> int:
        """How many runs were begun."""
        return sum(self.lengths)

    @property
    def never_fired(self) -> tuple[str, ...]:
        """The actions that no run took."""
        return tuple(name for name, steps in self.fired.items() if not steps)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of a trace should know about where it comes from."""
        found = f"found by random simulation (seed {self.seed}): there may be a shorter trace"
        swarm = f"swarm: {self.configurations:,} sets of disturbances were tried"
        return (found, swarm) if self.configurations > 1 else (found,)


def simulate(
    scenario: Scenario[Any],
    *,
    seed: int = 0,
    runs: int | None = None,
    max_depth: int = 100,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    swarm: bool = False,
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    sample: bool = False,
) -> SimulationResult:
    """Take random runs of a scenario and look for offenders of its properties of states and steps.

    Each step is drawn among the actions that are enabled, then among that action's events, then among the event's
    yields, so that an action with many bindings does not drown the others. A run ends where nothing is enabled.

    Parameters
    ----------
    seed
        A whole number from 0 on. The same seed takes the same runs, whatever `workers`; more runs begin with the same.
    runs
        How many runs. By default until `limits.timeout`, and 10,000 if there is none.
    max_depth
        The most steps a run takes; `limits.max_depth` may ask for less.
    limits
        A limit that is hit ends the simulation; the result says so.
    swarm
        Switch off each disturbance (action without fairness) in every other run, at random, so that runs in which
        something does not happen at all are as common as others (Groce et al., Swarm Testing, 2012).
    progress
        Called now and then.
    workers
        How many threads; as many as there are processors by default.
    sample
        Add one of the runs to the result, as a trace.

    Notes
    -----
    It ends early once every property has its answer. Ctrl-C ends it like a limit.
    """
    simulation = _Simulation(scenario, seed, max_depth, limits, swarm, progress, workers or os.cpu_count() or 1)
    if runs is None and limits.timeout is None:
        runs = RUNS
    try:
        simulation.run(runs)
    except KeyboardInterrupt:
        simulation.limit = "interrupted"
    except TooManyValues as limit:
        simulation.limit = str(limit)
    finally:
        simulation.close()
    return simulation.result(sample=sample)


class _Batch:
    """Walkers in step with each other. `walkers` are the numbers of those that go on, `states` where they are.

    `steps` holds for each step and each walker the event and the yield that it took, -1 if it had come to its end.
    """

    def __init__(self, start: npt.NDArray[np.int64], initial: Words, allowed: npt.NDArray[np.bool_]) -> None:
        self.start, self.allowed = start, allowed
        self.walkers = np.arange(len(start))
        self.states: Words = initial[start]
        self.steps: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]] = []

    def path(self, walker: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """A walker's initial state, and its steps so far."""
        steps = ((int(event[walker]), int(which[walker])) for event, which in self.steps)
        return int(self.start[walker]), tuple(step for step in steps if step[0] >= 0)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """How many steps each walker took."""
        lengths = np.zeros(len(self.start), np.int64)
        for event, _ in self.steps:
            lengths += event >= 0
        return lengths


class _Simulation:
    """The state of one simulation; see `simulate`."""

    def __init__(
        self,
        scenario: Scenario[Any],
        seed: int,
        max_depth: int,
        limits: Limits,
        swarm: bool,
        progress: Callable[[Progress], None] | None,
        workers: int,
    ) -> None:
        self.scenario, self.seed, self.limits, self.progress = scenario, seed, limits, progress
        self.max_depth = max_depth if limits.max_depth is None else min(max_depth, limits.max_depth)
        self.optional = np.array([swarm and action.fairness is Fairness.NONE for action in scenario.actions], np.bool_)
        events = [sum(1 for _ in action.bindings(scenario.initial[0])) for action in scenario.actions]
        self.first_event = np.cumsum([0, *events])
        self.workers = workers
        self.pool = ThreadPoolExecutor(workers) if workers > 1 else None
        self.started = self.reported = time.monotonic()
        self.budget = Budget(limits.memory or default_memory())
        self.learned = LearnedScenario(scenario, symmetry=False)
        self._reset()

    def _reset(self) -> None:
        self.initial = np.array([self.learned.encode(state) for state in self.scenario.initial], np.uint64)
        self.limit: str | None = None
        self.batch: _Batch | None = None
        self.found: dict[str, Found] = {}
        self.visited = Visited(Disk())
        self.transitions = 0
        self.fired = np.zeros(len(self.learned.events), np.int64)
        self.lengths = np.zeros(self.max_depth + 1, np.int64)
        self.configurations: set[bytes] = set()

    def run(self, runs: int | None) -> None:
        """Take so many runs (None: any number), or until a limit is hit."""
        while True:
            try:
                for size in _batches(runs):
                    if self._should_stop():
                        break
                    self._take_runs(size)
                return
            except Outgrown:
                self.learned.pack()
                self._reset()

    def _take_runs(self, size: int) -> None:
        number = int(self.lengths.sum()) // WALKERS
        random = np.random.Generator(np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=(number,))))
        start = random.integers(len(self.initial), size=WALKERS)[:size]
        on = random.random((WALKERS, len(self.optional)))[:size] < 0.5
        self.batch = batch = _Batch(start, self.initial, on | ~self.optional)
        self.configurations.update(map(bytes, batch.allowed))
        try:
            self._walk_on(batch, random)
        finally:
            self.lengths += np.bincount(batch.lengths, minlength=len(self.lengths))

    def _walk_on(self, batch: _Batch, random: np.random.Generator) -> None:
        learned = self.learned
        state_properties = len(learned.state_properties)
        while True:
            self._meet(batch.states)
            payloads = self._walk(batch.states, lambda: (learned.roots, learned.rows, learned.arrays), learned.payloads)
            self._check(learned.state_properties, payloads, batch)
            if self._should_stop() or len(batch.steps) == self.max_depth:
                return
            before = self._step(batch, payloads[:, state_properties:], random.random((WALKERS, 3)))
            self._check_steps(batch, before)
            self._report(batch)
            if not len(batch.walkers):
                return

    def _step(self, batch: _Batch, leaves: npt.NDArray[np.int32], draws: npt.NDArray[np.float64]) -> Words:
        """Take a step with every walker that can; the states before, of those that could."""
        walkers, before = batch.walkers, batch.states
        chosen = np.full((2, len(batch.start)), -1, np.int32)
        after, picked = before.copy(), np.empty((2, len(walkers)), np.int32)
        take_steps(
            after, leaves, draws[walkers], batch.allowed[walkers], self.first_event, self.learned.packing.places,
            *self.learned.leaves.effects, *picked,
        )  # fmt: skip
        chosen[:, walkers] = picked
        batch.steps.append((chosen[0], chosen[1]))
        moved = picked[0] >= 0
        batch.walkers, batch.states = walkers[moved], after[moved]
        self.fired += np.bincount(picked[0][moved], minlength=len(self.fired))
        self.transitions += len(batch.walkers)
        came_from: Words = before[moved]
        return came_from

    # -- walking tries

    def _walk(self, states: Words, tables: Tables, learn: Learn) -> npt.NDArray[np.int32]:
        """The payload of every root in every state, found by all threads; what is missing is learned between."""
        payloads = np.empty((len(states), len(tables()[0].node)), np.int32)
        bounds = np.linspace(0, len(states), self.workers + 1).astype(int).tolist()
        todo = [(begin, end) for begin, end in itertools.pairwise(bounds) if begin < end]
        while todo:
            learned = tables()

            def missed(part: tuple[int, int], learned: Any = learned) -> list[int]:
                lists = self.learned.room_for_misses(8)
                misses = walk_all(states[slice(*part)], *learned, payloads[slice(*part)], *lists)
                return [part[0] + state for state in dict.fromkeys(lists[0][:misses].tolist())]

            strange = list(self.pool.map(missed, todo) if self.pool and len(todo) > 1 else map(missed, todo))
            for state in (state for part in strange for state in part):
                learn(states[state])
            todo = [(part[0], end) for part, (_, end) in zip(strange, todo, strict=True) if part]
        return payloads

    # -- what the walkers see

    def _meet(self, states: Words) -> None:
        keys = np.empty(len(states), np.uint64)
        fingerprints(states, len(states), keys)
        self.visited.make_room(len(states), sys.maxsize)
        self.visited.insert(keys, len(states))

    def _check_steps(self, batch: _Batch, before: Words) -> None:
        learned = self.learned
        if any(prop.name not in self.found for prop in learned.step_properties):
            pairs = np.hstack([before, batch.states])
            tables: Tables = lambda: (learned.step_roots, learned.rows, learned.step_arrays)  # noqa: E731
            self._check(learned.step_properties, self._walk(pairs, tables, learned.step_payloads), batch)

    def _check(self, properties: Sequence[Property], offends: npt.NDArray[np.int32], batch: _Batch) -> None:
        for index, prop in enumerate(properties):
            if prop.name not in self.found and offends[:, index].any():
                walker = int(batch.walkers[offends[:, index].argmax()])
                trace = concrete_trace(self.learned, *batch.path(walker))
                if not trace.offenders(prop):
                    raise RunsDisagree(
                        f"{prop.name}: the learned run found an offender that the plain run does not see"
                    )
                trace = shortened(self.scenario, prop, trace)
                self.found[prop.name] = Found(
                    trace, self.visited.taken, self.transitions, time.monotonic() - self.started
                )

    @property
    def _decided(self) -> bool:
        safety = self.scenario.safety_properties
        return bool(safety) and all(prop.name in self.found for prop in safety)

    def _should_stop(self) -> bool:
        if self._decided:
            return True
        if self.limits.max_states is not None and self.visited.taken >= self.limits.max_states:
            self.limit = "max states"
        elif self.limits.timeout is not None and time.monotonic() - self.started >= self.limits.timeout:
            self.limit = "timeout"
        elif self.visited.table.nbytes > self.budget.room // 3:  # it is copied when it grows
            self.limit = "out of memory"
        return self.limit is not None

    def _report(self, batch: _Batch) -> None:
        now = time.monotonic()
        if self.progress and now - self.reported > 0.25:
            self.reported = now
            depth, frontier = len(batch.steps), len(batch.walkers)
            self.progress(Progress(self.visited.taken, self.transitions, depth, frontier, now - self.started))

    def close(self) -> None:
        """Stop the threads."""
        if self.pool is not None:
            self.pool.shutdown()

    def result(self, *, sample: bool) -> SimulationResult:
        """What was seen so far."""
        runs, longest = int(self.lengths.sum()), int(np.flatnonzero(self.lengths).max(initial=0))
        told = f"simulation: {runs:,} runs of at most {self.max_depth:,} steps"
        fired = {action.name: 0 for action in self.scenario.actions}
        for event, steps in zip(self.learned.events, self.fired.tolist(), strict=True):
            fired[event.action.name] += steps
        return SimulationResult(
            states=self.visited.taken,
            transitions=self.transitions,
            depth=longest,
            seconds=time.monotonic() - self.started,
            stopped="decided" if self._decided else ", ".join(filter(None, (told, self.limit))),
            full_pools=tuple(sorted(self.learned.full_pools)),
            found=self.found,
            fired=fired,
            vacuous=self.learned.vacuous(),
            sample=concrete_trace(self.learned, *self.batch.path(0)) if sample and self.batch else None,
            interchangeable=(),
            exact_orbits=True,
            partial_order=False,
            masked=(),
            memory=memory_used(),
            spilled=False,
            python_calls=self.learned.python_calls,
            trie_nodes=self.learned.tries.size,
            seed=self.seed,
            lengths=tuple(self.lengths[: longest + 1].tolist()),
            configurations=len(self.configurations),
        )


def _batches(runs: int | None) -> Iterable[int]:
    """The sizes of the batches that make up so many runs."""
    if runs is None:
        return itertools.repeat(WALKERS)
    return (min(WALKERS, runs - first) for first in range(0, runs, WALKERS))


# -- compiled: this module's own, because the compiler's cache looks at no other file to see what has changed

_inlined: Any = numba.njit(inline="always", boundscheck=False)


@_inlined
def _changes(words, places, write_column, write_code, begin, end):  # type: ignore[no-untyped-def]
    """Whether some write from `begin` to `end` puts another code in its place."""
    for w in range(begin, end):
        place = places[write_column[w]]
        mask = (np.uint64(1) << np.uint64(place & 15)) - np.uint64(1)
        if (words[place >> 12] >> np.uint64((place >> 4) & 63)) & mask != np.uint64(write_code[w]):
            return True
    return False


@_inlined
def _chosen(counts, begin, end, draw):  # type: ignore[no-untyped-def]
    """One of the places from `begin` to `end` whose count is positive, by a number from 0 to below 1; else -1."""
    positive = 0
    for i in range(begin, end):
        positive += counts[i] > 0
    left = int(draw * positive)
    for i in range(begin, end):
        if counts[i] > 0:
            if left == 0:
                return i
            left -= 1
    return -1


@numba.njit(cache=True, nogil=True, boundscheck=False)
def take_steps(  # type: ignore[no-untyped-def]
    states, leaves, draws, allowed, first_event, places, yield_start, write_start, write_column, write_code, events,
    yields
):  # fmt: skip
    """Take one random step from each state, in place.

    `leaves` (states, events) is what each event does; `draws` (states, 3) are numbers from 0 to below 1, for the
    action, the event and the yield; `allowed` (states, actions) is what may be taken; the events of action a are
    numbered `first_event[a]` to `first_event[a + 1]`. What was taken goes to `events` and `yields`; -1 where nothing is
    enabled.
    """
    enabled = np.empty(len(first_event) - 1, np.int64)  # the events of each action that are
    ways = np.empty(leaves.shape[1], np.int64)  # the yields of each event that change the state
    for s in range(len(states)):
        for a in range(len(enabled)):
            enabled[a] = 0
            for e in range(first_event[a], first_event[a + 1] if allowed[s, a] else first_event[a]):
                ways[e] = 0
                for y in range(yield_start[leaves[s, e]], yield_start[leaves[s, e] + 1]):
                    ways[e] += _changes(states[s], places, write_column, write_code, write_start[y], write_start[y + 1])
                enabled[a] += ways[e] > 0
        a = _chosen(enabled, 0, len(enabled), draws[s, 0])
        events[s] = yields[s] = -1
        if a < 0:
            continue
        e = _chosen(ways, first_event[a], first_event[a + 1], draws[s, 1])
        left = int(draws[s, 2] * ways[e])
        for y in range(yield_start[leaves[s, e]], yield_start[leaves[s, e] + 1]):
            if _changes(states[s], places, write_column, write_code, write_start[y], write_start[y + 1]):
                if left == 0:
                    events[s], yields[s] = e, y - yield_start[leaves[s, e]]
                    for w in range(write_start[y], write_start[y + 1]):
                        place = places[write_column[w]]
                        shift = np.uint64((place >> 4) & 63)
                        mask = ((np.uint64(1) << np.uint64(place & 15)) - np.uint64(1)) << shift
                        word = states[s, place >> 12] & ~mask
                        states[s, place >> 12] = word | (np.uint64(write_code[w]) << shift)
                    break
                left -= 1


# -- short traces


def shortened(scenario: Scenario[Any], prop: Property, trace: Trace) -> Trace:
    """A trace to an offender of `prop` from which no step can be left out: delta debugging, in the plain run.

    Steps are left out in blocks, then one by one. What cannot be taken any more without them is left out too.
    """
    events = {(event.action.name, *sorted(event.slots.items())): event for event in scenario.events()}
    size = max(1, len(trace.steps) // 2)
    while True:
        shorter, first = trace, 0
        while first < len(shorter.steps):
            without = _without(events, prop, shorter, first, size)
            shorter, first = (shorter, first + size) if without is None else (without, first)
        if size == 1 and len(shorter.steps) == len(trace.steps):
            return shorter
        trace, size = shorter, max(1, size // 2)


def _without(events: dict[Any, Event], prop: Property, trace: Trace, first: int, size: int) -> Trace | None:
    """The trace without `size` steps from `first` on, up to its first offender from there on; None if it has none."""
    state, steps = trace.states[first], list(trace.steps[:first])
    if Trace(0, state).offenders(prop):
        return Trace(trace.initial_index, trace.initial, tuple(steps))
    for step in trace.steps[first + size :]:
        taken = _taken(events, state, step.choice)
        if taken is not None:
            steps.append(taken)
            if Trace(0, state, (taken,)).offenders(prop):
                return Trace(trace.initial_index, trace.initial, tuple(steps))
            state = taken.state
    return None


def _taken(events: dict[Any, Event], state: State, choice: Choice) -> Step | None:
    """The step that `choice` is from another state, if it can be taken there."""
    event = events[choice.action, *sorted(choice.slots.items())]
    after = next(itertools.islice(event.possible(state), choice.successor, None), None)
    return None if after is None else Step(event, choice, after)
