"""The plain run and the learned run must say the same: the comparisons, over any scenario.

`RunsAgree` is the one class of tests over both runs. A subclass says over which scenarios, in one of two ways::

    @pytest.mark.parametrize("scenario", [rollout(...), drain(...)], ids=lambda scenario: scenario.name)
    class TestOurScenarios(RunsAgree): ...

    @over(random_systems())                    # a Hypothesis strategy
    class TestRandomSystems(RunsAgree): ...

`assert_runs_agree(scenario)` is all of them in one call.
"""

import itertools
import typing
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from checker.learned import LearnedScenario
from checker.packing import Outgrown
from checker.plain import plain_search
from checker.results import Limits, SearchResult
from checker.search import search
from checker.state import BoundReached, Per, Pool, Row, SlotOf, State
from checker.trace import Trace, replay
from checker.verdict import Outcome, check
from checker.vocabulary import Event, Kind, Property, Scenario

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
        leaf = self._payloads(state)[len(learned.state_properties) + event]
        row = learned.layout.encode(state)
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
        return bool(self._payloads(state)[index])

    def step_offends(self, index: int, before: State, after: State) -> bool:
        """Whether a property of steps has offenders, as learned."""
        pair = np.concatenate([self.learned.encode(before), self.learned.encode(after)])
        return bool(self.learned.step_payloads(pair)[index])

    def _payloads(self, state: State) -> Any:
        while True:
            try:
                return self.learned.payloads(self.learned.encode(state))
            except Outgrown:
                self.learned.pack()


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
    """With symmetry: the counts of a plain run over least representatives, the answers of one over all the states."""
    plain = Plain(scenario, max_states)
    learned = search(scenario, symmetry=True, stop_when_decided=False, limits=plain.limits)
    _assert_same_findings(scenario, plain, learned)
    if learned.exact_orbits:
        orbits = Plain(scenario, max_states, least_of_orbit(scenario, learned.interchangeable))
        _assert_same_counts(orbits, learned)


def least_of_orbit(scenario: Scenario[Any], pools: Sequence[str]) -> Callable[[State], Hashable]:
    """A representative for each orbit, found without the engine: of all exchanges of slots of `pools`, the least."""
    first = scenario.initial[0]
    orders = [itertools.permutations(range(getattr(first, pool).capacity)) for pool in pools]
    renamings = [dict(zip(pools, order, strict=True)) for order in itertools.product(*orders)]
    return lambda state: min(repr(exchanged(state, renaming)) for renaming in renamings)


def exchanged(state: State, renaming: Mapping[str, Sequence[int]]) -> State:
    """The state with slot k of each pool moved to ``renaming[pool][k]``, and every reference with it."""
    hints = typing.get_type_hints(type(state), include_extras=True)
    changes: dict[str, Any] = {}
    for name in state.__struct_fields__:
        value = getattr(state, name)
        if isinstance(value, Pool):
            rows = [row if row is None else _renamed_row(row, renaming) for row in value.slots]
            changes[name] = Pool(tuple(_moved(rows, renaming.get(name))))
        else:
            changes[name] = _renamed(value, hints[name], renaming)
    return state.set(**changes)


def _renamed_row(row: Row, renaming: Mapping[str, Sequence[int]]) -> Row:
    hints = typing.get_type_hints(type(row), include_extras=True)
    names = row.__struct_fields__
    return type(row)(**{name: _renamed(getattr(row, name), hints[name], renaming) for name in names})


def _renamed(value: Any, hint: Any, renaming: Mapping[str, Sequence[int]]) -> Any:
    for mark in [*getattr(hint, "__metadata__", ()), *(m for part in typing.get_args(hint) for m in _marks(part))]:
        if isinstance(mark, SlotOf) and mark.pool in renaming and value is not None:
            return renaming[mark.pool][value]
        if isinstance(mark, Per) and mark.sizes in renaming:
            return tuple(_moved(value, renaming[mark.sizes]))
    return value


def _marks(hint: Any) -> Sequence[Any]:
    return getattr(hint, "__metadata__", ())


def _moved(items: Sequence[Any], order: Sequence[int] | None) -> list[Any]:
    if order is None:
        return list(items)
    moved = list(items)
    for number, item in enumerate(items):
        moved[order[number]] = item
    return moved


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
