"""PodDisruptionBudgets from manifests to the model: whose they are, and what they are in a smaller instance."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from kubeproof.instances import instance, size_of
from kubeproof.kinds.disruption_budget import WorkloadDisruptionBudget
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.testing import workload_machine
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.disruption_budgets import UnhealthyPodEvictionPolicy

EXAMPLE = Path(__file__).parents[2] / "examples" / "drain-with-budget.yaml"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: %(name)s, namespace: %(namespace)s}
spec:
  replicas: %(replicas)s
  selector: {matchLabels: {app: %(name)s}}
  template:
    metadata: {labels: {app: %(name)s, tier: front}}
    spec: {containers: [{name: app, image: "app:1"}]}
---"""
BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: guard}
spec: {%s}
---"""
WEB = "selector: {matchLabels: {app: web}}"


def deployment(name: str = "web", namespace: str = "default", replicas: int = 2) -> str:
    return DEPLOYMENT % {"name": name, "namespace": namespace, "replicas": replicas}


def workloads(*documents: str) -> list[Workload]:
    return workloads_of(load(["-"], io.StringIO("".join(documents))), 2)


def guard(*documents: str) -> WorkloadDisruptionBudget:
    [budget] = workloads(*documents)[0].disruption_budgets
    return budget


def test_a_budget_belongs_to_the_objects_whose_pods_it_selects() -> None:
    text = BUDGET % f"minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, {WEB}"
    web, api = workloads(deployment(), deployment("api"), text)
    assert web.disruption_budgets == (
        WorkloadDisruptionBudget(
            name="guard",
            min_available=1,
            unhealthy_pod_eviction_policy=UnhealthyPodEvictionPolicy.ALWAYS_ALLOW,
            members=("web",),
        ),
    )
    assert api.disruption_budgets == ()


def test_a_budget_is_about_its_own_namespace() -> None:
    [web] = workloads(deployment(namespace="shop"), BUDGET % f"minAvailable: 1, {WEB}")
    assert web.disruption_budgets == ()


@pytest.mark.parametrize(
    ("selector", "protects"),
    [("selector: {}", True), ("selector: {matchExpressions: [{key: tier, operator: Exists}]}", True), ("", False)],
    ids=["empty", "expression", "none"],
)
def test_an_empty_selector_selects_every_pod_and_no_selector_none(selector: str, protects: bool) -> None:
    [web] = workloads(deployment(), BUDGET % ", ".join(part for part in ("maxUnavailable: 1", selector) if part))
    assert bool(web.disruption_budgets) is protects


def test_a_budget_that_counts_other_objects_pods_too_is_a_caveat() -> None:
    web, _ = workloads(deployment(), deployment("api"), BUDGET % "minAvailable: 1, selector: {}")
    assert any("guard selects Pods of Deployment/default/api, too" in caveat for caveat in web.caveats)


def test_a_budget_that_selects_nothing_is_worth_a_note() -> None:
    loaded = load(["-"], io.StringIO(deployment() + BUDGET % "minAvailable: 1, selector: {matchLabels: {app: gone}}"))
    assert [note.message for note in loaded.notes] == ["PodDisruptionBudget guard selects no Pods of the input"]


@pytest.mark.parametrize(
    ("amount", "replicas", "smaller"),
    [
        ("minAvailable: 1", 2, "minAvailable: 1"),
        ("minAvailable: 2", 3, "minAvailable: 1"),
        ("minAvailable: 5", 5, "minAvailable: 2"),
        ("minAvailable: 0", 5, "minAvailable: 0"),
        ("maxUnavailable: 1", 10, "maxUnavailable: 1"),
        ("maxUnavailable: 0", 10, "maxUnavailable: 0"),
        ("minAvailable: 60%", 10, "minAvailable: 60%"),
    ],
)
def test_a_smaller_instance_keeps_the_proportion(amount: str, replicas: int, smaller: str) -> None:
    [web] = workloads(deployment(replicas=replicas), BUDGET % f"{amount}, {WEB}")
    [budget] = instance(web, replicas=2).disruption_budgets
    assert budget == guard(deployment(), BUDGET % f"{smaller}, {WEB}")


def test_the_bounds_say_what_a_budget_has_become() -> None:
    [web] = workloads(deployment(replicas=3), BUDGET % f"minAvailable: 2, {WEB}")
    bounds = size_of(instance(web, replicas=2), web)
    assert bounds["PodDisruptionBudget guard"] == "minAvailable 1 for minAvailable 2"
    assert "PodDisruptionBudget guard" not in size_of(web, web)


def test_every_revision_of_the_pods_is_selected() -> None:
    [web] = workloads(deployment(), BUDGET % f"minAvailable: 1, {WEB}")
    constants = build(web, standard_scenario("drain-during-rollout")).initial[0].constants
    assert [budget.templates for budget in constants.disruption_budgets] == [(0, 1)]


def test_a_workload_without_a_budget_has_no_promises_about_one() -> None:
    [web] = workloads(deployment())
    promised = {
        name: {prop.name for prop in build(web, standard_scenario(name)).properties}
        for name in ("drain", "drain-to-the-end")
    }
    assert promised == {"drain": {"no_overcommit", "allowed_node"}, "drain-to-the-end": {"drain_ends"}}


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ("minAvailable: 1, maxUnavailable: 1", "minAvailable and maxUnavailable do not go together"),
        ("minAvailable: 101%", "spec.minAvailable is 101%"),
        ("maxUnavailable: -1", "spec.maxUnavailable"),
        ("maxUnavailable: many", "spec.maxUnavailable"),
        ("unhealthyPodEvictionPolicy: Sometimes", "spec.unhealthyPodEvictionPolicy"),
        ("selector: {matchExpressions: [{key: a, operator: In}]}", "a"),
    ],
)
def test_what_kubernetes_refuses_is_an_error(amounts: str, message: str) -> None:
    with pytest.raises(BadManifests) as raised:
        load(["-"], io.StringIO(deployment() + BUDGET % amounts))
    assert any(message in error.message for error in raised.value.errors)


@pytest.mark.parametrize(
    "scenario", ["drain", "drain-to-the-end", "node-upgrade", "hasty-node-upgrade", "freeze-during-drain"]
)
def test_random_runs_of_a_scenario_that_holds_break_no_promise(scenario: str) -> None:
    rare = [HealthCheck.filter_too_much]  # where the drain does not begin there is nothing to do
    checks = settings(max_examples=10, stateful_step_count=40, database=None, suppress_health_check=rare)
    machine = workload_machine(EXAMPLE, scenario, assume=["prestop-outlasts-propagation"])
    run_state_machine_as_test(machine, settings=checks)
