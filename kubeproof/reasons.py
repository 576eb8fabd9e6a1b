"""Why a promise is false at the end of a trace, in an operator's words: one function for each promise.

A promise that has none here is explained by the columns that it read and that changed on the way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from checker.slicing import Explanation
from checker.vocabulary import Kind
from kubeproof.naming import Names, condition, count, replica_set_name
from kubeproof.words import catalog
from model.cluster import Cluster, answers, on_running_node, pod_template
from model.control_plane.scheduler.actions import requested
from model.control_plane.scheduler.filters import Requested, feasible
from model.controllers.deployment.actions import api_deployment
from model.controllers.deployment.fenceposts import max_replicas, max_surge, max_unavailable, min_available
from model.rows.deployment import Deployment
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod
from model.rows.replica_set import ReplicaSet
from properties.no_lost_request import misrouted_pods
from properties.no_outage import unserved_services
from properties.one_writer import overwritten_replica_sets
from properties.placement import misplaced_pods, overcommitted_nodes
from properties.rolling_update import (
    available_pods,
    deployments_with_too_few_pods,
    oversized_deployments,
    replicas_asked_for,
)

States = Sequence[Cluster]
"""The states of a trace."""


def why(explanation: Explanation, states: States, offenders: Sequence[Any], names: Names) -> tuple[str, ...]:
    """A sentence for each offender; for a promise without words of its own, one for each fact that changed."""
    if not offenders or explanation.promise.kind is Kind.SOMETIMES:
        return ()
    reason = REASONS.get(explanation.promise.name)
    if reason is not None:
        return tuple(reason(states, offender, names) for offender in offenders)
    return tuple(f"{fact.column}: {fact.before} → {fact.after}" for fact in explanation.facts)


def _nobody_answers(states: States, _: Any, names: Names) -> str:
    state = states[-1]
    alike: dict[str, list[str]] = {}
    for slot, pod in state.pods.items():
        if pod_template(state, pod).selected:
            down = _node_down(state, pod)
            what = f" ({down} is down)" if down else condition(state, pod)
            alike.setdefault(what, []).append(names.pod(slot))
    behind = ", ".join(f"{_and(pods)}{what}" for what, pods in alike.items())
    return f"of its Pods none answers: {behind}" if behind else "it has no Pod"


def _misrouted(states: States, pod: Pod, names: Names) -> str:
    state = states[-1]
    name = names.pod(_slot(state.pods.items(), pod))
    nodes = [state.constants.nodes[node].name for node, route in enumerate(pod.routed) if route is not Endpoint.UNUSED]
    others = [
        names.pod(slot)
        for slot, other in state.pods.items()
        if pod_template(state, other).selected and answers(state, other)
    ]
    return (
        f"Pod {name} is routed to by kube-proxy {_and(nodes)} while {_silence(state, pod)}; "
        f"{_and(others)} answer{'s' if len(others) == 1 else ''}"
    )


def _silence(state: Cluster, pod: Pod) -> str:
    """What keeps a Pod from answering."""
    if not pod.exists:
        return "it is deleted"
    down = _node_down(state, pod)
    if down:
        return f"its Node {down} is down"
    specs = zip(pod_template(state, pod).containers, pod.containers, strict=False)
    silent = [spec.name for spec, container in specs if spec.receives_traffic and container is not Container.SERVING]
    return f"its container {_and(silent)} does not answer" if silent else "no container takes the traffic"


def _node_down(state: Cluster, pod: Pod) -> str | None:
    """The name of the Node that a Pod is on if its machine is down."""
    if pod.node is None or not pod.exists or on_running_node(state, pod):
        return None
    return state.constants.nodes[pod.node].name


def _too_few_available(states: States, deployment: Deployment, names: Names) -> str:
    state, slot = states[-1], _slot(states[-1].deployments.items(), deployment)
    api = api_deployment(state, slot, deployment)
    return (
        f"Deployment {names.object(state, 'deployment', slot)}: {available_pods(state, slot)} available, "
        f"{min_available(api)} needed ({count(api.replicas, 'replica')} - "
        f"{_resolved('maxUnavailable', api.max_unavailable, max_unavailable(api))})"
    )


def _oversized(states: States, deployment: Deployment, names: Names) -> str:
    state, slot = states[-1], _slot(states[-1].deployments.items(), deployment)
    api = api_deployment(state, slot, deployment)
    return (
        f"Deployment {names.object(state, 'deployment', slot)}: its ReplicaSets ask for "
        f"{count(replicas_asked_for(state, slot), 'Pod')}, {max_replicas(api)} allowed "
        f"({count(api.replicas, 'replica')} + {_resolved('maxSurge', api.max_surge, max_surge(api))})"
    )


def _resolved(field: str, written: int | str | None, pods: int) -> str:
    """As in ``maxSurge 1 (25%)``."""
    return f"{field} {pods}" if written in (pods, str(pods)) else f"{field} {pods} ({written})"


def _overcommitted(states: States, node: Node, names: Names) -> str:
    state, slot = states[-1], _slot(states[-1].nodes.items(), node)
    allocatable = state.constants.nodes[slot].allocatable
    pods, resources = requested(state, slot)
    above = [
        f"{amount}{'m' if name == 'cpu' else ''} {name} of {allocatable[name]}{'m' if name == 'cpu' else ''}"
        for name, amount in (("pods", pods), *resources)
        if amount > allocatable.get(name, amount)
    ]
    return f"the Pods on Node {names.object(state, 'node', slot)} take {_and(above)}"


def _misplaced(states: States, pod: Pod, names: Names) -> str:
    state = states[-1]
    assert pod.node is not None  # only a bound Pod can be misplaced
    machine = state.constants.nodes[pod.node]
    refusal = feasible(pod_template(state, pod).spec, machine, Requested())
    reasons = f"{refusal.plugin}: {', '.join(refusal.reasons)}" if refusal else "nothing"
    return f"Pod {names.pod(_slot(state.pods.items(), pod))} is on Node {machine.name}, which {reasons} rules out"


def _overwritten(states: States, replica_set: ReplicaSet, _: Names) -> str:
    before, after = states[-2:]
    slot = _slot(before.replica_sets.items(), replica_set)
    written = after.replica_sets[slot]
    assert written is not None  # an overwritten ReplicaSet is there
    change = f"{count(replica_set.replicas, 'replica')} → {count(written.replicas, 'replica')}"
    return f"ReplicaSet {replica_set_name(before, slot)}: {change}, written by who had read an older version"


def _slot(items: Iterator[tuple[int, Any]], row: Any) -> int:
    return next(slot for slot, other in items if other is row)


def _and(parts: Sequence[str]) -> str:
    """As in ``a, b and c``."""
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), *parts[-1:]])


REASONS: Mapping[str, Callable[[States, Any, Names], str]] = {
    unserved_services.name: _nobody_answers,
    misrouted_pods.name: _misrouted,
    deployments_with_too_few_pods.name: _too_few_available,
    oversized_deployments.name: _oversized,
    overcommitted_nodes.name: _overcommitted,
    misplaced_pods.name: _misplaced,
    overwritten_replica_sets.name: _overwritten,
    **catalog.REASONS,
}
"""Promise -> says why one offender offends, at the end of these states."""
