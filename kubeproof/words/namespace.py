"""Volumes and quotas in an operator's words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubeproof.naming import Names
from model.cluster import Cluster
from model.control_plane.pod_requests import quota_used
from properties.volume_on_one_node import volumes_in_use_twice

_CPU = ("cpu", "requests.cpu")


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Where each volume is attached, and what is used of the quota."""
    for slot, volume in state.volumes.items():
        node = volume.attached
        place = "attached to no node" if node is None else f"attached to {state.constants.nodes[node].name}"
        yield ("Volume of claim", state.constants.volumes[slot].claim), (place,)
    if state.constants.quota is not None:
        used = dict(quota_used(state))
        parts = (_used(name, used.get(name, 0), limit) for name, limit in state.constants.quota.items())
        yield ("ResourceQuota", "of the namespace"), tuple(parts)


def _used(name: str, used: int, limit: int) -> str:
    """As in ``requests.cpu 800m of 1000m``."""
    unit = "m" if name in _CPU else ""
    return f"{name} {used}{unit} of {limit}{unit}"


ACTORS = {"attach_detach_controller": "attach/detach controller"}
REASONS: Mapping[str, Callable[[Any, Any, Names], str]] = {
    volumes_in_use_twice.name: lambda _, offender, __: str(offender),
}
