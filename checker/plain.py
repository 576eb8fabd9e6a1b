"""The plain run: breadth-first search over the frozen values themselves. The reference for every faster one."""

import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from checker.state import BoundReached, State
from checker.trace import Choice
from checker.vocabulary import Kind, Scenario


class PlainResult(msgspec.Struct, frozen=True):
    """What the plain search saw. `found` maps a property's name to the steps of a shortest trace to an offender."""

    states: int
    transitions: int
    depth: int
    seconds: float
    exhausted: bool
    bound_reached: bool
    found: dict[str, tuple[int, tuple[Choice, ...]]]


def plain_search(
    scenario: Scenario[Any],
    *,
    representative: Callable[[State], Hashable] = lambda state: state,
    max_states: int | None = None,
) -> PlainResult:
    """Visit every reachable state by calling every function on every state.

    Parameters
    ----------
    representative
        States with equal representatives are visited once.

    Notes
    -----
    Whole states are kept, so that nothing can collide. Some 10,000 states a second.
    """
    started = time.monotonic()
    parents: dict[Hashable, tuple[Hashable, Choice] | int] = {}
    queue: deque[tuple[State, Hashable, int]] = deque()
    found: dict[str, tuple[int, tuple[Choice, ...]]] = {}
    events = scenario.events()
    transitions, depth, bound_reached, stopped = 0, 0, False, False

    def path(key: Hashable, *last: Choice) -> tuple[int, tuple[Choice, ...]]:
        steps: list[Choice] = []
        while not isinstance(parent := parents[key], int):
            key, choice = parent
            steps.append(choice)
        return parent, (*reversed(steps), *last)

    for index, state in enumerate(scenario.initial):
        key = representative(state)
        if key not in parents:
            parents[key] = index
            queue.append((state, key, 0))
    while queue and not stopped:
        state, key, depth = queue.popleft()
        for prop in scenario.safety_properties:
            if prop.kind is not Kind.NEVER_STEP and prop.name not in found and prop.offenders(state):
                found[prop.name] = path(key)
        for event in events:
            successors = enumerate(event.successors(state))
            while True:
                try:
                    number, after = next(successors)
                except StopIteration:
                    break
                except BoundReached:
                    bound_reached = True
                    break
                transitions += 1
                choice = Choice(event.action.name, event.slots, number)
                for prop in scenario.safety_properties:
                    if prop.kind is Kind.NEVER_STEP and prop.name not in found and prop.offenders(state, after):
                        found[prop.name] = path(key, choice)
                after_key = representative(after)
                if after_key not in parents:
                    parents[after_key] = (key, choice)
                    queue.append((after, after_key, depth + 1))
        stopped = max_states is not None and len(parents) >= max_states
    seconds = time.monotonic() - started
    return PlainResult(len(parents), transitions, depth, seconds, not (stopped or bound_reached), bound_reached, found)
