"""Traces: runs of a scenario, replayed step by step in the plain run."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from checker.state import State
from checker.vocabulary import Event, Fairness, Kind, Property, Scenario


class Choice(msgspec.Struct, frozen=True):
    """One step as it is saved: the action, its slots, and which of its successors was taken (from 0)."""

    action: str
    slots: dict[str, int] = {}
    successor: int = 0

    @property
    def name(self) -> str:
        """As in ``kubelet_starts_container(pod=1)``."""
        return f"{self.action}({', '.join(f'{name}={slot}' for name, slot in self.slots.items())})"


class Step(msgspec.Struct, frozen=True):
    """An event and the state that it led to."""

    event: Event
    choice: Choice
    state: State


class Trace(msgspec.Struct, frozen=True):
    """A run from an initial state. `initial_index` is the initial state's place in the scenario's list."""

    initial_index: int
    initial: State
    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> "Trace":
        """This run and one step more."""
        return Trace(self.initial_index, self.initial, (*self.steps, step))

    @property
    def states(self) -> list[State]:
        """Every state of the run, the initial one first."""
        return [self.initial, *(step.state for step in self.steps)]

    @property
    def disturbances(self) -> int:
        """How many of the steps are disturbances: nothing makes them happen."""
        return sum(step.event.action.fairness is Fairness.NONE for step in self.steps)

    def offenders(self, prop: Property) -> list[Any]:
        """What `prop` names in the last state (in the last step, for a property of steps)."""
        if prop.kind is Kind.NEVER_STEP:
            return prop.offenders(*self.states[-2:]) if self.steps else []
        return prop.offenders(self.states[-1])


class Lasso(msgspec.Struct, frozen=True):
    """A run without end: `trace`, then the steps of `cycle` over and over (none: its last state forever)."""

    trace: Trace
    cycle: tuple[Step, ...] = ()

    @property
    def recurring(self) -> list[State]:
        """The states that the run visits again and again, the end of the trace first."""
        return [self.trace.states[-1], *(step.state for step in self.cycle[:-1])]


def enabled(scenario: Scenario[Any], state: State) -> Iterator[Step]:
    """Every step that can be taken from `state`."""
    for event in scenario.events():
        for number, after in enumerate(event.possible(state)):
            yield Step(event, Choice(event.action.name, event.slots, number), after)


class ReplayFailed(Exception):
    """A saved run cannot be taken again. `step` counts from 1; 0 is the initial state."""

    def __init__(self, step: int, why: str) -> None:
        super().__init__(f"step {step}: {why}")
        self.step = step


def replay(scenario: Scenario[Any], initial_index: int, choices: Sequence[Choice]) -> Trace:
    """Take saved steps again in the plain run.

    Raises
    ------
    ReplayFailed
        At the first step that is not possible, saying why.
    """
    if not 0 <= initial_index < len(scenario.initial):
        raise ReplayFailed(
            0, f"the scenario has {len(scenario.initial)} initial states, none is number {initial_index}"
        )
    state = scenario.initial[initial_index]
    events = {(event.action.name, tuple(sorted(event.slots.items()))): event for event in scenario.events()}
    steps: list[Step] = []
    for number, choice in enumerate(choices, 1):
        event = events.get((choice.action, tuple(sorted(choice.slots.items()))))
        if event is None:
            raise ReplayFailed(number, f"{choice.name} is not an event of the scenario {scenario.name!r}")
        successors = list(event.possible(state))
        if not successors:
            raise ReplayFailed(number, f"{choice.name} is not enabled")
        if not 0 <= choice.successor < len(successors):
            raise ReplayFailed(
                number,
                f"{choice.name}: successor number {choice.successor} was taken when saved, now there are only "
                f"{len(successors)} (counted from 0)",
            )
        state = successors[choice.successor]
        steps.append(Step(event, choice, state))
    return Trace(initial_index, scenario.initial[initial_index], tuple(steps))
