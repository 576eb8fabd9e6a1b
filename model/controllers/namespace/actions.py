"""The namespace controller as a transition of the cluster: what a sync deletes, and when it lets the namespace go.

Each sync reads everything live. Its DELETECOLLECTIONs are one step: each is a DELETE for every object, and what comes
in between can only be the end of some of them. Services and EndpointSlices, which nothing creates again, are left out.

Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go
"""

from collections.abc import Iterator

from model.api import objects
from model.api.namespaces import Namespace, NamespacePhase
from model.api.object_meta import ObjectMeta
from model.cluster import Cluster
from model.control_plane.pod_requests import deleted
from model.controllers.namespace.content import PODS, Collection
from model.controllers.namespace.sync import DeleteCollection, FinalizeNamespace, sync
from model.parts import Part, component

_SOME_TIME = 30
"""Seconds: Pods have some, and nothing here depends on how many."""
_RESOURCES = (PODS, "deployments", "replica_sets")


def namespace_controller_syncs(state: Cluster) -> Iterator[Cluster]:
    """The namespace controller deletes what is in a namespace that is to go: Pods first, then all else, then itself."""
    if state.namespace is not NamespacePhase.TERMINATING:
        return
    namespace = Namespace(
        meta=ObjectMeta(kind="Namespace", name="namespace", deletion_timestamp=0), phase=state.namespace
    )
    after = state
    for write in sync(namespace, _RESOURCES, lambda resource: _left(state, resource), _pods(state), 1).writes:
        match write:
            case DeleteCollection(resource=resource):
                after = _without(after, resource)
            case FinalizeNamespace(finalizers=()):
                after = after.set(namespace=None)
    if after is not state:
        yield after


def _left(state: Cluster, resource: str) -> Collection:
    """What is still there after a DELETECOLLECTION: Pods have a grace period, other kinds are gone."""
    if resource != PODS:
        return Collection()
    return Collection(remaining=tuple(ObjectMeta(kind="Pod") for _ in _pods(_without(state, PODS))))


def _without(state: Cluster, resource: str) -> Cluster:
    after = state
    if resource == PODS:
        for slot in [slot for slot, pod in state.pods.items() if pod.exists]:
            after = deleted(after, slot)
        return after
    for row in getattr(state, resource):
        after = after.delete(row)
    return after


def _pods(state: Cluster) -> tuple[objects.Pod, ...]:
    return tuple(
        objects.Pod(phase=pod.phase, termination_grace_period_seconds=_SOME_TIME) for pod in state.pods if pod.exists
    )


PARTS: tuple[Part, ...] = component(lambda state: state.namespace_deletions > 0, namespace_controller_syncs)
