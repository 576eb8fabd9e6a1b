"""The DaemonSet controller as a transition of the cluster.

One sync is one step: it issues its requests for several Pods at once, and whoever watches Pods sees them late anyway.
Everything that a sync can come to is an outcome: which Nodes a rolling update takes first, which of a Node's failed
Pods goes, and on each Node whether the back-off of failed Pods is over (a timer that runs may fire at any moment; how
often Pods have failed there is not counted).

ControllerRevisions and the status are not kept: a Pod template is its revision, and only users read the status. Nor is
the queue: a sync may come late. Expectations are one bit, since the cache catches up as a whole
(`model.control_plane.informers`); what the consistency store knows is another, which outlives expectations that expire.

Left out: a cache of Nodes that lags, adoption and release (every Pod has its owner), deletion of the DaemonSet.

Source: pkg/controller/daemon/daemon_controller.go, pkg/controller/daemon/update.go
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import msgspec

from checker.vocabulary import derived
from model.api import objects
from model.api.daemon_sets import DaemonPodTemplate
from model.api.daemon_sets import DaemonSet as ApiDaemonSet
from model.api.objects import PodPhase
from model.api.taints import Taint, TaintEffect
from model.cluster import Cluster, api_node, is_available, pod_template
from model.control_plane.informers import observed_pod
from model.control_plane.pod_requests import created, deleted
from model.control_plane.scheduler import filters
from model.controllers.daemonset.back_off import BackOff, back_off_key
from model.controllers.daemonset.daemon_pods import HASH_LABEL, Placement, only_node
from model.controllers.daemonset.should_run import ShouldRun, node_should_run_daemon_pod
from model.controllers.daemonset.steps import Memory, Settings, Sync
from model.controllers.daemonset.sync import Caches, possible_syncs
from model.controllers.daemonset.writes import CreatePod, DeletePod
from model.parts import Part, component, some
from model.rows.daemon_set import DaemonSet
from model.rows.pod import Pod
from model.rows.slots import DaemonSetSlot, NodeSlot

_SCHEDULE, _STAY = (Taint(key="refuses", effect=each) for each in (TaintEffect.NO_SCHEDULE, TaintEffect.NO_EXECUTE))


class OwnPod(msgspec.Struct, frozen=True, order=True):
    """What the controller sees of one of its Pods."""

    template: int
    phase: str
    ready: bool
    available: bool
    deleting: bool
    bound: bool
    seniority: int


class OnNode(msgspec.Struct, frozen=True):
    """What the controller sees of a node: what should run there, and the Pods that are for it.

    `name` is made up: the rules look only at which are equal. `should_run` is None where there is no Node object.
    """

    slot: int
    name: str
    should_run: ShouldRun | None
    pods: tuple[OwnPod, ...]


@derived
def should_run(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> ShouldRun | None:
    """Whether a node should run a Pod of the DaemonSet, and may keep one; None if it has no Node object."""
    machine = state.nodes[node]
    if machine is None or not machine.registered:
        return None
    return node_should_run_daemon_pod(api_node(state, machine), state.constants.daemon_sets[daemon_set].template)


@derived
def pods_on(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> tuple[OwnPod, ...]:
    """The DaemonSet's Pods that are for a node, as the controller's cache shows them, in no particular order."""
    found = [_own_pod(state, pod) for pod in state.pods if is_for(pod, daemon_set, node)]
    return tuple(sorted(pod for pod in found if pod is not None))


def is_for(pod: Pod, daemon_set: int, node: int) -> bool:
    """The Pod is the DaemonSet's, and bound to the node or else pinned to it."""
    return pod.daemon_set == daemon_set and (pod.pinned if pod.node is None else pod.node) == node


class Outcome(msgspec.Struct, frozen=True):
    """What a sync writes: a Pod for each of these nodes, and deletions of so many Pods of a node that look alike."""

    creates: tuple[OnNode, ...]
    deletes: tuple[tuple[OnNode, OwnPod, int], ...]

    @property
    def named(self) -> list[Any]:
        """The same, without slots: equal for equal outcomes."""
        deletes = [(node.name, pod, number) for node, pod, number in self.deletes]
        return [[node.name for node in self.creates], deletes]


@derived
def youngest(state: Cluster, daemon_set: DaemonSetSlot, node: NodeSlot) -> int:
    """The seniority of the last Pod of the DaemonSet that was created for a node, of those that exist; -1 if none."""
    return max((pod.seniority for pod in state.pods if pod.exists and is_for(pod, daemon_set, node)), default=-1)


def daemon_set_controller_syncs(state: Cluster, daemon_set: DaemonSetSlot) -> Iterator[Cluster]:
    """The DaemonSet controller creates Pods where they are missing, deletes those that must go, and updates some."""
    owner = state.daemon_sets[daemon_set]
    if owner is None or owner.expects or owner.unseen_writes:
        return
    nodes = [
        # Named by its slot, which tells nodes apart: Pods are created in the order of the nodes, and go into slots in
        # that order; where Pods are told apart too, exchanging nodes gives a state with the same Pods in other slots.
        OnNode(slot, str(slot), should_run(state, daemon_set, slot), pods_on(state, daemon_set, slot))
        for slot, _ in state.nodes.items()
    ]
    seen: list[Any] = []
    for outcome in _outcomes(state, daemon_set, owner, nodes):
        if outcome.named not in seen and (outcome.creates or outcome.deletes):
            seen.append(outcome.named)
            yield from _written(state, daemon_set, owner, outcome)


def api_daemon_set(state: Cluster, slot: int, owner: DaemonSet) -> ApiDaemonSet:
    """The DaemonSet in a slot as the rules take it; where its Pods may run has been judged node by node."""
    spec = state.constants.daemon_sets[slot]
    return ApiDaemonSet(
        name=spec.name,
        uid=spec.name,
        template=DaemonPodTemplate(contents=owner.template),
        update_strategy=spec.update_strategy,
        max_unavailable=spec.max_unavailable,
        max_surge=spec.max_surge,
        min_ready_seconds=state.constants.templates[owner.template].min_ready_seconds,
    )


def _own_pod(state: Cluster, pod: Pod) -> OwnPod | None:
    """The Pod as the cache shows it; None if it does not."""
    seen = observed_pod(state, pod)
    if seen is None:
        return None
    available = is_available(pod_template(state, pod), seen)
    return OwnPod(
        pod.template, seen.phase.value, seen.ready, available, seen.deleting, seen.node is not None, pod.seniority
    )


def _outcomes(state: Cluster, slot: int, owner: DaemonSet, nodes: Sequence[OnNode]) -> Iterator[Outcome]:
    """Everything that a sync at time 0 may come to."""
    daemon_set = api_daemon_set(state, slot, owner)
    placement = Placement.NODE_AFFINITY if state.constants.gates.schedule_daemon_set_pods else Placement.NODE_NAME
    settings = Settings(placement=placement, hash_function=_hash)
    failed = [node for node in nodes if any(pod.phase == PodPhase.FAILED.value for pod in node.pods)]
    waiting = [chosen for size in range(len(failed) + 1) for chosen in combinations(failed, size)]
    pods = [_api_pod(daemon_set, node, place) for node in nodes for place in range(len(node.pods))]
    caches = Caches(nodes=tuple(_api_nodes(nodes)), pods=tuple(pods))
    for backed_off in waiting:
        memory = Memory(back_offs={back_off_key(daemon_set, node.name): BackOff(1, 0) for node in backed_off})
        for sync in possible_syncs(daemon_set, caches, memory, 0, selects=lambda _: True, settings=settings):
            yield _outcome(nodes, sync)


def _api_nodes(nodes: Sequence[OnNode]) -> Iterator[filters.Node]:
    """The nodes as the rules take them: a taint stands for whatever keeps the Pods away."""
    for node in nodes:
        if node.should_run is not None:
            taint = _SCHEDULE if node.should_run.continue_running else _STAY
            yield filters.Node(name=node.name, taints=() if node.should_run.run else (taint,))


def _api_pod(daemon_set: ApiDaemonSet, node: OnNode, place: int) -> objects.Pod:
    """A node's Pod at time 0 as the rules take it: one that is available has just been ready for long enough."""
    pod = node.pods[place]
    return objects.Pod(
        name=f"{node.name}-{place}",
        controller=daemon_set.uid,
        labels={HASH_LABEL: str(pod.template)},
        node=node.name if pod.bound else "",
        required_terms=only_node(node.name),
        phase=PodPhase(pod.phase),
        ready=pod.ready,
        ready_since=-daemon_set.min_ready_seconds if pod.available else 0,
        deleting=pod.deleting,
        created=pod.seniority,
    )


def _hash(template: object, _: int) -> str:
    """Templates are numbers, and never collide."""
    assert isinstance(template, DaemonPodTemplate)
    return str(template.contents)


def _outcome(nodes: Sequence[OnNode], sync: Sync) -> Outcome:
    """What a sync writes of all that is kept."""
    created = [write.node for write in sync.writes if isinstance(write, CreatePod)]
    deleted = [write.pod.name for write in sync.writes if isinstance(write, DeletePod)]
    deletes: list[tuple[OnNode, OwnPod, int]] = []
    for node in nodes:
        chosen = [pod for place, pod in enumerate(node.pods) if f"{node.name}-{place}" in deleted]
        deletes += [(node, pod, chosen.count(pod)) for at, pod in enumerate(chosen) if pod not in chosen[:at]]
    return Outcome(tuple(node for node in nodes if node.name in created), tuple(deletes))


def _written(state: Cluster, slot: int, owner: DaemonSet, outcome: Outcome) -> Iterator[Cluster]:
    """The states after the API server has accepted what a sync writes, one for each choice of Pods that look alike."""
    for choice in product(*[_rows(state, slot, *delete) for delete in outcome.deletes]):
        rows = [row for chosen in choice for row in chosen]
        after = state
        for node in outcome.creates:
            after = created(after, _new_pod(state, slot, owner, node.slot))
        there = [row for row in rows if _exists(state, row)]
        for row in there:
            after = deleted(after, row)
        if outcome.creates or there:
            yield _remembered(after, owner, creates=bool(outcome.creates))


def _rows(state: Cluster, slot: int, node: OnNode, own: OwnPod, number: int) -> Iterator[tuple[int, ...]]:
    """Every choice of so many of a node's Pods that look like that, by their slots."""
    alike = [row for row, pod in state.pods.items() if is_for(pod, slot, node.slot) and _own_pod(state, pod) == own]
    return combinations(alike, number)


def _new_pod(state: Cluster, slot: int, owner: DaemonSet, node: int) -> Pod:
    """A Pod for a node: pinned to it, or bound by the controller itself."""
    seniority = youngest(state, slot, node) + 1
    if state.constants.gates.schedule_daemon_set_pods:
        return Pod(template=owner.template, daemon_set=slot, seniority=seniority, pinned=node)
    return Pod(template=owner.template, daemon_set=slot, seniority=seniority, node=node)


def _exists(state: Cluster, slot: int) -> bool:
    """The API server has a Pod to delete; if not (404), its deletion is not waited for."""
    pod = state.pods[slot]
    return pod is not None and pod.exists


def _remembered(state: Cluster, owner: DaemonSet, *, creates: bool) -> Cluster:
    """The state in which the controller waits for what it has written, if its cache does not show it at once.

    The consistency store notes creations, and no deletions.
    """
    if not state.constants.caches.replica_set_pods:
        return state
    unseen = creates and state.constants.gates.stale_controller_consistency_daemon_set
    return state.update(owner, expects=True, unseen_writes=unseen)


PARTS: tuple[Part, ...] = component(some("daemon_sets"), daemon_set_controller_syncs)
