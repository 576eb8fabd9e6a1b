"""Deployments, ReplicaSets and the controller manager in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, count, replica_set_name
from model.cluster import Cluster, answers, pod_template
from model.rows.deployment import Deployment
from model.rows.node import Node
from model.rows.pod import Pod
from model.rows.replica_set import ReplicaSet
from properties.eventually_stable import active_pods
from properties.never_refused import refusing_nodes
from properties.paused_rollout import rollouts_that_went_on
from properties.recreate import deployments_of_two_revisions, deployments_running_two_revisions
from properties.replica_set_size import overfilled_replica_sets
from properties.rollout_progress import deployments_without_history, replica_sets_moved_back

ACTORS: Mapping[str, str] = {
    "progress_deadline": "progress deadline",
    "expectations": "ReplicaSet controller's expectations",
    "controller_manager": "controller manager",
}
"""Who acts, by the first words of an action's name."""

States = Sequence[Cluster]


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """What a Deployment's status says, and what the ReplicaSet controller remembers of its own writes."""
    for slot, deployment in state.deployments.items():
        status = deployment.status
        if status is not None:
            pods = f"{status.updated_replicas} updated and {status.available_replicas} available of {status.replicas}"
            reason = "none" if status.progressing is None else status.progressing.value
            overdue = " (overdue)" if status.overdue else ""
            name = state.constants.deployments[slot].name
            yield ("Deployment's status", name), (pods, f"Progressing: {reason}{overdue}")
    if state.constants.caches.replica_set_pods:
        for slot, replica_set in state.replica_sets.items():
            waits = "waits to see its own writes" if replica_set.expects else "waits for nothing"
            too_old = ("knows that its cache is too old",) if replica_set.unseen_writes else ()
            yield ("ReplicaSet controller's memory of", replica_set_name(state, slot)), (waits, *too_old)


def _refuses(states: States, node: Node, names: Names) -> str:
    state = states[-1]
    name = names.object(state, "node", _slot(state.nodes.items(), node))
    answering = [
        f"{names.pod(slot)}{'' if pod.ready else ' (not Ready)'}"
        for slot, pod in state.pods.items()
        if pod_template(state, pod).selected and answers(state, pod)
    ]
    return f"kube-proxy {name} rejects requests to {state.constants.service}, which {', '.join(answering)} would answer"


def _went_on(states: States, deployment: Deployment, names: Names) -> str:
    before, after = states[-2:]
    slot = _slot(before.deployments.items(), deployment)
    changes = [
        f"{replica_set_name(after, at)} {_size(before.replica_sets[at])} → {count(row.replicas, 'replica')}"
        for at, row in after.replica_sets.items()
        if row.deployment == slot and _size(before.replica_sets[at]) != count(row.replicas, "replica")
    ]
    return f"Deployment {names.object(after, 'deployment', slot)} is paused, and yet: {', '.join(changes)}"


def _size(replica_set: ReplicaSet | None) -> str:
    return "not there" if replica_set is None else count(replica_set.replicas, "replica")


def _moved_back(states: States, replica_set: ReplicaSet, _: Names) -> str:
    before, after = states[-2:]
    slot = _slot(before.replica_sets.items(), replica_set)
    written, deployment = after.replica_sets[slot], after.deployments[replica_set.deployment]
    new = deployment is not None and deployment.template == replica_set.template
    change = f"{count(replica_set.replicas, 'replica')} → {_size(written)}"
    return f"ReplicaSet {replica_set_name(before, slot)}, {'the new one' if new else 'an old one'}: {change}"


def _overfilled(states: States, replica_set: ReplicaSet, _: Names) -> str:
    before, after = states[-2:]
    slot = _slot(before.replica_sets.items(), replica_set)
    pods = f"{active_pods(before, slot)} → {count(active_pods(after, slot), 'Pod')}"
    wanted = count(replica_set.replicas, "replica")
    shown = sum(1 for pod in before.pods if pod.replica_set == slot and pod.observed is not None)
    known = f"; its controller's cache showed {shown}" if before.constants.caches.replica_set_pods else ""
    return f"ReplicaSet {replica_set_name(before, slot)} wants {wanted}: {pods}{known}"


def _two_revisions(states: States, deployment: Deployment, names: Names) -> str:
    state = states[-1]
    slot = _slot(state.deployments.items(), deployment)
    there = [f"{names.pod(at)} ({_said(pod)})" for at, pod in state.pods.items() if pod.exists and not pod.terminal]
    return f"Deployment {names.object(state, 'deployment', slot)} has Pods of two revisions: {', '.join(there)}"


def _said(pod: Pod) -> str:
    return "terminating" if pod.deleting else pod.phase.value


def _no_way_back(states: States, deployment: Deployment, names: Names) -> str:
    state = states[-1]
    slot = _slot(state.deployments.items(), deployment)
    revisions = state.constants.deployments[slot].revisions
    before = state.constants.templates[revisions[revisions.index(deployment.template) - 1]].name
    limit = state.constants.deployments[slot].revision_history_limit
    gone = f"its ReplicaSet is gone (revisionHistoryLimit {limit})"
    return f"Deployment {names.object(state, 'deployment', slot)} cannot be rolled back to {before}: {gone}"


def _slot(items: Iterator[tuple[int, Any]], row: Any) -> int:
    return next(slot for slot, other in items if other is row)


REASONS: Mapping[str, Callable[[States, Any, Names], str]] = {
    refusing_nodes.name: _refuses,
    rollouts_that_went_on.name: _went_on,
    replica_sets_moved_back.name: _moved_back,
    overfilled_replica_sets.name: _overfilled,
    deployments_of_two_revisions.name: _two_revisions,
    deployments_running_two_revisions.name: _two_revisions,
    deployments_without_history.name: _no_way_back,
}
"""Promise -> says why one offender offends, at the end of these states."""
