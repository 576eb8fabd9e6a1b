"""State graphs of small scenarios, for drawing and for graph algorithms."""

from collections import deque
from typing import Any

import networkx as nx

from checker.state import State
from checker.vocabulary import Scenario


class GraphTooLarge(Exception):
    """The scenario has more states than were asked for."""


def state_graph(scenario: Scenario[Any], *, max_states: int = 10_000) -> "nx.MultiDiGraph[int]":
    """Every reachable state and transition of a scenario, by the plain run.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are numbered in breadth-first order, with the attributes `state` and `depth`; edges have the attribute
        `event`, the event's name.

    Raises
    ------
    GraphTooLarge
        If there are more than `max_states` states.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    numbers: dict[State, int] = {}
    queue: deque[State] = deque()

    def number(state: State, depth: int) -> int:
        if state not in numbers:
            if len(numbers) == max_states:
                raise GraphTooLarge(f"{scenario.name} has more than {max_states} states")
            numbers[state] = len(numbers)
            graph.add_node(numbers[state], state=state, depth=depth)
            queue.append(state)
        return numbers[state]

    for state in scenario.initial:
        number(state, 0)
    while queue:
        before = queue.popleft()
        here = numbers[before]
        for event in scenario.events():
            for after in event.possible(before):
                graph.add_edge(here, number(after, graph.nodes[here]["depth"] + 1), event=event.name)
    return graph
