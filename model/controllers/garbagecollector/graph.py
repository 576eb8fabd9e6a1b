"""What the garbage collector knows of who owns whom. It may be behind the API server.

Source: pkg/controller/garbagecollector/graph.go
"""

from collections.abc import Mapping

import msgspec

from model.api.object_meta import ObjectMeta
from model.api.owner_references import OwnerReference


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """An object, as references to it say. The uid alone tells objects apart; the rest can be wrong."""

    kind: str
    namespace: str = ""
    """Empty for cluster-scoped objects."""
    name: str
    uid: str


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An object in the graph."""

    identity: Identity
    owners: tuple[OwnerReference, ...] = ()
    dependents: tuple[str, ...] = ()
    """uids of the objects that have a reference to this one."""
    virtual: bool = False
    """Others refer to the object, but the garbage collector has not seen it itself."""
    being_deleted: bool = False
    deleting_dependents: bool = False
    """The object is being deleted in the foreground: it waits for its dependents."""


Graph = Mapping[str, Node]
"""Nodes by uid."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How an object's owner references have changed, by uid."""

    added: tuple[OwnerReference, ...] = ()
    removed: tuple[OwnerReference, ...] = ()
    changed: tuple[tuple[OwnerReference, OwnerReference], ...] = ()
    """Before and after."""


def identity_of(meta: ObjectMeta) -> Identity:
    """The identity that the object itself gives."""
    return Identity(kind=meta.kind, namespace=meta.namespace, name=meta.name, uid=meta.uid)


def identity_by_reference(reference: OwnerReference, namespace: str) -> Identity:
    """The identity that an owner reference gives, in an object of that namespace."""
    return Identity(kind=reference.kind, namespace=namespace, name=reference.name, uid=reference.uid)


def same_coordinates(reference: OwnerReference, identity: Identity) -> bool:
    """Whether the reference means that object: uid, kind and name agree.

    Source: pkg/controller/garbagecollector/graph.go (ownerReferenceMatchesCoordinates)
    """
    return (reference.uid, reference.kind, reference.name) == (identity.uid, identity.kind, identity.name)


def dependents_of(graph: Graph, node: Node) -> tuple[Node, ...]:
    """The objects that have a reference to this one, as far as the graph knows."""
    return tuple(graph[uid] for uid in node.dependents if uid in graph)


def blocking_dependents(graph: Graph, node: Node) -> tuple[Node, ...]:
    """The dependents that hold up a deletion in the foreground: their reference says blockOwnerDeletion.

    Source: pkg/controller/garbagecollector/graph.go (blockingDependents)
    """
    uid = node.identity.uid
    return tuple(
        dependent
        for dependent in dependents_of(graph, node)
        if any(owner.uid == uid and owner.block_owner_deletion for owner in dependent.owners)
    )


def owner_difference(before: tuple[OwnerReference, ...], after: tuple[OwnerReference, ...]) -> Difference:
    """How the owner references have changed.

    Source: pkg/controller/garbagecollector/graph_builder.go (referencesDiffs)
    """
    old = {owner.uid: owner for owner in before}
    new = {owner.uid for owner in after}
    return Difference(
        added=tuple(owner for owner in after if owner.uid not in old),
        removed=tuple(owner for uid, owner in old.items() if uid not in new),
        changed=tuple((old[owner.uid], owner) for owner in after if owner.uid in old and old[owner.uid] != owner),
    )


def with_dependent(graph: Graph, owner: Node, dependent: str) -> Graph:
    """The graph in which `dependent` (a uid) is among the owner's dependents."""
    others = tuple(uid for uid in owner.dependents if uid != dependent)
    return {**graph, owner.identity.uid: msgspec.structs.replace(owner, dependents=(*others, dependent))}


def without_dependent(graph: Graph, dependent: str, owners: tuple[OwnerReference, ...]) -> Graph:
    """The graph in which `dependent` (a uid) is among none of these owners' dependents.

    Source: pkg/controller/garbagecollector/graph_builder.go (removeDependentFromOwners)
    """
    for reference in owners:
        owner = graph.get(reference.uid)
        if owner is not None:
            left = tuple(uid for uid in owner.dependents if uid != dependent)
            graph = {**graph, reference.uid: msgspec.structs.replace(owner, dependents=left)}
    return graph
