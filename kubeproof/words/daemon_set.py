"""DaemonSets in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names
from model.cluster import Cluster
from model.controllers.daemonset.actions import is_for
from properties.daemon_set_one_per_node import (
    available_templates,
    daemon_sets_that_surge_too_far,
    doubled_daemon_pods,
    is_wanted,
    live_templates,
)
from properties.daemon_set_update import daemon_sets_updated_too_fast, daemon_sets_with_too_few_pods

ACTORS: Mapping[str, str] = {
    "daemon_set_controller": "DaemonSet controller",
    "daemon_set_expectations": "DaemonSet controller's expectations",
}
"""Who acts, by the first words of an action's name."""

States = Sequence[Cluster]


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The DaemonSets as the API has them, and what their controller remembers of its own writes."""
    for slot, daemon_set in state.daemon_sets.items():
        name = state.constants.daemon_sets[slot].name
        yield ("DaemonSet", name), (f"template {state.constants.templates[daemon_set.template].name}",)
        if state.constants.caches.replica_set_pods:
            waits = "waits to see its own writes" if daemon_set.expects else "waits for nothing"
            too_old = ("knows that its cache is too old",) if daemon_set.unseen_writes else ()
            yield ("DaemonSet controller's memory of", name), (waits, *too_old)


def _doubled(states: States, offender: str, names: Names) -> str:
    return f"{offender}: {_each_node(states[-1], names, lambda live, _: len(live) > 1)}"


def _too_few(states: States, offender: str, names: Names) -> str:
    return f"{offender}: {_each_node(states[-1], names, lambda _, available: not available)}"


def _too_fast(states: States, offender: str, names: Names) -> str:
    before = _each_node(states[-2], names, lambda _, available: not available)
    return f"{offender}; before: {before}"


def _each_node(state: Cluster, names: Names, chosen: Callable[[Sequence[int], Sequence[int]], bool]) -> str:
    """The Pods of each of the `chosen` nodes, by the templates of those that are live and of those available."""
    said: list[str] = []
    for slot in [slot for slot, _ in state.daemon_sets.items()]:
        for node in [node for node, _ in state.nodes.items()]:
            live, available = live_templates(state, slot, node), available_templates(state, slot, node)
            if is_wanted(state, slot, node) and chosen(live, available):
                said.append(f"{state.constants.nodes[node].name} has {_pods(state, slot, node, names)}")
    return "; ".join(said)


def _pods(state: Cluster, slot: int, node: int, names: Names) -> str:
    found: list[str] = []
    for row, pod in state.pods.items():
        if pod.exists and is_for(pod, slot, node):
            condition = "terminating" if pod.deleting else "Ready" if pod.ready else "not Ready"
            found.append(f"{names.pod(row)} ({condition})")
    return " and ".join(found) or "none"


REASONS: Mapping[str, Callable[[States, Any, Names], str]] = {
    doubled_daemon_pods.name: _doubled,
    daemon_sets_that_surge_too_far.name: _doubled,
    daemon_sets_with_too_few_pods.name: _too_few,
    daemon_sets_updated_too_fast.name: _too_fast,
}
"""Promise -> says why one offender offends, at the end of these states."""
