"""Volumes in an operator's words."""

from collections.abc import Iterator

from model.cluster import Cluster


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Where each volume is attached."""
    for slot, volume in state.volumes.items():
        node = volume.attached
        place = "attached to no node" if node is None else f"attached to {state.constants.nodes[node].name}"
        yield ("Volume of claim", state.constants.volumes[slot].claim), (place,)


ACTORS = {"attach_detach_controller": "attach/detach controller"}
