"""Cases about the Pod garbage collector."""

from collections.abc import Iterable

from model.api.objects import Pod, PodPhase
from model.api.taints import Taint, TaintEffect
from model.control_plane.scheduler.filters import Node
from model.controllers.podgc.collection import OUT_OF_SERVICE
from model.controllers.podgc.gc import DeletePod, MarkFailed, Pass, gc
from tests.conformance.adapters.pods import NOW
from tests.conformance.registry import Case, adapter

TAINT = Taint(key=OUT_OF_SERVICE, effect=TaintEffect.NO_EXECUTE)
THE_NODE = "node"
"""Where a case's Pods are if it does not say."""


def pod(given: Case) -> Pod:
    return Pod(
        name=given["name"],
        node=given.get("node", THE_NODE),
        phase=PodPhase(given["phase"]),
        reason=given.get("reason") or "",
        created=given.get("created_s"),
        deleting=given.get("deleting", False),
    )


def shape(passed: Pass, keys: Iterable[str]) -> Case:
    answer = {
        "deleted": sorted(write.pod.name for write in passed.writes if isinstance(write, DeletePod)),
        "marked_failed": sorted(write.pod.name for write in passed.writes if isinstance(write, MarkFailed)),
    }
    return {key: answer[key] for key in keys}


@adapter("podgc_terminated", "podgc_unscheduled_terminating", "podgc_pass")
def one_pass(given: Case, expected: Case) -> Case:
    pods = [pod(each) for each in given["pods"]]
    nodes = given.get("nodes") or [{"name": name, "ready": True} for name in {each.node for each in pods} if name]
    passed = gc(
        pods,
        [Node(name=each["name"], taints=(TAINT,) if each.get("out_of_service_taint") else ()) for each in nodes],
        NOW,
        ready_nodes=[each["name"] for each in nodes if each["ready"]],
        threshold=given.get("threshold", 0),
    )
    return shape(passed, expected)


@adapter("podgc_orphaned")
def two_passes(given: Case, expected: Case) -> Case:
    pods = [pod(each) for each in given["pods"]]
    passed = Pass()
    for cluster, now in ((given["first"], NOW), (given["second"], NOW + given["second_pass_after_s"])):
        pods = left(pods, passed)
        passed = gc(
            pods,
            [Node(name=name) for name in cluster["nodes_in_cache"]],
            now,
            live_nodes=cluster["nodes_in_api"],
            quarantine=passed.quarantine,
            quarantine_time=given["quarantine_s"],
            threshold=0,
        )
    return shape(passed, expected)


def left(pods: list[Pod], passed: Pass) -> list[Pod]:
    deleted = [write.pod for write in passed.writes if isinstance(write, DeletePod)]
    return [each for each in pods if each not in deleted]
