"""Verdicts about runs without end.

A run is infinite. It may stay in a state forever (stutter) where no fair event is enabled: in a deadlock, and where
only disturbances could happen. Of each weakly fair event it holds that if the event stays enabled from some point on,
it is taken again and again; of each strongly fair one, that if it is enabled again and again, it is taken again and
again.
Fairness is owed to each event by itself (an action bound to slots), and a yield that changes nothing is no step.

A liveness property is violated by a lasso: a stem and a fair cycle. The shortest stem is shown: in front of the cycle
its last state has offenders. A lasso in an exploration that was cut counts if all states of its cycle were expanded
whole (then its fairness is known); without a lasso, a cut exploration says nothing.
"""

import time
from typing import Any

import msgspec
import numpy as np

from checker.explored import Bools, Explored, explore
from checker.fair_cycles import STRONG, UNFAIR, WEAK, Int8s, fair_components
from checker.lasso import fair_cycle, shortest_stem
from checker.lasso_definition import NotACounterexample, require_counterexample, starved_events
from checker.results import Limits
from checker.state import State
from checker.trace import Choice, Lasso, Step, Trace
from checker.verdict import Outcome, Verdict, why_inconclusive
from checker.vocabulary import Event, Fairness, Kind, Property, Scenario

REDUCTIONS_OFF = "symmetry and partial order are switched off: which runs are fair is not the same with them"
_CODES = {Fairness.NONE: UNFAIR, Fairness.WEAK: WEAK, Fairness.STRONG: STRONG}


def check_liveness(
    scenario: Scenario[Any],
    *,
    disturbances_stop: bool = True,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    explored: Explored | None = None,
) -> tuple[Verdict, ...]:
    """Say of each liveness property of a scenario whether every fair run has it.

    Parameters
    ----------
    disturbances_stop
        Only look at runs in which from some point on no disturbance happens.
    limits
        When to stop exploring.
    explored
        The scenario's state graph (without any reduction), if it is there already.

    Returns
    -------
    One verdict per liveness property, in the scenario's order.
    """
    if not scenario.liveness_properties:
        return ()
    graph = explore(scenario, limits) if explored is None else explored
    runs = _Runs.of(scenario, graph, disturbances_stop)
    return tuple(_verdict(runs, prop) for prop in scenario.liveness_properties)


class _Runs(msgspec.Struct, frozen=True, eq=False):
    """A scenario's state graph and what its runs owe. `fairness` and `in_cycles` have an entry per event."""

    scenario: Scenario[Any]
    graph: Explored
    disturbances_stop: bool
    events: list[Event]
    fairness: Int8s
    in_cycles: Bools

    @classmethod
    def of(cls, scenario: Scenario[Any], graph: Explored, disturbances_stop: bool) -> "_Runs":
        """The runs of a scenario."""
        events = scenario.events()
        fairness = np.array([_CODES[event.action.fairness] for event in events], np.int8)
        in_cycles = (fairness != UNFAIR) | (not disturbances_stop)
        return cls(scenario, graph, disturbances_stop, events, fairness, in_cycles)


class _Question(msgspec.Struct, frozen=True, eq=False):
    """A liveness property as bools, one per state.

    A run breaks it that visits an `obliging` state, is in `pending` states only from there on, and is in an `offending`
    state again and again.
    """

    obliging: Bools
    pending: Bools
    offending: Bools


def _question(graph: Explored, prop: Property) -> _Question:
    offending = graph.names_something(prop.function)
    everywhere = np.ones(graph.states, np.bool_)
    if prop.kind is Kind.EVENTUALLY_ALWAYS:
        return _Question(everywhere, everywhere, offending)
    if prop.kind is Kind.ALWAYS_EVENTUALLY:
        return _Question(everywhere, offending, offending)
    if prop.after is not None:
        return _Question(graph.names_something(prop.after), offending, offending)
    initial = np.zeros(graph.states, np.bool_)
    initial[graph.initial] = True
    return _Question(initial, offending, offending)


def _verdict(runs: _Runs, prop: Property) -> Verdict:
    started = time.monotonic()
    scenario, graph = runs.scenario, runs.graph
    question = _question(graph, prop)
    lasso = _find_lasso(runs, question)
    if lasso is not None:
        require_counterexample(scenario, prop, lasso, disturbances_stop=runs.disturbances_stop)
    complete = Outcome.HOLDS if graph.complete else Outcome.INCONCLUSIVE
    outcome = complete if lasso is None else Outcome.VIOLATED
    vacuous = () if question.obliging.any() else ("nothing obliges in any state that was visited",)
    return Verdict(
        promise=prop,
        scenario=scenario.name,
        outcome=outcome,
        bounds=scenario.bounds,
        disturbances=scenario.disturbances,
        assumptions=scenario.assumptions,
        states=graph.states,
        transitions=graph.transitions,
        depth=graph.depth if lasso is None else len(lasso.trace.steps),
        seconds=graph.seconds + time.monotonic() - started,
        collision_probability=graph.collision_probability,
        reason=why_inconclusive(graph) if outcome is Outcome.INCONCLUSIVE else None,
        trace=None if lasso is None else lasso.trace,
        cycle=None if lasso is None else lasso.cycle,
        starved=() if lasso is None else tuple(starved_events(scenario, lasso)),
        fairness=fairness_in_words(scenario, disturbances_stop=runs.disturbances_stop),
        notes=(REDUCTIONS_OFF, *vacuous),
    )


def _find_lasso(runs: _Runs, question: _Question) -> Lasso | None:
    """A lasso that breaks the property in question: shortest stem, then a fair cycle from its end."""
    graph, fairness, in_cycles = runs.graph, runs.fairness, runs.in_cycles
    within = question.pending & graph.expanded
    sets = fair_components(graph, within=within, fairness=fairness, in_cycles=in_cycles)
    heads = (sets >= 0) & question.offending
    stem = shortest_stem(graph, obliging=question.obliging, pending=question.pending, heads=heads)
    if stem is None:
        return None
    first, edges = stem
    head = int(graph.edge_target[edges[-1]]) if edges else first
    cycle = fair_cycle(graph, head, np.flatnonzero(sets == sets[head]), fairness, in_cycles)
    index = int(np.flatnonzero(graph.initial == first)[0])
    start = runs.scenario.initial[index]
    steps = _steps(runs, start, edges)
    return Lasso(Trace(index, start, steps), _steps(runs, steps[-1].state if steps else start, cycle))


def _steps(runs: _Runs, state: State, edges: list[int]) -> tuple[Step, ...]:
    """The steps of edges that follow each other, from a state on."""
    steps: list[Step] = []
    for edge in edges:
        step = _step(runs.events[runs.graph.edge_event[edge]], state, int(runs.graph.edge_yield[edge]))
        steps.append(step)
        state = step.state
    return tuple(steps)


def _step(event: Event, state: State, which: int) -> Step:
    successor = 0
    for number, after in enumerate(event.action.function(state, **event.slots)):
        if number == which:
            return Step(event, Choice(event.action.name, event.slots, successor), after)
        successor += after != state
    raise NotACounterexample(f"{event.name}: the plain run yields less than the exploration")


def fairness_in_words(scenario: Scenario[Any], *, disturbances_stop: bool = True) -> tuple[str, ...]:
    """Which runs of a scenario count, one sentence each."""
    weak, strong, none = (
        ", ".join(dict.fromkeys(action.name for action in scenario.actions if action.fairness is fairness))
        for fairness in (Fairness.WEAK, Fairness.STRONG, Fairness.NONE)
    )
    stop = "from some point on no disturbance happens" if disturbances_stop else "disturbances may go on forever"
    sentences = (
        (weak, f"weakly fair, taken again and again if enabled from some point on: {weak}"),
        (strong, f"strongly fair, taken again and again if enabled again and again: {strong}"),
        (none, f"{stop}; none of these must happen: {none}"),
    )
    return (*(sentence for names, sentence in sentences if names), "where no fair event is enabled a run may end")
