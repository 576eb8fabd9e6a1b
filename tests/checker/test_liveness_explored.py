"""The state graph as arrays, against networkx's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from checker.explored import Explored, explore
from checker.graph import state_graph
from checker.layout import TooManyValues
from checker.parts import Part
from checker.results import Limits
from checker.vocabulary import Event, Scenario
from tests.checker import toys
from tests.checker.liveness_systems import STRONG, labelled, room
from tests.checker.two_phase_commit import two_phase_commit

SCENARIOS: Sequence[Scenario[Any]] = (
    toys.counter(5),
    toys.dining_philosophers(3),
    toys.graph([0, 1, 2, 3], [0, 3, 4], [5, 2]),
    toys.queue(3, slots=2),
    two_phase_commit(2),
    room(STRONG, ()),
)


def edges(graph: Explored, events: Sequence[Event]) -> list[tuple[int, int, str]]:
    """Source, target and event of every edge."""
    return [
        (graph.source(edge), int(graph.edge_target[edge]), events[graph.edge_event[edge]].name)
        for edge in range(graph.transitions)
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_states_and_transitions_are_those_of_the_state_graph(scenario: Scenario[Any]) -> None:
    explored, drawn = explore(scenario), state_graph(scenario)
    assert explored.states == len(drawn)
    assert sorted(edges(explored, scenario.events())) == sorted(drawn.edges(data="event"))
    assert explored.depth == max(depth for _, depth in drawn.nodes(data="depth"))


def test_edges_lie_in_the_order_of_their_sources() -> None:
    explored = explore(toys.graph([0, 1, 2], [0, 2, 0]))
    assert explored.edge_start.tolist() == [0, 2, 3, 4]
    assert [explored.source(edge) for edge in range(4)] == [0, 0, 1, 2]
    assert explored.edge_target.tolist() == [1, 2, 2, 0]


def test_a_yield_that_changes_nothing_is_counted_and_is_no_edge() -> None:
    explored = explore(labelled({"go": ((0, 0), (0, 1), (0, 0), (0, 2))}, bad=()).scenario())
    assert explored.edge_yield.tolist() == [1, 3]


def test_every_initial_state_of_the_scenario_has_its_number_also_if_two_are_equal() -> None:
    explored = explore(labelled({"go": ((0, 1),)}, bad=(), initial=(1, 0, 1)).scenario())
    assert explored.initial.tolist() == [0, 1, 0]


def test_a_function_of_states_is_asked_in_every_state() -> None:
    explored = explore(toys.counter(3))
    assert explored.names_something(toys.full.function).tolist() == [False, False, False, True]


def test_states_that_wait_when_a_limit_is_hit_are_not_expanded() -> None:
    explored = explore(toys.graph(range(50)), Limits(max_states=4))
    assert (explored.complete, explored.stopped, explored.states) == (False, "max states", 4)
    assert explored.expanded.tolist() == [True, True, True, False]
    assert len(explored.edge_start) == 5
    assert explore(toys.graph(range(50)), Limits(timeout=0)).stopped == "timeout"


def test_a_state_with_a_step_that_a_bound_cuts_off_is_not_expanded_whole() -> None:
    explored = explore(toys.queue(4, slots=2))
    assert (explored.complete, explored.stopped, explored.full_pools) == (False, None, ("tickets",))
    assert 0 < np.count_nonzero(explored.expanded) < explored.states


def test_a_search_that_saw_everything_is_complete() -> None:
    explored = explore(toys.counter(5))
    assert explored.complete
    assert explored.expanded.all()


def test_where_a_field_takes_too_many_values_the_transitions_that_are_kept_are_real() -> None:
    explored = explore(toys.counter(300))
    assert explored.stopped is not None
    assert explored.stopped.startswith("Counter.value takes more than 256 values")
    assert not explored.expanded[-1]
    assert [explored.source(edge) + 1 for edge in range(explored.transitions)] == explored.edge_target.tolist()


def test_transitions_to_states_that_were_not_numbered_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = toys.dining_philosophers(4)
    whole, parts = explore(scenario), Part.expand
    calls = 0

    def fails_later(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise TooManyValues("no more")
        parts(*args)

    monkeypatch.setattr(Part, "expand", fails_later)
    monkeypatch.setattr("checker.search.SIZE", 2)
    cut = explore(scenario)
    assert (cut.stopped, cut.complete) == ("no more", False)
    assert 0 < cut.states < whole.states
    for state in np.flatnonzero(cut.expanded):
        mine, theirs = (
            graph.edge_target[graph.edge_start[state] : graph.edge_start[state + 1]].tolist() for graph in (cut, whole)
        )
        assert mine == theirs


def test_ctrl_c_ends_an_exploration(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Part, "expand", interrupted)
    with pytest.raises(KeyboardInterrupt):
        explore(toys.counter(3))
