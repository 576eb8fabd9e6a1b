"""One sync of a DaemonSet.

Left out, because they are for the caller to decide: whether the informers have caught up with the controller's own
writes (if not, nothing of this happens), and a selector that is empty (likewise). Adopting and releasing
ControllerRevisions is left out, too (the given ones are the DaemonSet's own), and that a sync patches the Pods that it
adopts or releases again each time it lists them: the cache does not show the patch yet, and it changes nothing more.

Source: pkg/controller/daemon/daemon_controller.go, pkg/controller/daemon/update.go
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.claims import Selects, claim_pods
from model.controllers.daemonset.history import construct_history
from model.controllers.daemonset.steps import Memory, Server, Settings, Steps, Sync, in_order
from model.controllers.daemonset.writes import Adopt, Release

ACCEPTS_ALL = Server()
DEFAULTS = Settings()


class Caches(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller's informers show, in the order in which it goes through them."""

    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    """Those that the DaemonSet controls, and orphans; others do no harm."""
    revisions: tuple[ControllerRevision, ...] = ()
    """Those that the DaemonSet controls."""


def sync(
    daemon_set: DaemonSet,
    caches: Caches,
    memory: Memory,
    now: int,
    *,
    selects: Selects,
    server: Server = ACCEPTS_ALL,
    settings: Settings = DEFAULTS,
) -> Sync:
    """One sync of `daemon_set` at `now` (seconds); what comes first in the caches is taken first.

    `selects` is the DaemonSet's selector. ValueError if maxSurge or maxUnavailable is text but no percentage.
    Source: pkg/controller/daemon/daemon_controller.go (syncDaemonSet)
    """
    return next(possible_syncs(daemon_set, caches, memory, now, selects=selects, server=server, settings=settings))


def possible_syncs(
    daemon_set: DaemonSet,
    caches: Caches,
    memory: Memory,
    now: int,
    *,
    selects: Selects,
    server: Server = ACCEPTS_ALL,
    settings: Settings = DEFAULTS,
) -> Iterator[Sync]:
    """Each outcome of `sync`, its own first: which of several Pods or Nodes that are alike come first is open.

    Source: pkg/controller/daemon/daemon_controller.go (syncDaemonSet)
    """
    if daemon_set.deleting:
        yield Sync(memory=memory)
        return
    claims = claim_pods(daemon_set, caches.pods, selects, can_adopt=server.can_adopt)
    history = construct_history(
        daemon_set,
        caches.revisions,
        claims.claimed,
        stored=server.stored_revisions,
        live_collision_count=server.collision_count,
        hash_function=settings.hash_function,
    )
    started = in_order(Sync(memory=memory), history.writes, server.answer)
    if started.error or history.current is None:
        yield replace(started, error=True)
        return
    patches = (*map(Adopt, claims.adopted), *map(Release, claims.released))
    claimed = replace(started, writes=started.writes + patches, error=claims.error)
    if claims.error:
        yield claimed
        return
    steps = Steps(daemon_set, caches.nodes, history, now, server, settings)
    yield from _acting(steps, claimed, claims.claimed)


def _acting(steps: Steps, done: Sync, pods: tuple[Pod, ...]) -> Iterator[Sync]:
    """Go on with the Pods that are claimed: only with the status, while there are Pods to wait for."""
    if not done.memory.expectations.satisfied(steps.now):
        yield steps.update_status(done, pods, raise_observed_generation=False)
        return
    for managed, after_managing in steps.manage(done, pods):
        for updated, left in steps.update(managed, after_managing):
            yield steps.update_status(steps.cleanup_history(updated, left), left)
