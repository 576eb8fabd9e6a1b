"""The PersistentVolumeClaims of StatefulSets in the cluster, where a scenario has them.

The controller keeps their owner references; the garbage collector deletes a claim whose owner is gone. That is one
step: it finds a claim that no Pod mounts any more, so that the finalizer ``pvc-protection`` holds nothing up. A Pod for
an ordinal whose claim is about to go is not created, so that a Pod that exists is the one that its claim may belong to.

Source: pkg/controller/statefulset/stateful_pod_control.go, pkg/controller/garbagecollector/garbagecollector.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.api.owner_references import OwnerReference
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.cluster import Cluster
from model.controllers.statefulset.identity import parent_name_and_ordinal
from model.controllers.statefulset.retention import POD, STATEFUL_SET
from model.parts import Part, component, some
from model.rows.claim import Claim, ClaimOwner
from model.rows.slots import ClaimSlot, StatefulSetSlot

TEMPLATE = PersistentVolumeClaim(name="data")
"""Stands for all templates of a StatefulSet."""


@derived
def claims_there(state: Cluster, stateful_set: StatefulSetSlot) -> tuple[tuple[int, ClaimOwner], ...]:
    """The ordinals of the StatefulSet's claims, ascending, and their owners."""
    own = [(claim.ordinal, claim.owner) for claim in state.claims if claim.stateful_set == stateful_set]
    return tuple(sorted(own, key=lambda each: each[0]))


def pod_uid(name: str) -> str:
    """The uid of the Pod of that name that exists."""
    return f"uid of {name}"


def api_claims(state: Cluster, slot: int, taken: tuple[int, ...]) -> list[PersistentVolumeClaim]:
    """The StatefulSet's claims as the rules take them; `taken` are the ordinals of its Pods that exist."""
    name = state.constants.stateful_sets[slot].name
    return [
        PersistentVolumeClaim(
            name=f"{TEMPLATE.name}-{name}-{ordinal}", owners=_references(name, ordinal, owner, exists=ordinal in taken)
        )
        for ordinal, owner in claims_there(state, slot)
    ]


def _references(name: str, ordinal: int, owner: ClaimOwner, *, exists: bool) -> tuple[OwnerReference, ...]:
    pod = f"{name}-{ordinal}"
    match owner:
        case ClaimOwner.NOBODY:
            return ()
        case ClaimOwner.STATEFUL_SET:
            return (OwnerReference(kind=STATEFUL_SET, name=name, uid=name, controller=True),)
        case ClaimOwner.POD:
            uid = pod_uid(pod) if exists else "uid of a Pod that is gone"
            return (OwnerReference(kind=POD, name=pod, uid=uid, controller=True),)


def stored_claim(state: Cluster, slot: int, claim: PersistentVolumeClaim) -> Cluster:
    """The state after a claim has been created, or got other owners."""
    ordinal, owner = parent_name_and_ordinal(claim.name)[1], _owner(claim)
    for row in state.claims:
        if row.stateful_set == slot and row.ordinal == ordinal:
            return state.update(row, owner=owner)
    return state.create("claims", Claim(slot, ordinal, owner))


def _owner(claim: PersistentVolumeClaim) -> ClaimOwner:
    kinds = [reference.kind for reference in claim.owners]
    if POD in kinds:
        return ClaimOwner.POD
    return ClaimOwner.STATEFUL_SET if STATEFUL_SET in kinds else ClaimOwner.NOBODY


def garbage_collector_deletes_claim(state: Cluster, claim: ClaimSlot) -> Iterator[Cluster]:
    """The garbage collector deletes the claims of a Pod that they belong to and that is gone.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    dependent = state.claims[claim]
    if dependent is None or dependent.owner is not ClaimOwner.POD:
        return
    pods = [pod for pod in state.pods if pod.exists and pod.stateful_set == dependent.stateful_set]
    if all(pod.ordinal != dependent.ordinal for pod in pods):
        yield state.delete(dependent)


PARTS: tuple[Part, ...] = component(some("claims"), garbage_collector_deletes_claim)
