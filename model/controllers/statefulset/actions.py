"""The StatefulSet controller as a transition of the cluster.

One sync is one step. Where Pods come and go one after the other, it writes one Pod and the status, which nobody but
this controller reads. With podManagementPolicy Parallel, and with the feature gate MaxUnavailableStatefulSet, it issues
requests for several Pods at once; whoever watches Pods sees them late anyway.

The controller's caches are live. One that only lags makes no difference: nobody else creates Pods under these names,
so that what the controller deletes by name is what it has seen, and it waits until its cache shows what it has created.
One that goes back does, after a restart that lists from an old watch cache: a DELETE by name may then hit the Pod that
has taken the name since. That is left out.

ControllerRevisions are not kept: a Pod template is its revision. Of the status there is what the controller itself goes
by. PersistentVolumeClaims are part of some scenarios (`model.controllers.statefulset.claims`); in the others every Pod
finds its own. Left out: adoption and release (every Pod has its owner), deletion of the StatefulSet, refused requests.

Source: pkg/controller/statefulset/stateful_set_control.go
"""

from collections.abc import Iterator

import msgspec

from checker.vocabulary import derived
from model.api import objects
from model.api.controller_revisions import ControllerRevision
from model.api.objects import PodPhase
from model.api.stateful_sets import StatefulSet as ApiStatefulSet
from model.cluster import Cluster, is_available, pod_template
from model.control_plane.pod_requests import created, deleted
from model.controllers.history import controller_revision_name, new_controller_revision
from model.controllers.statefulset.claims import PARTS as CLAIMS
from model.controllers.statefulset.claims import TEMPLATE as CLAIM_TEMPLATE
from model.controllers.statefulset.claims import api_claims, pod_uid, stored_claim
from model.controllers.statefulset.identity import POD_NAME_LABEL, ordinal_of
from model.controllers.statefulset.new_pod import REVISION_LABEL, pod_revision
from model.controllers.statefulset.status import StatefulSetStatus
from model.controllers.statefulset.update import update_stateful_set
from model.controllers.statefulset.writes import CreateClaim, CreatePod, DeletePod, UpdateClaim, Write, run
from model.parts import Part, component, some
from model.rows.pod import Pod
from model.rows.slots import StatefulSetSlot
from model.rows.stateful_set import StatefulSet, StatefulSetSpec


class OwnPod(msgspec.Struct, frozen=True):
    """What the controller reads of one of its Pods; `available` but for being Running and not being deleted."""

    template: int
    phase: PodPhase
    ready: bool
    available: bool
    deleting: bool


@derived
def taken_ordinals(state: Cluster, stateful_set: StatefulSetSlot) -> tuple[int, ...]:
    """The ordinals of the StatefulSet's Pods that exist, ascending: each once, as there is one object of a name."""
    return tuple(
        sorted(pod.ordinal for pod in state.pods if pod.exists and _of(pod, stateful_set) and pod.ordinal is not None)
    )


@derived
def pod_with_ordinal(state: Cluster, stateful_set: StatefulSetSlot, ordinal: int) -> OwnPod | None:
    """The StatefulSet's Pod that has an ordinal, if it exists."""
    for pod in state.pods:
        if pod.exists and _of(pod, stateful_set) and pod.ordinal == ordinal:
            available = is_available(pod_template(state, pod), pod)
            return OwnPod(pod.template, pod.phase, pod.ready, available, pod.deleting)
    return None


def stateful_set_controller_syncs(state: Cluster, stateful_set: StatefulSetSlot) -> Iterator[Cluster]:
    """The StatefulSet controller creates or deletes the Pods whose turn it is, and writes the status."""
    owner = state.stateful_sets[stateful_set]
    if owner is None:
        return
    spec = state.constants.stateful_sets[stateful_set]
    outcome, writes = run(
        update_stateful_set(
            api_stateful_set(state, stateful_set, owner),
            _api_pods(state, stateful_set),
            _revisions(spec, owner),
            api_claims(state, stateful_set, taken_ordinals(state, stateful_set)),
            max_unavailable_enabled=state.constants.gates.max_unavailable_stateful_set,
            hash_of=_hash,
        )
    )
    after = state
    for write in writes:
        after = _stored(after, stateful_set, write)
    if outcome.status is not None:
        after = _with_status(after, stateful_set, outcome.status)
    if after is not state:
        yield after


def api_stateful_set(state: Cluster, slot: int, owner: StatefulSet) -> ApiStatefulSet:
    """The StatefulSet in a slot as the rules take it."""
    spec = state.constants.stateful_sets[slot]
    return ApiStatefulSet(
        name=spec.name,
        uid=spec.name,
        template=owner.template,
        replicas=owner.replicas,
        start_ordinal=spec.start_ordinal,
        pod_management_policy=spec.pod_management_policy,
        update_strategy=spec.update_strategy,
        partition=spec.partition,
        max_unavailable=spec.max_unavailable,
        min_ready_seconds=_min_ready_seconds(state, spec),
        volume_claim_templates=(CLAIM_TEMPLATE,) if has_claims(state, spec) else (),
        when_scaled=spec.when_scaled,
        when_deleted=spec.when_deleted,
        current_replicas=owner.current_replicas,
        current_revision=_revision_name(spec, owner.current_revision),
    )


def _of(pod: Pod, stateful_set: int) -> bool:
    return pod.stateful_set == stateful_set


def has_claims(state: Cluster, spec: StatefulSetSpec) -> bool:
    """The scenario has the StatefulSet's claims, and there are some."""
    return spec.claims and state.claims.capacity > 0


def _min_ready_seconds(state: Cluster, spec: StatefulSetSpec) -> int:
    """The StatefulSet's ``minReadySeconds``, which each of its templates carries."""
    return state.constants.templates[spec.revisions[0]].min_ready_seconds


def _api_pods(state: Cluster, slot: int) -> list[objects.Pod]:
    """The Pods at time 0 as the rules take them: one that is available has just been ready for long enough."""
    spec = state.constants.stateful_sets[slot]
    found: list[objects.Pod] = []
    for ordinal in taken_ordinals(state, slot):
        own = pod_with_ordinal(state, slot, ordinal)
        assert own is not None  # its ordinal is taken
        name = f"{spec.name}-{ordinal}"
        found.append(
            objects.Pod(
                name=name,
                uid=pod_uid(name),
                controller=spec.name,
                labels={POD_NAME_LABEL: name, REVISION_LABEL: _revision_name(spec, own.template)},
                phase=own.phase,
                ready=own.ready,
                ready_since=-_min_ready_seconds(state, spec) if own.available else 0,
                deleting=own.deleting,
                claims={CLAIM_TEMPLATE.name: f"{CLAIM_TEMPLATE.name}-{name}"} if has_claims(state, spec) else {},
            )
        )
    return found


def _revisions(spec: StatefulSetSpec, owner: StatefulSet) -> list[ControllerRevision]:
    """The revisions that matter: the current one, and as the latest the one that is asked for."""
    templates = [owner.current_revision, owner.template]
    return [
        new_controller_revision(spec.name, spec.name, {}, template, number, 0, _hash)
        for number, template in enumerate(templates[owner.current_revision == owner.template :], 1)
    ]


def _hash(template: object, _: int) -> str:
    """Templates are numbers, and never collide."""
    return str(template)


def _revision_name(spec: StatefulSetSpec, template: int) -> str:
    return controller_revision_name(spec.name, _hash(template, 0))


def _template(spec: StatefulSetSpec, revision: str) -> int:
    """The template whose revision has that name."""
    return next(template for template in spec.revisions if _revision_name(spec, template) == revision)


def _stored(state: Cluster, slot: int, write: Write) -> Cluster:
    """The state after the API server has accepted a write."""
    spec = state.constants.stateful_sets[slot]
    match write:
        case CreatePod(pod):
            template = _template(spec, pod_revision(pod))
            return created(state, Pod(template=template, stateful_set=slot, ordinal=ordinal_of(pod)))
        case CreateClaim(claim) | UpdateClaim(claim):
            return stored_claim(state, slot, claim)
        case DeletePod(name):
            return deleted(state, _slot_of(state, slot, ordinal_of(objects.Pod(name=name))))
        case _:
            return state


def _slot_of(state: Cluster, stateful_set: int, ordinal: int) -> int:
    return next(
        slot for slot, pod in state.pods.items() if pod.exists and _of(pod, stateful_set) and pod.ordinal == ordinal
    )


def _with_status(state: Cluster, slot: int, status: StatefulSetStatus) -> Cluster:
    """The state after what is kept of the status has been written, if that is anything new."""
    owner, spec = state.stateful_sets[slot], state.constants.stateful_sets[slot]
    assert owner is not None  # the sync has just read it
    revision = _template(spec, status.current_revision)
    replicas = status.current_replicas if spec.goes_by_current_replicas else 0
    if (owner.current_revision, owner.current_replicas) == (revision, replicas):
        return state
    return state.update(owner, current_revision=revision, current_replicas=replicas)


PARTS: tuple[Part, ...] = (*component(some("stateful_sets"), stateful_set_controller_syncs), *CLAIMS)
