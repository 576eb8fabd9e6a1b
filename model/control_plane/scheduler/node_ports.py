"""Filter NodePorts: a Pod runs only where the host ports that it wants are free.

Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go, pkg/scheduler/framework/types.go (HostPortInfo)
"""

from collections.abc import Iterable

from model.control_plane.scheduler.refusal import Code, Refusal
from model.control_plane.scheduler.snapshot import HostPort

_ALL_ADDRESSES = "0.0.0.0"


def node_ports(wanted: Iterable[HostPort], used: Iterable[HostPort]) -> Refusal | None:
    """Refuse a Node where a `wanted` port is among those `used` by its Pods."""
    taken = tuple(used)
    if any(conflict(port, other) for port in wanted for other in taken):
        return Refusal(
            plugin="NodePorts",
            code=Code.UNSCHEDULABLE,
            reasons=("node(s) didn't have free ports for the requested pod ports",),
        )
    return None


def conflict(one: HostPort, other: HostPort) -> bool:
    """Both take the same port of the same address, or of all addresses. Port 0 takes none.

    Source: types.go (CheckConflict)
    """
    if one.port <= 0 or one.port != other.port or (one.protocol or "TCP") != (other.protocol or "TCP"):
        return False
    addresses = {one.ip or _ALL_ADDRESSES, other.ip or _ALL_ADDRESSES}
    return len(addresses) == 1 or _ALL_ADDRESSES in addresses
