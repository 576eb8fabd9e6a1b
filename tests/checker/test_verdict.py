"""A verdict says what was shown, within which bounds, and nothing more."""

import re

import msgspec
import pytest

from checker.results import Limits
from checker.verdict import Checked, Outcome, Verdict, check
from checker.vocabulary import Scenario
from tests.checker import toys
from tests.checker.two_phase_commit import two_phase_commit


def outcomes(checked: Checked) -> dict[str, str]:
    return {verdict.promise.name: verdict.outcome.value for verdict in checked.verdicts}


def only(checked: Checked) -> Verdict:
    (verdict,) = checked.verdicts
    return verdict


def test_a_promise_that_no_reachable_state_breaks_holds() -> None:
    verdict = only(check(toys.counter(9, [toys.values_beyond_the_limit])))
    assert verdict.outcome is Outcome.HOLDS
    assert (verdict.states, verdict.transitions, verdict.depth) == (10, 9, 9)
    assert verdict.trace is None
    assert verdict.offenders == []
    assert verdict.reason is None


def test_a_witness_that_is_found_holds_and_shows_its_trace() -> None:
    verdict = only(check(toys.counter(9, [toys.full])))
    assert verdict.outcome is Outcome.HOLDS
    assert verdict.trace is not None
    assert len(verdict.trace.steps) == 9
    assert verdict.offenders == [9]


def test_a_broken_promise_is_violated_by_named_offenders_after_a_shortest_trace() -> None:
    verdict = check(toys.broken_mutual_exclusion()).verdicts[0]
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert len(verdict.trace.steps) == verdict.depth == 4
    assert verdict.offenders == [0, 1]


def test_a_broken_promise_about_steps_is_violated_by_the_last_step() -> None:
    verdict = check(toys.resetting_counter(4)).verdicts[1]
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert [step.event.name for step in verdict.trace.steps] == ["increment()", "reset()"]
    assert verdict.offenders == [0]


def test_a_witness_that_no_reachable_state_has_is_unreached() -> None:
    scenario = toys.graph([0, 1], properties=[toys.sometimes_at(7)])
    assert outcomes(check(scenario)) == {"sometimes at (7,)": "unreached"}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_states=10), r"max states \(10 states, depth 8\)"),
        (Limits(timeout=0), r"timeout \(\d+ states, depth 0\)"),
    ],
)
def test_a_limit_that_was_hit_leaves_what_is_open_inconclusive(limits: Limits, reason: str) -> None:
    checked = check(toys.counter(100), limits=limits)
    assert outcomes(checked) == {"beyond the limit": "inconclusive", "full": "inconclusive"}
    for verdict in checked.verdicts:
        assert verdict.reason is not None
        assert re.fullmatch(reason, verdict.reason)


def test_a_limit_that_was_hit_takes_nothing_from_what_was_found_before() -> None:
    scenario = toys.graph(range(100), properties=[toys.never_at(3), toys.sometimes_at(5), toys.never_at(99)])
    assert outcomes(check(scenario, limits=Limits(max_states=20))) == {
        "at (3,)": "violated",
        "sometimes at (5,)": "holds",
        "at (99,)": "inconclusive",
    }


def test_a_bound_that_was_reached_leaves_what_is_open_inconclusive_and_names_the_pool() -> None:
    checked = check(toys.queue(4, slots=2))
    assert outcomes(checked) == {"too many waiting": "inconclusive", "all served": "holds"}
    assert checked.verdicts[0].reason == "bound reached: the pool tickets has too few slots"


def test_an_unreached_witness_is_inconclusive_when_a_bound_was_reached() -> None:
    scenario = msgspec.structs.replace(toys.queue(4, slots=1), actions=toys.queue(4, slots=1).actions[:1])
    assert outcomes(check(scenario))["all served"] == "inconclusive"


def test_a_pool_that_is_large_enough_makes_it_conclusive() -> None:
    assert outcomes(check(toys.queue(4, slots=4))) == {"too many waiting": "holds", "all served": "holds"}


def test_a_violation_tells_how_far_the_search_was_when_it_was_found() -> None:
    scenario = toys.graph(range(100), properties=[toys.never_at(3), toys.never_at(200)])
    violated, holds = check(scenario).verdicts
    assert (violated.states, violated.transitions, violated.depth) == (4, 3, 3)
    assert (holds.states, holds.transitions, holds.depth) == (100, 99, 99)


def test_a_verdict_names_bounds_disturbances_and_assumptions() -> None:
    scenario = Scenario(
        "counter",
        toys.counter(3).initial,
        toys.counter(3).actions,
        (toys.full,),
        bounds={"limit": 3},
        disturbances={"reset": 0},
        assumptions=("time passes",),
    )
    verdict = only(check(scenario))
    assert (verdict.scenario, verdict.bounds, verdict.disturbances, verdict.assumptions) == (
        "counter", {"limit": 3}, {"reset": 0}, ("time passes",),
    )  # fmt: skip


def test_a_verdict_carries_the_chance_of_a_collision() -> None:
    verdict = only(check(toys.counter(9, [toys.values_beyond_the_limit])))
    assert verdict.collision_probability == 45 / 2**64


def test_verdicts_come_in_the_order_of_the_properties() -> None:
    assert list(outcomes(check(toys.resetting_counter(3)))) == ["beyond the limit", "falls", "full"]


@pytest.mark.parametrize("symmetry", [False, True])
def test_two_phase_commit_is_consistent_and_not_vacuous(symmetry: bool) -> None:
    assert set(outcomes(check(two_phase_commit(3), symmetry=symmetry)).values()) == {"holds"}
