"""From a path of the learned run to a trace of the plain run.

The learned run works on representatives: its path may jump between states that differ in the order of interchangeable
rows. Here the path is taken again, by plain calls only, and beside it a run of real transitions through states with the
same representatives. What is shown to a user is that run.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from checker.learned import LearnedScenario
from checker.packing import Words
from checker.state import State
from checker.trace import Choice, Step, Trace
from checker.vocabulary import Event


class RunsDisagree(Exception):
    """The learned run and the plain run differ: a bug in kubeproof, or an impure function in a model."""


def concrete_trace(learned: LearnedScenario, initial: int, path: Sequence[tuple[int, int]]) -> Trace:
    """The trace that takes the steps `path` = (event number, yield number) from an initial state.

    Raises
    ------
    RunsDisagree
        If the plain run cannot take a step that the learned run took.
    """
    start = learned.scenario.initial[initial]
    state, row = start, learned.encode(start)
    steps: list[Step] = []
    for number, (event, which) in enumerate(path, 1):
        row = _next_representative(learned, row, event, which)
        step = _matching_step(learned, state, row, learned.events[event])
        if step is None:
            raise RunsDisagree(f"step {number}, {learned.events[event].name}: the plain run has no such successor")
        steps.append(step)
        state = step.state
    return Trace(initial, start, tuple(steps))


def _next_representative(learned: LearnedScenario, row: Words, event: int, which: int) -> Words:
    """The representative after the yield number `which`, by a plain call on the decoded state."""
    state = learned.layout.decode(learned.exchanged_row(row, event))
    _, slots = learned.bound_event(event)
    for number, after in enumerate(learned.events[event].action.function(state, **slots)):
        if number == which:
            return learned.encode(after)
    raise RunsDisagree(f"{learned.events[event].name}: the plain run yields less than the learned run")


def _matching_step(learned: LearnedScenario, state: State, row: Words, hint: Event) -> Step | None:
    """A real step from `state` to a state whose representative is `row`; the same action if possible."""
    same_action = [event for event in learned.events if event.action == hint.action]
    others = (event for event in learned.events if event.action != hint.action)
    return _first_match(learned, state, row, same_action) or _first_match(learned, state, row, others)


def _first_match(learned: LearnedScenario, state: State, row: Words, events: Iterable[Event]) -> Step | None:
    for event in events:
        for number, after in enumerate(event.possible(state)):
            if np.array_equal(learned.encode(after), row):
                return Step(event, Choice(event.action.name, event.slots, number), after)
    return None
