"""Counterexamples are explained, in text, JSON and Mermaid, and become tests that stand alone."""

import ast
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from checker.trace import Choice, Step, Trace, replay
from checker.vocabulary import Action, Event, Kind, Property, Scenario, never
from kubeproof import output, reporting
from kubeproof.counterexample import (
    BadCounterexample,
    Counterexample,
    Replayed,
    encode,
    from_builtins,
    load,
    take_again,
)
from kubeproof.narration import Narration, narrate, tell
from kubeproof.reasons import REASONS
from kubeproof.standard.catalog import PROPERTIES
from model.cluster import Cluster
from model.control_plane.scheduler import filters
from model.next_state import NEXT
from model.rows.pod import Container, Endpoint, Pod
from properties.no_lost_request import misrouted_pods
from properties.no_outage import unserved_services
from properties.one_writer import overwritten_replica_sets
from properties.placement import misplaced_pods, overcommitted_nodes
from properties.rolling_update import complete_rollouts, deployments_with_too_few_pods, oversized_deployments
from tests.model.clusters import (
    cluster,
    constants,
    gone,
    machine,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)

FOLDERS = sorted(path.parent for path in Path(__file__).parents[2].glob("counterexamples/*/counterexample.json"))
every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])


def saved(name: str) -> Counterexample:
    [folder] = [folder for folder in FOLDERS if folder.name == name]
    return load(folder / "counterexample.json")


def story(narration: Narration, promise: Property) -> str:
    text = io.StringIO()
    Console(file=text, width=200, highlight=False).print(reporting.story(narration, promise))
    return text.getvalue()


def shown(name: str) -> str:
    replayed = take_again(saved(name))
    return story(replayed.narration, replayed.promise)


def with_a_detour() -> tuple[Counterexample, Replayed]:
    """`recreate-outage` with two steps in between that have nothing to do with it."""
    outage = saved("recreate-outage")
    *steps, last = outage.steps
    detour = (
        Choice("replica_set_controller_writes_status", {"replica_set": 0}),
        Choice("stopping_container_exits", {"pod": 0}),
    )
    longer = replace(outage, steps=(*steps, *detour, last))
    return longer, take_again(longer)


# -- steps


@every_folder
def test_every_step_of_a_shortest_counterexample_is_needed(folder: Path) -> None:
    narration = take_again(load(folder / "counterexample.json")).narration
    assert all(step.needed for step in narration.steps)


def test_a_step_that_does_not_matter_is_marked_and_counted() -> None:
    _, replayed = with_a_detour()
    lines = story(replayed.narration, replayed.promise).splitlines()
    assert "· 5  ReplicaSet controller writes status: ledger-v1" in lines
    assert [line for line in lines if line.startswith("·")][-1] == "·  without this step it ends the same"


def test_a_step_says_what_it_is_for_unless_that_is_the_next_one() -> None:
    lines = shown("no-readiness-probe").splitlines()
    assert "13  ReplicaSet controller writes status: catalog-v1  (needed by 19)" in lines
    assert "21  kubelet on node-a begins termination: catalog-v1-a  (needed at the end)" in lines
    assert "19  Deployment controller syncs: catalog" in lines


# -- what else could have been done


def test_what_would_have_led_elsewhere_is_named_with_its_moments() -> None:
    instead = [line for line in shown("no-readiness-probe").splitlines() if "instead" in line]
    assert instead == [
        "   instead of 20, 21 or 22: container on node-a process answers: catalog-v2-a",
        "   instead of 20, 21 or 22: container on node-a process answers: catalog-v2-b",
    ]


def test_what_leads_to_the_same_end_is_not_named_as_an_alternative() -> None:
    narration = take_again(saved("rollback-below-minimum")).narration
    last = narration.steps[-1]
    assert [str(other) for other in last.instead] == [
        "Deployment controller syncs: quotes",
        "ReplicaSet controller writes status: quotes-v1",
        "kubelet on node-a begins termination: quotes-v1-a",
    ]
    assert not any(other.derails for other in last.instead)


# -- why


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("rollback-below-minimum", "Deployment quotes: 1 available, 2 needed (2 replicas - maxUnavailable 0)"),
        (
            "endpoint-removal-races-sigterm",
            "Pod checkout-v1-a is routed to by kube-proxy node-a and node-b while its container checkout does not "
            "answer; checkout-v1-b and checkout-v2-a answer",
        ),
        (
            "no-readiness-probe",
            "of its Pods none answers: catalog-v1-a and catalog-v1-b (catalog stopping), "
            "catalog-v2-a and catalog-v2-b (catalog running, not answering)",
        ),
        ("all-pods-on-one-node", "of its Pods none answers: login-v1-a and login-v1-b (node-a is down)"),
    ],
)
def test_the_end_says_why_in_an_operator_s_words(name: str, reason: str) -> None:
    assert f"   why: {reason}\n" in shown(name)


def test_every_promise_says_why_in_its_own_words() -> None:
    decided_by_a_state = {prop.name for prop in PROPERTIES if not prop.kind.liveness}
    assert set(REASONS) == decided_by_a_state - {prop.name for prop in PROPERTIES if prop.kind is Kind.SOMETIMES}


def reasons(promise: Property, state: Cluster, change: Callable[[Cluster], Cluster] | None = None) -> tuple[str, ...]:
    """Why a promise is false in a state, or after a step that makes a change."""

    def changes(before: Cluster) -> Iterator[Cluster]:
        assert change is not None
        yield change(before)

    scenario = Scenario("by hand", (state,), (Action(changes),) if change else ())
    return tell(scenario, replay(scenario, 0, [Choice("changes")] if change else []), promise).why


def test_a_percentage_is_shown_with_the_number_that_it_stands_for() -> None:
    tables = constants(max_unavailable="25%", max_surge="30%")
    state = cluster(running(), replicas=4, tables=tables, replica_sets=[replica_set(4), replica_set(3, template=1)])
    assert reasons(deployments_with_too_few_pods, state) == (
        "Deployment web: 1 available, 3 needed (4 replicas - maxUnavailable 1 (25%))",
    )
    assert reasons(oversized_deployments, state) == (
        "Deployment web: its ReplicaSets ask for 7 Pods, 6 allowed (4 replicas + maxSurge 2 (30%))",
    )


def test_every_offender_has_its_own_reason() -> None:
    lost = terminating(Container.STOPPING, routed=(Endpoint.UNUSED, Endpoint.READY))
    state = cluster(running(), lost, gone(routed=(Endpoint.READY,)), tables=constants(nodes=2), service_answered=True)
    assert reasons(misrouted_pods, state) == (
        "Pod web-v1-b is routed to by kube-proxy node-b while its container app does not answer; web-v1-a answers",
        "Pod web-v1-c is routed to by kube-proxy node-a while it is deleted; web-v1-a answers",
    )


def test_a_pod_does_not_answer_while_its_node_is_down() -> None:
    away = running(1, containers=(Container.WAITING,), routed=(Endpoint.READY, Endpoint.UNUSED))
    state = cluster(running(), away, tables=constants(nodes=2), down=[1], service_answered=True)
    assert reasons(misrouted_pods, state) == (
        "Pod web-v1-b is routed to by kube-proxy node-a while its Node node-b is down; web-v1-a answers",
    )


def test_a_service_without_pods_has_nobody_who_could_answer() -> None:
    assert reasons(unserved_services, cluster(service_answered=True)) == ("it has no Pod",)


def test_an_overcommitted_node_is_named_with_what_is_taken_and_what_there_is() -> None:
    nodes = (machine(pods=1, allocatable={"cpu": 1000, "memory": 64}),)
    tables = constants(nodes=nodes, spec=filters.PodSpec(requests={"cpu": 600, "memory": 1}))
    assert reasons(overcommitted_nodes, cluster(running(), running(), tables=tables)) == (
        "the Pods on Node node-a take 2 pods of 1 and 1200m cpu of 1000m",
    )


def test_a_misplaced_pod_is_named_with_the_filter_that_forbids_its_node() -> None:
    tables = constants(nodes=1, spec=filters.PodSpec(node_selector={"disk": "ssd"}))
    [reason] = reasons(misplaced_pods, cluster(running(), tables=tables))
    assert reason.startswith("Pod web-v1-a is on Node node-a, which NodeAffinity: ")


def test_an_overwritten_replica_set_is_named_with_what_was_written() -> None:
    before = cluster(replica_sets=[replica_set(1, observed_is_current=False)])
    assert reasons(overwritten_replica_sets, before, lambda state: state.update(rs(state), replicas=2)) == (
        "ReplicaSet web-v1: 1 replica → 2 replicas, written by who had read an older version",
    )


def test_a_witness_needs_no_reason() -> None:
    state = cluster(template=1, replica_sets=[replica_set(0), replica_set(1, template=1)])
    assert complete_rollouts.offenders(state)
    assert reasons(complete_rollouts, state) == ()


@never("no terminating Pod")
def terminating_pods(state: Cluster) -> Iterator[Pod]:
    """Pods stay."""
    yield from (pod for pod in state.pods if pod.deleting)


def test_a_promise_without_words_of_its_own_is_explained_by_what_it_read() -> None:
    before = cluster(running(), running())
    assert reasons(terminating_pods, before, lambda state: state.update(pod(state, 1), deleting=True)) == (
        "pods[1].deleting: False → True",
    )


def test_an_offender_of_the_state_before_is_called_by_its_name() -> None:
    before = cluster(replica_sets=[replica_set(1, observed_is_current=False)])
    after = before.update(rs(before), replicas=2)
    step = Step(Event(Action(overwritten_replica_sets.function), {}), Choice("written"), after)
    [offender] = narrate(Trace(0, before, (step,)), overwritten_replica_sets.offenders(before, after)).offenders
    assert offender == "ReplicaSet web-v1 (as it was before the last step)"


# -- facts


def test_a_kube_proxy_that_falls_back_to_terminating_endpoints_is_seen_to() -> None:
    leaving = terminating(Container.SERVING, endpoint=Endpoint.TERMINATING, routed=(Endpoint.READY,))
    scenario = Scenario("by hand", (cluster(leaving),), NEXT)
    [step] = narrate(replay(scenario, 0, [Choice("kube_proxy_programs_rules", {"node": 0})])).steps
    assert [str(change) for change in step.changes] == [
        "kube-proxy node-a: routes to web-v1-a → routes to web-v1-a (terminating)"
    ]


# -- JSON and Mermaid


def test_json_has_what_the_text_says() -> None:
    _, replayed = with_a_detour()
    document = json.loads(output.narration_json(replayed.narration))
    assert set(document) == {"start", "steps", "offenders", "why"}
    assert [step["number"] for step in document["steps"] if not step["needed"]] == [5]
    assert document["steps"][2]["needed_by"] == [4, 7]
    assert [step["number"] for step in document["steps"] if step["decides"]] == [6, 7]
    assert {
        "actor": "kubelet on node-a",
        "what": "begins termination: ledger-v1-b",
        "derails": False,
        "disturbance": False,
        "other_event": True,
    } in document["steps"][4]["instead"]
    assert document["why"] == list(replayed.narration.why)


def test_mermaid_draws_a_dotted_arrow_for_a_step_that_does_not_matter() -> None:
    _, replayed = with_a_detour()
    dotted = [line for line in output.mermaid(replayed.narration).splitlines() if "-->>" in line]
    assert dotted == ["    a2-->>a2: writes status: ledger-v1 (not needed)"]
    assert "why: of its Pods none answers" in output.mermaid(replayed.narration)


# -- counterexamples as tests


def pytest_on(path: Path, text: str) -> subprocess.CompletedProcess[str]:
    path.write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)


def test_a_counterexample_as_a_test_passes_by_itself(tmp_path: Path) -> None:
    outage = saved("recreate-outage")
    ran = pytest_on(tmp_path / "test_outage.py", output.pytest_file(outage, take_again(outage)))
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


def test_a_counterexample_as_a_test_fails_when_the_violation_is_not_reached(tmp_path: Path) -> None:
    outage = saved("recreate-outage")
    lines = output.pytest_file(outage, take_again(outage)).splitlines(keepends=True)
    without_last_step = "".join(line for line in lines if "# 5 kubelet" not in line)
    ran = pytest_on(tmp_path / "test_outage.py", without_last_step)
    assert ran.returncode == 1
    assert "the recorded violation of no_outage is not there" in ran.stdout


@every_folder
def test_a_counterexample_as_a_test_has_all_of_it_as_data(folder: Path) -> None:
    counterexample = load(folder / "counterexample.json")
    module = ast.parse(output.pytest_file(counterexample, take_again(counterexample)))
    [data] = [ast.literal_eval(node.value) for node in module.body if isinstance(node, ast.Assign)]
    assert data == json.loads(encode(counterexample))
    assert from_builtins(data) == counterexample


def test_names_in_a_counterexample_stay_data_in_its_test() -> None:
    outage = saved("recreate-outage")
    name = "x\nimport os\r\"\"\"\n'''{sentence}"
    [deployment] = outage.workload.deployments
    renamed = replace(
        outage, workload=replace(outage.workload, name=name, deployments=(replace(deployment, name=name),))
    )
    module = ast.parse(output.pytest_file(renamed, take_again(renamed)))
    assert [type(node) for node in module.body] == [ast.Expr, ast.ImportFrom, ast.Assign, ast.FunctionDef]
    [data] = [ast.literal_eval(node.value) for node in module.body if isinstance(node, ast.Assign)]
    assert data["workload"]["name"] == name


@pytest.mark.parametrize("document", [[], {}, "text", {"format": 99}])
def test_what_is_not_a_counterexample_is_refused(document: object) -> None:
    with pytest.raises(BadCounterexample, match="not a counterexample"):
        from_builtins(document)
