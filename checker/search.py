"""Exhaustive search over a learned scenario: every reachable state once, shortest counterexamples first."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from checker.checkpoint import Checkpoint
from checker.kernels import DONE, fingerprints
from checker.layout import TooManyValues
from checker.learned import LearnedScenario
from checker.live_columns import NewlyRead
from checker.packing import Outgrown, Words
from checker.partial_order import PartialOrder
from checker.parts import SIZE, Part
from checker.replaying import RunsDisagree, concrete_trace
from checker.results import Found, Limits, Progress, SearchResult
from checker.storage import Budget, Disk, History, Level, Visited, event_and_yield, file_of, memory_used
from checker.trace import Trace
from checker.views import ToldApart
from checker.vocabulary import Fairness, Kind, Property, Scenario

_PARTS = 16
_SHARE_OF_MACHINE = 0.6
_MEASURED = 100_000
_MOST_STATES = (1 << 31) - (1 << 24)


class Order(Enum):
    """In which order states are visited."""

    BREADTH = "breadth first"
    """Shortest traces first."""
    DISTURBANCES = "fewest disturbances first"
    """Of the traces with the fewest disturbances the shortest first."""
    DEPTH = "depth first"
    """A trace may be any; the states that wait to be visited are few."""


class Observer(Protocol):
    """Who is told what a search sees, in order. It may be told to begin again."""

    def begin(self, learned: LearnedScenario) -> None:
        """A search begins."""

    def found(self, level: Level) -> None:
        """These states were found; they are numbered in this order."""

    def expanded(self, part: Part) -> None:
        """Every transition from these states is in the part's `pairs`."""


def default_memory() -> int:
    """A share of the machine's memory, in bytes."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _SHARE_OF_MACHINE)


def search(
    scenario: Scenario[Any],
    *,
    symmetry: bool = True,
    partial_order: bool = False,
    live_columns: bool = False,
    order: Order = Order.BREADTH,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    progress: Callable[[Progress], None] | None = None,
    stop_when_decided: bool = True,
    workers: int | None = None,
    checkpoint: Path | None = None,
    sample: bool = False,
    observer: Observer | None = None,
) -> SearchResult:
    """Visit every reachable state of a scenario once and look for offenders of its properties.

    Parameters
    ----------
    symmetry
        Count states that differ only by exchanges of interchangeable slots as one.
    partial_order
        Do not take events that do not concern each other in every order (`checker.partial_order`). Not if there are
        properties of steps, a checkpoint or an observer, nor in the order of disturbances: the result says whether it
        was done.
    live_columns
        Count states that differ only in fields that nothing reads as one (`checker.live_columns`). Not if there are
        properties of steps, a checkpoint or an observer.
    order
        In which order; the states and the verdicts are the same in each, if nothing ends the search early.
    limits
        A limit that is hit ends the search; the result says so. Beyond the memory limit, which is a share of the
        machine's by default, the search goes on on disk.
    progress
        Called now and then while the search runs.
    stop_when_decided
        End the search once no property is open any more, instead of visiting the rest of the states.
    workers
        How many threads; as many as there are processors by default. The result does not depend on it.
    checkpoint
        A folder. Every now and then the search is saved there; if one was saved there before, it goes on from there.
        Breadth-first only.
    sample
        Add the trace to the state that was found last to the result.
    observer
        Is told of every state and every transition.

    Raises
    ------
    BadCheckpoint
        If what was saved does not belong to this scenario, or cannot be read.

    Notes
    -----
    Breadth-first, each discovery has a shortest trace. States are told apart by 64-bit fingerprints: see
    `SearchResult.collision_probability`. Ctrl-C ends the search like a limit.
    """
    if checkpoint is not None and order is not Order.BREADTH:
        raise ValueError("only a breadth-first search can be saved in a checkpoint")
    watches_steps = observer is not None or any(prop.kind is Kind.NEVER_STEP for prop in scenario.properties)
    if checkpoint is not None or watches_steps:
        partial_order = live_columns = False
    partial_order = partial_order and order is not Order.DISTURBANCES
    run = _Search(
        scenario, symmetry, order, limits, progress, stop_when_decided, workers or os.cpu_count() or 1, checkpoint,
        partial_order, live_columns, observer,
    )  # fmt: skip
    try:
        run.run()
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    except TooManyValues as limit:
        run.stopped = str(limit)
    finally:
        run.close()
    return run.result(sample=sample)


class _Search:
    """The state of one search; see `search`."""

    def __init__(
        self,
        scenario: Scenario[Any],
        symmetry: bool,
        order: Order,
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        stop_when_decided: bool,
        workers: int,
        checkpoint: Path | None,
        partial_order: bool,
        live_columns: bool,
        observer: Observer | None,
    ) -> None:
        self.scenario, self.symmetry, self.order = scenario, symmetry, order
        self.partial_order = partial_order
        self.observer = observer
        self.read_fields: set[str] | None = set() if live_columns else None
        self.limits = limits
        self.progress = progress
        self.stop_when_decided = stop_when_decided
        self.pool = ThreadPoolExecutor(workers) if workers > 1 else None
        self.begun = self.started = time.monotonic()
        self.restored = False
        self.reported = self.started
        self.python_calls = 0
        self.checkpoint = None if checkpoint is None else Checkpoint(checkpoint, scenario, symmetry, order.value)
        self.disk = Disk(checkpoint)
        self.budget = Budget(limits.memory or default_memory())
        self._learn_anew(frozenset())

    def _learn_anew(self, told_apart: frozenset[str]) -> None:
        self.learned = LearnedScenario(
            self.scenario,
            symmetry=self.symmetry,
            told_apart=told_apart,
            keep_paths=self.partial_order,
            read_fields=self.read_fields,
        )
        self.told_apart = told_apart
        self._reset()

    def _reset(self) -> None:
        learned = self.learned
        self.stopped: str | None = None
        self.finished = False
        self.cut = False
        self.found: dict[str, Found] = {}
        self.visited = Visited(self.disk)
        self.history = History()
        self.transitions = 0
        self.several = 0
        self.new = 0
        self.room = self.budget.room
        self.depth = 0
        self.frontier = 0
        self.fired = np.zeros(len(learned.events), np.int64)
        self.disturbing = np.array([event.action.fairness is Fairness.NONE for event in learned.events], np.bool_)
        self.parts = [Part(learned) for _ in range(_PARTS)]
        self.reduction = PartialOrder(learned) if self.partial_order else None
        self.waiting: dict[tuple[int, int], _Waiting] = {}
        if self.observer is not None:
            self.observer.begin(learned)

    # -- the loop over levels

    def run(self) -> None:
        """Search until done, decided, or stopped by a limit."""
        fresh = True
        while True:
            try:
                if not (fresh and self._restore()):  # what was saved is not of use any more once states are packed anew
                    self._start()
                fresh = False
                if not self.finished:
                    (self._depth_first if self.order is Order.DEPTH else self._by_depth)()
                    self._finish()
                if self.stopped is not None or self.reduction is None or not self.reduction.outdated:
                    return
                found = self.found
                self._reset()
                self.found = found
            except (Outgrown, NewlyRead):
                self.learned.pack()
                self._reset()
            except ToldApart as exception:
                self.python_calls += self.learned.python_calls
                self._learn_anew(self.told_apart | {exception.pool})

    def _restore(self) -> bool:
        """Go on from what was saved, if there is something."""
        saved = self.checkpoint.load() if self.checkpoint is not None else None
        if saved is None or self.checkpoint is None:
            return False
        self.told_apart = frozenset(saved.told_apart)
        self.learned = LearnedScenario(self.scenario, symmetry=self.symmetry, told_apart=self.told_apart)
        self._reset()
        self.learned.restore(saved.values, saved.bits)
        self.learned.full_pools.update(saved.full_pools)
        self.visited.restore([self.disk.load(name) for name in saved.runs], self.disk.load(saved.visited))
        self.history.restore(*([self.disk.load(name) for name in names] for names in (saved.parents, saved.causes)))
        self.transitions, self.several, self.depth = saved.transitions, saved.several, saved.depth
        self.fired[:] = saved.fired
        self.started = time.monotonic() - saved.seconds
        self.python_calls = saved.python_calls
        self.found = self.checkpoint.found(saved)
        self.finished, self.restored = saved.finished, True
        level = Level(self.learned.packing.words)
        words: Words = self.disk.load(saved.frontier)
        level.words.append(words)
        level.size = len(words)
        self.waiting = {(0, self.depth): _Waiting(level, [], numbered=True)}
        return True

    def _save(self, level: Level) -> None:
        """Save the search as it is before the states of `level` are visited, if it is time to."""
        if self.checkpoint is None or not self.checkpoint.due:
            return
        words = np.concatenate(level.words)
        level.words = [self.disk.save("states", words)]
        self._write(level.words[0], finished=False)

    def _write(self, frontier: Words, *, finished: bool) -> None:
        assert self.checkpoint is not None
        self.history.spill(self.disk)
        learned = self.learned
        self.checkpoint.save(
            told_apart=sorted(self.told_apart),
            values=learned.values(),
            bits=learned.packing.bits,
            full_pools=sorted(learned.full_pools),
            runs=self.visited.runs,
            visited=self.disk.save("visited", self.visited.keys()),
            parents=self.history.parents,
            causes=self.history.causes,
            frontier=frontier,
            transitions=self.transitions,
            several=self.several,
            depth=self.depth,
            fired=self.fired.tolist(),
            seconds=time.monotonic() - self.started,
            python_calls=self.python_calls + learned.python_calls,
            found=self.found,
            finished=finished,
        )

    def _start(self) -> None:
        rows = np.array([self.learned.encode(state) for state in self.scenario.initial], np.uint64)
        keys = np.empty(len(rows), np.uint64)
        fingerprints(rows, len(rows), keys)
        self.visited.make_room(len(rows), self.budget.room)
        kept = self.visited.insert(keys, len(rows))
        level = Level(self.learned.packing.words)
        level.append(rows[kept], keys[kept], (-1 - kept).astype(np.int32), np.zeros(len(kept), np.int32))
        self.waiting = {(0, 0): _Waiting(level, [])}

    def _by_depth(self) -> None:
        """Visit the states that wait: those with the fewest disturbances, of these those of the least depth first."""
        while self.waiting and self.stopped is None:
            disturbances, depth = min(self.waiting)
            waiting = self.waiting.pop((disturbances, depth))
            for words, first in waiting.sources:
                parts = self._parts(words, first)
                self._walk(parts)
                self._expand(parts, waiting.level, self.disturbing)
            first = self.history.size - waiting.level.size if waiting.numbered else self.history.size
            level = waiting.level if waiting.numbered else self._closed(waiting.level)
            if level.size:
                self.depth = max(self.depth, depth)
                self._save(level)
                self._visit(level, first, disturbances, depth)

    def _finish(self) -> None:
        """Say whether a depth limit cut something off; save a search that has seen everything."""
        if self.stopped is None and self.cut:
            self.stopped = "max depth"
        if self.checkpoint is not None and self.stopped in (None, "decided"):
            self._write(self.disk.save("states", np.zeros((0, self.learned.packing.words), np.uint64)), finished=True)

    def _visit(self, level: Level, first: int, disturbances: int, depth: int) -> None:
        """Check the states of a level and find their successors."""
        apart = self.order is Order.DISTURBANCES and bool(self.disturbing.any())
        found = Level(self.learned.packing.words)
        sources: list[tuple[Words, int]] = []
        self.frontier = level.size
        for chunk in level.chunks(SIZE * _PARTS):
            parts = self._parts(chunk, first)
            self._check_states(parts)
            if not self._should_stop() and depth != self.limits.max_depth:
                self._expand(parts, found, ~self.disturbing if apart else None)
                self._should_stop()
            if self.stopped is not None:
                self._observe(found)
                return
            if apart:
                sources.append((chunk, first))
            first += len(chunk)
            self._keep_within_memory(found, sources)
            self._report()
        self.new = 0
        self.cut = self.cut or depth == self.limits.max_depth
        if found.size:
            self._waiting(disturbances, depth + 1).level = found
        if sources and depth != self.limits.max_depth:
            self._waiting(disturbances + 1, depth + 1).sources = sources

    def _waiting(self, disturbances: int, depth: int) -> "_Waiting":
        empty = _Waiting(Level(self.learned.packing.words), [])
        return self.waiting.setdefault((disturbances, depth), empty)

    def _depth_first(self) -> None:
        """Visit the states that were found last, so many at a time that the compiled loops are worth calling."""
        stack = [(self._closed(waiting.level), 0, 0) for waiting in self.waiting.values()]
        while stack and self.stopped is None:
            level, first, depth = stack.pop()
            words = np.concatenate(level.words)
            rest, chunk = words[:-SIZE], words[-SIZE:]
            if len(rest):
                level.words = [rest]
                stack.append((level, first, depth))
            self.depth, self.frontier = max(self.depth, depth), sum(len(level.words[-1]) for level, _, _ in stack)
            parts = self._parts(chunk, first + len(rest))
            self._check_states(parts)
            self.cut = self.cut or depth == self.limits.max_depth
            if not self._should_stop() and depth != self.limits.max_depth:
                found = Level(self.learned.packing.words)
                self._expand(parts, found, None)
                start = self.history.size
                closed = self._closed(found)
                if closed.size:
                    stack.append((closed, start, depth + 1))
                self._should_stop()
                self._keep_within_memory(None, [])
                self._report()

    def _closed(self, level: Level) -> Level:
        """The states of a level that are new indeed, numbered."""
        if self.visited.runs:
            level = level.without(self.visited.on_disk(np.concatenate(level.keys)))
        self.history.append(np.concatenate(level.parents), np.concatenate(level.causes))
        self.visited.close_level()
        self.new = 0
        self._observe(level)
        return level

    def _observe(self, level: Level) -> None:
        if self.observer is not None:
            self.observer.found(level)

    def _parts(self, chunk: Words, first: int) -> list[Part]:
        stepping = any(prop.name not in self.found for prop in self.learned.step_properties)
        stepping |= self.observer is not None
        return [
            part.take(chunk[begin : begin + SIZE], first + begin, stepping=stepping)
            for part, begin in zip(self.parts, range(0, len(chunk), SIZE), strict=False)
        ]

    def _keep_within_memory(self, found: Level | None, sources: list[tuple[Words, int]]) -> None:
        """Move to disk what takes more than its share of the memory."""
        if self.states < _MEASURED:
            self.budget.measure(self.visited.table.nbytes + self.history.nbytes)
        share = self.budget.room // 8
        if found is not None and found.nbytes > share:
            found.spill(self.disk)
        if self.history.nbytes > share:
            self.history.spill(self.disk)
        self.room = self.budget.room - self.history.nbytes
        if sum(words.nbytes for words, _ in sources if file_of(words) is None) > share:
            sources[:] = [(self.disk.save("states", words), first) for words, first in sources]

    @property
    def states(self) -> int:
        """How many states were found."""
        return self.history.size + self.new

    def _should_stop(self) -> bool:
        limits = self.limits
        if limits.max_states is not None and self.states >= limits.max_states:
            self.stopped = "max states"
        elif self.states >= _MOST_STATES:
            self.stopped = f"more than {_MOST_STATES:,} states cannot be numbered"
        elif limits.timeout is not None and time.monotonic() - self.begun >= limits.timeout:
            self.stopped = "timeout"
        elif self.stop_when_decided and self.scenario.safety_properties and not self._open():
            self.stopped = "decided"
        return self.stopped is not None

    def _open(self) -> int:
        return sum(prop.name not in self.found for prop in self.scenario.safety_properties)

    def _report(self) -> None:
        now = time.monotonic()
        if self.progress and now - self.reported > 0.25:
            self.reported = now
            self.progress(Progress(self.states, self.transitions, self.depth, self.frontier, now - self.started))

    def _each(self, work: Callable[[Part], None], parts: list[Part]) -> None:
        if self.pool is None or len(parts) == 1:
            for part in parts:
                work(part)
        else:
            list(self.pool.map(work, parts))

    # -- properties

    def _walk(self, parts: list[Part]) -> None:
        """Walk all tries and learn what is missing."""
        todo = parts
        while todo:
            self._each(Part.walk, todo)
            todo = [part for part in todo if part.misses]
            for part in todo:
                part.learn()

    def _check_states(self, parts: list[Part]) -> None:
        """Walk all tries, and note states that offend."""
        self._walk(parts)
        for index, prop in enumerate(self.learned.state_properties):
            if prop.name not in self.found:
                for part in parts:
                    if part.payloads[:, index].any():
                        self._note(prop, part.first + int(part.payloads[:, index].argmax()))
                        break

    def _check_steps(self, part: Part) -> None:
        """Note steps that offend."""
        if not part.counters[3]:
            return
        payloads = part.step_payloads()
        for index, prop in enumerate(self.learned.step_properties):
            if prop.name not in self.found and payloads[:, index].any():
                first = int(payloads[:, index].argmax())
                step = event_and_yield(int(part.pairs.cause[first]))
                self._note(prop, int(part.pairs.parent[first]), step)

    def _note(self, prop: Property, state: int, *last: tuple[int, int]) -> None:
        trace = self._trace(state, *last)
        if not trace.offenders(prop):
            raise RunsDisagree(f"{prop.name}: the learned run found an offender that the plain run does not see")
        self.found[prop.name] = Found(trace, self.states, self.transitions, time.monotonic() - self.started)

    def _trace(self, state: int, *last: tuple[int, int]) -> Trace:
        initial, events = self.history.path(state)
        return concrete_trace(self.learned, initial, (*events, *last))

    # -- transitions

    def _expand(self, parts: list[Part], found: Level, only: npt.NDArray[np.bool_] | None) -> None:
        """Add to `found` the new states to which events (of `only`, if given) lead, and note steps that offend."""
        if self.reduction is None or self.visited.runs:  # what is new is not known before the level ends
            self._successors(parts, only)
        else:
            self.reduction.refresh([prop.name not in self.found for prop in self.learned.state_properties])
            for part in parts:
                self.reduction.prepare(part)
            self._each(self.reduction.reduce, parts)
            self._successors(parts, only)
            self._successors([part for part in parts if self.reduction.restore(part)], only)
        for part in parts:
            self._check_steps(part)
            self._insert(part, found)
            if self.observer is not None:
                self.observer.expanded(part)

    def _successors(self, parts: list[Part], only: npt.NDArray[np.bool_] | None) -> None:
        todo = parts
        while todo:
            self._each(lambda part: part.expand(self.visited.table, only), todo)
            todo = [part for part in todo if part.status != DONE]
            for part in todo:
                part.make_room()

    def _insert(self, part: Part, found: Level) -> None:
        count = int(part.counters[1])
        self.transitions += int(part.counters[0])
        self.several += int(part.counters[2])
        self.fired += part.fired
        self.visited.make_room(count, self.room - found.nbytes)
        kept = self.visited.insert(part.out.key, count)
        self.new += len(kept)
        if len(kept):
            found.append(part.out.words[kept], part.out.key[kept], part.out.parent[kept], part.out.cause[kept])

    # -- the end

    def close(self) -> None:
        """Stop the threads and remove temporary files."""
        if self.pool is not None:
            self.pool.shutdown()
        self.disk.close()

    def result(self, *, sample: bool) -> SearchResult:
        """What was seen so far."""
        learned = self.learned
        fired: dict[str, int] = {}
        for event, count in zip(learned.events, self.fired, strict=True):
            fired[event.action.name] = fired.get(event.action.name, 0) + int(count)
        return SearchResult(
            states=self.states,
            transitions=self.transitions,
            depth=self.depth,
            seconds=time.monotonic() - self.started,
            stopped=self.stopped,
            full_pools=tuple(sorted(learned.full_pools)),
            found=self.found,
            fired=fired,
            vacuous=() if self.restored else learned.vacuous(),  # what was looked at before is not known any more
            sample=self._trace(self.history.size - 1) if sample and self.history.size else None,
            interchangeable=tuple(sorted(learned.interchangeable)),
            exact_orbits=self.several == 0,
            partial_order=self.partial_order,
            masked=learned.live_columns.masked,
            memory=memory_used(),
            spilled=self.disk.used and self.checkpoint is None,
            python_calls=self.python_calls + learned.python_calls,
            trie_nodes=learned.tries.size,
        )


class _Waiting:
    """States that wait to be visited, and states of whose disturbances some lead there."""

    def __init__(self, level: Level, sources: list[tuple[Words, int]], *, numbered: bool = False) -> None:
        self.level = level
        self.sources = sources
        self.numbered = numbered
