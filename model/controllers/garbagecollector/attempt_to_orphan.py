"""Orphaning: an object that is being deleted leaves its dependents behind.

Source: pkg/controller/garbagecollector/garbagecollector.go
"""

from model.api.object_meta import ORPHAN_FINALIZER, ObjectMeta
from model.controllers.garbagecollector.graph import Identity, Node
from model.controllers.garbagecollector.writes import RemoveFinalizer, RemoveOwnerReferences, remove_finalizer


def orphan_dependents(owner: Node, dependents: tuple[Node, ...]) -> tuple[RemoveOwnerReferences, ...]:
    """The patches that take the owner's references off those dependents that the graph knows now, all at once.

    One that the graph does not know yet keeps a reference to nothing, and is collected later. That a dependent is
    gone is no failure; after any other, all of this is tried again, and the finalizer stays.

    Source: pkg/controller/garbagecollector/garbagecollector.go (orphanDependents)
    """
    return tuple(RemoveOwnerReferences(each.identity, (owner.identity.uid,)) for each in dependents)


def finish_orphaning(owner: Identity, live: ObjectMeta | None) -> RemoveFinalizer | None:
    """The patch that lets the owner go, after its dependents have been orphaned; None if it is gone already.

    Source: pkg/controller/garbagecollector/garbagecollector.go (attemptToOrphanWorker)
    """
    return remove_finalizer(owner, live, ORPHAN_FINALIZER)
