"""Cases about the DaemonSet controller."""

from collections.abc import Callable
from typing import Any

import msgspec

from model.api.controller_revisions import ControllerRevision
from model.api.daemon_sets import DaemonPodTemplate, DaemonSet, DaemonSetUpdateStrategy
from model.api.objects import Pod, PodPhase
from model.api.taints import Taint, TaintEffect
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.daemon_pods import HASH_LABEL
from model.controllers.daemonset.should_run import node_should_run_daemon_pod
from model.controllers.daemonset.steps import Memory, Settings, Sync
from model.controllers.daemonset.sync import DEFAULTS, Caches, possible_syncs
from model.controllers.daemonset.writes import CreatePod, DeletePod, UpdateStatus
from tests.conformance.adapters.pods import NOW
from tests.conformance.adapters.taints import taints, terms, tolerations
from tests.conformance.registry import Case, adapter

NEW, OLD = "new", "old"
PLACEMENTS = {
    "run": (),
    "continue": (Taint(key="example.com/full", effect=TaintEffect.NO_SCHEDULE),),
    "none": (Taint(key="example.com/closed", effect=TaintEffect.NO_EXECUTE),),
}
PODS = {"available": True, "unavailable": False}
"""Whether a Pod is ready."""


@adapter("daemonset_node_should_run")
def node_should_run(given: Case, expected: Case) -> Case:
    node, template = given["node"], given["template"]
    answer = node_should_run_daemon_pod(
        Node(name=node["name"], labels=node["labels"] or {}, taints=taints(node["taints"])),
        DaemonPodTemplate(
            node_name=template["node_name"] or "",
            node_selector=template["node_selector"] or {},
            # An empty list stands for no affinity.
            required_terms=terms(template["required_node_affinity"] or None),
            tolerations=tolerations(template["tolerations"]),
            host_network=template.get("host_network", False),
        ),
    )
    return {"should_run": answer.run, "should_continue_running": answer.continue_running}


def syncs(daemon_set: DaemonSet, nodes: list[Node], pods: list[Pod], settings: Settings = DEFAULTS) -> list[Sync]:
    """Every outcome of a sync that has two revisions, the new one with the DaemonSet's template."""
    caches = Caches(nodes=tuple(nodes), pods=tuple(pods), revisions=(revision(NEW, 2), revision(OLD, 1)))
    return list(possible_syncs(daemon_set, caches, Memory(), NOW, selects=lambda _: True, settings=settings))


def revision(name: str, number: int) -> ControllerRevision:
    data = DaemonSet().template if name == NEW else None
    return ControllerRevision(name=name, labels={HASH_LABEL: name}, data=data, revision=number)


def created(sync: Sync) -> list[str]:
    return [write.node for write in sync.writes if isinstance(write, CreatePod)]


def deleted(sync: Sync) -> list[str]:
    return [write.pod.name for write in sync.writes if isinstance(write, DeletePod)]


def in_all(outcomes: list[Sync], of: Callable[[Sync], list[str]]) -> list[str]:
    """What every outcome has, sorted."""
    return sorted(set.intersection(*(set(of(outcome)) for outcome in outcomes)))


def in_some(outcomes: list[Sync], of: Callable[[Sync], list[str]]) -> list[str]:
    """What some outcomes have, but not all, sorted."""
    return sorted(set.union(*(set(of(outcome)) for outcome in outcomes)) - set(in_all(outcomes, of)))


@adapter("daemonset_rolling_update")
def rolling_update(given: Case, expected: Case) -> Case:
    nodes = list(enumerate(given["nodes"]))
    # Kubernetes' test, which the cases are from, lets the sync see what it has just created and deleted.
    outcomes = syncs(
        DaemonSet(uid="self", max_unavailable=given["max_unavailable"], max_surge=given["max_surge"]),
        [Node(name=str(index), taints=PLACEMENTS["run" if each["eligible"] else "none"]) for index, each in nodes],
        [
            pod(f"{index}-{name}", str(index), name, ready=PODS[each[f"{name}_pod"]])
            for index, each in nodes
            for name in (OLD, NEW)
            if each[f"{name}_pod"]
        ],
        Settings(sees_own_writes=True),
    )
    counts = {(len(created(outcome)), len(deleted(outcome))) for outcome in outcomes}
    ((creates, deletes),) = counts
    return {"creates": creates, "deletes": deletes}


def pod(name: str, node: str, revision: str, *, ready: bool, **fields: Any) -> Pod:
    labels = {HASH_LABEL: revision}
    defaults: dict[str, Any] = {"phase": PodPhase.RUNNING, "created": NOW}
    return Pod(name=name, controller="self", node=node, labels=labels, ready=ready, **(defaults | fields))


def pod_of_case(given: Case, node: str) -> Pod:
    ready_for = given["ready_for_s"]
    return pod(
        given["name"],
        node,
        given["revision"],
        ready=ready_for is not None,
        ready_since=None if ready_for is None else NOW - ready_for,
        phase=PodPhase(given["phase"]),
        created=NOW - given["age_s"],
        deleting=given["deleting"],
    )


@adapter("daemonset_sync")
def one_sync(given: Case, expected: Case) -> Case:
    daemon_set = DaemonSet(
        uid="self",
        update_strategy=DaemonSetUpdateStrategy(given["update_strategy"]),
        max_unavailable=given["max_unavailable"],
        max_surge=given["max_surge"],
        min_ready_seconds=given["min_ready_seconds"],
    )
    outcomes = syncs(
        daemon_set,
        [Node(name=each["name"], taints=PLACEMENTS[each["placement"]]) for each in given["nodes"]],
        [pod_of_case(one, each["name"]) for each in given["nodes"] for one in each["pods"]],
    )
    ((creates, deletes, status),) = {
        (len(created(outcome)), len(deleted(outcome)), status_after(outcome)) for outcome in outcomes
    }
    return {
        "creates": creates,
        "deletes": deletes,
        "created_on": in_all(outcomes, created),
        "created_choice": in_some(outcomes, created),
        "deleted": in_all(outcomes, deleted),
        "deleted_choice": in_some(outcomes, deleted),
        "status": msgspec.to_builtins(status),
    }


class StatusOfCase(msgspec.Struct, frozen=True):
    """The status under the names that the cases use."""

    desired: int
    current: int
    misscheduled: int
    ready: int
    updated: int
    available: int
    unavailable: int


def status_after(outcome: Sync) -> StatusOfCase:
    (status,) = (write.status for write in outcome.writes if isinstance(write, UpdateStatus))
    return StatusOfCase(
        desired=status.desired_number_scheduled,
        current=status.current_number_scheduled,
        misscheduled=status.number_misscheduled,
        ready=status.number_ready,
        updated=status.updated_number_scheduled,
        available=status.number_available,
        unavailable=status.number_unavailable,
    )
