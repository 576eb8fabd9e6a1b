"""Cases about the eviction of a Pod."""

from typing import Any

from model.api.conditions import condition_of
from model.api.disruption_budgets import (
    DISRUPTION_ALLOWED,
    SUFFICIENT_PODS,
    PodDisruptionBudget,
    UnhealthyPodEvictionPolicy,
)
from model.api.labels import LabelSelector
from model.api.objects import Condition, Pod, PodPhase
from model.control_plane.apiserver.deletion import DeleteOptions
from model.control_plane.apiserver.eviction import begin, evict
from model.control_plane.apiserver.eviction_steps import DeletePod, UpdateBudgetStatus, UpdatePodStatus
from tests.conformance.registry import Case, adapter

NOW = 0


def pod(given: Case) -> Pod:
    return Pod(
        name="pod",
        uid="uid",
        labels=given["labels"] or {},
        node="node",
        phase=PodPhase(given["phase"] or ""),
        ready=given["ready_condition"] == "True",
        deleting=given["terminating"],
        resource_version=7,
    )


def budget(name: str, given: Case) -> PodDisruptionBudget:
    policy = given["unhealthy_pod_eviction_policy"]
    return PodDisruptionBudget(
        name=name,
        selector=LabelSelector(match_labels=given["match_labels"]),
        unhealthy_pod_eviction_policy=None if policy is None else UnhealthyPodEvictionPolicy(policy),
        disruptions_allowed=given["disruptions_allowed"],
        current_healthy=given["current_healthy"],
        desired_healthy=given["desired_healthy"],
        generation=given.get("generation", 1),
        observed_generation=given.get("observed_generation", 1),
        disrupted_pods={f"evicted-{number}": NOW for number in range(given.get("disrupted_pods_count", 0))},
    )


@adapter("apiserver_eviction", "apiserver_eviction_create")
def eviction(given: Case, expected: Case) -> Case:
    given_budgets = [given["pdb"]] if "pdb" in given else given["pdbs"]
    before = {f"budget-{number}": budget(f"budget-{number}", each) for number, each in enumerate(given_budgets)}
    options = DeleteOptions(grace_period_seconds=given["grace_period_s"], dry_run=given.get("dry_run", False))
    started = begin("pod", "pod" if given["url_name_matches"] else "another", options)
    evicted = evict(started, pod(given["pod"]), list(before.values()), NOW)
    written = {write.budget.name: write.budget for write in evicted.writes if isinstance(write, UpdateBudgetStatus)}
    after = list((before | written).values())
    answer: dict[str, Any] = {
        "result": evicted.result.value,
        "pod_deleted": any(isinstance(write, DeletePod) for write in evicted.writes),
        "disruption_target_set": any(isinstance(write, UpdatePodStatus) for write in evicted.writes),
        "disruptions_allowed_after": [each.disruptions_allowed for each in after],
        "recorded_in_disrupted_pods": ["pod" in each.disrupted_pods for each in after],
    }
    return {key: answer[key] for key in expected}


@adapter("apiserver_eviction_pdb_status")
def budget_status(given: Case, expected: Case) -> Case:
    sufficient = Condition(type=DISRUPTION_ALLOWED, status="True", reason=SUFFICIENT_PODS)
    before = PodDisruptionBudget(
        disruptions_allowed=given["disruptions_allowed"], observed_generation=1, conditions=(sufficient,)
    )
    running = Pod(name="pod", node="node", phase=PodPhase.RUNNING, ready=True)
    evicted = evict(begin("pod", "pod"), running, [before], NOW)
    (after,) = (write.budget for write in evicted.writes if isinstance(write, UpdateBudgetStatus))
    condition = condition_of(after.conditions, DISRUPTION_ALLOWED)
    return {"disruptions_allowed": after.disruptions_allowed, "reason": condition and condition.reason}
