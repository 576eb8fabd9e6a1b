"""Liveness: the traps of the field, one by one."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from checker import lasso as lassos
from checker.lasso_definition import NotACounterexample, require_counterexample
from checker.liveness import REDUCTIONS_OFF, check_liveness
from checker.results import Limits
from checker.trace import Lasso, Trace, enabled
from checker.verdict import Outcome, Verdict, check
from checker.vocabulary import Kind, Scenario, always_eventually, eventually, leads_to
from tests.checker import toys
from tests.checker.liveness_systems import (
    NONE,
    STRONG,
    WEAK,
    At,
    Labelled,
    Room,
    first_waits,
    labelled,
    room,
)


def verdict(system: Labelled, kind: Kind, **options: bool) -> Verdict:
    """The verdict on the property of one kind."""
    (found,) = check_liveness(system.scenario(kind), **options)
    return found


def holds(system: Labelled, kind: Kind, **options: bool) -> bool:
    outcome = verdict(system, kind, **options).outcome
    assert outcome in (Outcome.HOLDS, Outcome.VIOLATED)
    return outcome is Outcome.HOLDS


def walk(found: Verdict) -> tuple[list[int], list[int]]:
    """The nodes of the stem, and those that the cycle goes to."""
    assert found.trace is not None
    assert found.cycle is not None
    states: list[Any] = found.trace.states
    steps: Sequence[Any] = found.cycle
    return [state.node for state in states], [step.state.node for step in steps]


def starved(found: Verdict) -> list[str]:
    return [event.name for event in found.starved]


# -- cycles and joins


def test_paths_that_join_are_no_cycle() -> None:
    diamond = labelled({"go": ((0, 1), (0, 2), (1, 3), (2, 3))}, bad={0, 1, 2})
    assert holds(diamond, Kind.EVENTUALLY)
    assert holds(diamond, Kind.EVENTUALLY_ALWAYS)


def test_a_cycle_behind_a_join_is_found() -> None:
    system = labelled({"go": ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 3))}, bad=range(5))
    assert walk(verdict(system, Kind.ALWAYS_EVENTUALLY)) == ([0, 1, 3], [4, 3])


def test_a_path_that_keeps_the_promise_does_not_hide_one_that_joins_it_and_does_not() -> None:
    join = labelled({"go": ((0, 1), (0, 2), (1, 3), (2, 3))}, bad={0, 2, 3})
    assert walk(verdict(join, Kind.EVENTUALLY)) == ([0, 2, 3], [])


def test_a_cycle_back_to_a_kept_promise_does_not_break_eventually() -> None:
    ring = labelled({"go": ((0, 1), (1, 2), (2, 0))}, bad={0, 1})
    assert holds(ring, Kind.EVENTUALLY)
    assert holds(ring, Kind.ALWAYS_EVENTUALLY)
    assert walk(verdict(ring, Kind.EVENTUALLY_ALWAYS)) == ([0], [1, 2, 0])


def test_every_arrow_of_a_lasso_is_a_transition() -> None:
    pairs = ((0, 1), (1, 2), (2, 3), (3, 1), (2, 4), (4, 2), (3, 5))
    forced = ((4, 2),)
    found = verdict(labelled({"go": pairs, "back": forced}, bad=range(6)), Kind.ALWAYS_EVENTUALLY)
    stem, cycle = walk(found)
    nodes = [*stem, *cycle]
    assert set(itertools.pairwise(nodes)) <= {*pairs, *forced}
    assert cycle[-1] == stem[-1]


# -- stuttering


def test_in_a_deadlock_the_run_stays_forever() -> None:
    system = labelled({"go": ((0, 1),)}, bad={0, 1})
    assert walk(verdict(system, Kind.EVENTUALLY)) == ([0, 1], [])
    assert holds(labelled({"go": ((0, 1),)}, bad={0}), Kind.EVENTUALLY_ALWAYS)


def test_where_only_a_disturbance_is_enabled_the_run_may_stay_forever() -> None:
    system = labelled({"fix": ((0, 1),)}, bad={0}, fairness={"fix": NONE})
    for disturbances_stop in (True, False):
        found = verdict(system, Kind.EVENTUALLY, disturbances_stop=disturbances_stop)
        assert walk(found) == ([0], [])
        assert starved(found) == ["fix()"]


@pytest.mark.parametrize("fairness", ["weak", "strong"])
def test_where_a_fair_event_is_enabled_the_run_goes_on(fairness: str) -> None:
    system = labelled({"fix": ((0, 1),)}, bad={0}, fairness={"fix": STRONG} if fairness == "strong" else None)
    assert holds(system, Kind.EVENTUALLY)


def test_a_yield_that_changes_nothing_is_neither_a_step_nor_enabled() -> None:
    found = verdict(labelled({"idle": ((0, 0),)}, bad={0}), Kind.EVENTUALLY)
    assert walk(found) == ([0], [])
    assert starved(found) == []


# -- fairness


RING = ((0, 1), (1, 0))


def test_weak_fairness_is_owed_to_an_event_that_stays_enabled() -> None:
    assert holds(labelled({"turn": RING, "leave": ((0, 2), (1, 2))}, bad={0, 1}), Kind.EVENTUALLY)


def test_weak_fairness_is_not_owed_to_an_event_that_is_enabled_again_and_again_with_pauses() -> None:
    found = verdict(labelled({"turn": RING, "leave": ((0, 2),)}, bad={0, 1}), Kind.EVENTUALLY)
    assert walk(found) == ([0], [1, 0])
    assert starved(found) == ["leave()"]


def test_strong_fairness_is_owed_to_an_event_that_is_enabled_again_and_again_with_pauses() -> None:
    assert holds(labelled({"turn": RING, "leave": ((0, 2),)}, bad={0, 1}, fairness={"leave": STRONG}), Kind.EVENTUALLY)


def test_nothing_is_owed_to_a_disturbance() -> None:
    system = labelled({"turn": RING, "leave": ((0, 2), (1, 2))}, bad={0, 1}, fairness={"leave": NONE})
    assert walk(verdict(system, Kind.EVENTUALLY)) == ([0], [1, 0])


def test_a_run_may_avoid_the_states_in_which_a_strongly_fair_event_is_enabled() -> None:
    arrows = {"turn": (*RING, (1, 2), (2, 1)), "leave": ((2, 3),)}
    found = verdict(labelled(arrows, bad={0, 1, 2}, fairness={"leave": STRONG}), Kind.EVENTUALLY)
    assert walk(found) == ([0], [1, 0])


def test_avoiding_them_may_be_unfair_to_another_event() -> None:
    arrows = {"turn": RING, "other": ((1, 2), (0, 2)), "back": ((2, 1),), "leave": ((2, 3),)}
    system = labelled(arrows, bad={0, 1, 2}, fairness={"leave": STRONG})
    assert holds(system, Kind.EVENTUALLY)


def test_a_strongly_fair_event_that_is_taken_within_the_cycle_allows_it() -> None:
    arrows = {"turn": RING, "jump": ((0, 1),)}
    found = verdict(labelled(arrows, bad={0, 1}, fairness={"jump": STRONG}), Kind.EVENTUALLY)
    assert found.cycle is not None
    assert [step.event.name for step in found.cycle] == ["jump()", "turn()"]


def test_cycles_have_no_disturbance_unless_disturbances_may_go_on() -> None:
    system = labelled({"break": ((0, 1),), "mend": ((1, 0),)}, bad={1}, fairness={"break": NONE})
    assert holds(system, Kind.EVENTUALLY_ALWAYS)
    found = verdict(system, Kind.EVENTUALLY_ALWAYS, disturbances_stop=False)
    assert walk(found) == ([0, 1], [0, 1])


def test_disturbances_may_happen_on_the_way_to_the_cycle() -> None:
    system = labelled({"break": ((0, 1),)}, bad={1}, fairness={"break": NONE})
    assert walk(verdict(system, Kind.EVENTUALLY_ALWAYS)) == ([0, 1], [])


def test_a_disturbance_that_always_could_happen_need_not_help() -> None:
    system = labelled({"help": ((0, 2), (1, 2)), "turn": RING}, bad={0, 1}, fairness={"help": NONE})
    assert not holds(system, Kind.EVENTUALLY, disturbances_stop=False)


@eventually("the first process waits")
def never_asked(state: Room) -> Iterator[At]:
    """The first process asks some day."""
    row = state.processes[0]
    if row is not None and row.at is At.RESTING:
        yield row.at


@leads_to("whoever waits gets in", after=first_waits)
def kept_waiting(state: Room) -> Iterator[At]:
    """The first process is inside."""
    row = state.processes[0]
    if row is not None and row.at is not At.INSIDE:
        yield row.at


def test_fairness_is_owed_to_every_binding_of_an_action() -> None:
    (found,) = check_liveness(room(STRONG, [never_asked]))
    assert found.outcome is Outcome.HOLDS


def test_a_process_is_starved_by_the_fair_steps_of_another() -> None:
    (found,) = check_liveness(room(WEAK, [kept_waiting]))
    assert found.outcome is Outcome.VIOLATED
    assert starved(found) == ["enters(process=0)"]
    assert found.trace is not None
    assert len(found.trace.steps) == 1
    assert found.cycle is not None
    assert [step.event.name for step in found.cycle] == [
        "asks(process=1)", "enters(process=1)", "leaves(process=1)",
    ]  # fmt: skip


def test_strong_fairness_lets_every_process_in() -> None:
    (found,) = check_liveness(room(STRONG, [kept_waiting]))
    assert found.outcome is Outcome.HOLDS


# -- leads to


def test_a_premise_that_recurs_is_met_again_each_time() -> None:
    ring = {"go": ((0, 1), (1, 2), (2, 0))}
    assert holds(labelled(ring, bad={0, 1}, premise={0}), Kind.LEADS_TO)


def test_a_premise_that_recurs_may_be_let_down_the_second_time() -> None:
    arrows = {"go": ((0, 1), (1, 2), (2, 0)), "stray": ((0, 3),)}
    found = verdict(labelled(arrows, bad={0, 1, 3}, premise={1}), Kind.LEADS_TO)
    assert found.outcome is Outcome.HOLDS
    found = verdict(labelled(arrows, bad={0, 1, 3}, premise={0}), Kind.LEADS_TO)
    assert walk(found) == ([0, 3], [])


def test_an_obligation_outlives_its_premise() -> None:
    found = verdict(labelled({"go": ((0, 1), (1, 2), (2, 1))}, bad={0, 1, 2}, premise={0}), Kind.LEADS_TO)
    assert walk(found) == ([0, 1], [2, 1])


def test_a_promise_kept_in_the_obliging_state_is_kept() -> None:
    assert holds(labelled({"go": ((0, 1),)}, bad={1}, premise={0}), Kind.LEADS_TO)


def test_what_happens_before_the_premise_does_not_count() -> None:
    found = verdict(labelled({"go": ((0, 1), (1, 2))}, bad={0, 2}, premise={2}), Kind.LEADS_TO)
    assert walk(found) == ([0, 1, 2], [])


def test_nothing_obliges_where_the_premise_is_never_true() -> None:
    found = verdict(labelled({"go": ((0, 1),)}, bad={0, 1}), Kind.LEADS_TO)
    assert found.outcome is Outcome.HOLDS
    assert found.notes == (REDUCTIONS_OFF, "nothing obliges in any state that was visited")


# -- lassos


def test_a_stem_is_shortest_although_a_longer_one_is_expanded_first() -> None:
    arrows = {"slow": ((0, 1), (1, 2), (2, 3)), "fast": ((0, 3),), "turn": ((3, 4), (4, 3))}
    found = verdict(labelled(arrows, bad={3, 4}), Kind.EVENTUALLY_ALWAYS)
    assert walk(found) == ([0, 3], [4, 3])


def test_a_cycle_goes_out_of_its_way_to_be_fair() -> None:
    arrows = {"turn": RING, "detour": ((0, 2), (1, 2)), "back": ((2, 0),)}
    found = verdict(labelled(arrows, bad=range(3)), Kind.ALWAYS_EVENTUALLY)
    assert walk(found) == ([0], [2, 0])


def test_past_the_size_for_an_exact_search_a_walk_finds_a_fair_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lassos, "_EXACT", 0)
    arrows = {"turn": ((0, 1), (1, 2), (2, 0)), "back": ((2, 1), (1, 0)), "jump": ((0, 2),)}
    found = verdict(labelled(arrows, bad=range(3), fairness={"back": STRONG, "jump": STRONG}), Kind.EVENTUALLY)
    assert found.cycle is not None
    assert {step.event.name for step in found.cycle} >= {"back()", "jump()"}


def test_the_second_initial_state_is_where_a_lasso_may_start() -> None:
    found = verdict(labelled({"go": ((0, 2), (1, 3))}, bad={0, 1, 3}, initial=(0, 1)), Kind.EVENTUALLY)
    assert found.trace is not None
    assert found.trace.initial_index == 1
    assert walk(found) == ([1, 3], [])


# -- what was cut


def long_way(*bad: int) -> Labelled:
    return labelled({"go": tuple((node, node + 1) for node in range(50)), "stay": ((3, 4), (4, 3))}, bad=bad)


def test_a_search_that_was_cut_does_not_hold() -> None:
    (found,) = check_liveness(long_way(9).scenario(Kind.EVENTUALLY_ALWAYS), limits=Limits(max_states=20))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.reason == "max states (20 states, depth 18)"


def test_no_run_ends_where_the_search_was_cut() -> None:
    (found,) = check_liveness(long_way(*range(60)).scenario(Kind.EVENTUALLY), limits=Limits(max_states=3))
    assert found.outcome is Outcome.INCONCLUSIVE


def test_a_lasso_through_states_that_were_expanded_counts_although_the_search_was_cut() -> None:
    turn = labelled({"turn": RING, "away": tuple((node, node + 1) for node in range(1, 50))}, bad={0, 1})
    (found,) = check_liveness(turn.scenario(Kind.EVENTUALLY), limits=Limits(max_states=10))
    assert found.outcome is Outcome.VIOLATED
    assert walk(found) == ([0], [1, 0])


@always_eventually("all are served")
def waiting_tickets(state: toys.Queue) -> Iterator[int]:
    """The queue is empty."""
    yield from (1 for _ in state.tickets)


def test_a_step_that_a_bound_cuts_off_leaves_it_inconclusive_and_names_the_pool() -> None:
    queue = msgspec.structs.replace(toys.queue(4, slots=1), properties=(waiting_tickets,))
    without_service = msgspec.structs.replace(queue, actions=queue.actions[:1])
    (found,) = check_liveness(without_service)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.reason == "bound reached: the pool tickets has too few slots"


# -- what a verdict says


def test_a_verdict_says_which_runs_count_and_that_reductions_are_off() -> None:
    system = labelled({"a": ((0, 1),), "b": ((0, 1),), "c": ((1, 0),)}, bad=(), fairness={"b": STRONG, "c": NONE})
    found = verdict(system, Kind.EVENTUALLY)
    assert found.fairness == (
        "weakly fair, taken again and again if enabled from some point on: a",
        "strongly fair, taken again and again if enabled again and again: b",
        "from some point on no disturbance happens; none of these must happen: c",
        "where no fair event is enabled a run may end",
    )
    assert found.notes == (REDUCTIONS_OFF,)
    assert "disturbances may go on forever; none of these must happen: c" in (
        verdict(system, Kind.EVENTUALLY, disturbances_stop=False).fairness
    )


def test_a_violation_names_the_offenders_at_the_end_of_the_stem() -> None:
    found = verdict(labelled({"go": ((0, 1), (1, 2), (2, 1))}, bad={2}), Kind.EVENTUALLY_ALWAYS)
    assert walk(found) == ([0, 1, 2], [1, 2])
    assert found.offenders == [2]
    assert found.depth == 2
    assert (found.states, found.transitions) == (3, 3)


def test_a_search_for_states_and_steps_leaves_liveness_alone() -> None:
    ring = labelled({"go": RING}, bad={0, 1}).scenario(Kind.NEVER, Kind.EVENTUALLY)
    assert [(found.promise.kind, found.outcome) for found in check(ring).verdicts] == [(Kind.NEVER, Outcome.VIOLATED)]
    assert [found.promise.kind for found in check_liveness(ring)] == [Kind.EVENTUALLY]


# -- what is refused as a counterexample


def run(scenario: Scenario[Any], *nodes: int, loop: int) -> Lasso:
    """The run along `nodes`, of whose steps the last `loop` are the cycle."""
    trace = Trace(0, scenario.initial[0])
    for node in nodes[1:]:
        trace = trace.then(next(step for step in enabled(scenario, trace.states[-1]) if step.state.node == node))
    split = len(trace.steps) - loop
    return Lasso(Trace(0, trace.initial, trace.steps[:split]), trace.steps[split:])


@pytest.mark.parametrize(
    ("nodes", "loop", "why"),
    [
        ((0, 1, 2), 1, "the cycle does not close"),
        ((0, 1), 0, "the cycle is not fair to turn"),
        ((0, 1, 0), 2, "the cycle is not fair to leave"),
        ((0, 3, 0), 2, "a disturbance happens again and again"),
        ((0, 2), 0, "the run keeps the promise"),
    ],
)
def test_what_is_no_counterexample_is_refused(nodes: Sequence[int], loop: int, why: str) -> None:
    arrows = {"turn": RING, "leave": ((0, 2), (1, 2)), "break": ((0, 3),), "mend": ((3, 0),)}
    scenario = labelled(arrows, bad={0, 1, 3}, fairness={"break": NONE}).scenario(Kind.EVENTUALLY)
    with pytest.raises(NotACounterexample, match=why):
        require_counterexample(
            scenario, scenario.properties[0], run(scenario, *nodes, loop=loop), disturbances_stop=True
        )


def test_a_run_that_goes_elsewhere_when_it_is_taken_again_is_refused() -> None:
    scenario = labelled({"go": ((0, 1), (0, 2))}, bad={0, 1, 2}).scenario(Kind.EVENTUALLY)
    found = run(scenario, 0, 2, loop=0)
    step = found.trace.steps[0]
    swapped = Lasso(
        Trace(0, found.trace.initial, (msgspec.structs.replace(step, state=scenario.initial[0].set(node=1)),))
    )
    with pytest.raises(NotACounterexample, match="the run goes elsewhere"):
        require_counterexample(scenario, scenario.properties[0], swapped, disturbances_stop=True)
