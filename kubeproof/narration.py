"""Traces in an operator's words: what each component says, knows or does, what a step changed, and why it ends so."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from checker.slicing import Alternative, ExplainedStep, Explanation, explain
from checker.state import Pool, Row
from checker.trace import Trace
from checker.vocabulary import Event, Fairness, Property, Scenario
from kubeproof.naming import Names, condition, count, doing, owner_name, replica_set_name
from kubeproof.reasons import why
from kubeproof.words import catalog
from kubeproof.words.job import counting_of
from kubeproof.words.nodes import node_fact
from model.cluster import Cluster, pod_template
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.replica_set import ObservedReplicaSet, ReplicaSet

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


class Instead(msgspec.Struct, frozen=True):
    """What somebody could have done instead of a step.

    `derails` says that what follows in the trace does not lead to offenders after it. `other_event`: not another
    outcome of what was done.
    """

    actor: str
    what: str
    derails: bool
    disturbance: bool
    other_event: bool

    def __str__(self) -> str:
        """As in ``scheduler binds: web-v2-a, node-b``."""
        return f"{self.actor} {self.what}"


class NarratedStep(msgspec.Struct, frozen=True):
    """One step: who did what, what that changed, and, in a trace that was explained, what it is there for.

    The end of the trace does not depend on a step that is not `needed`. `needed_by` are the numbers of the needed
    steps that read something that this one provides; `decides` says that the property does at the end.
    """

    number: int
    actor: str
    what: str
    changes: tuple[Change, ...]
    needed: bool = True
    needed_by: tuple[int, ...] = ()
    decides: bool = False
    instead: tuple[Instead, ...] = ()


class Forever(msgspec.Struct, frozen=True):
    """How a run goes on forever: by the steps of `cycle` over and over; none: nothing more happens.

    `always` says that what offends is so in every state of the cycle, not only again and again. `starved` are the
    events that could happen on the cycle and never do, `fairness` says why they need not.
    """

    cycle: tuple[NarratedStep, ...]
    always: bool
    starved: tuple[str, ...]
    fairness: tuple[str, ...]


class Narration(msgspec.Struct, frozen=True):
    """A trace in words: the first state whole, then only what each step changed, what offends at the end, and why.

    Of a run without end, `forever` says how it goes on after the steps.
    """

    start: Facts
    steps: tuple[NarratedStep, ...]
    offenders: tuple[str, ...]
    why: tuple[str, ...] = ()
    forever: Forever | None = None


def tell(scenario: Scenario[Any], trace: Trace, promise: Property) -> Narration:
    """Tell a trace of a scenario and explain why it ends as `promise` says it must (or, for a witness, may)."""
    return narrate(trace, trace.offenders(promise), explain(scenario, trace, promise))


def narrate(trace: Trace, offenders: Sequence[Any] = (), explanation: Explanation | None = None) -> Narration:
    """Tell a trace, what offends at its end, and what `explanation` says about it."""
    states = [_cluster(state) for state in trace.states]
    names = Names()
    names.follow(states[0])
    known = start = dict(facts(states[0], names))
    steps: list[NarratedStep] = []
    for number, step in enumerate(trace.steps, 1):
        before, after = states[number - 1], states[number]
        explained = explanation.steps[number - 1] if explanation else ExplainedStep(True, (), ())
        actor, what = who_does_what(before, step.event, names)
        instead = tuple(_instead(before, explained.alternatives, names, str(step.event.name)))
        names.follow(after)
        now = dict(facts(after, names))
        changes = tuple(_changes(known, now))
        steps.append(
            NarratedStep(
                number, actor, what, changes, explained.needed, explained.readers, explained.property_reads, instead
            )
        )
        known = now
    described = tuple(_describe(states, offender, names) for offender in offenders)
    return Narration(start, tuple(steps), described, why(explanation, states, offenders, names) if explanation else ())


def _cluster(state: Any) -> Cluster:
    assert isinstance(state, Cluster)
    return state


def _changes(before: Facts, after: Facts) -> Iterator[Change]:
    for key in dict.fromkeys((*after, *before)):
        if before.get(key) != after.get(key):
            yield Change(*key, before.get(key), after.get(key))


def facts(state: Cluster, names: Names) -> Iterator[tuple[tuple[str, str], Fact]]:
    """Every fact about a state, from the top layer down."""
    constants = state.constants
    for slot, deployment in state.deployments.items():
        paused = " (paused)" if deployment.paused else ""
        template = f"template {constants.templates[deployment.template].name}{paused}"
        yield ("Deployment", constants.deployments[slot].name), (template, count(deployment.replicas, "replica"))
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
            yield ("controller manager's cache of", names.pod(slot)), (text,)
    for more in catalog.FACTS:
        yield from more(state)
    yield from _node_facts(state, names)
    yield from _traffic_facts(state, names)


def _node_facts(state: Cluster, names: Names) -> Iterator[tuple[tuple[str, str], Fact]]:
    for slot, node in state.nodes.items():
        name = state.constants.nodes[slot].name
        yield ("Node", name), (*node_fact(node), *_marked(node))
        for pod_slot, pod in state.pods.items():
            if pod.node == slot and pod.worker is not Worker.NONE:
                yield (f"kubelet {name}", names.pod(pod_slot)), (pod.worker.value,)
                for position, spec in enumerate(pod_template(state, pod).containers):
                    if pod.containers[position] is not Container.WAITING:
                        container = f"{names.pod(pod_slot)}/{spec.name}"
                        yield (f"runtime {name}", container), (doing(spec, pod.containers[position]),)


def _marked(node: Node) -> Iterator[str]:
    """What users have done to a node."""
    if node.cordoned:
        yield "cordoned"
    if node.draining:
        yield "draining"


def _traffic_facts(state: Cluster, names: Names) -> Iterator[tuple[tuple[str, str], Fact]]:
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
            name = state.constants.nodes[slot].name
            yield ("kube-proxy", name), (_routes(state, slot, names),)


def _routes(state: Cluster, node: int, names: Names) -> str:
    marks = {Endpoint.READY: "", Endpoint.TERMINATING: " (terminating)"}
    routed = [
        names.pod(slot) + marks[pod.routed[node]] for slot, pod in state.pods.items() if pod.routed[node] in marks
    ]
    return f"routes to {', '.join(routed)}" if routed else "rejects requests"


def _sizes(replica_set: ReplicaSet | ObservedReplicaSet) -> Fact:
    status = f"status {replica_set.status_replicas} ({replica_set.available_replicas} available)"
    return count(replica_set.replicas, "replica"), status


def _cached(replica_set: ReplicaSet) -> Fact:
    seen = ("not there",) if replica_set.observed is None else _sizes(replica_set.observed)
    return seen if replica_set.observed_is_current else (*seen, "out of date")


def _pod_fact(state: Cluster, pod: Pod) -> Fact:
    if not pod.exists:
        return ("deleted",)
    pinned = "not bound" if pod.pinned is None else f"not bound, for {state.constants.nodes[pod.pinned].name}"
    place = pinned if pod.node is None else f"on {state.constants.nodes[pod.node].name}"
    place += ", labels changed" if pod.relabelled else ""
    place += ", without an owner" if owner_name(state, pod) == "pod" else ""
    terminating = ("terminating",) if pod.deleting else ()
    eviction = () if pod.eviction is None else (f"eviction {pod.eviction.value}",)
    return pod.phase.value, _ready_text(pod.ready), place, *eviction, *terminating, *counting_of(pod)


def _ready_text(ready: bool) -> str:
    return "Ready" if ready else "not Ready"


_ACTORS: Mapping[str, str] = {
    "user": "user",
    "scheduler": "scheduler",
    "endpoint_slice_controller": "EndpointSlice controller",
    "replica_set_controller": "ReplicaSet controller",
    "replica_set_informer": "Deployment controller",
    "pod_informer": "ReplicaSet controller",
    "deployment_controller": "Deployment controller",
    "kube_proxy": "kube-proxy",
    "kubelet": "kubelet",
    "pre_stop_hook": "kubelet",
    "node": "machine",
    **catalog.ACTORS,
}
"""Who acts, by the first words of an action's name; the rest is what it does. Anything else happens in a container."""


def who_does_what(before: Cluster, event: Event, names: Names) -> tuple[str, str]:
    """The component that acts, and the action with the objects that it is about, as in ``scheduler binds web-v2-a``."""
    slots = event.slots
    about = [names.object(before, parameter, slot) for parameter, slot in slots.items()]
    name = event.action.name
    prefix = max((prefix for prefix in _ACTORS if name.startswith(prefix)), key=len, default="")
    actor = _ACTORS.get(prefix, "container")
    node = slots.get("node")
    if actor in ("kubelet", "container") and "pod" in slots:
        pod = before.pods[slots["pod"]]
        node = pod.node if pod is not None else None
    if actor in ("kubelet", "container", "kube-proxy") and node is not None:
        actor = f"{actor} on {before.constants.nodes[node].name}"
    verb = name.removeprefix(prefix).strip("_").replace("_", " ")
    return actor, f"{verb}{': ' if about else ''}{', '.join(about)}"


def _instead(before: Cluster, alternatives: Sequence[Alternative], names: Names, taken: str) -> Iterator[Instead]:
    """Each event that could have happened instead of the one called `taken`, once, whatever its outcomes."""
    derailing: dict[str, bool] = {}
    for other in alternatives:
        name = other.step.event.name
        derailing[name] = derailing.get(name, False) or other.derails
    for name, step in {other.step.event.name: other.step for other in alternatives}.items():
        actor, what = who_does_what(before, step.event, names)
        disturbance = step.event.action.fairness is Fairness.NONE
        yield Instead(actor, what, derailing[name], disturbance, name != taken)


_KINDS = {"Autoscaler": "HorizontalPodAutoscaler", "DisruptionBudget": "PodDisruptionBudget", "ChildJob": "Job"}
"""Rows that are not called like their kind."""


def _describe(states: Sequence[Cluster], offender: Any, names: Names) -> str:
    """An offender by its name: text as it is, a row as the object that it stands for."""
    if not isinstance(offender, Row):
        return str(offender)
    kind = _KINDS.get(type(offender).__name__, type(offender).__name__)
    for state, note in ((states[-1], ""), *((state, " (as it was before the last step)") for state in states[-2:-1])):
        for parameter, pool in _pools(state):
            for slot, row in pool.items():
                if row is offender:
                    return f"{kind} {names.object(state, parameter, slot)}{note or condition(state, row)}"
    return kind


def _pools(state: Cluster) -> Iterator[tuple[str, Pool[Any]]]:
    for field in state.__struct_fields__:
        pool = getattr(state, field)
        if isinstance(pool, Pool):
            yield field.removesuffix("s"), pool
