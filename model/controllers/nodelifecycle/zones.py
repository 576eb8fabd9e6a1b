"""How disrupted the zones are, and how fast their Nodes are tainted then.

Where many Nodes of a zone are not ready, the trouble may lie between them and the control plane: the Nodes of that zone
are tainted more slowly. Where no Node of any zone is ready, none is tainted at all.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

import struct
from collections.abc import Collection, Iterable, Mapping
from enum import Enum

import msgspec

from model.api.nodes import ConditionStatus, NodeCondition
from model.controllers.nodelifecycle.settings import Settings

EXCLUDED_FROM_DISRUPTION = "node.kubernetes.io/exclude-disruption"
"""Nodes with this label do not count for the state of their zone."""


class ZoneState(Enum):
    """How disrupted a zone is."""

    INITIAL = "Initial"
    """Not looked at yet."""
    NORMAL = "Normal"
    PARTIAL_DISRUPTION = "PartialDisruption"
    FULL_DISRUPTION = "FullDisruption"


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """The Nodes of a zone, by whether their Ready condition is True."""

    ready: int = 0
    not_ready: int = 0


class Disruption(msgspec.Struct, frozen=True, kw_only=True):
    """What the states of the zones come to."""

    states: Mapping[str, ZoneState | None]
    """The zones that the controller knows; None: a zone that has lost all its Nodes."""
    rates: Mapping[str, float] = {}
    """Zones that get another eviction rate (see `pacing.with_rate`)."""
    entered: bool = False
    """All zones have become fully disrupted: no Node keeps its NoExecute taints, or waits for them."""
    left: bool = False
    """Not all zones are fully disrupted any more: every Node gets a new grace period."""


def count_zone(ready_conditions: Iterable[NodeCondition | None]) -> Zone:
    """The zone of Nodes with these Ready conditions; a Node without one is not ready."""
    ready = [each is not None and each.status == ConditionStatus.TRUE for each in ready_conditions]
    return Zone(ready=ready.count(True), not_ready=ready.count(False))


def zone_state(zone: Zone, threshold: float) -> ZoneState:
    """Fully disrupted without any ready Node, partly with 3 or more, and the `threshold`, not ready.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState)
    """
    if zone.ready == 0 and zone.not_ready > 0:
        return ZoneState.FULL_DISRUPTION
    if zone.not_ready > 2 and _float32(zone.not_ready / (zone.not_ready + zone.ready)) >= _float32(threshold):
        return ZoneState.PARTIAL_DISRUPTION
    return ZoneState.NORMAL


def _float32(number: float) -> float:
    """The nearest number of 32 bits: what Kubernetes compares."""
    nearest: float = struct.unpack("f", struct.pack("f", number))[0]
    return nearest


def eviction_rate(state: ZoneState, size: int, settings: Settings) -> float:
    """Nodes to be tainted a second, in a zone of `size` Nodes, while not every zone is fully disrupted.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (setLimiterInZone, ReducedQPSFunc)
    """
    if state is not ZoneState.PARTIAL_DISRUPTION:
        return settings.eviction_rate
    return settings.secondary_eviction_rate if size > settings.large_cluster_threshold else 0


def handle_disruption(
    states: Mapping[str, ZoneState | None],
    zones: Mapping[str, Zone],
    settings: Settings,
    *,
    overlooked: Collection[str] = (),
) -> Disruption:
    """What the controller makes of the `zones` now, given the `states` it had them in.

    A zone without Nodes is forgotten, unless it is `overlooked`: the real controller stops looking for such zones at
    the first zone that was not fully disrupted, and goes through them in the order of a map.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (handleDisruption)
    """
    now = {name: zone_state(zone, settings.unhealthy_zone_threshold) for name, zone in zones.items()}
    before = {name: state for name, state in states.items() if name in zones or name in overlooked}
    before |= {name: ZoneState.INITIAL for name in zones if name not in states}
    were = all(before[name] is ZoneState.FULL_DISRUPTION for name in zones)
    are = all(state is ZoneState.FULL_DISRUPTION for state in now.values())
    if are and were:
        return Disruption(states=before)
    if are:
        return Disruption(
            states=dict.fromkeys(before, ZoneState.FULL_DISRUPTION), rates=dict.fromkeys(before, 0.0), entered=True
        )
    return Disruption(
        states={name: now.get(name) for name in before},
        rates={
            name: eviction_rate(state, zones[name].ready + zones[name].not_ready, settings)
            for name, state in now.items()
            if were or before[name] is not state
        },
        left=were,
    )
