"""Cases about the predicates of Pods and about the order in which they are deleted."""

from model.api.objects import Pod, PodPhase
from model.api.pods import active_pods, count_terminating, terminating_pods
from model.controllers.replicaset.deletion_order import compare, plain_order
from tests.conformance.registry import Case, adapter

NOW = 0
"""Times in the cases are relative to now."""


def pod(given: Case) -> Pod:
    """A Pod with the fields that the case gives; a field that is null is unset."""
    return Pod(
        name=given.get("name") or "",
        labels=given.get("labels") or {},
        node=given.get("node") or "",
        phase=PodPhase(given["phase"] or ""),
        ready=given.get("ready", False),
        ready_since=given.get("ready_since_s"),
        deleting=given.get("deleting", False),
        created=given.get("created_s"),
        container_restarts=given.get("max_container_restarts") or 0,
        deletion_cost=given.get("deletion_cost") or 0,
    )


@adapter("pod_count_terminating")
def terminating_count(given: Case, expected: Case) -> Case:
    return {"count": count_terminating(pod(each) for each in given["pods"])}


@adapter("pod_filter_active")
def filters(given: Case, expected: Case) -> Case:
    pods = [pod(each) for each in given["pods"]]
    kept = {"active": active_pods(pods), "terminating": terminating_pods(pods)}
    return {key: [each.name for each in kept[key]] for key in expected}


@adapter("pod_deletion_order_plain")
def order_without_ranks(given: Case, expected: Case) -> Case:
    first, second = pod(given["a"]), pod(given["b"])
    if plain_order(first) == plain_order(second):
        return {"deleted_first": None}
    return {"deleted_first": min(first, second, key=plain_order).name}


@adapter("pod_deletion_order_ranked")
def order_with_ranks(given: Case, expected: Case) -> Case:
    # With the feature gate PodDeletionCost off, the annotation is not read.
    unread = {} if given["pod_deletion_cost_enabled"] else {"deletion_cost": None}
    first, second = pod(given["a"] | unread), pod(given["b"] | unread)
    order = compare(first, second, first_rank=given["rank_a"], second_rank=given["rank_b"], now=NOW)
    return {"deleted_first": None if order == 0 else first.name if order < 0 else second.name}
