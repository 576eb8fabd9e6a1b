"""Cases about the disruption controller."""

from collections.abc import Iterable, Iterator
from typing import Any

from model.api.conditions import DISRUPTION_TARGET, condition_of
from model.api.disruption_budgets import DISRUPTION_ALLOWED, PodDisruptionBudget
from model.api.labels import Expression, LabelSelector
from model.api.objects import Condition, Pod, PodPhase
from model.controllers.disruption.scale import PodController
from model.controllers.disruption.stale_condition import sync_stale_pod_disruption
from model.controllers.disruption.sync import sync
from tests.conformance.registry import Case, adapter

NOW = 1000
"""Seconds; times in the cases are ages."""


def budget(given: Case) -> PodDisruptionBudget:
    selector = given.get("selector")
    return PodDisruptionBudget(
        selector=LabelSelector() if selector is None else label_selector(selector),
        min_available=given.get("min_available"),
        max_unavailable=given.get("max_unavailable"),
        generation=3,
        disrupted_pods={name: NOW - age for name, age in (given.get("disrupted_pods") or {}).items()},
    )


def label_selector(given: Case) -> LabelSelector:
    return LabelSelector(
        match_labels=given.get("match_labels") or {},
        match_expressions=tuple(
            Expression(each["key"], each["operator"], tuple(each.get("values") or ()))
            for each in given.get("match_expressions") or ()
        ),
    )


def pods_of(group: Case) -> list[Case]:
    """The group's Pods, spelled out where the case says only how many there are."""
    if "pods" in group:
        return list(group["pods"])
    numbers = {True: group["healthy_pods"], False: group["unhealthy_pods"]}
    return [{"name": "", "healthy": healthy, "deleting": False} for healthy, n in numbers.items() for _ in range(n)]


def pods(groups: Iterable[Case]) -> Iterator[Pod]:
    for number, group in enumerate(groups):
        for given in pods_of(group):
            yield Pod(
                name=given["name"],
                controller=None if group["controller"] is None else f"controller-{number}",
                phase=PodPhase.RUNNING,
                ready=given["healthy"],
                deleting=given["deleting"],
            )


def controllers(groups: Iterable[Case]) -> Iterator[PodController]:
    """What exists of the controllers; with a Deployment also its ReplicaSet, whose own size does not count."""
    for number, group in enumerate(groups):
        given, uid = group["controller"], f"controller-{number}"
        if given is None or given.get("missing"):
            continue
        if given["kind"] == "Deployment":
            yield PodController(uid=uid, replicas=0, deployment=f"deployment-{number}")
            yield PodController(uid=f"deployment-{number}", replicas=given["replicas"])
        else:
            yield PodController(uid=uid, replicas=given["replicas"])


def shape(before: PodDisruptionBudget, given: Iterable[Pod], owners: Iterable[PodController], expected: Case) -> Case:
    result = sync(before, list(given), {owner.uid: owner for owner in owners}, NOW)
    after = result.status or before
    condition = condition_of(after.conditions, DISRUPTION_ALLOWED)
    answer: dict[str, Any] = {
        "disruptions_allowed": after.disruptions_allowed,
        "current_healthy": after.current_healthy,
        "desired_healthy": after.desired_healthy,
        "expected_pods": after.expected_pods,
        "disrupted_pods": sorted(after.disrupted_pods),
        "disruption_allowed_condition": condition and {"status": condition.status, "reason": condition.reason},
    }
    return {key: answer[key] for key in expected}


@adapter("disruption_pdb_status", "disruption_pdb_sync")
def status(given: Case, expected: Case) -> Case:
    groups = given["pod_groups"]
    return shape(budget(given), pods(groups), controllers(groups), expected)


@adapter("disruption_disrupted_pods")
def disrupted_pods(given: Case, expected: Case) -> Case:
    return shape(budget(given), pods([{"controller": None, "pods": given["pods"]}]), (), expected)


@adapter("disruption_stale_condition")
def stale_condition(given: Case, expected: Case) -> Case:
    marked = given["disruption_target"]
    conditions = (Condition(type=DISRUPTION_TARGET, status=str(marked), last_transition_time=NOW - given["age_s"]),)
    pod = Pod(phase=PodPhase.RUNNING, deleting=given["deleting"], conditions=() if marked is None else conditions)
    after = sync_stale_pod_disruption(pod, NOW).status or pod
    condition = condition_of(after.conditions, DISRUPTION_TARGET)
    return {"disruption_target": None if condition is None else condition.status}
