"""Promises about whole runs: what breaks them is shown, saved, replayed and explained as a run without end."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

import kubeproof
from checker.trace import Lasso, ReplayFailed, Step, Trace, enabled
from checker.vocabulary import Action, Property, Scenario, disturbance, eventually_always
from kubeproof import Outcome, Report, output, reporting
from kubeproof.counterexample import (
    BadCounterexample,
    Counterexample,
    from_builtins,
    from_verdict,
    load,
    take_again,
)
from kubeproof.kinds.catalog import KINDS
from kubeproof.lassos import recurring_offenders, tell_lasso
from kubeproof.narration import Narration
from kubeproof.scenarios import PROGRESS
from kubeproof.standard.catalog import STANDARD
from kubeproof.standard.deployment import CONVERGENCE
from model.cluster import Cluster
from model.rows.pod import Pod
from model.rows.slots import PodSlot
from tests.model.clusters import cluster, running
from tests.model.clusters import pod as pod_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def tight() -> Report:
    """A rollout on nodes that have no room for the surge Pod."""
    return kubeproof.verify(EXAMPLES / "tight-nodes.yaml", scenarios=["rollout"])


@pytest.fixture(scope="module")
def saved(tight: Report, tmp_path_factory: pytest.TempPathFactory) -> Counterexample:
    [path] = output.save(tight, tmp_path_factory.mktemp("saved"))
    return load(path)


def story(narration: Narration, promise: Property) -> str:
    text = io.StringIO()
    Console(file=text, width=200, highlight=False).print(reporting.story(narration, promise))
    return text.getvalue()


# -- which promises, and what they rest on


def test_every_controller_of_a_deployment_converges_in_what_a_user_does_to_it_every_day() -> None:
    names = ("rollout", "rollback", "scale", "node-failure", "stale-caches")
    everyday = [each for each in STANDARD if each.name in names and each.kind == "Deployment"]
    assert len(everyday) == len(names)
    assert all(set(CONVERGENCE) <= set(each.properties) for each in everyday)


def test_every_kind_of_workload_has_a_promise_that_it_converges() -> None:
    promised = {each.kind for each in STANDARD for prop in each.properties if prop.name.endswith("_converges")}
    assert promised == {kind.name for kind in KINDS}


def test_what_a_run_waits_for_is_assumed_for_promises_about_whole_runs_only(tight: Report) -> None:
    for verdict in tight.verdicts:
        assert (set(PROGRESS) <= set(verdict.assumptions)) == verdict.promise.kind.liveness
        assert bool(verdict.fairness) == verdict.promise.kind.liveness


def test_where_nothing_takes_traffic_nothing_is_promised_about_it() -> None:
    report = kubeproof.verify(EXAMPLES / "worker.yaml", scenarios=["container-crash"])
    names = {verdict.promise.name for verdict in report.verdicts}
    assert {"deployment_converges", "replica_set_converges"} <= names
    assert not {"endpoint_slice_converges", "kube_proxy_converges"} & names


def test_a_limit_leaves_a_promise_about_whole_runs_open() -> None:
    report = kubeproof.verify(
        EXAMPLES / "web-no-probe.yaml", scenarios=["scale"], properties=["deployment_converges"], max_states=1000
    )
    [verdict] = report.verdicts
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "max states" in (verdict.reason or "")
    assert report.exit_code == 3


# -- a run that comes to a halt


def test_a_rollout_that_never_ends_is_shown_with_its_stem_and_what_stays_wrong(tight: Report) -> None:
    cell = next(cell for cell in tight.cells if cell.verdict.promise.name == "deployment_converges")
    text = io.StringIO()
    reporting.print_report(tight, Console(file=text, width=200, highlight=False))
    lines = text.getvalue().splitlines()

    assert any("violated (4 ∞)" in line for line in lines)
    assert any("deployment_converges violated in rollout" in line and "with 1 disturbance, 4 steps" in line
               for line in lines)  # fmt: skip
    after = lines[lines.index("and from here on nothing more happens") :]
    assert "→  stays wrong: Deployment telemetry: 0 Pods of v2 are available, not 2" in after
    assert any("runs that count: weakly fair" in line for line in after)
    assert cell.verdict.cycle == ()


def test_a_halted_run_replays_and_is_shown_in_every_format(saved: Counterexample) -> None:
    replayed = take_again(saved)
    assert saved.cycle == ()
    assert replayed.narration.offenders == saved.offenders

    assert "and from here on nothing more happens" in story(replayed.narration, replayed.promise)
    document = json.loads(output.narration_json(replayed.narration))
    assert document["forever"]["cycle"] == []
    assert document["forever"]["always"] is True
    assert len(document["forever"]["fairness"]) == 3
    assert "nothing more happens" in output.mermaid(replayed.narration)


def test_a_halted_run_is_a_test_that_passes(saved: Counterexample) -> None:
    names: dict[str, Any] = {}
    exec(output.pytest_file(saved, take_again(saved)), names)  # its text is checked in test_explanations
    names["test_deployment_converges_is_violated_again_in_rollout"]()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"steps": 1}, "the cycle is not fair to deployment_controller_syncs"),
        ({"cycle": (0,)}, "is not enabled"),
        ({"property": "replica_set_converges"}, "the run keeps the promise"),
    ],
    ids=["stops too early", "a cycle that cannot be", "another promise"],
)
def test_what_is_not_a_run_without_end_that_breaks_the_promise_is_refused(
    saved: Counterexample, changed: dict[str, Any], message: str
) -> None:
    if "steps" in changed:
        changed = {"steps": saved.steps[: changed["steps"]]}
    elif "cycle" in changed:
        changed = {"cycle": tuple(saved.steps[place] for place in changed["cycle"])}
    with pytest.raises(ReplayFailed, match=message):
        take_again(replace(saved, **changed))


def test_a_promise_about_whole_runs_needs_a_cycle_and_the_others_have_none(saved: Counterexample) -> None:
    document = json.loads(output.encode(saved))
    with pytest.raises(BadCounterexample, match="missing"):
        from_builtins({**document, "cycle": None})
    with pytest.raises(BadCounterexample, match="too much"):
        from_builtins({**document, "property": "no_outage"})


def test_files_of_before_have_no_cycle_and_still_replay() -> None:
    path = Path(__file__).parents[2] / "counterexamples" / "no-readiness-probe" / "counterexample.json"
    document = {name: value for name, value in json.loads(path.read_text()).items() if name != "cycle"}
    assert take_again(from_builtins(document)).narration.forever is None


# -- a run that goes in a circle


@eventually_always("pods_are_ready")
def unready_pods(state: Cluster) -> Iterator[Pod]:
    """In the end every Pod is ready."""
    yield from (pod for pod in state.pods if not pod.ready)


def becomes_ready(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A Pod becomes ready."""
    row = state.pods[pod]
    if row is not None and not row.ready:
        yield state.update(row, ready=True)


def becomes_unready(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A Pod is not ready any more."""
    row = state.pods[pod]
    if row is not None and row.ready:
        yield state.update(row, ready=False)


def is_deleted(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A Pod is deleted: while it is ready."""
    row = state.pods[pod]
    if row is not None and row.ready and not row.deleting:
        yield state.update(row, deleting=True)


FLAPPING: Scenario[Cluster] = Scenario(
    "flapping", (cluster(running()),), (Action(becomes_ready), Action(becomes_unready), Action(is_deleted))
)


def flapping(scenario: Scenario[Cluster] = FLAPPING) -> Lasso:
    """Not ready, ready, not ready, ..."""
    [first] = [step for step in enabled(scenario, scenario.initial[0]) if step.event.action.name == "becomes_unready"]
    ready = _next(scenario, first, "becomes_ready")
    return Lasso(Trace(0, scenario.initial[0], (first,)), (ready, _next(scenario, ready, "becomes_unready")))


def _next(scenario: Scenario[Cluster], step: Step, name: str) -> Step:
    assert isinstance(step.state, Cluster)
    return next(other for other in enabled(scenario, step.state) if other.event.action.name == name)


def test_what_is_repeated_forever_is_told_apart_from_the_way_there() -> None:
    told = tell_lasso(FLAPPING, flapping(), unready_pods)
    assert told.forever is not None
    assert [step.number for step in told.steps] == [1]
    assert [step.number for step in told.forever.cycle] == [2, 3]
    assert not told.forever.always
    assert told.forever.starved == ("container on node-a is deleted: web-v1-a (it is not possible all the time)",)
    lines = story(told, unready_pods).splitlines()
    assert "and from here on forever:" in lines
    assert any(line.startswith("→  is wrong again and again: Pod") for line in lines)
    assert any(line.startswith("   never happens: container on node-a is deleted") for line in lines)


def test_mermaid_draws_what_is_repeated_as_a_loop() -> None:
    lines = [line.strip() for line in output.mermaid(tell_lasso(FLAPPING, flapping(), unready_pods)).splitlines()]
    loop = lines[lines.index("loop forever") : lines.index("end")]
    assert sum("->>" in line for line in loop) == 2


def test_a_disturbance_that_never_happens_is_called_one() -> None:
    scenario = replace(FLAPPING, actions=(*FLAPPING.actions[:2], disturbance(is_deleted)))
    told = tell_lasso(scenario, flapping(scenario), unready_pods)
    assert told.forever is not None
    assert told.forever.starved == ("container on node-a is deleted: web-v1-a (a disturbance)",)


def test_what_offends_in_every_state_of_the_cycle_is_named_before_what_comes_and_goes() -> None:
    two = cluster(running(), running(ready=False, deleting=True), replicas=2)
    scenario: Scenario[Cluster] = replace(FLAPPING, initial=(two,))

    def only(state: Cluster, name: str) -> Step:
        return next(
            step for step in enabled(scenario, state) if step.choice.name == f"{name}(pod=0)"
        )  # fmt: skip

    first = only(two, "becomes_unready")
    back = only(first.state, "becomes_ready")  # type: ignore[arg-type]
    lasso = Lasso(Trace(0, two, (first,)), (back, only(back.state, "becomes_unready")))  # type: ignore[arg-type]
    assert recurring_offenders(lasso, unready_pods) == [pod_of(two, 1)]


def test_a_saved_counterexample_of_a_verdict_has_its_cycle(tight: Report, saved: Counterexample) -> None:
    [cell] = [cell for cell in tight.cells if cell.verdict.outcome is Outcome.VIOLATED]
    assert from_verdict(cell.verdict, cell.searched, ()) == saved
