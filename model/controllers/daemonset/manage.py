"""Where Pods of a DaemonSet are missing, and which are too many, whatever their revision.

Source: pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Iterator, Sequence
from itertools import product

import msgspec

from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod, PodPhase
from model.api.pods import available, ready
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.back_off import BackOff, BackOffs, back_off_key
from model.controllers.daemonset.budgets import allows_surge
from model.controllers.daemonset.daemon_pods import PodsByNode, has_hash, seniority
from model.controllers.daemonset.should_run import ShouldRun, node_should_run_daemon_pod


class OnNode(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done on one Node."""

    create: bool = False
    delete: tuple[Pod, ...] = ()
    back_off: BackOff = BackOff()
    """The Node's delay afterwards."""
    requeue_after: int | None = None
    """Seconds until a failed Pod that has to stay for now is looked at again."""


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done on all Nodes: Pods to create, by the names of their Nodes, and Pods to delete."""

    create: tuple[str, ...] = ()
    delete: tuple[Pod, ...] = ()
    back_offs: BackOffs = {}
    requeue_after: int | None = None


def pods_should_be_on_node(
    daemon_set: DaemonSet, should_run: ShouldRun, pods: Sequence[Pod], hash_value: str, back_off: BackOff, now: int
) -> OnNode:
    """What is to be done on a Node that has these Pods of the DaemonSet, terminating ones included.

    `hash_value` is that of the newest revision, `now` is in seconds.
    Source: pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode)
    """
    if should_run.run and not pods:
        return OnNode(create=True, back_off=back_off)
    remaining = [pod for pod in pods if not pod.deleting]
    if not should_run.continue_running:
        return OnNode(delete=tuple(remaining), back_off=back_off)
    failed = [pod for pod in remaining if pod.phase is PodPhase.FAILED]
    running = [pod for pod in remaining if pod.phase not in (PodPhase.FAILED, PodPhase.SUCCEEDED)]
    replaced = failed[:1] if not back_off.pending(now) else []
    back_off = back_off.next(now) if replaced else back_off
    succeeded = [pod for pod in remaining if pod.phase is PodPhase.SUCCEEDED]
    return OnNode(
        create=should_run.run and not running and allows_surge(daemon_set),
        delete=(*replaced, *succeeded, *excess_pods(daemon_set, running, hash_value, now)),
        back_off=back_off,
        requeue_after=back_off.delay if len(failed) > len(replaced) else None,
    )


def excess_pods(daemon_set: DaemonSet, running: Sequence[Pod], hash_value: str, now: int) -> list[Pod]:
    """Which of a Node's Pods that neither finished nor terminate are too many.

    Source: pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode)
    """
    by_seniority = sorted(running, key=seniority)
    if not allows_surge(daemon_set):
        return by_seniority[1:]
    new = [pod for pod in by_seniority if has_hash(pod, hash_value)]
    old = [pod for pod in by_seniority if not has_hash(pod, hash_value)]
    excess = new[1:] + old[1:]
    if new and old and (not ready(old[0]) or available(new[0], daemon_set.min_ready_seconds, now)):
        excess.append(old[0])
    return excess


def unscheduled_without_node(nodes: Sequence[Node], pods: PodsByNode) -> list[Pod]:
    """The Pods that no scheduler can bind any more: their Node is gone.

    Those that are bound to a Node that is gone are left to the Pod garbage collector.
    Source: pkg/controller/daemon/daemon_controller.go (getUnscheduledPodsWithoutNode)
    """
    known = [node.name for node in nodes]
    return [pod for name, on_node in pods.items() if name not in known for pod in on_node if not pod.node]


def manage(
    daemon_set: DaemonSet, nodes: Sequence[Node], pods: PodsByNode, hash_value: str, back_offs: BackOffs, now: int
) -> Managed:
    """What is to be done on all Nodes; of a Node's failed Pods the first one goes.

    Source: pkg/controller/daemon/daemon_controller.go (manage)
    """
    after: dict[tuple[str, int, str], BackOff] = dict(back_offs)
    create: list[str] = []
    delete: list[Pod] = []
    waits: list[int] = []
    for node in nodes:
        key = back_off_key(daemon_set, node.name)
        should_run = node_should_run_daemon_pod(node, daemon_set.template)
        on_node = pods_should_be_on_node(
            daemon_set, should_run, pods.get(node.name, ()), hash_value, after.get(key, BackOff()), now
        )
        create += [node.name] if on_node.create else []
        delete += on_node.delete
        if on_node.back_off.since is not None:
            after[key] = on_node.back_off
        waits += [] if on_node.requeue_after is None else [on_node.requeue_after]
    delete += unscheduled_without_node(nodes, pods)
    return Managed(create=tuple(create), delete=tuple(delete), back_offs=after, requeue_after=min(waits, default=None))


def possible_managed(
    daemon_set: DaemonSet, nodes: Sequence[Node], pods: PodsByNode, hash_value: str, back_offs: BackOffs, now: int
) -> Iterator[Managed]:
    """Each outcome of `manage`, its own first: several failed Pods on one Node come in any order.

    Nothing else depends on the order, as long as one sync creates and deletes no more Pods than it may.
    """
    orders = [_failed_first(on_node) for on_node in pods.values()]
    seen: list[Managed] = []
    for order in product(*orders):
        managed = manage(daemon_set, nodes, dict(zip(pods, order, strict=True)), hash_value, back_offs, now)
        if managed not in seen:
            seen.append(managed)
            yield managed


def _failed_first(pods: tuple[Pod, ...]) -> list[tuple[Pod, ...]]:
    """The Pods with each failed one of them in front, or as they are if there are not several that failed."""
    failed = [pod for pod in pods if pod.phase is PodPhase.FAILED and not pod.deleting]
    if len(failed) < 2:
        return [pods]
    return [(first, *(pod for pod in pods if pod is not first)) for first in failed]
