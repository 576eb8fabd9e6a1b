"""What users may make of a workload's nodes: other labels, and taints that keep Pods away."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.taints import Taint, TaintEffect
from model.control_plane.scheduler.filters import Node
from model.rows.node import NodeChange

_TAINT = "example.com/maintenance"


def tainted(_: Workload, node: Node) -> Iterator[Node]:
    """The node with a taint that keeps new Pods away, and with one that ends those that are there."""
    for effect in (TaintEffect.NO_SCHEDULE, TaintEffect.NO_EXECUTE):
        yield replace(node, taints=(*node.taints, Taint(key=_TAINT, effect=effect)))


def relabelled(workload: Workload, node: Node) -> Iterator[Node]:
    """The node without the labels that the workload's node selectors and affinities ask for."""
    asked = {key for member in workload.members for key in member.labels_asked_for}
    if asked & set(node.labels):
        yield replace(node, labels={key: value for key, value in node.labels.items() if key not in asked})


def all_nodes(workload: Workload, standard: StandardScenario) -> dict[str, Any]:
    """The model's nodes: the workload's, those that may join, and what users may make of them."""
    joining = tuple(_another(workload, number) for number in range(standard.joining))
    slots = (*workload.nodes, *joining)
    alternatives: list[Node] = []
    changes: list[NodeChange] = []
    for number, node in enumerate(slots):
        for changed in standard.node_changes(workload, node):
            changes.append(NodeChange(number, len(slots) + len(alternatives)))
            alternatives.append(changed)
    return {"nodes": (*slots, *alternatives), "joining": len(joining), "node_changes": tuple(changes)}


def _another(workload: Workload, number: int) -> Node:
    """A node like those that there are."""
    like = workload.nodes[number % len(workload.nodes)]
    return replace(like, name=f"joining-{chr(ord('a') + number)}")


def tainted_or_relabelled(workload: Workload, node: Node) -> Iterator[Node]:
    """All of these."""
    yield from tainted(workload, node)
    yield from relabelled(workload, node)
