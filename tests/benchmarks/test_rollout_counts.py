"""The rollout that other model checkers explored too: distinct states, transitions, verdicts, shortest traces."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest

from benchmarks.rollout import rollout
from checker.results import SearchResult
from checker.search import search
from checker.verdict import Outcome, check


class Row(NamedTuple):
    """One size, N S U P K C F X G, and what every checker found: `violated` names invariants and shortest traces."""

    size: tuple[int, ...]
    states: int
    transitions: int
    orbits: int
    orbit_transitions: int
    violated: Mapping[str, int | None] = MappingProxyType({})


ROWS = (
    Row((1, 1, 0, 2, 1, 2, 0, 0, 1), 35, 36, 18, 19),
    Row((1, 1, 0, 2, 2, 2, 0, 0, 0), 127, 182, 33, 48, {"LiveEp": None}),
    Row((2, 1, 0, 3, 2, 2, 0, 0, 1), 883, 1_383, 92, 148),
    Row((2, 1, 1, 3, 2, 2, 0, 0, 1), 3_577, 9_069, 333, 844),
    Row((2, 1, 0, 3, 2, 2, 0, 0, 0), 1_507, 3_033, 149, 301, {"LiveEp": 27}),
    Row((2, 1, 0, 4, 2, 2, 0, 0, 1), 5_587, 11_724, 163, 345, {"PodBound": 20}),
    Row((2, 1, 0, 3, 2, 2, 1, 0, 1), 5_605, 14_871, 508, 1_344),
    Row((2, 1, 0, 3, 2, 2, 0, 1, 1), 8_065, 24_351, 735, 2_211, {"LiveEp": 12}),
    Row((2, 1, 0, 3, 2, 2, 2, 1, 1), 49_345, 221_445, 4_397, 19_691, {"LiveEp": 12}),
    Row((3, 1, 0, 4, 1, 4, 0, 0, 1), 1_037, 2_348, 98, 222),
    Row((2, 0, 1, 2, 3, 1, 1, 1, 1), 5_200, 16_612, 540, 1_703, {"LiveEp": None}),
    Row((3, 1, 1, 4, 2, 2, 0, 0, 1), 22_127, 60_312, 620, 1_709),
    Row((3, 1, 1, 4, 3, 2, 0, 0, 1), 123_663, 360_040, 1_187, 3_493),
    Row((3, 1, 1, 4, 2, 4, 1, 0, 1), 305_735, 1_270_300, 7_819, 32_519),
    Row((3, 1, 1, 4, 3, 2, 1, 0, 1), 972_309, 4_078_696, 8_033, 33_695),
)
LARGE = 200_000

EVERY_SIZE = pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[pytest.mark.slow] if row.states > LARGE else []) for row in ROWS],
    ids=lambda row: "-".join(map(str, row.size)),
)


def shortest(result: SearchResult) -> dict[str, int]:
    return {name: len(found.trace.steps) for name, found in result.found.items()}


def assert_violated(row: Row, lengths: dict[str, int]) -> None:
    assert set(lengths) == set(row.violated)
    for name, length in row.violated.items():
        assert length in (None, lengths[name])


@EVERY_SIZE
def test_states_transitions_and_violations_are_those_that_other_checkers_found(row: Row) -> None:
    result = search(rollout(row.size), symmetry=False, stop_when_decided=False)
    assert result.exhausted
    assert (result.states, result.transitions) == (row.states, row.transitions)
    assert_violated(row, shortest(result))


@EVERY_SIZE
def test_exchanging_pod_slots_and_nodes_changes_no_verdict_and_no_shortest_trace(row: Row) -> None:
    checked = check(rollout(row.size), symmetry=True)
    outcomes = {verdict.promise.name: verdict.outcome for verdict in checked.verdicts}
    assert {name for name, outcome in outcomes.items() if outcome is Outcome.VIOLATED} == set(row.violated)
    assert {name for name, outcome in outcomes.items() if outcome is Outcome.HOLDS} == set(outcomes) - set(row.violated)
    assert_violated(row, shortest(checked.search))


ORBITS = (
    *((row.size, row.orbits, row.orbit_transitions) for row in ROWS),
    ((4, 1, 1, 5, 3, 2, 1, 0, 1), 15_645, 68_814),
    ((6, 1, 1, 7, 3, 3, 1, 0, 1), 96_034, 478_605),
)


@pytest.mark.parametrize(("size", "orbits", "transitions"), ORBITS, ids=lambda value: str(value).replace(", ", "-"))
def test_with_symmetry_orbits_and_transitions_are_those_that_other_checkers_found(
    size: tuple[int, ...], orbits: int, transitions: int
) -> None:
    """The transitions of the last size were published one too high, by one checker; counted again by plain calls."""
    result = search(rollout(size), symmetry=True, stop_when_decided=False)
    assert (result.states, result.transitions) == (orbits, transitions)
    assert result.exact_orbits


@pytest.mark.parametrize("dropped", ["LiveEp", "PodBound"])
def test_a_dropped_invariant_is_not_checked(dropped: str) -> None:
    result = search(rollout((2, 1, 0, 4, 2, 2, 0, 1, 1), drop=[dropped]), stop_when_decided=False)
    assert dropped not in result.found
    assert result.found
