"""The steps of one sync of a DaemonSet, in the order in which they are taken.

Source: pkg/controller/daemon/daemon_controller.go, pkg/controller/daemon/update.go
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.daemon_sets import DaemonSet, DaemonSetUpdateStrategy
from model.api.objects import Pod
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.back_off import BackOffs
from model.controllers.daemonset.daemon_pods import Placement, pods_by_node
from model.controllers.daemonset.history import History, beyond_history
from model.controllers.daemonset.manage import possible_managed
from model.controllers.daemonset.rolling_update import possible_choices, rolling_update
from model.controllers.daemonset.status import calculate_status, status_check, status_to_write
from model.controllers.daemonset.sync_nodes import BURST_REPLICAS, sync_nodes
from model.controllers.daemonset.writes import Answer, CreatePod, DeletePod, UpdateStatus, Write, accepted
from model.controllers.expectations import ControllerExpectations
from model.controllers.history import DeleteControllerRevision, Hash, hash_controller_revision


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller keeps to itself about the DaemonSet, and loses when it restarts."""

    expectations: ControllerExpectations = ControllerExpectations()
    back_offs: BackOffs = {}


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """How the API server answers: to writes, and to reads past the caches."""

    answer: Answer = accepted
    can_adopt: bool = True
    """It has the DaemonSet, with the same uid and not being deleted."""
    stored_revisions: tuple[ControllerRevision, ...] = ()
    """ControllerRevisions that have the name of a new one, whether the cache shows them or not."""
    collision_count: int | None = None
    """The live DaemonSet's, if it is not the same as the cache's."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the controller is set up."""

    placement: Placement = Placement.NODE_AFFINITY
    burst: int = BURST_REPLICAS
    hash_function: Hash = hash_controller_revision
    sees_own_writes: bool = False
    """The caches show what the sync creates and deletes before it goes on: the fastest that watch events can be."""


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did: its accepted writes in order, and when the DaemonSet has to be looked at again."""

    writes: tuple[Write, ...] = ()
    memory: Memory = Memory()
    requeue_after: int | None = None
    """Seconds until the next sync, or None: at the next event."""
    error: bool = False
    """The sync is tried again, at a limited rate."""


class Steps(msgspec.Struct, frozen=True):
    """What the steps of one sync have in common. A step takes what was done before it, and the Pods in the cache."""

    daemon_set: DaemonSet
    nodes: tuple[Node, ...]
    history: History
    now: int
    server: Server
    settings: Settings

    def manage(self, done: Sync, pods: tuple[Pod, ...]) -> Iterator[tuple[Sync, tuple[Pod, ...]]]:
        """Create Pods where they are missing, and delete those that are too many."""
        options = possible_managed(
            self.daemon_set,
            self.nodes,
            pods_by_node(pods),
            self.history.hash_value,
            done.memory.back_offs,
            self.now,
        )
        for managed in options:
            memory = replace(done.memory, back_offs=managed.back_offs)
            requeued = replace(done, memory=memory, requeue_after=managed.requeue_after)
            yield self.sync_nodes(requeued, pods, managed.create, managed.delete)

    def update(self, done: Sync, pods: tuple[Pod, ...]) -> Iterator[tuple[Sync, tuple[Pod, ...]]]:
        """Go on with the rolling update, unless there are Pods to wait for.

        Source: pkg/controller/daemon/daemon_controller.go (updateDaemonSet)
        """
        satisfied = done.memory.expectations.satisfied(self.now)
        rolling = self.daemon_set.update_strategy is DaemonSetUpdateStrategy.ROLLING_UPDATE
        if done.error or not satisfied or not rolling:
            yield done, pods
            return
        update = rolling_update(self.daemon_set, self.nodes, pods_by_node(pods), self.history.hash_value, self.now)
        if update.error:
            yield replace(done, error=True), pods
            return
        for create, delete in possible_choices(update):
            yield self.sync_nodes(done, pods, create, delete)

    def sync_nodes(
        self, done: Sync, pods: tuple[Pod, ...], create: Sequence[str], delete: Sequence[Pod]
    ) -> tuple[Sync, tuple[Pod, ...]]:
        """Make these creates and deletes; the second value is the cache after that."""
        synced = sync_nodes(
            self.daemon_set,
            create,
            delete,
            done.memory.expectations,
            self.now,
            hash_value=self.history.hash_value,
            placement=self.settings.placement,
            answer=self.server.answer,
            burst=self.settings.burst,
        )
        expectations = synced.expectations
        if self.settings.sees_own_writes:
            pods, expectations = _observe(pods, expectations, synced.writes)
        memory = replace(done.memory, expectations=expectations)
        return replace(done, writes=done.writes + synced.writes, memory=memory, error=synced.error), pods

    def cleanup_history(self, done: Sync, pods: Sequence[Pod]) -> Sync:
        """Delete old ControllerRevisions beyond the limit, if nothing went wrong before."""
        if done.error:
            return done
        by_node = pods_by_node(pods, include_deleted_terminal=True)
        kept = [pod for on_node in by_node.values() for pod in on_node]
        beyond = beyond_history(self.daemon_set, self.history.old, kept)
        deletes = [DeleteControllerRevision(revision.name) for revision in beyond]
        return in_order(done, deletes, self.server.answer)

    def update_status(self, done: Sync, pods: Sequence[Pod], *, raise_observed_generation: bool = True) -> Sync:
        """Write the status if it says anything new, whatever went wrong before.

        A status that is refused is written once more on a fresh copy of the DaemonSet: the answer is the second one.
        Source: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus, storeDaemonSetStatus)
        """
        calculated = calculate_status(
            self.daemon_set,
            self.nodes,
            pods_by_node(pods),
            self.history.hash_value,
            self.now,
            raise_observed_generation=raise_observed_generation,
        )
        status = status_to_write(self.daemon_set, calculated)
        writes = () if status is None else (UpdateStatus(status),)
        written = in_order(replace(done, error=False), writes, self.server.answer)
        if written.error:
            return written
        waits = [wait for wait in (done.requeue_after, status_check(self.daemon_set, calculated)) if wait is not None]
        return replace(written, error=done.error, requeue_after=min(waits, default=None))


def in_order(done: Sync, writes: Sequence[Write], answer: Answer) -> Sync:
    """Make the writes one after the other, up to the first that is refused."""
    for write in writes:
        if answer(write) is not None:
            return replace(done, error=True)
        done = replace(done, writes=(*done.writes, write))
    return done


def _observe(
    pods: tuple[Pod, ...], expectations: ControllerExpectations, writes: Sequence[Write]
) -> tuple[tuple[Pod, ...], ControllerExpectations]:
    """The cache, and what is still expected, once the watch has shown these creates and deletes.

    A Pod that was bound is being deleted; one that was not is gone.
    """
    created = tuple(write.pod for write in writes if isinstance(write, CreatePod))
    deleted = [write.pod for write in writes if isinstance(write, DeletePod)]
    kept = tuple(
        replace(pod, deleting=True) if pod in deleted else pod for pod in pods if pod not in deleted or pod.node
    )
    return kept + created, expectations.lower_expectations(len(created), len(deleted))
