"""Every reachable state and transition of a scenario, as arrays: what algorithms about whole runs work on."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker.kernels import fingerprints
from checker.learned import LearnedScenario
from checker.packing import Words
from checker.parts import Part
from checker.results import Limits, SearchResult
from checker.search import search
from checker.storage import Level, event_and_yield
from checker.vocabulary import Scenario

Bools = npt.NDArray[np.bool_]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


class Explored(msgspec.Struct, frozen=True, eq=False):
    """The state graph of a scenario. States and events are numbers; so are edges, in the order of their sources.

    Attributes
    ----------
    edge_start
        int64, one more than there are states: the edges from state s are ``edge_start[s]`` up to
        ``edge_start[s + 1]``.
    edge_target, edge_event, edge_yield
        int32, one per edge: the state that it leads to, the event's place in ``scenario.events()``, and which yield of
        the event it is (from 0, yields that change nothing counted). There is no edge for such a yield.
    initial
        int64, one per initial state of the scenario, in its order: their numbers.
    expanded
        bool, one per state: every transition from it is an edge. False where a limit came first or a bound cut a step
        off.
    names_something
        Given a function of states that yields (a property's, or its premise): bool, one per state, where it yields.
    depth
        The most steps from an initial state to any state, at the least.
    stopped
        Which limit ended the exploration, if one did.
    full_pools
        The pools for whose size some step was cut off.
    """

    edge_start: Int64s
    edge_target: Int32s
    edge_event: Int32s
    edge_yield: Int32s
    initial: Int64s
    expanded: Bools
    names_something: Callable[[Callable[..., Iterator[Any]]], Bools]
    depth: int
    seconds: float
    stopped: str | None = None
    full_pools: tuple[str, ...] = ()
    collision_probability: float = 0.0

    @property
    def states(self) -> int:
        """The number of states."""
        return len(self.expanded)

    @property
    def transitions(self) -> int:
        """The number of edges."""
        return len(self.edge_target)

    @property
    def complete(self) -> bool:
        """Every reachable state is there, with every transition."""
        return self.stopped is None and not self.full_pools

    def source(self, edge: int) -> int:
        """The state that an edge leaves."""
        return int(np.searchsorted(self.edge_start, edge, side="right")) - 1


def explore(scenario: Scenario[Any], limits: Limits = Limits()) -> Explored:  # noqa: B008  a frozen value
    """Visit every reachable state and keep every transition.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C: what was seen by then is no whole graph.

    Notes
    -----
    Without reductions: states are those of the plain run. Some 50 bytes a state and 20 a transition.
    """
    seen = _Seen()
    bare = msgspec.structs.replace(scenario, properties=())
    result = search(bare, symmetry=False, limits=limits, observer=seen)
    if result.stopped == "interrupted":
        raise KeyboardInterrupt
    return seen.explored(scenario, result)


class _Seen:
    """What a search saw, as its observer."""

    def begin(self, learned: LearnedScenario) -> None:
        """Forget everything."""
        self.learned = learned
        self.words: list[Words] = [np.zeros((0, learned.packing.words), np.uint64)]
        self.keys: list[Words] = [np.zeros(0, np.uint64)]
        self.slices = [(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.uint64), np.zeros(0, np.bool_))]

    def found(self, level: Level) -> None:
        """Keep the states."""
        self.words.extend(level.words)
        self.keys.extend(level.keys)

    def expanded(self, part: Part) -> None:
        """Keep the transitions; whether a bound cut some off."""
        count, width = int(part.counters[3]), self.learned.packing.words
        keys = np.empty(count, np.uint64)
        fingerprints(part.pairs.words[:count, width:], count, keys)
        leaves = part.payloads[:, len(self.learned.state_properties) :]
        cut: Bools = self.learned.leaves.cut.all[leaves]
        whole = np.logical_not(cut.any(axis=1))
        self.slices.append((part.pairs.parent[:count].copy(), part.pairs.cause[:count].copy(), keys, whole))

    def explored(self, scenario: Scenario[Any], result: SearchResult) -> Explored:
        """The arrays."""
        words, keys = np.concatenate(self.words), np.concatenate(self.keys)
        order = np.argsort(keys)
        initial = np.array([self.learned.encode(state) for state in scenario.initial], np.uint64)
        initial_keys = np.empty(len(initial), np.uint64)
        fingerprints(initial, len(initial), initial_keys)
        sources, causes, targets, whole = (np.concatenate(column) for column in zip(*self.slices, strict=True))
        expanded = np.zeros(len(keys), np.bool_)
        expanded[: len(whole)] = whole
        numbers = order[np.minimum(np.searchsorted(keys, targets, sorter=order), len(keys) - 1)]
        known = keys[numbers] == targets  # not where the search ended before it had numbered what it found
        expanded[sources[~known]] = False
        sources, causes, numbers = sources[known], causes[known], numbers[known]
        event, which = event_and_yield(causes)
        return Explored(
            edge_start=np.searchsorted(sources, np.arange(len(keys) + 1)).astype(np.int64),
            edge_target=numbers.astype(np.int32),
            edge_event=event,
            edge_yield=which,
            initial=order[np.searchsorted(keys, initial_keys, sorter=order)].astype(np.int64),
            expanded=expanded,
            names_something=lambda function: self.learned.names_something(function, words),
            depth=result.depth,
            seconds=result.seconds,
            stopped=result.stopped,
            full_pools=result.full_pools,
            collision_probability=result.collision_probability,
        )
