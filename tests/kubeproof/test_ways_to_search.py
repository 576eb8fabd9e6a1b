"""Ways to search, what each may say, and what a report says about the search."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import kubeproof
from checker.state import State
from checker.vocabulary import Action, Kind, Property, Scenario, disturbance, never
from kubeproof import Outcome, Report, output, reporting
from kubeproof.activity import SET_GOING_BY, idle_actions
from kubeproof.instances import Bound, sizes_below
from kubeproof.manifests.loader import load
from kubeproof.options import Options
from kubeproof.scenarios import standard_scenario
from kubeproof.searching import Clock, decide
from kubeproof.standard.catalog import STANDARD
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.cluster import Cluster
from model.next_state import NEXT

EXAMPLES = Path(__file__).parents[2] / "examples"
NO_PROBE = EXAMPLES / "web-no-probe.yaml"
GRACEFUL = EXAMPLES / "web-graceful.yaml"
TRAFFIC: dict[str, Any] = {"scenarios": ["scale"], "properties": ["no_outage", "no_lost_request", "allowed_node"]}


def printed(report: Report) -> str:
    text = io.StringIO()
    reporting.print_report(report, Console(file=text, width=200, highlight=False))
    return text.getvalue()


def outcomes(report: Report) -> dict[str, Outcome]:
    return {verdict.promise.name: verdict.outcome for verdict in report.verdicts}


def workload(example: str) -> Workload:
    [first, *_] = workloads_of(load([str(EXAMPLES / example)]), 2)
    return first


# -- reductions, orders, workers


@pytest.mark.parametrize(
    "options",
    [
        {"symmetry": False},
        {"partial_order": True},
        {"live_columns": True},
        {"search": "depth"},
        {"workers": 1},
        {"memory": "64MiB"},
    ],
    ids=str,
)
def test_every_way_to_search_everything_has_the_same_verdicts(options: dict[str, Any]) -> None:
    assert outcomes(kubeproof.verify(NO_PROBE, **TRAFFIC, **options)) == {
        "no_outage": Outcome.HOLDS,
        "no_lost_request": Outcome.VIOLATED,
        "allowed_node": Outcome.HOLDS,
    }


def test_without_symmetry_there_are_more_states_and_no_note_about_exchanges() -> None:
    reduced, whole = (kubeproof.verify(NO_PROBE, **TRAFFIC, symmetry=on) for on in (True, False))
    assert reduced.cells[0].summary.states < whole.cells[0].summary.states
    assert "exchanges of" in printed(reduced)
    assert "exchanges of" not in printed(whole)


def test_a_reduction_that_was_asked_for_and_is_not_possible_is_named() -> None:
    options: dict[str, Any] = {"scenarios": ["stale-caches"], "replicas": 1, "partial_order": True}
    of_steps = kubeproof.verify(NO_PROBE, properties=["no_lost_update"], **options)
    of_states = kubeproof.verify(NO_PROBE, properties=["allowed_node"], **options)
    assert "partial order and live columns are off" in printed(of_steps)
    assert "independent events were not taken in every order" in printed(of_states)


def test_beyond_the_depth_nothing_holds() -> None:
    report = kubeproof.verify(NO_PROBE, **TRAFFIC, max_depth=3)
    assert set(outcomes(report).values()) == {Outcome.INCONCLUSIVE}
    assert "not complete: max depth" in printed(report)


# -- simulation


def test_a_simulation_finds_and_proves_nothing() -> None:
    report = kubeproof.verify(NO_PROBE, scenarios=["scale"], search="simulation", seed=7)
    found = outcomes(report)
    assert found["no_lost_request"] is Outcome.VIOLATED
    assert {outcome for name, outcome in found.items() if name != "no_lost_request"} == {Outcome.INCONCLUSIVE}
    assert "random simulation (seed 7)" in printed(report)
    assert "the shortest" not in printed(report)


def test_a_simulation_may_find_a_witness() -> None:
    report = kubeproof.verify(
        NO_PROBE, scenarios=["rollout"], properties=["rollout_completes"], replicas=1, search="simulation"
    )
    assert outcomes(report) == {"rollout_completes": Outcome.HOLDS}


# -- smallest instances first


def test_instances_grow_by_one_replica_and_one_node() -> None:
    web = workload("web-no-probe.yaml")
    assert sizes_below(web, Bound(2)) == [Bound(1, 1), Bound(2)]
    assert sizes_below(web, Bound(3, 1)) == [Bound(1, 1), Bound(3, 1)]
    assert sizes_below(web, Bound(1, 1)) == [Bound(1, 1)]
    assert sizes_below(workload("ten-replicas.yaml"), Bound(4)) == [Bound(1, 1), Bound(2, 2), Bound(3, 2), Bound(4)]


def test_nodes_of_the_input_are_kept_in_every_instance() -> None:
    assert sizes_below(workload("tight-nodes.yaml"), Bound(2)) == [Bound(2)]


def test_a_violation_is_reported_at_the_smallest_size_and_what_holds_at_the_largest() -> None:
    report = kubeproof.verify(NO_PROBE, **TRAFFIC, deepen=True)
    plain = kubeproof.verify(NO_PROBE, **TRAFFIC)
    assert outcomes(report) | {"no_outage": Outcome.HOLDS} == outcomes(plain)
    [verdict] = [verdict for verdict in report.verdicts if verdict.promise.name == "allowed_node"]
    assert verdict.bounds["replicas"] == 2
    sizes = {
        verdict.bounds["replicas"] for verdict in report.verdicts if verdict.outcome is Outcome.VIOLATED
    }  # fmt: skip
    assert all(str(size).startswith("1 of 2") for size in sizes)
    assert "violated in scale (replicas 1 of 2" in printed(report)


# -- fewest disturbances first


class Ledger(State, frozen=True):
    step: int = 0
    pushes: int = 0


def push(state: Ledger) -> Iterator[Ledger]:
    """A disturbance, possible twice."""
    if state.pushes < 2:
        yield state.set(pushes=state.pushes + 1)


def advance(state: Ledger) -> Iterator[Ledger]:
    """Takes its time, once pushed."""
    if state.pushes > 0 and state.step < 4:
        yield state.set(step=state.step + 1)


@never("stays small")
def large(state: Ledger) -> Iterator[str]:
    """Two pushes are quick, one is enough."""
    if state.pushes == 2 or state.step == 4:
        yield "large"


def test_a_trace_with_fewer_disturbances_is_preferred_to_a_shorter_one() -> None:
    scenario = Scenario("ledger", (Ledger(),), (Action(advance), disturbance(push)), (large,))
    [verdict] = decide(scenario, Options(), Clock(None)).verdicts
    assert verdict.trace is not None
    assert (verdict.trace.disturbances, verdict.depth) == (1, 5)
    [depth_first] = decide(scenario, Options(search="depth"), Clock(None)).verdicts
    assert depth_first.outcome is Outcome.VIOLATED


def test_a_violation_says_with_how_many_disturbances() -> None:
    assert "with 1 disturbance, 4 steps, the shortest" in printed(kubeproof.verify(NO_PROBE, **TRAFFIC))


# -- what a search says about itself


def test_a_sample_of_what_holds_is_abbreviated() -> None:
    options: dict[str, Any] = {"scenarios": ["scale"], "properties": ["allowed_node"]}
    with_one = printed(kubeproof.verify(NO_PROBE, **options, sample=True)).splitlines()
    [head] = [line for line in with_one if "a sample:" in line]
    assert "19 steps to a state of the greatest depth" in head
    assert "... 9 more steps" in with_one
    assert "a sample" not in printed(kubeproof.verify(NO_PROBE, **options))


def test_what_is_violated_has_no_sample_but_in_json() -> None:
    report = kubeproof.verify(NO_PROBE, **TRAFFIC, sample=True)
    [search] = json.loads(output.report_json(report))["searches"]
    assert "a sample" not in printed(report)
    assert len(search["sample"]["steps"]) == search["depth"] == 19


def test_json_has_all_about_each_search() -> None:
    document = json.loads(output.report_json(kubeproof.verify(GRACEFUL, scenarios=["container-crash"])))
    documented = {
        "way", "complete", "stopped", "states", "transitions", "depth", "seconds", "collision_probability", "memory",
        "spilled", "notes", "fired", "idle", "vacuous", "sample",
    }  # fmt: skip
    assert [search["way"] for search in document["searches"]] == ["breadth first", "whole runs"]
    for search in document["searches"]:
        assert set(search) == documented
        assert search["complete"]
        assert search["memory"] > 0
        assert search["fired"]["container_exits"] > 0
    for verdict in document["verdicts"]:
        kind = document["searches"][verdict["search"]]["way"]
        assert (kind == "whole runs") == bool(verdict["fairness"])


def test_actions_that_nothing_can_set_going_are_not_worth_a_word() -> None:
    for scenario in ("rollout", "scale", "container-crash", "stale-caches"):
        report = kubeproof.verify(NO_PROBE, scenarios=[scenario], properties=["allowed_node"])
        assert "never happens" not in printed(report)
        assert "pre_stop_hook_ends" not in report.cells[0].summary.fired or not _idle(report)


def test_an_action_that_could_happen_and_does_not_is_named() -> None:
    report = kubeproof.verify(EXAMPLES / "tight-nodes.yaml", scenarios=["rollout"], properties=["allowed_node"])
    assert "scheduler_binds" in _idle(report)
    assert "never happens scheduler binds" in printed(report)


def test_of_a_search_that_was_cut_nothing_is_said_to_never_happen() -> None:
    report = kubeproof.verify(
        EXAMPLES / "tight-nodes.yaml", scenarios=["rollout"], properties=["allowed_node"], max_depth=1
    )
    assert _idle(report) == ()


def test_every_name_of_an_action_and_a_budget_is_one_of_the_model() -> None:
    assert set(SET_GOING_BY) <= {action.name for action in NEXT}
    budgets = {budget for budgets in SET_GOING_BY.values() for budget in budgets}
    given = {budget for standard in STANDARD for budget in standard.budgets}
    assert budgets <= given <= set(Cluster.__struct_fields__)


def _idle(report: Report) -> tuple[str, ...]:
    [cell] = report.cells
    return idle_actions(cell.summary, cell.searched, standard_scenario(cell.verdict.scenario))


def test_a_promise_of_every_kind_is_listed() -> None:
    kinds = {prop.kind for standard in STANDARD for prop in standard.properties}
    assert kinds == {Kind.NEVER, Kind.NEVER_STEP, Kind.SOMETIMES, Kind.EVENTUALLY_ALWAYS}
    assert all(isinstance(prop, Property) for standard in STANDARD for prop in standard.properties)
