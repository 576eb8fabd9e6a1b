"""What a lasso must be to break a promise, straight from the definitions, in the plain run.

No array and no algorithm of the search is used here: every lasso is held to this before anybody sees it.
"""

from typing import Any

from checker.state import BoundReached, State
from checker.trace import Lasso, replay
from checker.vocabulary import Event, Fairness, Kind, Property, Scenario


class NotACounterexample(Exception):
    """A lasso does not break the promise for which it was found: a bug in kubeproof, or an impure function."""


def require_counterexample(scenario: Scenario[Any], prop: Property, lasso: Lasso, *, disturbances_stop: bool) -> None:
    """Check that a lasso is a run of the scenario, that it closes, is fair, and breaks the promise.

    Raises
    ------
    NotACounterexample
        If one of these is not so, saying which.
    ReplayFailed
        If a step cannot be taken.
    """
    steps = (*lasso.trace.steps, *lasso.cycle)
    again = replay(scenario, lasso.trace.initial_index, [step.choice for step in steps])
    if again.states != [*lasso.trace.states, *(step.state for step in lasso.cycle)]:
        raise NotACounterexample(f"{prop.name}: taken again, the run goes elsewhere")
    if lasso.cycle and lasso.cycle[-1].state != lasso.trace.states[-1]:
        raise NotACounterexample(f"{prop.name}: the cycle does not close")
    if disturbances_stop and any(step.event.action.fairness is Fairness.NONE for step in lasso.cycle):
        raise NotACounterexample(f"{prop.name}: a disturbance happens again and again")
    if unfair := unfair_events(scenario, lasso):
        raise NotACounterexample(f"{prop.name}: the cycle is not fair to {', '.join(event.name for event in unfair)}")
    if not breaks(prop, lasso):
        raise NotACounterexample(f"{prop.name}: the run keeps the promise")


def breaks(prop: Property, lasso: Lasso) -> bool:
    """The run does not have the liveness property `prop`."""
    recurring = [bool(prop.offenders(state)) for state in lasso.recurring]
    if prop.kind is Kind.EVENTUALLY_ALWAYS:
        return any(recurring)
    if not all(recurring):
        return False
    if prop.kind is Kind.ALWAYS_EVENTUALLY:
        return True
    states = [*lasso.trace.states, *lasso.recurring]
    pending = [bool(prop.offenders(state)) for state in states]
    if prop.kind is Kind.EVENTUALLY:
        return all(pending)
    return any(_obliges(prop, state) and all(pending[number:]) for number, state in enumerate(states))


def _obliges(prop: Property, state: State) -> bool:
    return prop.after is not None and any(True for _ in prop.after(state))


def unfair_events(scenario: Scenario[Any], lasso: Lasso) -> list[Event]:
    """The events that the cycle starves although their fairness forbids it."""
    return [
        event
        for event in starved_events(scenario, lasso)
        if event.action.fairness is Fairness.STRONG
        or (event.action.fairness is Fairness.WEAK and all(_enabled(event, state) for state in lasso.recurring))
    ]


def starved_events(scenario: Scenario[Any], lasso: Lasso) -> list[Event]:
    """The events that are enabled in some state of the cycle and never taken in it."""
    taken = [step.event for step in lasso.cycle]
    return [
        event
        for event in scenario.events()
        if event not in taken and any(_enabled(event, state) for state in lasso.recurring)
    ]


def _enabled(event: Event, state: State) -> bool:
    """The event has a successor, be it one that a bound cuts off."""
    try:
        return any(True for _ in event.successors(state))
    except BoundReached:
        return True
