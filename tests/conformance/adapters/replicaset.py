"""Cases about the ReplicaSet controller."""

from typing import Any

import msgspec

from model.api.objects import Condition, Pod, ReplicaSet
from model.controllers.replicaset.slow_start import slow_start
from model.controllers.replicaset.status import ReplicaSetStatus, calculate_status
from model.controllers.replicaset.sync import sync
from model.controllers.replicaset.victims import pods_to_delete
from tests.conformance.adapters.pods import NOW, pod
from tests.conformance.registry import Case, adapter

OWNERS = {"self": "self", "other": "other", "none": None}


def conditions(given: list[Case]) -> tuple[Condition, ...]:
    return tuple(Condition(type=each["type"], status=each["status"], reason=each.get("reason") or "") for each in given)


def shape_conditions(given: tuple[Condition, ...]) -> list[Case]:
    shaped = [{"type": each.type, "status": each.status, "reason": each.reason} for each in given]
    return [{key: value for key, value in each.items() if value or key != "reason"} for each in shaped]


def shape_status(status: ReplicaSetStatus) -> Case:
    return {
        "replicas": status.replicas,
        "fully_labeled": status.fully_labeled_replicas,
        "ready": status.ready_replicas,
        "available": status.available_replicas,
        "terminating": status.terminating_replicas,
        "conditions": shape_conditions(status.conditions),
    }


@adapter("replicaset_failure_condition")
def failure_condition(given: Case, expected: Case) -> Case:
    replica_set = ReplicaSet(name="rs", replicas=given["desired"], conditions=conditions(given["conditions"]))
    pods = [Pod()] * given["pods"]
    status = calculate_status(replica_set, pods, 0, manage_error=given["manage_error"], now=NOW)
    return {"conditions": shape_conditions(status.conditions)}


@adapter("replicaset_status")
def status(given: Case, expected: Case) -> Case:
    replica_set = ReplicaSet(
        name="rs",
        template_labels=given["template_labels"] or {},
        min_ready_seconds=given["min_ready_seconds"],
    )
    pods = [msgspec.structs.replace(pod(each), ready_since=ready_since(each)) for each in given["pods"]]
    terminating = given.get("terminating_pods", 0)
    answer = shape_status(calculate_status(replica_set, pods, terminating, manage_error=False, now=NOW))
    return {key: answer[key] for key in expected}


def ready_since(given: Case) -> Any:
    return None if given.get("ready_for_s") is None else NOW - given["ready_for_s"]


@adapter("replicaset_slow_start")
def batches(given: Case, expected: Case) -> Case:
    limit = given["fail_after"]
    result = slow_start(given["count"], lambda call: limit is None or call < limit, given["initial_batch_size"])
    return {"calls": result.calls, "successes": result.successes, "error": result.failed()}


@adapter("replicaset_pods_to_delete")
def victims(given: Case, expected: Case) -> Case:
    pods = [pod(each) for each in given["pods"]]
    related = pods + [pod(each) for each in given["related_pods"]]
    return {"deleted": sorted(each.name for each in pods_to_delete(pods, related, given["diff"], NOW))}


@adapter("replicaset_sync")
def one_sync(given: Case, expected: Case) -> Case:
    selector = {"app": "x"}
    replica_set = ReplicaSet(
        name="rs",
        uid="self",
        replicas=given["replicas"],
        deleting=given["rs_deleting"],
        min_ready_seconds=given["min_ready_seconds"],
        template_labels=selector,
    )
    result = sync(
        replica_set,
        [owned_pod(each) for each in given["pods"]],
        not given["expectations_unsatisfied"],
        NOW,
        selected=lambda each: selector.items() <= each.labels.items(),
        burst=given["burst_replicas"],
        # The live ReplicaSet is the one in the cache.
        can_adopt=not given["rs_deleting"],
    )
    answer: dict[str, Any] = {
        "created": result.created,
        "deleted": len(result.deleted),
        "deleted_names": sorted(each.name for each in result.deleted),
        "patched": len(result.adopted) + len(result.released),
        "error": result.error,
        "status": None if result.status is None else shape_status(result.status),
    }
    return {key: answer[key] for key in expected}


@adapter("replicaset_sync_adoption")
def adoption(given: Case, expected: Case) -> Case:
    replica_set = ReplicaSet(name="rs", uid="self", replicas=given["replicas"], deleting=given["rs_deleting"])
    result = sync(
        replica_set,
        [owned_pod(each) for each in given["pods"]],
        True,
        NOW,
        selected=lambda _: True,
        can_adopt=not given["rs_deleting"],
    )
    return {
        "created": result.created,
        "deleted": len(result.deleted),
        "patched": len(result.adopted) + len(result.released),
    }


def owned_pod(given: Case) -> Pod:
    return msgspec.structs.replace(pod(given), controller=OWNERS[given["controller"]])
