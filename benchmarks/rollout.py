"""A Deployment rolling update, small enough to be written for every model checker.

One model in ours, to compare distinct states and transitions with what other checkers report for the same model::

    python -m benchmarks.rollout N S U P K C F X G [--symmetry] [--drop INVARIANT]...

N replicas, S maxSurge, U maxUnavailable, P Pod slots, K nodes that hold C Pods each, F readiness flaps, X node
crashes, G 1 when a Pod counts as available only once it is in the endpoints.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Annotated

import msgspec

from checker.results import Limits
from checker.search import search
from checker.state import CONSTANT, Pool, Row, SlotOf, State, count
from checker.vocabulary import Action, Property, Scenario, never


class Phase(IntEnum):
    """A slot's phase; of the live ones (UNSCHEDULED to READY) the lower is deleted first."""

    FREE = 0
    UNSCHEDULED = 1
    BOUND = 2
    NOT_READY = 3
    READY = 4
    TERMINATING = 5


OLD, NEW = False, True
PodSlot = Annotated[int, SlotOf("pods")]
NodeSlot = Annotated[int, SlotOf("nodes")]


class Constants(msgspec.Struct, frozen=True):
    """The scenario's numbers, as in the module's text."""

    replicas: int
    max_surge: int
    max_unavailable: int
    node_capacity: int
    readiness_gate: bool
    undisturbed: bool


class Pod(Row, frozen=True):
    """One Pod slot; it exists in every state, free or not."""

    new: bool = OLD
    node: NodeSlot | None = None
    phase: Phase = Phase.FREE
    endpoint: bool = False

    @property
    def live(self) -> bool:
        """The slot holds a Pod that is not terminating."""
        return Phase.FREE < self.phase < Phase.TERMINATING


class Node(Row, frozen=True):
    """A node has no state of its own."""


class Rollout(State, frozen=True):
    """The whole system."""

    constants: Annotated[Constants, CONSTANT]
    pods: Pool[Pod]
    nodes: Pool[Node]
    flaps: int
    crashes: int
    updated: bool = False
    old_replicas: int = 0
    new_replicas: int = 0


def _live_of(pod: Pod, new: bool) -> bool:
    return pod.live and pod.new is new


def _available_of(pod: Pod, new: bool, gate: bool) -> bool:
    return pod.phase is Phase.READY and pod.new is new and (not gate or pod.endpoint)


def _ready(pod: Pod) -> bool:
    return pod.phase is Phase.READY


def _ready_endpoint(pod: Pod) -> bool:
    return pod.phase is Phase.READY and pod.endpoint


def _on(pod: Pod, node: int) -> bool:
    return pod.node == node


def _deleted_before(pod: Pod, other: Phase, new: bool) -> bool:
    return pod.live and pod.new is new and pod.phase < other


def live(state: Rollout, new: bool) -> int:
    """Pods of one ReplicaSet that are not terminating."""
    return count(state.pods, _live_of, new)


def available(state: Rollout, new: bool) -> int:
    """Pods of one ReplicaSet that count as available."""
    return count(state.pods, _available_of, new, state.constants.readiness_gate)


def ready(state: Rollout) -> int:
    """Pods that are ready, whoever owns them."""
    return count(state.pods, _ready)


def ready_endpoints(state: Rollout) -> int:
    """Ready Pods that the endpoints list."""
    return count(state.pods, _ready_endpoint)


def load(state: Rollout, node: NodeSlot) -> int:
    """Pods on a node."""
    return count(state.pods, _on, node)


def trigger(state: Rollout) -> Iterator[Rollout]:
    """The user changes the Pod template once the first revision is complete."""
    if not state.updated and ready_endpoints(state) == state.constants.replicas:
        yield state.set(updated=True)


def scale_up(state: Rollout) -> Iterator[Rollout]:
    """The Deployment controller grows the new ReplicaSet by one."""
    total = state.old_replicas + state.new_replicas
    room = state.constants.replicas + state.constants.max_surge
    if state.updated and state.new_replicas < state.constants.replicas and total < room:
        yield state.set(new_replicas=state.new_replicas + 1)


def _may_scale_down(state: Rollout) -> bool:
    needed = state.constants.replicas - state.constants.max_unavailable
    return state.updated and state.old_replicas > 0 and state.old_replicas + available(state, NEW) > needed


def scale_down(state: Rollout) -> Iterator[Rollout]:
    """The Deployment controller shrinks the old ReplicaSet by one, within what is available."""
    needed = state.constants.replicas - state.constants.max_unavailable
    if _may_scale_down(state) and available(state, OLD) + available(state, NEW) > needed:
        yield state.set(old_replicas=state.old_replicas - 1)


def cleanup(state: Rollout) -> Iterator[Rollout]:
    """The Deployment controller shrinks the old ReplicaSet by a replica that is not available anyway."""
    if _may_scale_down(state) and state.old_replicas > available(state, OLD):
        yield state.set(old_replicas=state.old_replicas - 1)


def _create(state: Rollout, slot: int, new: bool, replicas: int) -> Iterator[Rollout]:
    pod = state.pods[slot]
    if pod is not None and pod.phase is Phase.FREE and not pod.endpoint and live(state, new) < replicas:
        yield state.update(pod, new=new, phase=Phase.UNSCHEDULED)


def create_old(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """The old ReplicaSet creates a Pod."""
    yield from _create(state, pod, OLD, state.old_replicas)


def create_new(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """The new ReplicaSet creates a Pod."""
    yield from _create(state, pod, NEW, state.new_replicas)


def delete(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """A ReplicaSet with too many Pods deletes one of the least advanced."""
    victim = state.pods[pod]
    if victim is None or not victim.live:
        return
    replicas = state.new_replicas if victim.new else state.old_replicas
    if live(state, victim.new) > replicas and not count(state.pods, _deleted_before, victim.phase, victim.new):
        if victim.phase is Phase.UNSCHEDULED:
            yield state.update(victim, new=OLD, phase=Phase.FREE)
        else:
            yield state.update(victim, phase=Phase.TERMINATING)


def bind(state: Rollout, pod: PodSlot, node: NodeSlot) -> Iterator[Rollout]:
    """The scheduler binds a Pod to a node with room."""
    unbound = state.pods[pod]
    if unbound is not None and unbound.phase is Phase.UNSCHEDULED and load(state, node) < state.constants.node_capacity:
        yield state.update(unbound, phase=Phase.BOUND, node=node)


def _move(state: Rollout, slot: int, before: Phase, after: Phase) -> Iterator[Rollout]:
    pod = state.pods[slot]
    if pod is not None and pod.phase is before:
        yield state.update(pod, phase=after)


def start(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """A bound Pod's containers start."""
    yield from _move(state, pod, Phase.BOUND, Phase.NOT_READY)


def make_ready(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """A Pod becomes ready."""
    yield from _move(state, pod, Phase.NOT_READY, Phase.READY)


def flap(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """A ready Pod becomes unready."""
    if state.flaps > 0:
        for after in _move(state, pod, Phase.READY, Phase.NOT_READY):
            yield after.set(flaps=state.flaps - 1)


def finish(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """A terminating Pod is gone; its endpoint may linger."""
    gone = state.pods[pod]
    if gone is not None and gone.phase is Phase.TERMINATING:
        yield state.update(gone, phase=Phase.FREE, new=OLD, node=None)


def add_endpoint(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """The endpoints list a ready Pod."""
    listed = state.pods[pod]
    if listed is not None and listed.phase is Phase.READY and not listed.endpoint:
        yield state.update(listed, endpoint=True)


def remove_endpoint(state: Rollout, pod: PodSlot) -> Iterator[Rollout]:
    """The endpoints drop a Pod that is not ready."""
    listed = state.pods[pod]
    if listed is not None and listed.endpoint and listed.phase is not Phase.READY:
        yield state.update(listed, endpoint=False)


def crash(state: Rollout, node: NodeSlot) -> Iterator[Rollout]:
    """A node with ready Pods crashes: they become unready."""
    if state.crashes == 0:
        return
    after = state
    for pod in state.pods:
        if pod.node == node and pod.phase is Phase.READY:
            after = after.update(pod, phase=Phase.NOT_READY)
    if after is not state:
        yield after.set(crashes=state.crashes - 1)


@never("SpecBound")
def oversized_specs(state: Rollout) -> Iterator[int]:
    """The sum of the ReplicaSets' sizes stays within replicas + maxSurge."""
    if state.old_replicas + state.new_replicas > state.constants.replicas + state.constants.max_surge:
        yield state.old_replicas + state.new_replicas


@never("PodBound")
def surplus_pods(state: Rollout) -> Iterator[int]:
    """The number of live Pods stays within replicas + maxSurge."""
    pods = live(state, OLD) + live(state, NEW)
    if pods > state.constants.replicas + state.constants.max_surge:
        yield pods


@never("Avail")
def missing_pods(state: Rollout) -> Iterator[int]:
    """While only the rollout acts, replicas - maxUnavailable Pods are ready."""
    needed = state.constants.replicas - state.constants.max_unavailable
    if state.constants.undisturbed and state.updated and ready(state) < needed:
        yield ready(state)


@never("LiveEp")
def unanswered_requests(state: Rollout) -> Iterator[str]:
    """A request finds a ready endpoint once the first revision was complete."""
    if state.updated and ready_endpoints(state) == 0:
        yield "no ready endpoint"


ACTIONS = (
    trigger, scale_up, scale_down, cleanup, create_old, create_new, delete, bind, start, make_ready, flap, finish,
    add_endpoint, remove_endpoint, crash,
)  # fmt: skip
INVARIANTS: tuple[Property, ...] = (oversized_specs, surplus_pods, missing_pods, unanswered_requests)


def rollout(numbers: Sequence[int], drop: Sequence[str] = ()) -> Scenario[Rollout]:
    """The scenario for the nine numbers N S U P K C F X G, without the invariants named in `drop`."""
    n, s, u, p, k, c, f, x, g = numbers
    state = Rollout(
        constants=Constants(n, s, u, c, bool(g), undisturbed=f == 0 and x == 0),
        pods=Pool.of([Pod()] * p),
        nodes=Pool.of([Node()] * k),
        flaps=f,
        crashes=x,
        old_replicas=n,
    )
    return Scenario(
        name="benchmark-rollout",
        initial=(state,),
        actions=tuple(map(Action, ACTIONS)),
        properties=tuple(prop for prop in INVARIANTS if prop.name not in drop),
    )


def main() -> None:
    """Run one size and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", type=int, nargs=9, metavar="N")
    parser.add_argument("--symmetry", action="store_true", help="count states that differ by exchanged slots once")
    parser.add_argument("--partial-order", action="store_true", help="do not take independent events in every order")
    parser.add_argument("--drop", action="append", default=[], choices=[prop.name for prop in INVARIANTS])
    parser.add_argument("--stop", action="store_true", help="stop once every invariant is violated")
    parser.add_argument("--max-states", type=int)
    parser.add_argument("--workers", type=int, help="threads; as many as there are processors by default")
    parser.add_argument("--memory", type=int, help="MiB; a share of the machine's by default")
    options = parser.parse_args()
    started = time.monotonic()
    result = search(
        rollout(options.numbers, options.drop),
        symmetry=options.symmetry,
        partial_order=options.partial_order,
        limits=Limits(
            max_states=options.max_states,
            memory=None if options.memory is None else options.memory << 20,
        ),
        stop_when_decided=options.stop,
        workers=options.workers,
    )
    violated = sorted(result.found)
    verdict = f"violated ({', '.join(violated)})" if violated else "holds" if result.exhausted else "inconclusive"
    print(f"states       {result.states:,}")
    print(f"transitions  {result.transitions:,}")
    print(f"depth        {result.depth}")
    for name in violated:
        print(f"shortest     {name}: {len(result.found[name].trace.steps)} steps")
    print(f"verdict      {verdict}")
    print(f"seconds      {time.monotonic() - started:.2f}")
    print(f"memory       {result.memory >> 20:,} MiB{' and disk' if result.spilled else ''}")
    print(f"trie nodes   {result.trie_nodes:,}")
    print(f"python calls {result.python_calls:,} ({result.transitions / result.python_calls:,.0f} transitions a call)")


if __name__ == "__main__":
    main()
