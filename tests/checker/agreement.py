"""The plain run and the learned run must say the same: the comparisons, over any scenario.

`RunsAgree` is the one class of tests over both runs. A subclass says over which scenarios, in one of two ways::

    @pytest.mark.parametrize("scenario", [rollout(...), drain(...)], ids=lambda scenario: scenario.name)
    class TestOurScenarios(RunsAgree): ...

    @over(random_systems())                    # a Hypothesis strategy
    class TestRandomSystems(RunsAgree): ...

`assert_runs_agree(scenario)` is all of them in one call.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from checker import kernels
from checker.layout import Packed
from checker.learned import LearnedScenario
from checker.plain import plain_search
from checker.search import Limits, SearchResult, search
from checker.state import BoundReached, Pool, State
from checker.trace import Trace, replay
from checker.verdict import Outcome, check
from checker.vocabulary import Event, Kind, Property, Scenario, interchangeable_pools

MAX_STATES = 2_000
Tests = TypeVar("Tests", bound=type)


class RunsAgree:
    """What must be the same in both runs of a scenario. See the module's text."""

    max_states = MAX_STATES

    def test_every_state_has_the_same_successors(self, scenario: Scenario[Any]) -> None:
        assert_same_successors(scenario, self.max_states)

    def test_properties_name_offenders_in_the_same_states_and_steps(self, scenario: Scenario[Any]) -> None:
        assert_same_offenders(scenario, self.max_states)

    def test_the_same_states_are_reached_and_the_same_properties_decided(self, scenario: Scenario[Any]) -> None:
        assert_same_search(scenario, self.max_states)

    def test_sorting_interchangeable_rows_counts_orbits_and_changes_no_answer(self, scenario: Scenario[Any]) -> None:
        assert_same_search_up_to_symmetry(scenario, self.max_states)

    def test_verdicts_follow_from_what_the_plain_run_found(self, scenario: Scenario[Any]) -> None:
        assert_same_verdicts(scenario, self.max_states)


def assert_runs_agree(scenario: Scenario[Any], *, max_states: int = MAX_STATES) -> None:
    """Fail unless the learned run of `scenario` says what the plain run says.

    A scenario with more than `max_states` states is compared on that many: successors and offenders in each, and the
    lengths of the traces that both runs found.
    """
    assert_same_successors(scenario, max_states)
    assert_same_offenders(scenario, max_states)
    assert_same_search(scenario, max_states)
    assert_same_search_up_to_symmetry(scenario, max_states)
    assert_same_verdicts(scenario, max_states)


def over(scenarios: SearchStrategy[Scenario[Any]], *, max_states: int, max_examples: int) -> Callable[[Tests], Tests]:
    """Run each test of a subclass of `RunsAgree` on scenarios that Hypothesis draws."""

    def decorate(tests: Tests) -> Tests:
        tests.max_states = max_states  # type: ignore[attr-defined]
        for name, test in vars(RunsAgree).items():
            if name.startswith("test_"):
                setattr(tests, name, _drawn(test, scenarios, max_examples))
        return tests

    return decorate


def _drawn(test: Callable[..., None], scenarios: SearchStrategy[Scenario[Any]], max_examples: int) -> Any:
    def run(self: RunsAgree, scenario: Scenario[Any]) -> None:
        test(self, scenario)

    checks = settings(max_examples=max_examples, suppress_health_check=[HealthCheck.too_slow])
    return checks(given(scenario=scenarios)(run))


# -- successors and offenders, state by state


def assert_same_successors(scenario: Scenario[Any], max_states: int = MAX_STATES) -> None:
    """In each state each event must lead to the same states, in the same order, in both runs."""
    tries = Learner(scenario)
    for state in reachable(scenario, max_states):
        for event in range(len(tries.learned.events)):
            plain, plain_cut = _plain_successors(tries.learned.events[event], state)
            learned, learned_cut = tries.successors(event, state)
            assert learned == plain, f"{tries.learned.events[event].name} in {state}"
            assert not plain_cut or learned_cut, f"{tries.learned.events[event].name} reaches a bound in {state}"


def assert_same_offenders(scenario: Scenario[Any], max_states: int = MAX_STATES) -> None:
    """In each state, and in each step, a property must have offenders in both runs or in neither."""
    tries = Learner(scenario)
    for state in reachable(scenario, max_states):
        for index, prop in enumerate(tries.learned.state_properties):
            assert tries.state_offends(index, state) == bool(prop.offenders(state)), f"{prop.name} in {state}"
        for index, prop in enumerate(tries.learned.step_properties):
            for after in _all_successors(scenario, state):
                offends = tries.step_offends(index, state, after)
                assert offends == bool(prop.offenders(state, after)), f"{prop.name} from {state} to {after}"


class Learner:
    """The learned functions of a scenario, asked on one state at a time."""

    def __init__(self, scenario: Scenario[Any]) -> None:
        self.learned = LearnedScenario(scenario, symmetry=False)

    def successors(self, event: int, state: State) -> tuple[list[State], bool]:
        """The states that the learned event leads to, and whether some pool has been full in some run so far."""
        learned = self.learned
        row = learned.layout.encode(state)
        leaf = self._payload(learned.event_roots, event, (row,), learned.learn_event)
        leaves = learned.leaves
        found: list[State] = []
        for number in range(leaves.yield_start.all[leaf], leaves.yield_start.all[leaf + 1]):
            after = row.copy()
            writes = slice(leaves.write_start.all[number], leaves.write_start.all[number + 1])
            after[leaves.write_column.all[writes]] = leaves.write_code.all[writes]
            if not np.array_equal(after, row):
                found.append(learned.layout.decode(after))
        return found, bool(learned.full_pools)

    def state_offends(self, index: int, state: State) -> bool:
        """Whether a property of states has offenders, as learned."""
        row = self.learned.layout.encode(state)
        return bool(self._payload(self.learned.state_roots, index, (row,), self.learned.learn_state_property))

    def step_offends(self, index: int, before: State, after: State) -> bool:
        """Whether a property of steps has offenders, as learned."""
        rows = self.learned.layout.encode(before), self.learned.layout.encode(after)
        return bool(self._payload(self.learned.step_roots, index, rows, self.learned.learn_step_property))

    def _payload(self, roots: Any, index: int, rows: tuple[Packed, ...], learn: Callable[..., None]) -> int:
        payload = self._walk(int(roots[index]), rows[0], rows[-1])
        if payload == kernels.UNSEEN:
            learn(index, *rows)
            payload = self._walk(int(roots[index]), rows[0], rows[-1])
        assert payload != kernels.UNSEEN, "what was learned is not found again"
        return payload

    def _walk(self, root: int, before: Packed, after: Packed) -> int:
        learned = self.learned
        derived = np.full(max(1, len(learned.derived_roots)), kernels.UNSEEN, np.int64)
        return int(
            kernels.walk(
                np.int64(root), before, after, derived, learned.stack, learned.derived_roots, *learned.tries.arrays
            )
        )


def reachable(scenario: Scenario[Any], max_states: int) -> Iterator[State]:
    """The first `max_states` reachable states, breadth first, by plain calls."""
    seen = set(scenario.initial)
    queue = deque(dict.fromkeys(scenario.initial))
    while queue:
        state = queue.popleft()
        yield state
        for after in _all_successors(scenario, state):
            if after not in seen and len(seen) < max_states:
                seen.add(after)
                queue.append(after)


def _all_successors(scenario: Scenario[Any], state: State) -> Iterator[State]:
    for event in scenario.events():
        yield from _plain_successors(event, state)[0]


def _plain_successors(event: Event, state: State) -> tuple[list[State], bool]:
    found: list[State] = []
    try:
        found.extend(event.successors(state))
    except BoundReached:
        return found, True
    return found, False


# -- whole searches


def assert_same_search(scenario: Scenario[Any], max_states: int = MAX_STATES) -> None:
    """States, transitions, depth, bounds reached, properties decided and lengths of traces must be the same."""
    plain = Plain(scenario, max_states)
    learned = search(scenario, symmetry=False, stop_when_decided=False, limits=plain.limits)
    _assert_same_counts(plain, learned)
    _assert_same_findings(scenario, plain, learned)


def assert_same_search_up_to_symmetry(scenario: Scenario[Any], max_states: int = MAX_STATES) -> None:
    """With sorted rows: the counts of a plain run over representatives, the answers of one over all the states."""
    orbits = Plain(scenario, max_states, sorted_rows(scenario))
    learned = search(scenario, symmetry=True, stop_when_decided=False, limits=orbits.limits)
    _assert_same_counts(orbits, learned)
    _assert_same_findings(scenario, Plain(scenario, max_states), learned)


def sorted_rows(scenario: Scenario[Any]) -> Callable[[State], Hashable]:
    """A representative for each orbit, found without the engine: the rows of interchangeable pools in sorted order."""
    pools = interchangeable_pools(scenario.initial[0])

    def representative(state: State) -> State:
        rows = {name: Pool(tuple(sorted(getattr(state, name).slots, key=repr))) for name in pools}
        return state.set(**rows)

    return representative


class Plain:
    """A plain search that may have been cut off: `complete` tells."""

    def __init__(
        self,
        scenario: Scenario[Any],
        max_states: int,
        representative: Callable[[State], Hashable] = lambda state: state,
    ) -> None:
        self.result = plain_search(scenario, representative=representative, max_states=max_states + 1)
        self.complete = self.result.states <= max_states
        self.limits = Limits() if self.complete else Limits(max_states=max_states)

    def expected(self, prop: Property) -> Outcome:
        """What a verdict must say when the search is complete."""
        if prop.name in self.result.found:
            return Outcome.HOLDS if prop.kind is Kind.SOMETIMES else Outcome.VIOLATED
        if self.result.bound_reached:
            return Outcome.INCONCLUSIVE
        return Outcome.UNREACHED if prop.kind is Kind.SOMETIMES else Outcome.HOLDS


def _assert_same_counts(plain: Plain, learned: SearchResult) -> None:
    if plain.complete:
        assert learned.stopped is None
        assert learned.states == plain.result.states
        assert learned.transitions == plain.result.transitions == sum(learned.fired.values())
        assert learned.depth == plain.result.depth
        assert bool(learned.full_pools) == plain.result.bound_reached
        assert learned.exhausted == plain.result.exhausted


def _assert_same_findings(scenario: Scenario[Any], plain: Plain, learned: SearchResult) -> None:
    if plain.complete and learned.stopped is None:
        assert set(learned.found) == set(plain.result.found)
    properties = {prop.name: prop for prop in scenario.properties}
    for name, found in learned.found.items():
        assert_replays(scenario, found.trace, properties[name])
        if name in plain.result.found:
            assert len(found.trace.steps) == len(plain.result.found[name][1]), f"{name}: not a shortest trace"


def assert_replays(scenario: Scenario[Any], trace: Trace, prop: Property) -> None:
    """The saved choices of a trace must lead to the same states again, and the last one must have offenders."""
    again = replay(scenario, trace.initial_index, [step.choice for step in trace.steps])
    assert again.states == trace.states
    assert again.offenders(prop)


# -- verdicts


def assert_same_verdicts(scenario: Scenario[Any], max_states: int = MAX_STATES) -> None:
    """With and without sorted rows, verdicts must be those that the plain run's findings imply."""
    plain = Plain(scenario, max_states)
    for symmetry in (False, True):
        for verdict in check(scenario, symmetry=symmetry, limits=plain.limits).verdicts:
            if plain.complete:
                assert verdict.outcome is plain.expected(verdict.promise), verdict.promise.name
            assert bool(verdict.trace) == bool(verdict.offenders)
            assert (verdict.reason is not None) == (verdict.outcome is Outcome.INCONCLUSIVE)
