"""Published counts of a system that others checked too: two-phase commit."""

import itertools
from collections.abc import Callable, Hashable
from typing import Any

import pytest

from checker.plain import plain_search
from checker.search import search
from checker.state import Pool
from checker.vocabulary import Scenario
from tests.checker.two_phase_commit import ResourceManager, Transaction, two_phase_commit


@pytest.mark.parametrize(("managers", "states"), [(3, 288), (5, 8_832)])
def test_two_phase_commit_has_the_published_number_of_states(managers: int, states: int) -> None:
    result = search(two_phase_commit(managers), symmetry=False, stop_when_decided=False)
    assert result.states == states
    assert {name: len(found.trace.steps) for name, found in result.found.items()} == {
        "commit agreement": 3 * managers + 1,
        "abort agreement": managers,
    }


@pytest.mark.parametrize(("managers", "orbits"), [(3, 80), (5, 314)])
def test_two_phase_commit_has_as_many_orbits_as_trying_every_permutation_gives(managers: int, orbits: int) -> None:
    assert search(two_phase_commit(managers), symmetry=True, stop_when_decided=False).states == orbits
    assert plain_search(two_phase_commit(managers), representative=least_permutation).states == orbits


def test_sorting_by_the_managers_states_alone_gives_the_published_number_depth_first() -> None:
    """Sorting by a part of each row is no exact representative: the count depends on the order of the search."""
    assert depth_first_states(two_phase_commit(5), sorted_by_state_alone) == 665
    assert plain_search(two_phase_commit(5), representative=sorted_by_state_alone).states == 508


def least_permutation(state: Any) -> Hashable:
    """The least of the states that differ from `state` in the order of the managers."""
    rows = [(row.state, row.prepared_sent, row.prepared_noted) for row in state.managers]
    return state.decision, state.commit_sent, state.abort_sent, min(itertools.permutations(rows))


def sorted_by_state_alone(state: Any) -> Hashable:
    """The managers in the order of their states; those in the same state stay in the order they are in."""
    rows: list[ResourceManager] = sorted(state.managers, key=lambda row: row.state)
    return Transaction(Pool(tuple(rows)), state.decision, state.commit_sent, state.abort_sent)


def depth_first_states(scenario: Scenario[Any], representative: Callable[[Any], Hashable]) -> int:
    """How many representatives a depth-first search meets that marks successors at once and goes on with the last."""
    seen = {representative(state) for state in scenario.initial}
    waiting = list(scenario.initial)
    while waiting:
        for _, after in scenario.transitions(waiting.pop()):
            if (key := representative(after)) not in seen:
                seen.add(key)
                waiting.append(after)
    return len(seen)
