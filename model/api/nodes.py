"""Nodes as the controllers see them: labels, taints, and the conditions that the kubelet posts.

Source: https://kubernetes.io/docs/reference/node/node-status/
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from model.api.taints import Taint


class NodeConditionType(StrEnum):
    """What a condition of a Node is about."""

    READY = "Ready"
    MEMORY_PRESSURE = "MemoryPressure"
    DISK_PRESSURE = "DiskPressure"
    PID_PRESSURE = "PIDPressure"
    NETWORK_UNAVAILABLE = "NetworkUnavailable"


class ConditionStatus(StrEnum):
    """Whether a condition is met."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class NodeCondition(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a Node's ``status.conditions``. Times are in seconds."""

    type: str
    status: str
    reason: str = ""
    last_heartbeat_time: int | None = None
    last_transition_time: int | None = None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A Node, with the fields that the controllers of its lifecycle read."""

    name: str = ""
    uid: str = ""
    labels: Mapping[str, str] = {}
    created: int = 0
    unschedulable: bool = False
    """``spec.unschedulable``: the Node is cordoned."""
    taints: tuple[Taint, ...] = ()
    conditions: tuple[NodeCondition, ...] = ()


def find_node_condition(conditions: Iterable[NodeCondition], type: str) -> NodeCondition | None:
    """The condition of that type, or None.

    Source: pkg/controller/util/node/controller_utils.go (GetNodeCondition)
    """
    return next((condition for condition in conditions if condition.type == type), None)


def ready_condition(node: Node) -> NodeCondition | None:
    """The Node's Ready condition; None if nobody ever posted a status."""
    return find_node_condition(node.conditions, NodeConditionType.READY)


def zone_key(labels: Mapping[str, str]) -> str:
    """The failure zone of a Node with these `labels`: region and zone in one text, empty for none.

    The beta labels, where they are set, come before the stable ones.
    Source: staging/src/k8s.io/component-helpers/node/topology/helpers.go (GetZoneKey)
    """
    zone, region = (
        labels.get(f"failure-domain.beta.kubernetes.io/{part}", labels.get(f"topology.kubernetes.io/{part}", ""))
        for part in ("zone", "region")
    )
    return f"{region}:\x00:{zone}" if region or zone else ""
