"""What users do to a StatefulSet, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.api.stateful_sets import UpdateStrategy
from model.cluster import Cluster, pod_template
from model.control_plane.pod_requests import deleted, removed
from model.parts import Part, budgeted, component
from model.rows.slots import PodSlot, StatefulSetSlot
from model.rows.stateful_set import StatefulSet


def user_updates_stateful_set(state: Cluster, stateful_set: StatefulSetSlot) -> Iterator[Cluster]:
    """The user applies a new image: the StatefulSet's Pod template changes to its next revision."""
    current = state.stateful_sets[stateful_set]
    if current is not None and state.image_updates > 0:
        for template in _neighbour(state, stateful_set, current, +1):
            yield state.update(current, template=template).set(image_updates=state.image_updates - 1)


def user_rolls_stateful_set_back(state: Cluster, stateful_set: StatefulSetSlot) -> Iterator[Cluster]:
    """The user rolls back (``kubectl rollout undo``): the Pod template changes to the revision before.

    Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go
    """
    current = state.stateful_sets[stateful_set]
    if current is not None and state.rollbacks > 0:
        for template in _neighbour(state, stateful_set, current, -1):
            yield state.update(current, template=template).set(rollbacks=state.rollbacks - 1)


def user_scales_stateful_set_up(state: Cluster, stateful_set: StatefulSetSlot) -> Iterator[Cluster]:
    """The user scales the StatefulSet up by one replica."""
    current = state.stateful_sets[stateful_set]
    if current is not None and state.scale_ups > 0:
        yield state.update(current, replicas=current.replicas + 1).set(scale_ups=state.scale_ups - 1)


def user_scales_stateful_set_down(state: Cluster, stateful_set: StatefulSetSlot) -> Iterator[Cluster]:
    """The user scales the StatefulSet down by one replica."""
    current = state.stateful_sets[stateful_set]
    if current is not None and state.scale_downs > 0 and current.replicas > 0:
        yield state.update(current, replicas=current.replicas - 1).set(scale_downs=state.scale_downs - 1)


def user_deletes_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user deletes a Pod (``kubectl delete pod``)."""
    unwanted = state.pods[pod]
    if unwanted is not None and state.pod_deletions > 0 and unwanted.exists and not unwanted.deleting:
        yield deleted(state, pod).set(pod_deletions=state.pod_deletions - 1)


def user_force_deletes_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user deletes a Pod by force (``kubectl delete pod --force``), without waiting for its kubelet.

    Source: https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/#force-deletion
    """
    unwanted = state.pods[pod]
    if unwanted is not None and state.forced_deletions > 0 and unwanted.exists:
        yield removed(state, unwanted).set(forced_deletions=state.forced_deletions - 1)


def user_deletes_stuck_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user, having applied a template that works, deletes a Pod of one that does not. It is done sooner or later.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
    """
    stuck = state.pods[pod]
    if stuck is None or state.stuck_pod_deletions == 0 or not stuck.exists or stuck.deleting:
        return
    owner = None if stuck.stateful_set is None else state.stateful_sets[stuck.stateful_set]
    if owner is None or pod_template(state, stuck).works or not state.constants.templates[owner.template].works:
        return
    yield deleted(state, pod).set(stuck_pod_deletions=state.stuck_pod_deletions - 1)


def user_deletes_outdated_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The user deletes a Pod that a StatefulSet with update strategy OnDelete has left at an earlier template.

    It is done sooner or later.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#on-delete
    """
    outdated = state.pods[pod]
    if outdated is None or state.outdated_pod_deletions == 0 or not outdated.exists or outdated.deleting:
        return
    slot = outdated.stateful_set
    owner = None if slot is None else state.stateful_sets[slot]
    if slot is None or owner is None or outdated.template == owner.template:
        return
    if state.constants.stateful_sets[slot].update_strategy is UpdateStrategy.ON_DELETE:
        yield deleted(state, pod).set(outdated_pod_deletions=state.outdated_pod_deletions - 1)


def _neighbour(state: Cluster, slot: int, stateful_set: StatefulSet, offset: int) -> Iterator[int]:
    """The template `offset` revisions after the current one, if there is one."""
    revisions = state.constants.stateful_sets[slot].revisions
    index = revisions.index(stateful_set.template) + offset
    if 0 <= index < len(revisions):
        yield revisions[index]


PARTS: tuple[Part, ...] = (
    budgeted("image_updates", user_updates_stateful_set),
    budgeted("rollbacks", user_rolls_stateful_set_back),
    budgeted("scale_ups", user_scales_stateful_set_up),
    budgeted("scale_downs", user_scales_stateful_set_down),
    budgeted("pod_deletions", user_deletes_pod),
    budgeted("forced_deletions", user_force_deletes_pod),
    *component(lambda state: state.stuck_pod_deletions > 0, user_deletes_stuck_pod),
    *component(lambda state: state.outdated_pod_deletions > 0, user_deletes_outdated_pod),
)
