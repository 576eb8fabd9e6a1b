"""Runs without end in an operator's words: the way there, what happens over and over, and what never does."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from checker.lasso_definition import starved_events
from checker.liveness import fairness_in_words
from checker.trace import Lasso, Trace
from checker.vocabulary import Event, Fairness, Property, Scenario
from kubeproof.naming import Names
from kubeproof.narration import Forever, Narration, narrate, who_does_what
from model.cluster import Cluster

_WHY_NOT = {
    Fairness.NONE: "a disturbance",
    Fairness.WEAK: "it is not possible all the time",
    Fairness.STRONG: "it is not possible again and again",
}


def tell_lasso(scenario: Scenario[Any], lasso: Lasso, promise: Property) -> Narration:
    """Tell a run without end that breaks a promise about whole runs."""
    told = narrate(_unrolled(lasso), recurring_offenders(lasso, promise))
    length = len(lasso.trace.steps)
    forever = Forever(
        cycle=told.steps[length:],
        always=all(promise.offenders(state) for state in lasso.recurring),
        starved=tuple(_starved(scenario, lasso)),
        fairness=fairness_in_words(scenario),
    )
    return replace(told, steps=told.steps[:length], forever=forever)


def offenders_in_words(lasso: Lasso, promise: Property) -> tuple[str, ...]:
    """What stays wrong, or comes back again and again."""
    return narrate(_unrolled(lasso), recurring_offenders(lasso, promise)).offenders


def recurring_offenders(lasso: Lasso, promise: Property) -> list[Any]:
    """What the promise names in every state of the cycle; where there is no such thing, at its beginning."""
    states = [_unrolled(lasso).states[-1], *lasso.recurring]
    first, *others = ([*promise.offenders(state)] for state in states)
    return [offender for offender in first if all(offender in named for named in others)] or first


def _unrolled(lasso: Lasso) -> Trace:
    """The run up to where the cycle has been gone through once."""
    return Trace(lasso.trace.initial_index, lasso.trace.initial, (*lasso.trace.steps, *lasso.cycle))


def _starved(scenario: Scenario[Any], lasso: Lasso) -> Iterator[str]:
    """Every event that the cycle starves, named at the first moment at which it could happen."""
    events = starved_events(scenario, lasso)
    names = Names()
    first = len(lasso.trace.steps)
    for number, state in enumerate(_unrolled(lasso).states):
        assert isinstance(state, Cluster)
        names.follow(state)
        if number >= first:
            for event in [event for event in events if any(True for _ in event.possible(state))]:
                events.remove(event)
                yield _named(event, state, names)


def _named(event: Event, state: Cluster, names: Names) -> str:
    return f"{' '.join(who_does_what(state, event, names))} ({_WHY_NOT[event.action.fairness]})"
