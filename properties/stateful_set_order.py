"""The order in which a StatefulSet's Pods are started, stopped and updated.

Each of these is what Kubernetes documents for podManagementPolicy OrderedReady, and for updates one Pod at a time. They
are promised of every StatefulSet here, so that a verdict shows what Parallel and maxUnavailable give up. They are about
requests: what the API says when a Pod is created or deleted. A node that reboots starts its Pods again in any order.
"""

from collections.abc import Iterator

from checker.vocabulary import derived, never_step
from model.api.objects import PodPhase
from model.api.stateful_sets import UpdateStrategy
from model.cluster import Cluster, is_available, pod_template
from model.rows.pod import Pod
from model.rows.slots import StatefulSetSlot
from properties.stateful_set_identity import runs


def up(state: Cluster, pod: Pod) -> bool:
    """The Pod is Running, Ready and available, and is not being deleted, as the API says."""
    return pod.active and pod.phase is PodPhase.RUNNING and is_available(pod_template(state, pod), pod)


@derived
def ordinals_up(state: Cluster, stateful_set: StatefulSetSlot) -> tuple[int, ...]:
    """The ordinals of the StatefulSet's Pods that are up, ascending."""
    own = (pod for pod in state.pods if pod.stateful_set == stateful_set and up(state, pod))
    return tuple(sorted(pod.ordinal for pod in own if pod.ordinal is not None))


@derived
def ordinals_updated(state: Cluster, stateful_set: StatefulSetSlot, template: int) -> tuple[int, ...]:
    """The ordinals of the StatefulSet's Pods that are up and have that template, ascending."""
    own = (pod for pod in state.pods if pod.stateful_set == stateful_set and pod.template == template)
    return tuple(sorted(pod.ordinal for pod in own if pod.ordinal is not None and up(state, pod)))


@derived
def last_ordinal_there(state: Cluster, stateful_set: StatefulSetSlot) -> int:
    """The highest ordinal of a Pod that exists, or of which something runs; -1 if there is none."""
    own = [pod for pod in state.pods if pod.stateful_set == stateful_set and (pod.exists or runs(pod))]
    return max((pod.ordinal for pod in own if pod.ordinal is not None), default=-1)


@never_step("ordered_start")
def pods_started_too_early(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """A StatefulSet's Pod is created only while all Pods with lower ordinals are running, ready and available.

    Relied on by clusters whose members join those that are there already.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
    """
    for slot, pod in after.pods.items():
        owner, ordinal = pod.stateful_set, pod.ordinal
        if before.pods[slot] is None and owner is not None and ordinal is not None:
            first = before.constants.stateful_sets[owner].start_ordinal
            if any(lower not in ordinals_up(before, owner) for lower in range(first, ordinal)):
                yield pod


@never_step("ordered_stop")
def pods_stopped_too_early(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """A StatefulSet that is scaled down deletes a Pod only once all Pods with higher ordinals are shut down for good.

    Relied on by clusters whose members hand over to those that stay, one by one.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
    """
    for slot, pod in before.pods.items():
        owner, ordinal = pod.stateful_set, pod.ordinal
        if owner is not None and ordinal is not None and _is_deleted(pod, after.pods[slot]):
            stateful_set = before.stateful_sets[owner]
            spec = before.constants.stateful_sets[owner]
            if stateful_set is None or ordinal in spec.ordinals(stateful_set.replicas):
                continue
            if last_ordinal_there(before, owner) > ordinal:
                yield pod


@never_step("ordered_update")
def pods_updated_too_early(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """A rolling update deletes a StatefulSet's Pod only once all Pods with higher ordinals are updated and available.

    Relied on by whoever wants to see a new version work in one member before the next one gets it, and by quorums.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates
    """
    for slot, pod in before.pods.items():
        owner, ordinal = pod.stateful_set, pod.ordinal
        if owner is not None and ordinal is not None and _is_deleted(pod, after.pods[slot]):
            spec, stateful_set = before.constants.stateful_sets[owner], before.stateful_sets[owner]
            if stateful_set is None or pod.template == stateful_set.template:
                continue
            wanted = spec.ordinals(stateful_set.replicas)
            if ordinal in wanted and spec.update_strategy is UpdateStrategy.ROLLING_UPDATE:
                updated = ordinals_updated(before, owner, stateful_set.template)
                if any(higher not in updated for higher in wanted if higher > ordinal):
                    yield pod


def _is_deleted(before: Pod, after: Pod | None) -> bool:
    """Somebody has just asked for the Pod to be deleted."""
    if not before.exists or before.deleting:
        return False
    return after is None or not after.exists or after.deleting
