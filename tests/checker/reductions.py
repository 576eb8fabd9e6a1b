"""Searches with and without reductions must find the same: the comparisons, over any scenario."""

import itertools
from collections.abc import Collection, Iterator
from typing import Any
from unittest import mock

import msgspec
import numpy as np

from checker import search as searching
from checker.kernels import fingerprints
from checker.results import SearchResult
from checker.search import search
from checker.state import State
from checker.vocabulary import Kind, Scenario
from tests.checker.agreement import Plain, assert_replays, reachable


class Ways(msgspec.Struct, frozen=True):
    """The reductions of a search."""

    symmetry: bool = False
    partial_order: bool = False
    live_columns: bool = False

    def search(self, scenario: Scenario[Any]) -> SearchResult:
        """The whole state space, reduced in these ways."""
        return search(scenario, **msgspec.structs.asdict(self), stop_when_decided=False)


NONE = Ways()
ALL = tuple(Ways(*flags) for flags in itertools.product((False, True), repeat=3))


def without_steps(scenario: Scenario[Any]) -> Scenario[Any]:
    """The scenario without its properties of steps, which no partial order and no mask is used with."""
    kept = tuple(prop for prop in scenario.properties if prop.kind is not Kind.NEVER_STEP)
    return msgspec.structs.replace(scenario, properties=kept)


def assert_same_as_plain_run(scenario: Scenario[Any], max_states: int) -> None:
    """Every way to search must find what the plain run finds; scenarios that are too large are let pass."""
    plain = Plain(scenario, max_states)
    if plain.complete:
        for ways in ALL:
            assert_finds(scenario, ways, plain.result.found, bound_reached=plain.result.bound_reached)


def assert_same_as_unreduced(scenario: Scenario[Any]) -> None:
    """Every way to search must find what the unreduced search finds."""
    unreduced = NONE.search(scenario)
    for ways in ALL[1:]:
        assert_finds(scenario, ways, unreduced.found, bound_reached=bool(unreduced.full_pools))


def assert_finds(scenario: Scenario[Any], ways: Ways, found: Collection[str], *, bound_reached: bool) -> None:
    """Just these properties must have offenders or witnesses, with traces that replay."""
    result = ways.search(scenario)
    assert set(result.found) == set(found), ways
    assert bool(result.full_pools) == bound_reached, ways
    properties = {prop.name: prop for prop in scenario.properties}
    for name, discovery in result.found.items():
        assert_replays(scenario, discovery.trace, properties[name])


def assert_dead_ends_are_visited(scenario: Scenario[Any], max_states: int) -> None:
    """A search with partial-order reduction must visit every state that no event leads out of."""
    if not Plain(scenario, max_states).complete:
        return
    dead_ends = [
        state for state in reachable(scenario, max_states) if not any(True for _ in scenario.transitions(state))
    ]
    for symmetry in (False, True):
        run = remembered(scenario, Ways(symmetry=symmetry, partial_order=True))
        assert all(visited(run, state) for state in dead_ends)


def remembered(scenario: Scenario[Any], ways: Ways) -> Any:
    """A search with what it holds in memory at its end."""
    runs: list[Any] = []

    class Remembered(searching._Search):
        def result(self, *, sample: bool) -> SearchResult:
            runs.append(self)
            return super().result(sample=sample)

    with mock.patch.object(searching, "_Search", Remembered):
        ways.search(scenario)
    return runs[0]


def visited(run: Any, state: State) -> bool:
    """Whether a search has visited a state, or one with the same representative."""
    words = run.learned.encode(state).reshape(1, -1)
    keys = np.empty(1, np.uint64)
    fingerprints(words, 1, keys)
    return bool((run.visited.table == keys[0]).any())


def fired(result: SearchResult) -> Iterator[str]:
    """The actions that were taken."""
    return (action for action, count in result.fired.items() if count)
