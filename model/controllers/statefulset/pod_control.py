"""Creating, updating and deleting a Pod of a StatefulSet together with its PersistentVolumeClaims.

`claims` are the claims that the controller's cache shows, by name. It stands still during a sync: the retries after a
conflict, which read the cache again, are left out. A Pod's claims come in the order of their templates; in Kubernetes
that order is random.

Source: pkg/controller/statefulset/stateful_pod_control.go
"""

from collections.abc import Iterator, Mapping

from model.api.objects import Pod
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.refusals import Refusal
from model.api.stateful_sets import RetentionPolicy, StatefulSet
from model.controllers.statefulset.identity import identity_matches, with_identity
from model.controllers.statefulset.retention import POD, has_stale_owner, owners_up_to_date, with_owners
from model.controllers.statefulset.storage import claims_of, storage_matches, with_storage
from model.controllers.statefulset.writes import (
    CreateClaim,
    CreatePod,
    DeletePod,
    Errors,
    Obstacle,
    UpdateClaim,
    UpdatePod,
    Writes,
    errors_of,
)

Claims = Mapping[str, PersistentVolumeClaim]


def existing_claims(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Iterator[PersistentVolumeClaim]:
    """The Pod's claims that are there already."""
    for wanted in claims_of(stateful_set, pod).values():
        if wanted.name in claims:
            yield claims[wanted.name]


def pod_claim_is_stale(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> bool:
    """Whether the Pod cannot be created yet, for a claim that is to go with the earlier Pod of that name.

    Source: pkg/controller/statefulset/stateful_pod_control.go (PodClaimIsStale)
    """
    return stateful_set.when_scaled is not RetentionPolicy.RETAIN and any(
        has_stale_owner(claim, POD, pod.name, pod.uid) for claim in existing_claims(stateful_set, pod, claims)
    )


def claims_match_retention_policy(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> bool:
    """Whether the right objects own the Pod's claims; one that is missing is as it should be.

    Source: pkg/controller/statefulset/stateful_pod_control.go (ClaimsMatchRetentionPolicy)
    """
    return all(owners_up_to_date(claim, stateful_set, pod) for claim in existing_claims(stateful_set, pod, claims))


def create_claims(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Errors]:
    """Create the claims that the cache does not show. One that is being deleted has to go first.

    Source: pkg/controller/statefulset/stateful_pod_control.go (createPersistentVolumeClaims)
    """
    errors: Errors = ()
    for wanted in claims_of(stateful_set, pod).values():
        existing = claims.get(wanted.name)
        if existing is None:
            refusal = yield CreateClaim(wanted)
            errors += errors_of(refusal)
        elif existing.deleting:
            errors += (Obstacle.CLAIM_IS_BEING_DELETED,)
    return errors


def update_claims_for_retention_policy(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Errors]:
    """Have the Pod's claims owned as the retention policy says; the first refusal ends it.

    Source: pkg/controller/statefulset/stateful_pod_control.go (UpdatePodClaimForRetentionPolicy)
    """
    for claim in existing_claims(stateful_set, pod, claims):
        if not owners_up_to_date(claim, stateful_set, pod):
            refusal = yield UpdateClaim(with_owners(claim, stateful_set, pod))
            if refusal is not None:
                return (refusal,)
    return ()


def create_missing_claims(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Errors]:
    """Create the claims that a Pod waits for.

    Source: pkg/controller/statefulset/stateful_pod_control.go (createMissingPersistentVolumeClaims)
    """
    errors = yield from create_claims(stateful_set, pod, claims)
    if errors:
        return errors
    return (yield from update_claims_for_retention_policy(stateful_set, pod, claims))


def create_stateful_pod(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Errors]:
    """Create the Pod, after its claims. Without all of them there is no Pod.

    Source: pkg/controller/statefulset/stateful_pod_control.go (CreateStatefulPod)
    """
    errors = yield from create_claims(stateful_set, pod, claims)
    if errors:
        return errors
    refusal = yield CreatePod(pod)
    if refusal is Refusal.ALREADY_EXISTS:
        return (refusal,)
    errors = yield from update_claims_for_retention_policy(stateful_set, pod, claims)
    return errors or errors_of(refusal)


def update_stateful_pod(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Errors]:
    """Give a Pod that has deviated its identity, its storage and the owners of its claims back.

    Source: pkg/controller/statefulset/stateful_pod_control.go (UpdateStatefulPod)
    """
    consistent = identity_matches(stateful_set, pod)
    if not consistent:
        pod = with_identity(stateful_set, pod)
    if not storage_matches(stateful_set, pod):
        consistent, pod = False, with_storage(stateful_set, pod)
        errors = yield from create_claims(stateful_set, pod, claims)
        if errors:
            return errors
    if not claims_match_retention_policy(stateful_set, pod, claims):
        consistent = False
        errors = yield from update_claims_for_retention_policy(stateful_set, pod, claims)
        if errors:
            return errors
    if consistent:
        return ()
    refusal = yield UpdatePod(pod)
    return errors_of(refusal)


def delete_stateful_pod(pod: Pod) -> Writes[Errors]:
    """Delete the Pod; one that is gone already is no error.

    Source: pkg/controller/statefulset/stateful_pod_control.go (DeleteStatefulPod)
    """
    refusal = yield DeletePod(pod.name)
    return () if refusal is Refusal.NOT_FOUND else errors_of(refusal)
