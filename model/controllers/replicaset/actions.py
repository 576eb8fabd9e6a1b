"""The ReplicaSet controller as transitions of the cluster.

A sync that creates or deletes several Pods issues the requests at once; they are one step here, because whoever watches
Pods sees them late anyway. The status is written in a step of its own: until then the Deployment controller reads the
old one. Creation times and restart counts are not kept: a victim may be any that the decided criteria allow.

Left out: adoption and release (every Pod has its owner), refused requests.

Source: pkg/controller/replicaset/replica_set.go
"""

from collections.abc import Iterator, Mapping, Sequence

from checker.vocabulary import derived
from model.api import objects
from model.cluster import Cluster, is_available, pod_template
from model.control_plane.informers import observed_pod
from model.control_plane.pod_requests import created, deleted
from model.controllers.expectations import ControllerExpectations
from model.controllers.replicaset.sync import replicas_to_create, replicas_to_delete
from model.controllers.replicaset.victims import possible_pods_to_delete
from model.rows.pod import Pod
from model.rows.replica_set import ReplicaSet
from model.rows.slots import ReplicaSetSlot


def seems_active(state: Cluster, pod: Pod) -> bool:
    """The Pod counts as active in the controller's cache."""
    if not state.constants.caches.replica_set_pods:
        return pod.active
    return pod.observed is not None and not pod.observed.deleting and not pod.observed.terminal


def seems_available(state: Cluster, pod: Pod) -> bool:
    """The Pod counts as available in the controller's cache."""
    seen = pod.observed if state.constants.caches.replica_set_pods else pod
    return seen is not None and seems_active(state, pod) and is_available(pod_template(state, pod), seen)


@derived
def replicas_counted(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's active Pods, as its controller sees them."""
    return sum(1 for pod in state.pods if pod.replica_set == replica_set and seems_active(state, pod))


@derived
def available_replicas_counted(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's available Pods, as its controller sees them."""
    return sum(1 for pod in state.pods if pod.replica_set == replica_set and seems_available(state, pod))


@derived
def expectations_satisfied(state: Cluster, replica_set: ReplicaSetSlot) -> bool:
    """The cache shows every Pod that the controller has created, and none that it has deleted as active.

    Only this controller creates and deletes the Pods here, so that what its expectations count can be read off.
    """
    if not state.constants.caches.replica_set_pods:
        return True
    own = [pod for pod in state.pods if pod.replica_set == replica_set]
    creations = sum(1 for pod in own if pod.exists and pod.observed is None)
    deletions = sum(1 for pod in own if seems_active(state, pod) and not pod.active)
    return ControllerExpectations(creations=creations, deletions=deletions).fulfilled()


def replica_set_controller_manages_pods(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller creates the Pods that are missing, or deletes those that are too many."""
    owner = state.replica_sets[replica_set]
    if owner is None or not expectations_satisfied(state, replica_set):
        return
    active = replicas_counted(state, replica_set)
    missing, surplus = replicas_to_create(owner.replicas, active), replicas_to_delete(owner.replicas, active)
    if missing > 0:
        after = state
        for _ in range(missing):
            after = created(after, Pod(template=owner.template, replica_set=replica_set))
        yield after
    if surplus > 0:
        names = {slot: str(number) for number, (slot, _) in enumerate(state.pods.items())}
        slots = {name: slot for slot, name in names.items()}
        own, related = _active_pods(state, replica_set, names), _related_pods(state, owner, names)
        for victims in possible_pods_to_delete(own, related, surplus):
            yield _deleted(state, [slots[victim.name] for victim in victims])


def replica_set_controller_writes_status(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller writes how many Pods it counts and how many of them are available."""
    owner = state.replica_sets[replica_set]
    if owner is None:
        return
    replicas = replicas_counted(state, replica_set)
    available = available_replicas_counted(state, replica_set)
    if (owner.status_replicas, owner.available_replicas) != (replicas, available):
        yield state.update(
            owner,
            status_replicas=replicas,
            available_replicas=available,
            observed_is_current=not state.constants.caches.deployment_replica_sets,
        )


def _deleted(state: Cluster, slots: Sequence[int]) -> Cluster:
    after = state
    for slot in slots:
        after = deleted(after, slot)
    return after


def _active_pods(state: Cluster, replica_set: int, names: Mapping[int, str]) -> list[objects.Pod]:
    return [
        _as_observed(state, pod, names[slot])
        for slot, pod in state.pods.items()
        if pod.replica_set == replica_set and seems_active(state, pod)
    ]


def _related_pods(state: Cluster, owner: ReplicaSet, names: Mapping[int, str]) -> list[objects.Pod]:
    """The Pods of every ReplicaSet of the same Deployment."""
    siblings = [slot for slot, other in state.replica_sets.items() if other.deployment == owner.deployment]
    return [
        _as_observed(state, pod, names[slot])
        for slot, pod in state.pods.items()
        if seems_active(state, pod) and pod.replica_set in siblings
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
