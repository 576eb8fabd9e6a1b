"""One attempt to delete an object of the graph: it goes if none of its owners is there to stay.

Source: pkg/controller/garbagecollector/garbagecollector.go
"""

import msgspec

from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER, ObjectMeta
from model.control_plane.apiserver.deletion import DeleteOptions, PropagationPolicy
from model.controllers.garbagecollector.absent_owners import AbsentOwners
from model.controllers.garbagecollector.graph import Graph, Identity, Node, blocking_dependents, dependents_of
from model.controllers.garbagecollector.references import Classified, LiveOwner, Namespaced, Unclassified, classify
from model.controllers.garbagecollector.writes import (
    DeleteObject,
    RemoveOwnerReferences,
    UnblockOwnerReferences,
    Write,
    remove_finalizer,
)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt comes to."""

    writes: tuple[Write, ...] = ()
    """In order. The first that is refused ends the attempt, and it is made again, at a limited rate.

    A DELETE that is answered with NotFound is as if the object had not been there (see `gone`).
    """
    to_delete: tuple[str, ...] = ()
    """uids of objects for which a deletion is attempted."""
    absent: AbsentOwners = ()
    """The owners that are known not to exist."""
    gone: Identity | None = None
    """The API server has no such object: an event for the graph builder (`object_found_absent`)."""
    again: bool = False
    """The attempt is made again, at a limited rate."""


def attempt_to_delete(
    graph: Graph,
    uid: str,
    latest: ObjectMeta | None,
    live_owner: LiveOwner,
    *,
    absent: AbsentOwners = (),
    namespaced: Namespaced = lambda _: True,
) -> Attempt:
    """One attempt for the object `uid`; `latest` is a live read of the object with its kind, namespace and name.

    Source: pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteWorker, attemptToDeleteItem)
    """
    node = graph.get(uid)
    if node is None:
        return Attempt(absent=absent)
    # One that nobody has seen yet is asked for until it is seen or known not to exist.
    finished = Attempt(absent=absent, again=node.virtual)
    if node.being_deleted and not node.deleting_dependents:
        return finished
    scope = namespaced(node.identity.kind)
    if scope is None or (scope and not node.identity.namespace):
        return Attempt(absent=absent, again=scope is None)
    if latest is None or latest.uid != uid:
        return Attempt(absent=absent, gone=node.identity)
    if node.deleting_dependents:
        return msgspec.structs.replace(_deleting_dependents(graph, node, latest), absent=absent, again=node.virtual)
    if not latest.owners:
        return finished
    owners = classify(node.identity, latest.owners, live_owner, absent, namespaced)
    if owners.error is not None:
        return Attempt(absent=owners.absent, again=owners.error is Unclassified.UNKNOWN_KIND)
    writes = _collect(graph, node, latest, owners)
    return Attempt(writes=writes, absent=owners.absent, again=node.virtual)


def _collect(graph: Graph, node: Node, latest: ObjectMeta, owners: Classified) -> tuple[Write, ...]:
    """The writes for an object with these owners.

    Source: pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem)
    """
    if owners.solid:
        gone = tuple(owner.uid for owner in owners.dangling + owners.waiting)
        return (RemoveOwnerReferences(node.identity, gone),) if gone else ()
    if owners.waiting and node.dependents:
        deletion = _delete(node, latest, PropagationPolicy.FOREGROUND)
        return (*_unblocked(graph, node), deletion)
    return (_delete(node, latest, _policy(latest)),)


def _unblocked(graph: Graph, node: Node) -> tuple[Write, ...]:
    """Nothing, unless the object may own itself in a circle: then it must not hold up its owners.

    The DELETE that follows meets a conflict if this changes anything, and the attempt is made again.
    Source: pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem)
    """
    if not any(dependent.deleting_dependents for dependent in dependents_of(graph, node)):
        return ()
    blocking = tuple(owner for owner in node.owners if owner.block_owner_deletion)
    return (UnblockOwnerReferences(node.identity, blocking),)


def _policy(latest: ObjectMeta) -> PropagationPolicy:
    """What becomes of the dependents: what the object's finalizers say already, else they go in their turn."""
    if ORPHAN_FINALIZER in latest.finalizers:
        return PropagationPolicy.ORPHAN
    if FOREGROUND_FINALIZER in latest.finalizers:
        return PropagationPolicy.FOREGROUND
    return PropagationPolicy.BACKGROUND


def _delete(node: Node, latest: ObjectMeta, policy: PropagationPolicy) -> DeleteObject:
    options = DeleteOptions(uid=node.identity.uid, resource_version=latest.resource_version, propagation_policy=policy)
    return DeleteObject(node.identity, options, latest.owners)


def _deleting_dependents(graph: Graph, node: Node, latest: ObjectMeta) -> Attempt:
    """The object waits for its blocking dependents: they are attempted; if there is none, it waits no more.

    Source: pkg/controller/garbagecollector/garbagecollector.go (processDeletingDependentsItem)
    """
    blocking = blocking_dependents(graph, node)
    if blocking:
        attempted = (each.identity.uid for each in blocking if not each.deleting_dependents)
        return Attempt(to_delete=tuple(attempted))
    removal = remove_finalizer(node.identity, latest, FOREGROUND_FINALIZER)
    return Attempt(writes=() if removal is None else (removal,))
