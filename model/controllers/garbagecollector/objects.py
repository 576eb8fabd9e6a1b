"""The cluster's Deployments, ReplicaSets and Pods as the garbage collector sees them: identities and owners.

Pods are looked at one at a time: they have no dependents, and of a ReplicaSet's dependents it matters only whether
there is one. Names stand for uids, since nothing here is created again under the name of something that is gone.
"""

from checker.vocabulary import derived
from model.api.object_meta import ObjectMeta
from model.api.owner_references import OwnerReference
from model.cluster import Cluster
from model.controllers.garbagecollector.graph import Graph, Node, identity_of
from model.rows.deletion import WaitsTo
from model.rows.slots import DeploymentSlot, ReplicaSetSlot

NAMESPACE = "namespace"
POD = "pod"


def deployment_meta(state: Cluster, slot: int) -> ObjectMeta | None:
    """The Deployment in a slot; None if it is gone."""
    deployment = state.deployments[slot]
    return None if deployment is None else _meta("Deployment", _deployment(slot), (), deployment.deleting)


def replica_set_meta(state: Cluster, slot: int) -> ObjectMeta | None:
    """The ReplicaSet in a slot; None if it is gone."""
    replica_set = state.replica_sets[slot]
    if replica_set is None:
        return None
    owners = (_reference("Deployment", _deployment(replica_set.deployment)),) if replica_set.owned else ()
    return _meta("ReplicaSet", _replica_set(slot), owners, replica_set.deleting)


def pod_meta(owner: int) -> ObjectMeta:
    """A Pod of the ReplicaSet in a slot."""
    return _meta(POD, POD, (_reference("ReplicaSet", _replica_set(owner)),), None)


def graph_of_deployment(state: Cluster, slot: int) -> Graph:
    """The Deployment and its ReplicaSets."""
    owned = [
        owner
        for owner, replica_set in state.replica_sets.items()
        if replica_set.deployment == slot and replica_set.owned
    ]
    metas = [deployment_meta(state, slot), *(replica_set_meta(state, owner) for owner in owned)]
    return _graph([meta for meta in metas if meta is not None])


def graph_of_replica_set(state: Cluster, slot: int) -> Graph:
    """The ReplicaSet, its owner, and one of its Pods if it has any."""
    replica_set = state.replica_sets[slot]
    assert replica_set is not None  # it is attempted
    metas = [deployment_meta(state, replica_set.deployment), replica_set_meta(state, slot)]
    pods = [pod_meta(slot)] if has_pods(state, slot) else []
    return _graph([meta for meta in (*metas, *pods) if meta is not None])


def graph_of_pod(state: Cluster, owner: int) -> Graph:
    """A Pod and the ReplicaSet that it refers to."""
    metas = [replica_set_meta(state, owner), pod_meta(owner)]
    return _graph([meta for meta in metas if meta is not None])


def live_owner(state: Cluster, reference: OwnerReference) -> ObjectMeta | None:
    """What the API server answers to a GET of an owner."""
    slot = int(reference.name.rpartition("-")[2])
    return deployment_meta(state, slot) if reference.kind == "Deployment" else replica_set_meta(state, slot)


@derived
def has_pods(state: Cluster, replica_set: ReplicaSetSlot) -> bool:
    """Some Pod refers to the ReplicaSet as its owner."""
    return any(pod.exists and pod.replica_set == replica_set for pod in state.pods)


@derived
def has_replica_sets(state: Cluster, deployment: DeploymentSlot) -> bool:
    """Some ReplicaSet refers to the Deployment as its owner."""
    return any(row.deployment == deployment and row.owned for row in state.replica_sets)


def _meta(kind: str, name: str, owners: tuple[OwnerReference, ...], waits: WaitsTo | None) -> ObjectMeta:
    return ObjectMeta(
        kind=kind,
        namespace=NAMESPACE,
        name=name,
        uid=name,
        owners=owners,
        finalizers=() if waits is None else (waits.value,),
        deletion_timestamp=None if waits is None else 0,
        deletion_grace_period_seconds=None if waits is None else 0,
    )


def _graph(metas: list[ObjectMeta]) -> Graph:
    return {
        meta.uid: Node(
            identity=identity_of(meta),
            owners=meta.owners,
            dependents=tuple(other.uid for other in metas if any(owner.uid == meta.uid for owner in other.owners)),
            being_deleted=meta.deletion_timestamp is not None,
            deleting_dependents=WaitsTo.DELETE_DEPENDENTS.value in meta.finalizers,
        )
        for meta in metas
    }


def _reference(kind: str, name: str) -> OwnerReference:
    return OwnerReference(kind=kind, name=name, uid=name, controller=True, block_owner_deletion=True)


def _deployment(slot: int) -> str:
    return f"deployment-{slot}"


def _replica_set(slot: int) -> str:
    return f"replica-set-{slot}"
