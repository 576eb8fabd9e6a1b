"""Deletions in an operator's words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubeproof.naming import Names, replica_set_name
from model.api.namespaces import NamespacePhase
from model.cluster import Cluster
from model.rows.deletion import WaitsTo
from properties.deletion import collected_despite_their_owner, created_in_a_closed_namespace

_WAITS = {
    WaitsTo.DELETE_DEPENDENTS: "waits for its dependents to go",
    WaitsTo.ORPHAN_DEPENDENTS: "waits to be parted from its dependents",
}
ACTORS = {"garbage_collector": "garbage collector", "namespace_controller": "namespace controller"}


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """What is being deleted, and what has lost its owner."""
    if state.namespace is not NamespacePhase.ACTIVE:
        yield ("Namespace", ""), ("gone" if state.namespace is None else state.namespace.value,)
    for slot, deployment in state.deployments.items():
        if deployment.deleting is not None:
            yield ("Deletion of Deployment", state.constants.deployments[slot].name), (_WAITS[deployment.deleting],)
    for slot, replica_set in state.replica_sets.items():
        name = replica_set_name(state, slot)
        if replica_set.deleting is not None:
            yield ("Deletion of ReplicaSet", name), (_WAITS[replica_set.deleting],)
        if not replica_set.owned:
            yield ("Owner of ReplicaSet", name), ("none",)


def _collected(states: Any, replica_set: Any, _: Names) -> str:
    before = states[-2]
    slot = next(slot for slot, row in before.replica_sets.items() if row is replica_set)
    return f"ReplicaSet {replica_set_name(before, slot)} is deleted although nobody has deleted its owner"


REASONS: Mapping[str, Callable[[Any, Any, Names], str]] = {
    collected_despite_their_owner.name: _collected,
    created_in_a_closed_namespace.name: lambda _, offender, __: str(offender),
}
