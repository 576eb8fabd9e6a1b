"""Who owns a Pod's PersistentVolumeClaims: the StatefulSet, the Pod, or neither of them.

The controller only keeps the owner references; it is the garbage collector that deletes a claim once its owner is gone.

Source: pkg/controller/statefulset/stateful_set_utils.go
"""

import msgspec
from msgspec.structs import replace

from model.api.objects import Pod
from model.api.owner_references import OwnerReference
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.stateful_sets import RetentionPolicy, StatefulSet
from model.controllers.statefulset.identity import in_ordinal_range

STATEFUL_SET = "StatefulSet"
POD = "Pod"


class Owners(msgspec.Struct, frozen=True):
    """Which of the two owns a claim."""

    stateful_set: bool
    pod: bool


def owners_wanted(when_scaled: RetentionPolicy, when_deleted: RetentionPolicy, *, condemned: bool) -> Owners:
    """Who is to own the claims of a Pod that is `condemned` (its ordinal is not wanted), or not.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod)
    """
    goes_with_pod = when_scaled is RetentionPolicy.DELETE and condemned
    return Owners(stateful_set=when_deleted is RetentionPolicy.DELETE and not goes_with_pod, pod=goes_with_pod)


def retains_always(stateful_set: StatefulSet) -> bool:
    """Whether no claim of the StatefulSet is ever to be deleted."""
    return RetentionPolicy.DELETE not in (stateful_set.when_scaled, stateful_set.when_deleted)


def has_owner(claim: PersistentVolumeClaim, uid: str) -> bool:
    """Whether the object with that uid is an owner, controlling or not.

    Source: pkg/controller/statefulset/stateful_set_utils.go (hasOwnerRef)
    """
    return any(owner.uid == uid for owner in claim.owners)


def names(owner: OwnerReference, kind: str, name: str) -> bool:
    """Whether the reference is to an object of that kind and name, whatever its uid.

    Source: pkg/controller/statefulset/stateful_set_utils.go (matchesRef)
    """
    return owner.kind == kind and owner.name == name


def has_stale_owner(claim: PersistentVolumeClaim, kind: str, name: str, uid: str) -> bool:
    """Whether the claim belongs to an earlier object of that name. Only the first such reference is looked at.

    Source: pkg/controller/statefulset/stateful_set_utils.go (hasStaleOwnerRef)
    """
    uids = [owner.uid for owner in claim.owners if names(owner, kind, name)]
    return uids != [] and uids[0] != uid


def has_unexpected_controller(claim: PersistentVolumeClaim, stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether somebody else controls the claim; an earlier StatefulSet or Pod of the same name is somebody else.

    That matters only if some claim is to be deleted.
    Source: pkg/controller/statefulset/stateful_set_utils.go (hasUnexpectedController)
    """
    return not retains_always(stateful_set) and any(_somebody_else(owner, stateful_set, pod) for owner in claim.owners)


def _somebody_else(owner: OwnerReference, stateful_set: StatefulSet, pod: Pod) -> bool:
    if names(owner, STATEFUL_SET, stateful_set.name):
        return owner.uid != stateful_set.uid
    if names(owner, POD, pod.name):
        return owner.uid != pod.uid
    return owner.controller


def has_owner_without_control(claim: PersistentVolumeClaim, stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether the StatefulSet or the Pod owns the claim, but not as its controller.

    Source: pkg/controller/statefulset/stateful_set_utils.go (hasNonControllerOwner)
    """
    return any(owner.uid in (stateful_set.uid, pod.uid) and not owner.controller for owner in claim.owners)


def owners_up_to_date(claim: PersistentVolumeClaim, stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether the claim's owner references can stay as they are.

    A claim that belongs to an earlier StatefulSet or Pod of the same name is not touched.
    Source: pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate)
    """
    if has_stale_owner(claim, STATEFUL_SET, stateful_set.name, stateful_set.uid):
        return True
    if has_stale_owner(claim, POD, pod.name, pod.uid):
        return True
    owners = Owners(has_owner(claim, stateful_set.uid), has_owner(claim, pod.uid))
    if has_unexpected_controller(claim, stateful_set, pod):
        return owners == Owners(stateful_set=False, pod=False)
    return not has_owner_without_control(claim, stateful_set, pod) and owners == _wanted(stateful_set, pod)


def with_owners(claim: PersistentVolumeClaim, stateful_set: StatefulSet, pod: Pod) -> PersistentVolumeClaim:
    """The claim, owned as the policy says; if somebody else controls it, by neither the StatefulSet nor the Pod.

    Source: pkg/controller/statefulset/stateful_set_utils.go (updateClaimOwnerRefForSetAndPod)
    """
    others = tuple(
        owner
        for owner in claim.owners
        if not names(owner, STATEFUL_SET, stateful_set.name) and not names(owner, POD, pod.name)
    )
    if has_unexpected_controller(claim, stateful_set, pod):
        return replace(claim, owners=others)
    wanted = _wanted(stateful_set, pod)
    if wanted.pod:
        others = _with_controller(others, POD, pod.name, pod.uid)
    if wanted.stateful_set:
        others = _with_controller(others, STATEFUL_SET, stateful_set.name, stateful_set.uid)
    return replace(claim, owners=others)


def _wanted(stateful_set: StatefulSet, pod: Pod) -> Owners:
    condemned = not in_ordinal_range(pod, stateful_set)
    return owners_wanted(stateful_set.when_scaled, stateful_set.when_deleted, condemned=condemned)


def _with_controller(owners: tuple[OwnerReference, ...], kind: str, name: str, uid: str) -> tuple[OwnerReference, ...]:
    if any(owner.uid == uid for owner in owners):
        return owners
    return (*owners, OwnerReference(kind=kind, name=name, uid=uid, controller=True))
