"""Making sure that a Node is gone: it is not in the cache, for long enough, and then not in the API server either.

Source: pkg/controller/podgc/gc_controller.go, staging/src/k8s.io/client-go/util/workqueue/delaying_queue.go
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from model.api.objects import Pod

QUARANTINE_TIME = 40
"""Seconds for which a missing Node is left alone (``quarantineTime``)."""

Quarantine = Mapping[str, int]
"""When each Node is looked at again, in seconds, by its name."""


class Discovered(msgspec.Struct, frozen=True, kw_only=True):
    """The Nodes that are gone, and those that stay in quarantine."""

    deleted_nodes: tuple[str, ...] = ()
    quarantine: Quarantine = {}


def missing_nodes(pods: Iterable[Pod], known: Collection[str]) -> list[str]:
    """The Nodes that Pods are bound to, but the cache does not show."""
    return list(dict.fromkeys(pod.node for pod in pods if pod.node and pod.node not in known))


def quarantined(quarantine: Quarantine, missing: Iterable[str], now: int, quarantine_time: int) -> dict[str, int]:
    """The quarantine with the Nodes that are `missing` now; one that waits already does not wait longer.

    Source: staging/src/k8s.io/client-go/util/workqueue/delaying_queue.go (AddAfter)
    """
    after = dict(quarantine)
    for node in missing:
        after[node] = min(after.get(node, now + quarantine_time), now + quarantine_time)
    return after


def discover_deleted_nodes(
    quarantine: Quarantine,
    missing: Collection[str],
    known: Collection[str],
    live: Collection[str],
    now: int,
    quarantine_time: int = QUARANTINE_TIME,
) -> Discovered:
    """End the quarantine of the Nodes whose time has come: gone are those that neither cache nor API server has.

    `live` are the Nodes that the API server has, or does not answer for. `missing` Nodes begin a new quarantine as
    others end theirs. A Node that came back stays in the one it had: should it go once more, it waits only for what
    is left.

    Source: pkg/controller/podgc/gc_controller.go (gcOrphaned, discoverDeletedNodes)
    """
    due = [node for node, time in quarantine.items() if time <= now]
    waiting = {node: time for node, time in quarantine.items() if time > now}
    return Discovered(
        deleted_nodes=tuple(node for node in due if node not in known and node not in live),
        quarantine=quarantined(waiting, missing, now, quarantine_time),
    )
