"""Liveness verdicts on random graphs and systems, against the definitions: by brute force, and by networkx.

Nothing here uses the checker's arrays or its algorithms. A run is broken down into what it does again and again: the
states that it visits and the events that it takes infinitely often.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checker import lasso as lassos
from checker.explored import explore
from checker.graph import state_graph
from checker.liveness import check_liveness
from checker.results import Limits
from checker.verdict import Outcome, Verdict
from checker.vocabulary import Action, Fairness, Kind, Property, Scenario
from tests.checker.liveness_systems import LIVENESS, Arrows, Labelled
from tests.checker.random_systems import random_systems

FEW, MANY = 5, 12
MOST = 300


@st.composite
def systems(draw: st.DrawFn, most_nodes: int) -> Labelled:
    """A graph of up to `most_nodes` nodes, up to four events of any fairness, one or two initial nodes.

    Half of them have a ring or a path through all nodes, whose arrows are dealt out to the events.
    """
    nodes = draw(st.integers(2, most_nodes))
    node = st.integers(0, nodes - 1)
    pairs = st.lists(st.tuples(node, node), max_size=2 * nodes, unique=True).map(tuple)
    some = st.frozensets(node, max_size=nodes)
    most = some.map(frozenset(range(nodes)).difference)
    names = "abcd"[: draw(st.integers(1, 4))]
    backbone = [(here, (here + 1) % nodes) for here in range(nodes)][: draw(st.sampled_from([0, 0, nodes - 1, nodes]))]
    dealt = [draw(st.sampled_from(names)) for _ in backbone]
    own = {name: tuple(pair for pair, to in zip(backbone, dealt, strict=True) if to == name) for name in names}
    return Labelled(
        arrows=tuple(Arrows(name, own[name] + draw(pairs), draw(st.sampled_from(Fairness))) for name in names),
        bad=draw(st.one_of(some, most)),
        premise=draw(some),
        initial=tuple(draw(st.lists(node, min_size=1, max_size=2))),
    )


# -- the definitions


class Definition:
    """What the runs of a state graph may do, and which of them break a promise of a kind.

    The graph's edges have the attribute `event`; `fairness` is by event; `bad` are the states with offenders.
    """

    def __init__(
        self,
        graph: "nx.MultiDiGraph[int]",
        kind: Kind,
        *,
        initial: set[int],
        bad: set[int],
        premise: set[int],
        fairness: Mapping[str, Fairness],
        disturbances_stop: bool,
    ) -> None:
        self.graph, self.kind, self.fairness = graph, kind, fairness
        self.initial, self.bad, self.premise = initial, bad & set(graph), premise
        self.enabled = {name: {s for s, _, event in graph.edges(data="event") if event == name} for name in fairness}
        recurring = {n for n, fair in fairness.items() if fair is not Fairness.NONE or not disturbances_stop}
        stays = set(graph) if kind is Kind.EVENTUALLY_ALWAYS else self.bad
        self.cycles: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        self.cycles.add_nodes_from(stays)
        self.cycles.add_edges_from(
            (s, t, {"event": event})
            for s, t, event in graph.edges(data="event")
            if s in stays and t in stays and event in recurring
        )

    def starving(self, states: set[int], taken: set[str]) -> set[str]:
        """The events that must be taken and are not, if these states are visited and these events taken forever."""
        weak = {n for n in self.fairness if self.fairness[n] is Fairness.WEAK and states <= self.enabled[n]}
        strong = {n for n in self.fairness if self.fairness[n] is Fairness.STRONG and states & self.enabled[n]}
        return (weak | strong) - taken

    def _inside(self, states: set[int]) -> set[str]:
        return {event for _, _, event in self.cycles.subgraph(states).edges(data="event")}

    def recurring_sets_by_brute_force(self) -> Iterator[set[int]]:
        """Every set of states that some fair run visits again and again, while it visits no others."""
        for size in range(1, len(self.cycles) + 1):
            for chosen in itertools.combinations(self.cycles, size):
                states = set(chosen)
                if nx.is_strongly_connected(self.cycles.subgraph(states)) and not self.starving(
                    states, self._inside(states)
                ):
                    yield states

    def largest_recurring_sets(self, within: set[int] | None = None) -> Iterator[set[int]]:
        """The same, the largest ones only: strongly connected components, taken apart where fairness asks for it."""
        for states in nx.strongly_connected_components(self.cycles.subgraph(self.cycles if within is None else within)):
            starving = self.starving(states, self._inside(states))
            if not starving:
                yield states
            elif all(self.fairness[name] is Fairness.STRONG for name in starving):
                avoided = set().union(*(self.enabled[name] for name in starving))
                yield from self.largest_recurring_sets(states - avoided)

    def heads(self, recurring: Iterator[set[int]]) -> set[int]:
        """Where a fair run that breaks the promise can be again and again without what was promised."""
        return set().union(*recurring) & self.bad

    def shortest_stem(self, heads: set[int]) -> int | None:
        """The fewest steps to one of the heads by which the promise is still open."""
        whole, open_states = self.graph, self.graph.subgraph(self.bad)
        if self.kind is Kind.EVENTUALLY:
            whole = whole.subgraph(self.initial & self.bad)
            obliged = set(whole)
        elif self.kind is Kind.LEADS_TO:
            obliged = self.premise & self.bad
        else:
            obliged = heads
        to_obliged = _distances(whole, self.initial & set(whole))
        lengths = [
            to_obliged[start] + length
            for start in obliged & set(to_obliged)
            for head, length in _distances(open_states, {start}).items()
            if head in heads
        ]
        return min(lengths, default=None)

    def shortest_cycle(self, head: int) -> int:
        """The fewest steps from `head` to itself that are fair to repeat."""
        start = (head, frozenset([head]), frozenset[str]())
        level = seen = {start}
        for length in itertools.count():
            for node, states, taken in level:
                if node == head and not self.starving(set(states), set(taken)):
                    return length
            level = {
                (target, states | {target}, taken | {event})
                for node, states, taken in level
                for _, target, event in self.cycles.out_edges(node, data="event")
            } - seen
            assert level, "there is no fair cycle"
            seen = seen | level
        raise AssertionError


def _distances(graph: Any, sources: set[int]) -> dict[int, int]:
    return dict(nx.multi_source_dijkstra_path_length(graph, sources, weight=None)) if sources else {}


def of_labelled(system: Labelled, kind: Kind, disturbances_stop: bool) -> Definition:
    """A labelled graph's runs."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(system.initial)
    for arrows in system.arrows:
        graph.add_edges_from((s, t, {"event": arrows.name}) for s, t in arrows.pairs if s != t)
    reachable = set(system.initial).union(*(nx.descendants(graph, node) for node in system.initial))
    return Definition(
        nx.MultiDiGraph(graph.subgraph(reachable)),
        kind,
        initial=set(system.initial),
        bad=set(system.bad),
        premise=set(system.premise),
        fairness={arrows.name: arrows.fairness for arrows in system.arrows},
        disturbances_stop=disturbances_stop,
    )


def of_scenario(
    graph: "nx.MultiDiGraph[int]", scenario: Scenario[Any], prop: Property, disturbances_stop: bool
) -> Definition:
    """The runs of a scenario whose state graph networkx has."""
    states = dict(graph.nodes(data="state"))
    after = prop.after
    return Definition(
        graph,
        prop.kind,
        initial={number for number, state in states.items() if state in scenario.initial},
        bad={number for number, state in states.items() if prop.offenders(state)},
        premise={number for number, state in states.items() if after is not None and list(after(state))},
        fairness={event.name: event.action.fairness for event in scenario.events()},
        disturbances_stop=disturbances_stop,
    )


# -- verdicts


def verdicts(system: Labelled, disturbances_stop: bool, **options: Any) -> Iterator[tuple[Definition, Verdict]]:
    found = check_liveness(system.scenario(), disturbances_stop=disturbances_stop, **options)
    assert [verdict.promise.kind for verdict in found] == list(LIVENESS)
    for verdict in found:
        yield of_labelled(system, verdict.promise.kind, disturbances_stop), verdict


def taken_apart(verdict: Verdict) -> tuple[list[int], list[tuple[str, int]], list[tuple[str, int]]]:
    """The nodes of the stem; the (event, node) of its steps and of the cycle's."""
    assert verdict.trace is not None
    assert verdict.cycle is not None
    states: Any = verdict.trace.states
    steps: list[tuple[str, Any]] = [(step.event.action.name, step.state) for step in verdict.trace.steps]
    cycle: list[tuple[str, Any]] = [(step.event.action.name, step.state) for step in verdict.cycle]
    nodes = [state.node for state in states]
    return nodes, [(name, state.node) for name, state in steps], [(name, state.node) for name, state in cycle]


def assert_breaks_the_promise(definition: Definition, verdict: Verdict) -> None:
    """The lasso is a run, starts initially, closes, is fair, and breaks the promise."""
    stem, steps, cycle = taken_apart(verdict)
    arrows = {(s, t, event) for s, t, event in definition.graph.edges(data="event")}
    repeated = {(s, t, event) for s, t, event in definition.cycles.edges(data="event")}
    at = stem[0]
    assert at in definition.initial
    for event, node in steps:
        assert (at, node, event) in arrows
        at = node
    for event, node in cycle:
        assert (at, node, event) in repeated
        at = node
    assert at == stem[-1]
    states = {at, *(node for _, node in cycle)}
    taken = {event for event, _ in cycle}
    assert not definition.starving(states, taken)
    assert {event.action.name for event in verdict.starved} == {
        name for name, where in definition.enabled.items() if where & states and name not in taken
    }
    assert at in definition.bad
    bad, premise = definition.bad, definition.premise
    if definition.kind is Kind.EVENTUALLY:
        assert {*stem, *states} <= bad
    if definition.kind is Kind.ALWAYS_EVENTUALLY:
        assert states <= bad
    if definition.kind is Kind.LEADS_TO:
        since = max(number for number, node in enumerate([None, *stem]) if node not in bad)
        assert states <= bad
        assert premise & {*stem[since:], *states}


def assert_verdicts_follow_from_the_definitions(system: Labelled, disturbances_stop: bool) -> None:
    for definition, verdict in verdicts(system, disturbances_stop):
        heads = definition.heads(definition.largest_recurring_sets())
        shortest = definition.shortest_stem(heads)
        assert verdict.outcome is (Outcome.HOLDS if shortest is None else Outcome.VIOLATED)
        if shortest is not None:
            assert_breaks_the_promise(definition, verdict)
            assert len(taken_apart(verdict)[1]) == shortest


def assert_lassos_are_shortest_by_brute_force(system: Labelled, disturbances_stop: bool) -> None:
    for definition, verdict in verdicts(system, disturbances_stop):
        heads = definition.heads(definition.recurring_sets_by_brute_force())
        assert heads == definition.heads(definition.largest_recurring_sets())
        shortest = definition.shortest_stem(heads)
        assert verdict.outcome is (Outcome.HOLDS if shortest is None else Outcome.VIOLATED)
        if shortest is not None:
            stem, steps, cycle = taken_apart(verdict)
            assert len(steps) == shortest
            assert len(cycle) == definition.shortest_cycle(stem[-1])


def assert_a_cut_search_says_nothing_wrong(system: Labelled, most: int) -> None:
    for definition, verdict in verdicts(system, True, limits=Limits(max_states=most)):
        heads = definition.heads(definition.largest_recurring_sets())
        kept = definition.shortest_stem(heads) is None
        assert verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.HOLDS if kept else Outcome.VIOLATED)
        assert verdict.outcome is not Outcome.INCONCLUSIVE or most <= len(definition.graph)
        if verdict.outcome is Outcome.VIOLATED:
            assert_breaks_the_promise(definition, verdict)


@st.composite
def guarded_systems(draw: st.DrawFn) -> Scenario[Any]:
    """A system with pools, whose events are actions bound to slots, with liveness properties and any fairness."""
    scenario = draw(random_systems())
    functions = [prop.function for prop in scenario.properties if prop.kind is not Kind.NEVER_STEP]
    assume(functions)
    pick = st.sampled_from(functions)
    return msgspec.structs.replace(
        scenario,
        actions=tuple(Action(action.function, draw(st.sampled_from(Fairness))) for action in scenario.actions),
        properties=tuple(
            Property(kind.value, kind, draw(pick), draw(pick) if kind is Kind.LEADS_TO else None) for kind in LIVENESS
        ),
    )


def assert_verdicts_on_a_scenario_follow_from_the_definitions(scenario: Scenario[Any], disturbances_stop: bool) -> None:
    explored = explore(scenario, Limits(max_states=MOST))
    assume(explored.complete)
    found = check_liveness(scenario, disturbances_stop=disturbances_stop, explored=explored)
    graph = state_graph(scenario)
    for prop, verdict in zip(scenario.properties, found, strict=True):
        definition = of_scenario(graph, scenario, prop, disturbances_stop)
        shortest = definition.shortest_stem(definition.heads(definition.largest_recurring_sets()))
        assert verdict.outcome is (Outcome.HOLDS if shortest is None else Outcome.VIOLATED)
        if shortest is not None:
            assert verdict.depth == shortest


often = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
very_often = settings(
    max_examples=2_500, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
small, large = systems(FEW), systems(MANY)


@often
@given(large, st.booleans())
def test_verdicts_follow_from_the_definitions(system: Labelled, disturbances_stop: bool) -> None:
    assert_verdicts_follow_from_the_definitions(system, disturbances_stop)


@often
@given(small, st.booleans())
def test_stems_and_cycles_are_shortest(system: Labelled, disturbances_stop: bool) -> None:
    assert_lassos_are_shortest_by_brute_force(system, disturbances_stop)


@often
@given(large, st.integers(1, MANY))
def test_a_cut_search_says_nothing_wrong(system: Labelled, most: int) -> None:
    assert_a_cut_search_says_nothing_wrong(system, most)


@often
@given(large, st.booleans())
def test_walks_past_the_size_for_an_exact_search_are_lassos_too(system: Labelled, disturbances_stop: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lassos, "_EXACT", 0)
        assert_verdicts_follow_from_the_definitions(system, disturbances_stop)


@often
@given(guarded_systems(), st.booleans())
def test_fairness_is_owed_to_each_binding_of_an_action_to_slots(
    scenario: Scenario[Any], disturbances_stop: bool
) -> None:
    assert_verdicts_on_a_scenario_follow_from_the_definitions(scenario, disturbances_stop)


@pytest.mark.slow
@very_often
@given(guarded_systems(), st.booleans())
def test_fairness_is_owed_to_each_binding_of_an_action_to_slots_on_many_systems(
    scenario: Scenario[Any], disturbances_stop: bool
) -> None:
    assert_verdicts_on_a_scenario_follow_from_the_definitions(scenario, disturbances_stop)


@pytest.mark.slow
@very_often
@given(large, st.booleans(), st.integers(1, MANY))
def test_verdicts_follow_from_the_definitions_on_many_systems(
    system: Labelled, disturbances_stop: bool, most: int
) -> None:
    assert_verdicts_follow_from_the_definitions(system, disturbances_stop)
    assert_a_cut_search_says_nothing_wrong(system, most)


@pytest.mark.slow
@very_often
@given(small, st.booleans())
def test_stems_and_cycles_are_shortest_on_many_systems(system: Labelled, disturbances_stop: bool) -> None:
    assert_lassos_are_shortest_by_brute_force(system, disturbances_stop)
