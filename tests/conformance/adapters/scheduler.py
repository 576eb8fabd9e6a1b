"""Cases of the scheduler's plugins (pkg/scheduler/framework/plugins)."""

from model.api.pod_requests import InitContainer, Resources, pod_requests
from model.control_plane.scheduler.node_affinity import node_affinity, node_affinity_prefilter
from model.control_plane.scheduler.node_name import node_name
from model.control_plane.scheduler.node_unschedulable import node_unschedulable
from model.control_plane.scheduler.refusal import Code, Refusal
from model.control_plane.scheduler.resources_fit import insufficient_resources, resources_fit
from model.control_plane.scheduler.taint_toleration import (
    normalised_scores,
    requeue_after_node_change,
    taint_toleration,
    untolerated_preferences,
)
from tests.conformance.adapters.taints import taints, terms, tolerations
from tests.conformance.registry import Case, adapter

NAMES = {"cpu_m": "cpu", "ephemeral_storage": "ephemeral-storage"}
CASE_NAMES = {name: case_name for case_name, name in NAMES.items()}


def resources(given: Case | None) -> Resources:
    return {NAMES.get(name, name): amount for name, amount in (given or {}).items()}


def resolvable(refusal: Refusal | None) -> bool | None:
    return None if refusal is None else refusal.code is Code.UNSCHEDULABLE


@adapter("scheduler_node_name_filter")
def node_name_filter(given: Case, expected: Case) -> Case:
    return {"feasible": node_name(given["pod_node_name"] or "", given["node"]) is None}


@adapter("scheduler_node_unschedulable_filter")
def node_unschedulable_filter(given: Case, expected: Case) -> Case:
    refusal = node_unschedulable(given["node_unschedulable"], tolerations(given["tolerations"]))
    return {"feasible": refusal is None}


@adapter("scheduler_taint_toleration_filter")
def taint_toleration_filter(given: Case, expected: Case) -> Case:
    refusal = taint_toleration(
        taints(given["taints"]),
        tolerations(given["tolerations"]),
        comparison_operators=given["comparison_operators_enabled"],
    )
    return {"feasible": refusal is None, "resolvable_by_preemption": resolvable(refusal)}


@adapter("scheduler_taint_toleration_requeue")
def taint_toleration_requeue(given: Case, expected: Case) -> Case:
    old = given["old_taints"]
    requeue = requeue_after_node_change(
        tolerations(given["tolerations"]), None if old is None else taints(old), taints(given["new_taints"])
    )
    return {"requeue": requeue}


@adapter("scheduler_taint_toleration_score")
def taint_toleration_score(given: Case, expected: Case) -> Case:
    tolerated, enabled = tolerations(given["tolerations"]), given["comparison_operators_enabled"]
    counts = tuple(
        untolerated_preferences(taints(node["taints"]), tolerated, comparison_operators=enabled)
        for node in given["nodes"]
    )
    names = (node["name"] for node in given["nodes"])
    return {"scores": dict(zip(names, normalised_scores(counts), strict=True))}


@adapter("scheduler_node_affinity_filter")
def node_affinity_filter(given: Case, expected: Case) -> Case:
    node, required = given["node"], terms(given["required_terms"])
    refusal = node_affinity_prefilter(required, node["name"]) or node_affinity(
        given["node_selector"] or {},
        required,
        node["name"],
        node.get("labels") or {},
        terms(given["added_affinity_terms"]),
    )
    return {"feasible": refusal is None}


@adapter("scheduler_resources_fit_filter", "scheduler_resources_fit_sidecars")
def resources_fit_filter(given: Case, expected: Case) -> Case:
    requests = pod_requests(
        tuple(resources(container) for container in given["containers"]),
        tuple(init_container(container) for container in given["init_containers"]),
        resources(given["overhead"]),
    )
    node = (resources(given["node_allocatable"]), resources(given["node_used"]), given["node_pod_count"])
    ignored = tuple(given.get("ignored_resources") or ())
    refusal = resources_fit(requests, *node, ignored)
    insufficient = insufficient_resources(requests, *node, ignored)
    order = [each["resource"] for each in expected.get("insufficient") or ()]  # the cases leave the order open
    answer = {
        "feasible": refusal is None,
        "insufficient": sorted(
            (
                {
                    "resource": CASE_NAMES.get(each.resource, each.resource),
                    "requested": each.requested,
                    "used": each.used,
                    "capacity": each.capacity,
                }
                for each in insufficient
                if each.resource != "pods"
            ),
            key=lambda each: order.index(each["resource"]) if each["resource"] in order else len(order),
        ),
        "too_many_pods": any(each.resource == "pods" for each in insufficient),
        "resolvable_by_preemption": resolvable(refusal),
    }
    return {key: None if key == "insufficient" and asked is None else answer[key] for key, asked in expected.items()}


def init_container(given: Case) -> InitContainer:
    """Plain cases list the requests only, those with sidecars {requests, restartable}."""
    if "restartable" in given:
        return InitContainer(requests=resources(given["requests"]), restartable=given["restartable"])
    return InitContainer(requests=resources(given))
