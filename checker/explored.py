"""Every reachable state and transition of a scenario, as arrays: what algorithms about whole runs work on."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker.results import Limits
from checker.state import BoundReached, State
from checker.vocabulary import Event, Scenario

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
    """Visit every reachable state by calling every function on every state, in breadth-first order.

    Notes
    -----
    Whole states are kept: some 10,000 states a second.
    """
    run = _Exploration(scenario, limits)
    run.run()
    return run.result()


class _Exploration:
    """The state of one exploration; see `explore`."""

    def __init__(self, scenario: Scenario[Any], limits: Limits) -> None:
        self.events = scenario.events()
        self.limits = limits
        self.started = time.monotonic()
        self.numbers: dict[State, int] = {}
        self.depths: list[int] = []
        self.waiting: deque[State] = deque()
        self.edges: list[tuple[int, int, int]] = []
        self.edge_start: list[int] = [0]
        self.expanded: list[bool] = []
        self.full_pools: set[str] = set()
        self.initial = [self._number(state, 0) for state in scenario.initial]

    def _number(self, state: State, depth: int) -> int:
        if state not in self.numbers:
            self.numbers[state] = len(self.numbers)
            self.depths.append(depth)
            self.waiting.append(state)
        return self.numbers[state]

    def _limit(self) -> str | None:
        if self.limits.max_states is not None and len(self.numbers) >= self.limits.max_states:
            return "max states"
        if self.limits.timeout is not None and time.monotonic() - self.started >= self.limits.timeout:
            return "timeout"
        return None

    def run(self) -> None:
        """Expand states until none waits, or a limit is hit."""
        while self.waiting and self._limit() is None:
            state = self.waiting.popleft()
            whole = [self._take(number, event, state) for number, event in enumerate(self.events)]
            self.expanded.append(all(whole))
            self.edge_start.append(len(self.edges))

    def _take(self, number: int, event: Event, state: State) -> bool:
        """Add the edges of one event; whether no bound cut them off."""
        depth = self.depths[len(self.expanded)] + 1
        try:
            for which, after in enumerate(event.action.function(state, **event.slots)):
                if after != state:
                    self.edges.append((self._number(after, depth), number, which))
        except BoundReached as reached:
            self.full_pools.add(reached.pool)
            return False
        return True

    def result(self) -> Explored:
        """What was seen."""
        unexpanded = len(self.numbers) - len(self.expanded)
        target, event, which = np.array(self.edges, np.int32).reshape(-1, 3).T.copy()
        states = list(self.numbers)
        return Explored(
            edge_start=np.array(self.edge_start + [len(self.edges)] * unexpanded, np.int64),
            edge_target=target,
            edge_event=event,
            edge_yield=which,
            initial=np.array(self.initial, np.int64),
            expanded=np.array(self.expanded + [False] * unexpanded, np.bool_),
            names_something=lambda function: np.array(
                [any(True for _ in function(state)) for state in states], np.bool_
            ),
            depth=max(self.depths, default=0),
            seconds=time.monotonic() - self.started,
            stopped=self._limit() if self.waiting else None,
            full_pools=tuple(sorted(self.full_pools)),
        )
