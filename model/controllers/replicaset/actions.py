"""The ReplicaSet controller as transitions of the cluster.

A sync that creates or deletes several Pods issues the requests at once; they are one step here, because whoever watches
Pods sees them late anyway. The status is written in a step of its own: until then the Deployment controller reads the
old one. Creation times and restart counts are not kept: a victim may be any that the decided criteria allow.

Expectations are one bit. The cache catches up as a whole (`model.control_plane.informers`): what it shows next has all
that was asked for before, and the deletion of a Pod by somebody else fulfils none, as keys that are tracked would have
it. What the consistency store knows is another bit: it outlives expectations that expire.

A Pod's new labels, and its new owner, are seen at once: where labels change, caches do not lag. Left out: refused
requests, overlapping selectors, and the status's `fullyLabeledReplicas`, `readyReplicas` and `terminatingReplicas`.

Source: pkg/controller/replicaset/replica_set.go
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.state import count
from checker.vocabulary import derived
from model.api import objects
from model.cluster import Cluster, is_available, pod_template
from model.control_plane.informers import observed_pod
from model.control_plane.pod_requests import created, deleted
from model.controllers.claims import Claim, claim
from model.controllers.expectations import ControllerExpectations
from model.controllers.replicaset.sync import replicas_to_create, replicas_to_delete
from model.controllers.replicaset.victims import possible_pods_to_delete
from model.parts import Part, component, some
from model.rows.pod import Pod
from model.rows.replica_set import ReplicaSet
from model.rows.slots import PodSlot, ReplicaSetSlot

_UID = "this"
_LABELS = {"app": "selected"}


def seems_active(state: Cluster, pod: Pod) -> bool:
    """The Pod counts as active in the controller's cache."""
    if not state.constants.caches.replica_set_pods:
        return pod.active
    return pod.observed is not None and not pod.observed.deleting and not pod.observed.terminal


def seems_available(state: Cluster, pod: Pod) -> bool:
    """The Pod counts as available in the controller's cache."""
    seen = pod.observed if state.constants.caches.replica_set_pods else pod
    return seen is not None and seems_active(state, pod) and is_available(pod_template(state, pod), seen)


def claimed(pod: Pod, replica_set: int) -> bool:
    """The ReplicaSet owns the Pod, and its selector matches the Pod's labels."""
    return pod.replica_set == replica_set and not pod.relabelled


@derived
def replicas_counted(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's active Pods, as its controller sees them."""
    return sum(1 for pod in state.pods if claimed(pod, replica_set) and seems_active(state, pod))


@derived
def available_replicas_counted(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's available Pods, as its controller sees them."""
    return sum(1 for pod in state.pods if claimed(pod, replica_set) and seems_available(state, pod))


def cache_is_too_old(owner: ReplicaSet) -> bool:
    """The controller knows that its cache does not show what it has written: nothing of a sync happens.

    Source: staging/src/k8s.io/client-go/util/consistency/consistency.go (EnsureReady)
    """
    return owner.unseen_writes


def replica_set_controller_claims_pod(state: Cluster, replica_set: ReplicaSetSlot, pod: PodSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller adopts an orphan that its selector matches, or releases a Pod that it does not match.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
    """
    owner, candidate = state.replica_sets[replica_set], state.pods[pod]
    if owner is None or candidate is None:
        return
    claims = _claim(candidate, replica_set, owner.template)
    if claims.adopted:
        yield state.update(candidate, replica_set=replica_set)
    if claims.released:
        yield state.update(candidate, replica_set=None)


def replica_set_controller_manages_pods(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller creates the Pods that are missing, or deletes those that are too many.

    A sync claims Pods before: what is to be adopted is not missing, and what is to be released goes first.
    """
    owner = state.replica_sets[replica_set]
    if owner is None or owner.deleting is not None or owner.expects or cache_is_too_old(owner):
        return
    if count(state.pods, _to_be_claimed, replica_set, owner.template) > 0:
        return
    active = replicas_counted(state, replica_set)
    missing, surplus = replicas_to_create(owner.replicas, active), replicas_to_delete(owner.replicas, active)
    if missing > 0:
        after = state
        for _ in range(missing):
            after = created(after, Pod(template=owner.template, replica_set=replica_set))
        yield _remembered(after, owner, ControllerExpectations().expect_creations(missing, 0), unseen_writes=True)
    if surplus > 0:
        names = {slot: str(number) for number, (slot, _) in enumerate(state.pods.items())}
        slots = {name: slot for slot, name in names.items()}
        own, related = _active_pods(state, replica_set, names), _related_pods(state, owner, names)
        for victims in possible_pods_to_delete(own, related, surplus):
            found = [victim.name for victim in victims if _exists(state, slots[victim.name])]
            after = _deleted(state, [slots[name] for name in found])
            yield _remembered(after, owner, ControllerExpectations().expect_deletions(found, 0))


def replica_set_controller_writes_status(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller writes how many Pods it counts and how many of them are available."""
    owner = state.replica_sets[replica_set]
    if owner is None or cache_is_too_old(owner):
        return
    replicas = replicas_counted(state, replica_set)
    available = available_replicas_counted(state, replica_set)
    if (owner.status_replicas, owner.available_replicas) != (replicas, available) or not owner.spec_observed:
        yield state.update(
            owner,
            status_replicas=replicas,
            available_replicas=available,
            spec_observed=True,
            observed_is_current=not state.constants.caches.deployment_replica_sets,
        )


def _to_be_claimed(pod: Pod, replica_set: int, template: int) -> bool:
    """The ReplicaSet is to adopt or to release the Pod."""
    if not pod.relabelled and pod.replica_set is not None:
        return False
    claims = _claim(pod, replica_set, template)
    return len(claims.adopted) > 0 or len(claims.released) > 0


def _claim(pod: Pod, replica_set: int, template: int) -> Claim:
    """What a ReplicaSet of this template claims of a Pod: of its own, and of those without an owner."""
    others = (pod.stateful_set, pod.daemon_set, pod.job)
    if not pod.active or any(owner is not None for owner in others):
        return Claim()
    if pod.replica_set is not None and pod.replica_set != replica_set:
        return Claim()
    selected = pod.template == template and not pod.relabelled
    uid = None if pod.replica_set is None else _UID
    candidate = objects.Pod(controller=uid, labels=_LABELS if selected else {})
    return claim(objects.ReplicaSet(name="", uid=_UID), [candidate], lambda each: each.labels == _LABELS)


def _remembered(state: Cluster, owner: ReplicaSet, expectations: ControllerExpectations, **also: Any) -> Cluster:
    """The state in which the controller expects this, if its cache does not show its writes at once.

    The consistency store notes creations, and no deletions.
    """
    if not state.constants.caches.replica_set_pods or expectations.fulfilled():
        return state
    if not state.constants.gates.stale_controller_consistency_replica_set:
        return state.update(owner, expects=True)
    return state.update(owner, expects=True, **also)


def _exists(state: Cluster, slot: int) -> bool:
    """The API server has a Pod to delete; if not (404), its deletion is not waited for."""
    pod = state.pods[slot]
    return pod is not None and pod.exists


def _deleted(state: Cluster, slots: Sequence[int]) -> Cluster:
    after = state
    for slot in slots:
        after = deleted(after, slot)
    return after


def _active_pods(state: Cluster, replica_set: int, names: Mapping[int, str]) -> list[objects.Pod]:
    return [
        _as_observed(state, pod, names[slot])
        for slot, pod in state.pods.items()
        if claimed(pod, replica_set) and seems_active(state, pod)
    ]


def _related_pods(state: Cluster, owner: ReplicaSet, names: Mapping[int, str]) -> list[objects.Pod]:
    """The Pods of every ReplicaSet of the same Deployment."""
    siblings = [slot for slot, other in state.replica_sets.items() if other.deployment == owner.deployment]
    return [
        _as_observed(state, pod, names[slot])
        for slot, pod in state.pods.items()
        if seems_active(state, pod) and not pod.relabelled and pod.replica_set in siblings
    ]


def _as_observed(state: Cluster, pod: Pod, name: str) -> objects.Pod:
    """The Pod as the rules take it. Names are made up here: the rules look only at which are equal."""
    observed = observed_pod(state, pod)
    assert observed is not None  # it is active in the cache
    nodes = [node for node, _ in state.nodes.items()]
    return objects.Pod(
        name=name,
        node="" if observed.node is None else str(nodes.index(observed.node)),
        phase=observed.phase,
        ready=observed.ready,
        deleting=observed.deleting,
    )


PARTS: tuple[Part, ...] = (
    *component(some("replica_sets"), replica_set_controller_manages_pods, replica_set_controller_writes_status),
    *component(lambda state: state.pod_relabels > 0, replica_set_controller_claims_pod),
)
