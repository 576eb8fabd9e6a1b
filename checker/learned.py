"""The learned run: a scenario whose functions are called only for local views that were not met before."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from checker import kernels
from checker.layout import Domain, Layout, Packed
from checker.state import BoundReached, State
from checker.tries import Growing, Leaves, Tries
from checker.views import Recording, StateView
from checker.vocabulary import Event, Kind, Property, Scenario, interchangeable_pools

DerivedKey = tuple[Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...], tuple[type, ...]]


class DerivedTooDeep(Exception):
    """Derived functions nest deeper than the compiled walk can follow."""


class LearnedScenario:
    """Tries for every event, property and derived function of a scenario.

    Parameters
    ----------
    scenario
        What to learn.
    symmetry
        Sort the rows of interchangeable pools, so that states that differ only in slot numbers are one.

    Attributes
    ----------
    python_calls
        How often a function of the model was called.
    full_pools
        The pools in which a row was to be created and no slot was empty.
    """

    def __init__(self, scenario: Scenario[Any], *, symmetry: bool = True) -> None:
        self.scenario = scenario
        self.layout = Layout(scenario.initial[0])
        self.events: list[Event] = scenario.events()
        self.state_properties = [p for p in scenario.properties if p.kind is not Kind.NEVER_STEP]
        self.step_properties = [p for p in scenario.properties if p.kind is Kind.NEVER_STEP]
        self.tries = Tries()
        self.leaves = Leaves()
        self.event_roots = np.full(len(self.events), kernels.UNSEEN, np.int64)
        self.state_roots = np.full(len(self.state_properties), kernels.UNSEEN, np.int64)
        self.step_roots = np.full(len(self.step_properties), kernels.UNSEEN, np.int64)
        self._derived_roots = Growing(np.int64, fill=kernels.UNSEEN)
        self._derived: dict[DerivedKey, int] = {}
        self._depths: list[int] = []
        self._derived_domains: dict[Callable[..., Any], Domain] = {}
        self.sorted_pools = self._sorted_pools() if symmetry else np.zeros((0, 3), np.int64)
        self.stack = np.empty((kernels.STACK, 2), np.int64)
        self.python_calls = 0
        self.full_pools: set[str] = set()

    def _sorted_pools(self) -> npt.NDArray[np.int64]:
        word = 8
        pools = [self.layout.pools[name] for name in interchangeable_pools(self.scenario.initial[0])]
        spans = [(pool.base // word, pool.stride // word, pool.capacity) for pool in pools]
        return np.array(spans, np.int64).reshape(-1, 3)

    @property
    def derived_roots(self) -> npt.NDArray[np.int64]:
        """The roots of the derived functions' tries; more may come with every call."""
        return self._derived_roots.all

    def canonical(self, row: Packed) -> Packed:
        """The representative of a packed state's orbit."""
        words = row.copy().view(np.uint64)
        kernels.canonicalise(words, self.sorted_pools)
        return words.view(np.uint8)

    def encode(self, state: State) -> Packed:
        """The packed representative of a state."""
        return self.canonical(self.layout.encode(state))

    def _record(self) -> Recording:
        self.python_calls += 1
        return Recording(self.layout, self._derive)

    def learn_event(self, event: int, row: Packed) -> None:
        """Run one event on a packed state and add what it did to its trie."""
        recording = self._record()
        view = StateView(recording, row.tobytes())
        yields: list[dict[int, int]] = []
        bound = self.events[event]
        try:
            yields.extend(after._writes for after in bound.action.function(view, **bound.slots))
        except BoundReached as reached:
            self.full_pools.add(reached.pool)
        self.tries.insert(self.event_roots, event, recording.reads, self.leaves.leaf(yields))

    def learn_state_property(self, index: int, row: Packed) -> None:
        """Run one property of states on a packed state."""
        recording = self._record()
        offends = _any(self.state_properties[index], StateView(recording, row.tobytes()))
        self.tries.insert(self.state_roots, index, recording.reads, offends)

    def learn_step_property(self, index: int, before: Packed, after: Packed) -> None:
        """Run one property of steps on two packed states."""
        recording = self._record()
        views = (
            StateView(recording, before.tobytes()),
            StateView(recording, after.tobytes(), shift=kernels.AFTER),
        )
        offends = _any(self.step_properties[index], *views)
        self.tries.insert(self.step_roots, index, recording.reads, offends)

    def _derive(
        self,
        caller: Recording,
        row: bytes,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        keywords: tuple[tuple[str, Any], ...],
    ) -> Any:
        """The value of a derived function, noted by its caller as one virtual column."""
        key = (function, args, keywords, tuple(map(type, args)))
        number = self._derived.get(key)
        if number is None:
            number = self._derived[key] = self._derived_roots.append(kernels.UNSEEN)
            self._depths.append(1)
        domain = self._derived_domains.get(function)
        if domain is None:
            domain = self._derived_domains[function] = Domain(function.__name__, limit=1 << 30, by_type=True)
        code = self._derived_code(number, row)
        if code == kernels.UNSEEN:
            recording = self._record()
            value = function(StateView(recording, row), *args, **dict(keywords))
            code = domain.code(value)
            self._check_depth(number, recording)
            self.tries.insert(self.derived_roots, number, recording.reads, code)
        caller.note(kernels.VIRTUAL + number, code)
        return domain.values[code]

    def _check_depth(self, number: int, recording: Recording) -> None:
        """Refuse derived functions that call each other deeper than the compiled walk can follow."""
        called = (column - kernels.VIRTUAL for column, _ in recording.reads if column >= kernels.VIRTUAL)
        depth = 1 + max((self._depths[other] for other in called), default=0)
        self._depths[number] = max(self._depths[number], depth)
        if depth > kernels.STACK:
            raise DerivedTooDeep(f"derived functions call each other more than {kernels.STACK} levels deep")

    def _derived_code(self, number: int, row: bytes) -> int:
        packed = np.frombuffer(bytearray(row), np.uint8)
        cache = np.full(len(self.derived_roots), kernels.UNSEEN, np.int64)
        roots = self.derived_roots
        return int(kernels.walk(np.int64(roots[number]), packed, packed, cache, self.stack, roots, *self.tries.arrays))


def _any(prop: Property, *views: StateView) -> int:
    return int(any(True for _ in prop.function(*views)))
