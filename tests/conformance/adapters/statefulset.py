"""Cases about the rules of the StatefulSet controller, one by one."""

from typing import Any

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod
from model.api.owner_references import OwnerReference
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.stateful_sets import RetentionPolicy, StatefulSet, UpdateStrategy
from model.controllers.history import CreateControllerRevision, UpdateControllerRevision
from model.controllers.statefulset.identity import POD_INDEX_LABEL, parent_name_and_ordinal, pod_name
from model.controllers.statefulset.new_pod import new_versioned_stateful_set_pod, pod_revision
from model.controllers.statefulset.retention import POD, STATEFUL_SET, has_owner, owners_up_to_date, with_owners
from model.controllers.statefulset.revisions import Revisions, get_revisions
from model.controllers.statefulset.rolling_update import max_unavailable
from model.controllers.statefulset.writes import run
from tests.conformance.registry import Case, adapter

NAME, SET_UID, POD_UID = "s", "set-uid", "pod-uid"

OLD = ControllerRevision(name="old", data="old", revision=1)
NEW = ControllerRevision(name="new", data="new", revision=2)


def update_strategy(given: Case) -> dict[str, Any]:
    """The fields of a StatefulSet that say how it is updated; there is no block where there is no partition."""
    return {"update_strategy": UpdateStrategy(given["update_strategy"]), "partition": given["partition"]}


@adapter("statefulset_pod_name")
def name_of_pod(given: Case, expected: Case) -> Case:
    parent, ordinal = parent_name_and_ordinal(given["pod_name"])
    return {"parent": parent, "ordinal": ordinal}


@adapter("statefulset_max_unavailable_value")
def max_unavailable_value(given: Case, expected: Case) -> Case:
    value = max_unavailable(given["max_unavailable"], given["replicas"])
    return {"error": value is None, "value": value}


@adapter("statefulset_versioned_pod")
def versioned_pod(given: Case, expected: Case) -> Case:
    subject = StatefulSet(
        name=NAME,
        replicas=given["replicas"],
        start_ordinal=given["start_ordinal"] or 0,
        current_replicas=given["status_current_replicas"],
        **update_strategy(given),
    )
    pod = new_versioned_stateful_set_pod(subject, OLD, NEW, given["ordinal"])
    answer = {"name": pod.name, "pod_index_label": pod.labels[POD_INDEX_LABEL], "revision": pod_revision(pod)}
    return {key: answer[key] for key in expected}


@adapter("statefulset_revisions")
def revisions(given: Case, expected: Case) -> Case:
    existing = [
        ControllerRevision(name=f"s-{each['template']}", data=each["template"], revision=each["revision"])
        for each in given["existing"]
    ]
    current = "" if given["status_current"] is None else f"s-{given['status_current']}"
    subject = StatefulSet(name=NAME, template=given["template"], current_revision=current)
    found, writes = run(get_revisions(subject, existing, hash_of=lambda data, _: str(data)))
    assert isinstance(found, Revisions)
    stored = {each.name: each for each in existing}
    for write in writes:
        assert isinstance(write, CreateControllerRevision | UpdateControllerRevision)
        stored[write.revision.name] = write.revision
    return {
        "count": len(stored),
        "current": {"template": found.current.data, "revision": found.current.revision},
        "update": {"template": found.update.data, "revision": found.update.revision},
    }


def claim_with_owners(given: Case) -> tuple[PersistentVolumeClaim, StatefulSet, Pod]:
    """The claim of a case, the StatefulSet and the Pod."""
    subject = StatefulSet(
        name=NAME,
        uid=SET_UID,
        replicas=given["replicas"],
        when_scaled=RetentionPolicy(given["when_scaled"]),
        when_deleted=RetentionPolicy(given["when_deleted"]),
    )
    pod = Pod(name=pod_name(subject, given["ordinal"]), uid=POD_UID)
    owners = {
        "claim_has_pod_owner": OwnerReference(kind=POD, name=pod.name, uid=POD_UID, controller=True),
        "claim_has_set_owner": OwnerReference(kind=STATEFUL_SET, name=NAME, uid=SET_UID, controller=True),
        "claim_has_other_owners": OwnerReference(kind="ConfigMap", name="other", uid="other-uid"),
    }
    present = tuple(owner for key, owner in owners.items() if given.get(key))
    return PersistentVolumeClaim(name="data-s-0", owners=present), subject, pod


@adapter("statefulset_pvc_owner_matches")
def claim_owner_matches(given: Case, expected: Case) -> Case:
    return {"owners_correct": owners_up_to_date(*claim_with_owners(given))}


@adapter("statefulset_pvc_owner_update")
def claim_owner_update(given: Case, expected: Case) -> Case:
    claim, subject, pod = claim_with_owners(given)
    after = with_owners(claim, subject, pod)
    return {
        "changed": set(after.owners) != set(claim.owners),
        "claim_has_pod_owner": has_owner(after, POD_UID),
        "claim_has_set_owner": has_owner(after, SET_UID),
    }
