"""How the garbage collector's graph follows events, and what it sets off.

Events are processed one at a time. What is queued is a uid.

Source: pkg/controller/garbagecollector/graph_builder.go (processGraphChanges)
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from model.api.object_meta import (
    FOREGROUND_FINALIZER,
    ORPHAN_FINALIZER,
    ObjectMeta,
    being_deleted,
    waits_for_dependents,
)
from model.api.owner_references import OwnerReference
from model.controllers.garbagecollector.graph import (
    Difference,
    Graph,
    Identity,
    Node,
    dependents_of,
    identity_by_reference,
    identity_of,
    owner_difference,
    with_dependent,
    without_dependent,
)
from model.controllers.garbagecollector.owner_identities import (
    alternate_identity,
    may_be_wrong,
    refers_correctly,
    refers_wrongly,
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an event comes to."""

    graph: Graph
    to_delete: tuple[str, ...] = ()
    """Objects for which a deletion is attempted."""
    to_orphan: tuple[str, ...] = ()
    """Objects whose dependents are orphaned."""
    absent: Identity | None = None
    """An owner that does not exist, to be remembered."""
    to_delete_later: tuple[str, ...] = ()
    """As `to_delete`, at a limited rate."""


def object_observed(graph: Graph, before: ObjectMeta | None, after: ObjectMeta) -> Change:
    """An object is there, or has changed. `before` is what the informer knew of it, None if nothing.

    Source: pkg/controller/garbagecollector/graph_builder.go (processGraphChanges)
    """
    node = graph.get(after.uid)
    if node is None:
        return _inserted(graph, before, after)
    suspects: tuple[str, ...] = ()
    if node.virtual:
        # Dependents that took it for something else may have no owner at all.
        suspects = _uids(each for each in dependents_of(graph, node) if refers_wrongly(each, identity_of(after)))
        suspects = suspects if node.identity != identity_of(after) else ()
        graph = {**graph, after.uid: replace(node, identity=identity_of(after), virtual=False)}
    updated = _updated(graph, before, after)
    return replace(updated, to_delete=suspects + updated.to_delete)


def _inserted(graph: Graph, before: ObjectMeta | None, after: ObjectMeta) -> Change:
    node = Node(
        identity=identity_of(after),
        owners=after.owners,
        being_deleted=being_deleted(after),
        deleting_dependents=waits_for_dependents(after),
    )
    graph = {**graph, after.uid: node}
    graph, suspects = _with_owners(graph, node.identity, after.owners)
    return _transitions(graph, before, after, suspects)


def _updated(graph: Graph, before: ObjectMeta | None, after: ObjectMeta) -> Change:
    node = graph[after.uid]
    difference = owner_difference(node.owners, after.owners)
    unblocked = _unblocked(graph, difference)
    deleted = node.being_deleted or being_deleted(after)
    graph = {**graph, after.uid: replace(node, owners=after.owners, being_deleted=deleted)}
    graph, suspects = _with_owners(graph, node.identity, difference.added)
    graph = without_dependent(graph, after.uid, difference.removed)
    return _transitions(graph, before, after, unblocked + suspects)


def _with_owners(graph: Graph, dependent: Identity, owners: Iterable[OwnerReference]) -> tuple[Graph, tuple[str, ...]]:
    """The dependent is noted at its owners. One that is not known yet is made up, and looked for.

    Source: pkg/controller/garbagecollector/graph_builder.go (addDependentToOwners)
    """
    unknown: list[str] = []
    suspicious = False
    for reference in owners:
        owner = graph.get(reference.uid)
        if owner is None:
            owner = Node(identity=identity_by_reference(reference, dependent.namespace), virtual=True)
            unknown.append(reference.uid)
        else:
            suspicious = suspicious or may_be_wrong(reference, dependent, owner)
        graph = with_dependent(graph, owner, dependent.uid)
    return graph, (*unknown, *((dependent.uid,) if suspicious else ()))


def _unblocked(graph: Graph, difference: Difference) -> tuple[str, ...]:
    """Owners for which this object no longer holds up a deletion in the foreground.

    Source: pkg/controller/garbagecollector/graph_builder.go (addUnblockedOwnersToDeleteQueue)
    """
    removed = [owner.uid for owner in difference.removed if owner.block_owner_deletion]
    changed = [
        after.uid
        for before, after in difference.changed
        if before.block_owner_deletion and not after.block_owner_deletion
    ]
    return tuple(uid for uid in removed + changed if uid in graph)


def _transitions(graph: Graph, before: ObjectMeta | None, after: ObjectMeta, to_delete: tuple[str, ...]) -> Change:
    """What is to happen because a deletion begins that orphans dependents, or waits for them.

    Source: pkg/controller/garbagecollector/graph_builder.go (processTransitions)
    """
    if _deletion_starts_with(before, after, ORPHAN_FINALIZER):
        return Change(graph=graph, to_delete=to_delete, to_orphan=(after.uid,))
    if _deletion_starts_with(before, after, FOREGROUND_FINALIZER):
        node = replace(graph[after.uid], deleting_dependents=True)
        graph = {**graph, after.uid: node}
        return Change(graph=graph, to_delete=(*to_delete, *node.dependents, after.uid))
    return Change(graph=graph, to_delete=to_delete)


def _deletion_starts_with(before: ObjectMeta | None, after: ObjectMeta, finalizer: str) -> bool:
    """Source: pkg/controller/garbagecollector/graph_builder.go (deletionStartsWithFinalizer)."""

    def waits(meta: ObjectMeta) -> bool:
        return being_deleted(meta) and finalizer in meta.finalizers

    return waits(after) and (before is None or not waits(before))


def object_gone(graph: Graph, identity: Identity) -> Change:
    """An informer shows that the object is gone: its dependents may go, its owners may wait for it no more.

    Source: pkg/controller/garbagecollector/graph_builder.go (processGraphChanges, removeNode)
    """
    uid = identity.uid
    node = graph.get(uid)
    if node is None:
        return Change(graph=graph)
    left = without_dependent({each: other for each, other in graph.items() if each != uid}, uid, node.owners)
    waiting = [owner.uid for owner in node.owners if owner.uid in left and left[owner.uid].deleting_dependents]
    absent = identity if node.dependents else None
    return Change(graph=left, to_delete=(*node.dependents, *waiting), absent=absent)


def object_found_absent(graph: Graph, identity: Identity) -> Change:
    """The API server has no such object (a virtual delete event). Those that mean another by this uid keep theirs.

    Source: pkg/controller/garbagecollector/graph_builder.go (processGraphChanges)
    """
    node = graph.get(identity.uid)
    if node is None:
        return Change(graph=graph)
    dependents = dependents_of(graph, node)
    others = tuple(each for each in dependents if refers_wrongly(each, identity))
    agreed = not others if node.virtual else node.identity == identity
    if agreed:
        return object_gone(graph, identity)
    matching = _uids(each for each in dependents if refers_correctly(each, identity))
    change = Change(graph=graph, to_delete=matching, absent=identity if matching else None)
    alternate = alternate_identity(others, identity) if node.virtual and node.identity == identity else None
    if alternate is None:
        return change
    renamed = {**graph, identity.uid: replace(node, identity=alternate)}
    return replace(change, graph=renamed, to_delete_later=(identity.uid,))


def _uids(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.identity.uid for node in nodes)
