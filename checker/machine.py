"""Hypothesis state machines from scenarios: the same actions and properties, explored at random and shrunk.

>>> TestRollout = state_machine(scenario).TestCase  # doctest: +SKIP

A failure prints Hypothesis' own program of rule calls, and the trace in the words of the scenario.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from checker.trace import Step, Trace, enabled
from checker.vocabulary import Action, Kind, Property, Scenario

Describe = Callable[[Trace, Property], str]


def plain_words(trace: Trace, prop: Property) -> str:
    """A trace as event names and the offenders as they print themselves."""
    lines = [f"  {number}  {step.event.name}" for number, step in enumerate(trace.steps, 1)]
    return "\n".join([*lines, *(f"  offends: {offender}" for offender in trace.offenders(prop))])


def state_machine(scenario: Scenario[Any], describe: Describe = plain_words) -> type[RuleBasedStateMachine]:
    """A state machine whose rules are the scenario's actions and whose invariants are its `never` properties.

    Parameters
    ----------
    describe
        Turns the trace to a violated property into the text of the failure.

    Notes
    -----
    A rule draws which of its action's transitions is taken, among all slots; a rule without one is not run. `sometimes`
    properties are left to the search: one random run says nothing about them.
    """
    namespace: dict[str, Any] = {
        "__doc__": f"Random runs of the scenario {scenario.name!r}.",
        "scenario": scenario,
        "describe": staticmethod(describe),
    }
    last = len(scenario.initial) - 1
    namespace["start"] = initialize(initial_state=st.integers(0, last))(_start)
    for action in scenario.actions:
        namespace[action.name] = _rule(action)
    return type(f"{scenario.name.title().replace('-', '')}Machine", (_ScenarioMachine,), namespace)


def _start(self: "_ScenarioMachine", initial_state: int) -> None:
    """Begin in one of the initial states."""
    self.begin(initial_state)


def _rule(action: Action) -> Any:
    def take(self: "_ScenarioMachine", transition: int) -> None:
        steps = self.steps_of(action)
        self.take(steps[transition % len(steps)])

    take.__name__ = action.name
    take.__doc__ = action.sentence
    possible = precondition(lambda self: bool(self.steps_of(action)))
    return possible(rule(transition=st.integers(0, 255))(take))


class _ScenarioMachine(RuleBasedStateMachine):
    """What the machines of all scenarios share; see `state_machine`."""

    scenario: Scenario[Any]
    describe: Callable[[Trace, Property], str]

    def __init__(self) -> None:
        super().__init__()
        self.begin(0)

    def begin(self, initial: int) -> None:
        """Start over in the initial state number `initial`."""
        self._go_on(Trace(initial, self.scenario.initial[initial]))

    def steps_of(self, action: Action) -> list[Step]:
        """Every transition of `action` from the current state."""
        return [step for step in self._steps if step.event.action is action]

    def take(self, step: Step) -> None:
        """Take one transition."""
        self._go_on(self._trace.then(step))

    def _go_on(self, trace: Trace) -> None:
        self._trace = trace
        self._steps = list(enabled(self.scenario, trace.states[-1]))

    @precondition(lambda self: not self._steps)
    @rule()
    def nothing_happens(self) -> None:
        """A run that has come to rest stays there."""

    @invariant()
    def no_offenders(self) -> None:
        """No property of states or of the last step is violated."""
        for prop in self.scenario.safety_properties:
            if prop.kind is not Kind.SOMETIMES and self._trace.offenders(prop):
                text = type(self).describe(self._trace, prop)
                raise AssertionError(f"{prop.name} violated after {len(self._trace.steps)} steps\n{text}")
