"""The garbage collector as transitions of the cluster: Deployments, ReplicaSets and Pods.

An attempt reads owners from the API server, so that its graph being late looks like a late attempt. What it writes in
one attempt is one step: an object without its reference, or without its finalizer, is seen a moment later.

Left out: a dependent that the graph does not know yet when its owner is orphaned (nobody creates one here once the
Deployment is being deleted), dependents of other kinds.

Source: pkg/controller/garbagecollector/garbagecollector.go
"""

from collections.abc import Iterator

from msgspec.structs import replace

from model.api.object_meta import ObjectMeta
from model.cluster import Cluster
from model.control_plane.apiserver.deletion import Deletion, delete, removed_by_update
from model.control_plane.apiserver.deletion_strategies import Strategy
from model.control_plane.pod_requests import deleted
from model.controllers.garbagecollector.attempt_to_delete import attempt_to_delete
from model.controllers.garbagecollector.attempt_to_orphan import finish_orphaning, orphan_dependents
from model.controllers.garbagecollector.graph import dependents_of
from model.controllers.garbagecollector.objects import (
    POD,
    deployment_meta,
    graph_of_deployment,
    graph_of_pod,
    graph_of_replica_set,
    has_replica_sets,
    live_owner,
    pod_meta,
    replica_set_meta,
)
from model.controllers.garbagecollector.writes import DeleteObject, RemoveFinalizer, Write
from model.parts import Part, component
from model.rows.deletion import WaitsTo
from model.rows.deployment import Deployment
from model.rows.replica_set import ReplicaSet
from model.rows.slots import DeploymentSlot, PodSlot, ReplicaSetSlot


def garbage_collector_deletes_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The garbage collector deletes a Pod whose owner is gone, or waits for it to go."""
    dependent = state.pods[pod]
    if dependent is None or not dependent.exists or dependent.deleting or dependent.replica_set is None:
        return
    graph, meta = graph_of_pod(state, dependent.replica_set), pod_meta(dependent.replica_set)
    attempt = attempt_to_delete(graph, POD, meta, lambda reference: live_owner(state, reference))
    if any(isinstance(write, DeleteObject) for write in attempt.writes):
        yield deleted(state, pod)


def garbage_collector_deletes_replica_set(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The garbage collector deletes a ReplicaSet whose owner is gone or waits for it, or lets go one that has waited.

    It has waited for its own Pods.
    """
    row, meta = state.replica_sets[replica_set], replica_set_meta(state, replica_set)
    if row is None or meta is None:
        return
    graph = graph_of_replica_set(state, replica_set)
    attempt = attempt_to_delete(graph, meta.uid, meta, lambda reference: live_owner(state, reference))
    for write in attempt.writes:
        yield _written(state, row, meta, write)


def garbage_collector_lets_deployment_go(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The garbage collector takes the finalizer off a Deployment whose dependents are gone, or have been orphaned."""
    row, meta = state.deployments[deployment], deployment_meta(state, deployment)
    if row is None or meta is None or row.deleting is None or has_replica_sets(state, deployment):
        return
    graph = graph_of_deployment(state, deployment)
    if row.deleting is WaitsTo.ORPHAN_DEPENDENTS:
        finish = finish_orphaning(graph[meta.uid].identity, meta)
        writes: tuple[Write, ...] = () if finish is None else (finish,)
    else:
        writes = attempt_to_delete(graph, meta.uid, meta, lambda reference: live_owner(state, reference)).writes
    for write in writes:
        yield _written(state, row, meta, write)


def garbage_collector_orphans_replica_sets(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The garbage collector takes the owner reference off the ReplicaSets that a Deployment leaves behind."""
    row, meta = state.deployments[deployment], deployment_meta(state, deployment)
    if row is None or meta is None or row.deleting is not WaitsTo.ORPHAN_DEPENDENTS:
        return
    graph = graph_of_deployment(state, deployment)
    owner = graph[meta.uid]
    patched = {write.item.name for write in orphan_dependents(owner, dependents_of(graph, owner))}
    after = state
    for slot, replica_set in state.replica_sets.items():
        named = replica_set_meta(state, slot)
        if named is not None and named.name in patched:
            after = after.update(replica_set, owned=False)
    if after is not state:
        yield after


def stored(state: Cluster, row: Deployment | ReplicaSet, deletion: Deletion) -> Cluster:
    """The state after the API server has done what a DELETE comes to."""
    if deletion.removed:
        return state.delete(row)
    if deletion.stored is None:
        return state
    return state.update(row, deleting=_waits(deletion.stored.finalizers))


def _written(state: Cluster, row: Deployment | ReplicaSet, meta: ObjectMeta, write: Write) -> Cluster:
    """The state after one write of the garbage collector, which nobody has come before."""
    match write:
        case DeleteObject(options=options):
            return stored(state, row, delete(meta, options, Strategy(), 0))
        case RemoveFinalizer(finalizers=finalizers):
            after = replace(meta, finalizers=finalizers)
            return state.delete(row) if removed_by_update(meta, after) else state
        case _:
            return state.update(row, owned=False)


def _waits(finalizers: tuple[str, ...]) -> WaitsTo | None:
    return next((waits for waits in WaitsTo if waits.value in finalizers), None)


def _something_is_deleted(state: Cluster) -> bool:
    """A user may delete an owner."""
    return state.background_deletions + state.foreground_deletions + state.orphaning_deletions > 0


PARTS: tuple[Part, ...] = component(
    _something_is_deleted,
    garbage_collector_deletes_pod,
    garbage_collector_deletes_replica_set,
    garbage_collector_lets_deployment_go,
    garbage_collector_orphans_replica_sets,
)
