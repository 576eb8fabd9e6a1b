"""States and steps in an operator's words: what each component says, knows or does, and what a step changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from checker.state import Pool, Row
from checker.trace import Step, Trace
from model.cluster import (
    Cluster,
    Container,
    ContainerSpec,
    Endpoint,
    ObservedReplicaSet,
    Pod,
    ReplicaSet,
    Worker,
    pod_template,
)

Fact = tuple[str, ...]
"""What there is to say about an object, in parts that change one by one."""
Facts = Mapping[tuple[str, str], Fact]
"""(component, object) -> what the component knows or does about the object."""


class Change(msgspec.Struct, frozen=True):
    """One fact that a step changed; None where there was none, or is none any more."""

    component: str
    object: str
    before: Fact | None
    after: Fact | None

    def __str__(self) -> str:
        """As in ``ReplicaSet web-v1: 2 replicas → 1 replica``: the parts that changed."""
        if self.before is None or self.after is None:
            return f"{self.component} {self.object}: {', '.join(self.after or ('gone',))}"
        old = ", ".join(part for part in self.before if part not in self.after)
        new = ", ".join(part for part in self.after if part not in self.before)
        return f"{self.component} {self.object}: {' → '.join(text for text in (old, new) if text)}"


class NarratedStep(msgspec.Struct, frozen=True):
    """One step: who did what, and what that changed."""

    number: int
    actor: str
    what: str
    changes: tuple[Change, ...]


class Narration(msgspec.Struct, frozen=True):
    """A trace in words: the first state whole, then only what each step changed, and what offends at the end."""

    start: Facts
    steps: tuple[NarratedStep, ...]
    offenders: tuple[str, ...]


class _Names:
    """Names for the Pods of a trace, given when they appear: ``web-v2-a``."""

    def __init__(self) -> None:
        self._of_slot: dict[int, str] = {}
        self._count: dict[str, int] = {}

    def follow(self, state: Cluster) -> None:
        """Name the Pods that are new in `state`, forget those that are gone."""
        for slot, pod in enumerate(state.pods.slots):
            if pod is None:
                self._of_slot.pop(slot, None)
            elif slot not in self._of_slot:
                base = replica_set_name(state, pod.replica_set)
                number = self._count.get(base, 0)
                self._count[base] = number + 1
                self._of_slot[slot] = f"{base}-{_letters(number)}"

    def pod(self, slot: int) -> str:
        """The name of the Pod in a slot."""
        return self._of_slot[slot]


def narrate(trace: Trace, offenders: Sequence[Any] = ()) -> Narration:
    """Tell a trace, and what offends at its end."""
    names = _Names()
    names.follow(_cluster(trace.initial))
    known = start = dict(facts(_cluster(trace.initial), names))
    steps: list[NarratedStep] = []
    before = _cluster(trace.initial)
    for number, step in enumerate(trace.steps, 1):
        actor, what = _who_does_what(before, step, names)
        before = _cluster(step.state)
        names.follow(before)
        now = dict(facts(before, names))
        steps.append(NarratedStep(number, actor, what, tuple(_changes(known, now))))
        known = now
    return Narration(start, tuple(steps), tuple(_describe(before, offender, names) for offender in offenders))


def _cluster(state: Any) -> Cluster:
    assert isinstance(state, Cluster)
    return state


def _changes(before: Facts, after: Facts) -> Iterator[Change]:
    for key in dict.fromkeys((*after, *before)):
        if before.get(key) != after.get(key):
            yield Change(*key, before.get(key), after.get(key))


def facts(state: Cluster, names: _Names) -> Iterator[tuple[tuple[str, str], Fact]]:
    """Every fact about a state, from the top layer down."""
    constants = state.constants
    for slot, deployment in state.deployments.items():
        template = f"template {constants.templates[deployment.template].name}"
        yield ("Deployment", constants.deployments[slot].name), (template, _count(deployment.replicas, "replica"))
    for slot, replica_set in state.replica_sets.items():
        name = replica_set_name(state, slot)
        yield ("ReplicaSet", name), (*_sizes(replica_set), f"revision {replica_set.revision}")
        if constants.caches.deployment_replica_sets:
            yield ("Deployment controller's cache of", name), _cached(replica_set)
    for slot, pod in state.pods.items():
        yield ("Pod", names.pod(slot)), _pod_fact(state, pod)
        if constants.caches.replica_set_pods:
            seen = pod.observed
            text = "not there" if seen is None else "terminating" if seen.deleting else _ready_text(seen.ready)
            yield ("ReplicaSet controller's cache of", names.pod(slot)), (text,)
    yield from _node_facts(state, names)
    yield from _traffic_facts(state, names)


def _node_facts(state: Cluster, names: _Names) -> Iterator[tuple[tuple[str, str], Fact]]:
    for slot, node in state.nodes.items():
        name = state.constants.nodes[slot].name
        yield ("Node", name), ("up" if node.up else "crashed",)
        for pod_slot, pod in state.pods.items():
            if pod.node == slot and pod.worker is not Worker.NONE:
                yield (f"kubelet {name}", names.pod(pod_slot)), (pod.worker.value,)
                for position, spec in enumerate(pod_template(state, pod).containers):
                    if pod.containers[position] is not Container.WAITING:
                        container = f"{names.pod(pod_slot)}/{spec.name}"
                        yield (f"runtime {name}", container), (_doing(spec, pod.containers[position]),)


def _doing(spec: ContainerSpec, container: Container) -> str:
    quiet = container is Container.RUNNING and not spec.answers_matter
    return "running" if quiet else container.value


def _traffic_facts(state: Cluster, names: _Names) -> Iterator[tuple[tuple[str, str], Fact]]:
    service = state.constants.service
    if service is None:
        return
    listed = {
        endpoint: [names.pod(slot) for slot, pod in state.pods.items() if pod.endpoint is endpoint]
        for endpoint in (Endpoint.READY, Endpoint.TERMINATING)
    }
    parts = [f"{endpoint.value}: {', '.join(pods)}" for endpoint, pods in listed.items() if pods]
    yield ("EndpointSlice", service), ("; ".join(parts) or "no usable endpoint",)
    for slot, node in state.nodes.items():
        if node.up:
            routes = [
                names.pod(pod_slot) for pod_slot, pod in state.pods.items() if pod.routed[slot] is not Endpoint.UNUSED
            ]
            name = state.constants.nodes[slot].name
            yield ("kube-proxy", name), (f"routes to {', '.join(routes)}" if routes else "rejects requests",)


def replica_set_name(state: Cluster, slot: int) -> str:
    """As in ``web-v2``."""
    replica_set = state.replica_sets[slot]
    if replica_set is None:
        return f"replicaset-{slot}"
    deployment = state.constants.deployments[replica_set.deployment].name
    return f"{deployment}-{state.constants.templates[replica_set.template].name}"


def _sizes(replica_set: ReplicaSet | ObservedReplicaSet) -> Fact:
    status = f"status {replica_set.status_replicas} ({replica_set.available_replicas} available)"
    return _count(replica_set.replicas, "replica"), status


def _cached(replica_set: ReplicaSet) -> Fact:
    seen = ("not there",) if replica_set.observed is None else _sizes(replica_set.observed)
    return seen if replica_set.observed_is_current else (*seen, "out of date")


def _pod_fact(state: Cluster, pod: Pod) -> Fact:
    if not pod.exists:
        return ("deleted",)
    place = "not bound" if pod.node is None else f"on {state.constants.nodes[pod.node].name}"
    terminating = ("terminating",) if pod.deleting else ()
    return pod.phase.value, _ready_text(pod.ready), place, *terminating


def _ready_text(ready: bool) -> str:
    return "Ready" if ready else "not Ready"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _letters(number: int) -> str:
    more, letter = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("a") + letter)


_ACTORS = {
    "user": "user",
    "deployment_controller": "Deployment controller",
    "replica_set_controller": "ReplicaSet controller",
    "replica_set_informer": "Deployment controller",
    "pod_informer": "ReplicaSet controller",
    "scheduler": "scheduler",
    "endpoint_slice_controller": "EndpointSlice controller",
    "kube_proxy": "kube-proxy",
    "kubelet": "kubelet",
    "pre_stop_hook": "kubelet",
    "node": "machine",
}
"""Who acts, by the first words of an action's name; the rest is what it does. Anything else happens in a container."""


def _who_does_what(before: Cluster, step: Step, names: _Names) -> tuple[str, str]:
    """The component that acts, and the action with the objects that it is about, as in ``scheduler binds web-v2-a``."""
    slots = step.event.slots
    about = [_object(before, parameter, slot, names) for parameter, slot in slots.items()]
    name = step.event.action.name
    prefix, actor = next((item for item in _ACTORS.items() if name.startswith(item[0])), ("", "container"))
    node = slots.get("node")
    if actor in ("kubelet", "container") and "pod" in slots:
        pod = before.pods[slots["pod"]]
        node = pod.node if pod is not None else None
    if actor in ("kubelet", "container", "kube-proxy") and node is not None:
        actor = f"{actor} on {before.constants.nodes[node].name}"
    verb = name.removeprefix(prefix).strip("_").replace("_", " ")
    return actor, f"{verb}{': ' if about else ''}{', '.join(about)}"


def _object(state: Cluster, parameter: str, slot: int, names: _Names) -> str:
    if parameter == "pod":
        return names.pod(slot)
    if parameter == "node":
        return state.constants.nodes[slot].name
    if parameter == "deployment":
        return state.constants.deployments[slot].name
    return replica_set_name(state, slot)


def _describe(state: Cluster, offender: Any, names: _Names) -> str:
    """An offender by its name: text as it is, a row as the object that it stands for."""
    if not isinstance(offender, Row):
        return str(offender)
    kinds: tuple[tuple[str, Pool[Any]], ...] = (
        ("deployment", state.deployments),
        ("replica_set", state.replica_sets),
        ("pod", state.pods),
        ("node", state.nodes),
    )
    for parameter, pool in kinds:
        for slot, row in pool.items():
            if row is offender:
                return f"{type(row).__name__} {_object(state, parameter, slot, names)}{_condition(state, row)}"
    return f"{type(offender).__name__} (as it was before the last step)"


def _condition(state: Cluster, row: Any) -> str:
    """What an offending Pod's containers really do; nothing to add for other objects."""
    if not isinstance(row, Pod):
        return ""
    specs = pod_template(state, row).containers
    doing = [f"{spec.name} {_doing(spec, container)}" for spec, container in zip(specs, row.containers, strict=False)]
    return f" ({', '.join(doing)})" if row.exists else " (deleted)"
