"""Replacing the Pods of old revisions, a few at a time.

The Nodes are gone through in no particular order, and among Pods and Nodes that are alike the first ones are taken.
So a rolling update is what happens for certain, and a choice of some among others.

Source: pkg/controller/daemon/update.go
"""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from itertools import combinations

import msgspec
from msgspec.structs import replace

from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.api.pods import available
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.budgets import budgets
from model.controllers.daemonset.daemon_pods import PodsByNode, is_updated
from model.controllers.daemonset.should_run import node_should_run_daemon_pod


class Health(Enum):
    """Whether there is a Pod, and how it does."""

    NONE = "none"
    UNAVAILABLE = "unavailable"
    AVAILABLE = "available"


class UpdatedOnNode(msgspec.Struct, frozen=True, kw_only=True):
    """A Node as a rolling update sees it: what is not being deleted there."""

    name: str
    old: Pod | None = None
    new: Pod | None = None
    old_health: Health = Health.NONE
    new_health: Health = Health.NONE
    unclear: bool = False
    """It has several old Pods, or several new ones; `manage` has to clear that up first."""
    should_run: bool = True
    exists: bool = True
    """The Node is in the controller's cache."""


class RollingUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What one step deletes and creates: all of the first two, and so many of each list of candidates."""

    delete: tuple[Pod, ...] = ()
    create: tuple[str, ...] = ()
    """Names of Nodes."""
    delete_candidates: tuple[Pod, ...] = ()
    deletions: int = 0
    create_candidates: tuple[str, ...] = ()
    creations: int = 0
    error: bool = False
    """An old Pod is for a Node that is not in the cache: nothing happens, and the sync is tried again."""


def find_updated_pods_on_node(
    name: str, pods: Sequence[Pod], updated: Callable[[Pod], bool], health: Callable[[Pod], Health]
) -> UpdatedOnNode:
    """The one old and the one new Pod that are not being deleted, if there are no more.

    Source: pkg/controller/daemon/update.go (findUpdatedPodsOnNode)
    """
    kept = [pod for pod in pods if not pod.deleting]
    new = [pod for pod in kept if updated(pod)]
    old = [pod for pod in kept if not updated(pod)]
    if len(new) > 1 or len(old) > 1:
        return UpdatedOnNode(name=name, unclear=True)
    return UpdatedOnNode(
        name=name,
        old=old[0] if old else None,
        new=new[0] if new else None,
        old_health=health(old[0]) if old else Health.NONE,
        new_health=health(new[0]) if new else Health.NONE,
    )


def counts_as_unavailable(node: UpdatedOnNode) -> bool:
    """Whether the Node uses up some of maxUnavailable: unclear, with no Pod, with two, or with one unavailable."""
    if node.unclear or (node.old is None) == (node.new is None):
        return True
    return Health.UNAVAILABLE in (node.old_health, node.new_health)


def delete_first(nodes: Sequence[UpdatedOnNode], max_unavailable: int) -> RollingUpdate:
    """A step without surge: old Pods that are unavailable go at once, others while few enough are unavailable.

    Source: pkg/controller/daemon/update.go (rollingUpdate)
    """
    unavailable = sum(1 for node in nodes if counts_as_unavailable(node))
    only_old = [(node.old, node.old_health) for node in nodes if node.old is not None and node.new is None]
    candidates = tuple(pod for pod, health in only_old if health is Health.AVAILABLE)
    return RollingUpdate(
        delete=tuple(pod for pod, health in only_old if health is Health.UNAVAILABLE),
        delete_candidates=candidates,
        deletions=min(max(max_unavailable - unavailable, 0), len(candidates)),
    )


def create_first(nodes: Sequence[UpdatedOnNode], max_surge: int, desired: int) -> RollingUpdate:
    """A step with surge: new Pods beside old ones, which go when the new ones are available.

    Next to an old Pod that is unavailable a new one is created at once. Where no Pod should run, an available old one
    stays as long as all `desired` are not available elsewhere.
    Source: pkg/controller/daemon/update.go (rollingUpdate)
    """
    only_old = [node for node in nodes if node.old is not None and node.new is None]
    if any(not node.exists for node in only_old):
        return RollingUpdate(error=True)
    both = [node for node in nodes if node.old is not None and node.new is not None]
    surge = sum(1 for node in both if node.new_health is Health.UNAVAILABLE) + sum(1 for node in nodes if node.unclear)
    serving = sum(1 for node in nodes if _seniors_health(node) is Health.AVAILABLE)
    replaced = [node for node in both if node.new_health is Health.AVAILABLE]
    broken = [node for node in only_old if node.old_health is Health.UNAVAILABLE]
    healthy = [node for node in only_old if node.old_health is Health.AVAILABLE]
    leaving = _old_pods(node for node in healthy if not node.should_run)
    candidates = tuple(node.name for node in healthy if node.should_run)
    return RollingUpdate(
        delete=_old_pods(replaced) + _old_pods(node for node in broken if not node.should_run),
        create=tuple(node.name for node in broken if node.should_run),
        delete_candidates=leaving,
        deletions=min(max(serving - desired, 0), len(leaving)),
        create_candidates=candidates,
        creations=min(max(max_surge - surge, 0), len(candidates)),
    )


def _old_pods(nodes: Iterator[UpdatedOnNode] | Sequence[UpdatedOnNode]) -> tuple[Pod, ...]:
    return tuple(node.old for node in nodes if node.old is not None)


def _seniors_health(node: UpdatedOnNode) -> Health:
    """How the old Pod does if there is one, else the new one."""
    return node.new_health if node.old is None else node.old_health


def nodes_to_update(
    daemon_set: DaemonSet, nodes: Sequence[Node], pods: PodsByNode, hash_value: str, now: int
) -> list[UpdatedOnNode]:
    """The Nodes that a rolling update goes through: those with Pods, and those that should have one.

    Source: pkg/controller/daemon/update.go (updatedDesiredNodeCounts, rollingUpdate)
    """

    def updated(pod: Pod) -> bool:
        return is_updated(pod, hash_value, daemon_set.template_generation)

    def health(pod: Pod) -> Health:
        return Health.AVAILABLE if available(pod, daemon_set.min_ready_seconds, now) else Health.UNAVAILABLE

    runs = {node.name: node_should_run_daemon_pod(node, daemon_set.template).run for node in nodes}
    names = [*pods, *(name for name, run in runs.items() if run and name not in pods)]
    return [
        replace(
            find_updated_pods_on_node(name, pods.get(name, ()), updated, health),
            should_run=runs.get(name, False),
            exists=name in runs,
        )
        for name in names
    ]


def rolling_update(
    daemon_set: DaemonSet, nodes: Sequence[Node], pods: PodsByNode, hash_value: str, now: int
) -> RollingUpdate:
    """One step of the DaemonSet's rolling update; `hash_value` is the newest revision's, `now` is in seconds.

    ValueError if maxSurge or maxUnavailable is text but no percentage.
    Source: pkg/controller/daemon/update.go (rollingUpdate)
    """
    desired = sum(1 for node in nodes if node_should_run_daemon_pod(node, daemon_set.template).run)
    bounds = budgets(daemon_set, desired)
    to_update = nodes_to_update(daemon_set, nodes, pods, hash_value, now)
    if bounds.max_surge == 0:
        return delete_first(to_update, bounds.max_unavailable)
    return create_first(to_update, bounds.max_surge, desired)


def possible_choices(update: RollingUpdate) -> Iterator[tuple[tuple[str, ...], tuple[Pod, ...]]]:
    """Each choice among the candidates: the Nodes that get a Pod, and the Pods that are deleted.

    The first one takes them in the order given.
    """
    for created in combinations(update.create_candidates, update.creations):
        for deleted in combinations(update.delete_candidates, update.deletions):
            yield update.create + created, update.delete + deleted
