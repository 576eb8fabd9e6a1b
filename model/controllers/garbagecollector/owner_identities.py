"""Owners that are known only by what others say about them, and may be known wrongly.

Source: pkg/controller/garbagecollector/graph_builder.go
"""

from collections.abc import Iterable

from model.api.owner_references import OwnerReference
from model.controllers.garbagecollector.graph import Identity, Node, identity_by_reference, same_coordinates


def refers_correctly(dependent: Node, owner: Identity) -> bool:
    """Whether a reference of the dependent names the owner as it is, and can reach it.

    Source: pkg/controller/garbagecollector/graph_builder.go (partitionDependents)
    """
    return _can_reach(dependent, owner) and any(same_coordinates(each, owner) for each in dependent.owners)


def refers_wrongly(dependent: Node, owner: Identity) -> bool:
    """Whether a reference of the dependent has the owner's uid, but another kind, name or namespace.

    An object with several references to one uid can refer to it both correctly and wrongly.
    Source: pkg/controller/garbagecollector/graph_builder.go (partitionDependents)
    """
    return not _can_reach(dependent, owner) or any(
        each.uid == owner.uid and not same_coordinates(each, owner) for each in dependent.owners
    )


def _can_reach(dependent: Node, owner: Identity) -> bool:
    """An owner is in the dependent's namespace, or in none."""
    return owner.namespace in ("", dependent.identity.namespace)


def may_be_wrong(reference: OwnerReference, dependent: Identity, owner: Node) -> bool:
    """Whether the new reference of `dependent` disagrees with what the graph knows of the owner.

    Source: pkg/controller/garbagecollector/graph_builder.go (addDependentToOwners)
    """
    known = owner.identity
    if known.namespace and known.namespace != dependent.namespace:
        return True
    if not same_coordinates(reference, known):
        return True
    return owner.virtual and known.namespace != dependent.namespace


def alternate_identity(dependents: Iterable[Node], absent: Identity) -> Identity | None:
    """Another object that the dependents may mean by the uid, after `absent` has turned out not to exist.

    The one that follows it in order, else the first; None if they all mean `absent`.
    Source: pkg/controller/garbagecollector/graph_builder.go (getAlternateOwnerIdentity)
    """
    candidates = sorted(
        {
            _order(identity): identity
            for dependent in dependents
            for reference in dependent.owners
            if reference.uid == absent.uid and not _means(reference, dependent, absent)
            for identity in (_alternative(reference, dependent, absent),)
            if identity != absent
        }.items()
    )
    following = [identity for order, identity in candidates if order > _order(absent)]
    return next(iter(following), None) or next((identity for _, identity in candidates), None)


def _means(reference: OwnerReference, dependent: Node, absent: Identity) -> bool:
    return same_coordinates(reference, absent) and _can_reach(dependent, absent)


def _alternative(reference: OwnerReference, dependent: Node, absent: Identity) -> Identity:
    """What the reference says, in the dependent's namespace, unless the kind is known to be cluster-scoped."""
    cluster_scoped = not absent.namespace and reference.kind == absent.kind
    return identity_by_reference(reference, "" if cluster_scoped else dependent.identity.namespace)


def _order(identity: Identity) -> tuple[str, str, str, str]:
    """Source: pkg/controller/garbagecollector/graph_builder.go (referenceLessThan)."""
    return identity.kind, identity.namespace, identity.name, identity.uid
