"""The loss of a node in an operator's words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names
from model.api.taints import TaintEffect
from model.cluster import Cluster, api_node, unreachable_taints
from model.rows.node import Node
from model.rows.pod import Pod, TaintTimer
from properties.eviction_within_toleration import pods_evicted_early

ACTORS = {
    "node_lifecycle_controller": "node lifecycle controller",
    "taint_eviction_controller": "taint eviction controller",
    "pod_gc": "Pod garbage collector",
}


def node_fact(node: Node) -> tuple[str, ...]:
    """What a node's machine does, and what the API says about it."""
    machine = "down" if not node.up else "cut off from the API server" if node.cut_off else "up"
    if not node.registered:
        return machine, "no Node object"
    ready = "Ready" if node.ready else "Ready Unknown"
    taints = " and ".join(taint.effect.value for taint in unreachable_taints(node))
    return machine, f"{ready}, tainted {taints}" if taints else ready


def _evicted_early(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    before = states[-2]
    slot = next(slot for slot, other in before.pods.items() if other is pod)
    assert pod.node is not None  # a Pod is evicted from a Node
    node = before.nodes[pod.node]
    assert node is not None
    name = before.constants.nodes[pod.node].name
    evicting = any(taint.effect is TaintEffect.NO_EXECUTE for taint in api_node(before, node).taints)
    if not evicting:
        why = "which has no taint NoExecute any more; the controller has not seen that"
    elif pod.taint_timer is TaintTimer.OUTDATED:
        why = "by a timer that was set for an earlier taint than the one that it has now"
    else:
        why = "although it tolerates its taints for ever"
    return f"Pod {names.pod(slot)} is evicted from Node {name}, {why}"


REASONS: Mapping[str, Callable[[Sequence[Cluster], Any, Names], str]] = {pods_evicted_early.name: _evicted_early}
