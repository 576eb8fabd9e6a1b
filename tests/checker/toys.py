"""Small systems with known answers, written in the vocabulary: what the engine is tested on."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Annotated

import msgspec

from checker.state import CONSTANT, Pool, Row, SlotOf, State
from checker.vocabulary import Action, ActionFunction, Property, Scenario, derived, never, never_step, sometimes

# -- a counter


class Counter(State, frozen=True):
    limit: Annotated[int, CONSTANT]
    value: int = 0


def increment(state: Counter) -> Iterator[Counter]:
    """The counter goes up by one, up to its limit."""
    if state.value < state.limit:
        yield state.set(value=state.value + 1)


def reset(state: Counter) -> Iterator[Counter]:
    """The counter starts again."""
    yield state.set(value=0)


@never("beyond the limit")
def values_beyond_the_limit(state: Counter) -> Iterator[int]:
    """The counter stays within its limit."""
    if state.value > state.limit:
        yield state.value


@never_step("falls")
def falls(before: Counter, after: Counter) -> Iterator[int]:
    """The counter never goes down."""
    if after.value < before.value:
        yield after.value


@sometimes("full")
def full(state: Counter) -> Iterator[int]:
    """The counter reaches its limit."""
    if state.value == state.limit:
        yield state.value


def counter(limit: int, properties: Sequence[Property] = (values_beyond_the_limit, full)) -> Scenario[Counter]:
    """`limit` + 1 states in a row."""
    return Scenario("counter", (Counter(limit),), (Action(increment),), tuple(properties))


def resetting_counter(limit: int) -> Scenario[Counter]:
    """As `counter`, but every state may go back to 0."""
    actions = (Action(increment), Action(reset))
    return Scenario("resetting counter", (Counter(limit),), actions, (values_beyond_the_limit, falls, full))


# -- mutual exclusion


class At(Enum):
    """Where a process is."""

    REST = "rest"
    DOOR = "door"
    INSIDE = "inside"


class Process(Row, frozen=True):
    at: At = At.REST

    @property
    def inside(self) -> bool:
        """The process is in its critical section."""
        return self.at is At.INSIDE


ProcessSlot = Annotated[int, SlotOf("processes")]


class Room(State, frozen=True):
    processes: Pool[Process]
    locked: bool = False


def lock(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process takes the lock and enters in one step."""
    row = state.processes[process]
    if row is not None and row.at is At.REST and not state.locked:
        yield state.update(row, at=At.INSIDE).set(locked=True)


def look(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process sees that the lock is free."""
    row = state.processes[process]
    if row is not None and row.at is At.REST and not state.locked:
        yield state.update(row, at=At.DOOR)


def enter(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process that saw the lock free takes it."""
    row = state.processes[process]
    if row is not None and row.at is At.DOOR:
        yield state.update(row, at=At.INSIDE).set(locked=True)


def leave(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process gives the lock back."""
    row = state.processes[process]
    if row is not None and row.inside:
        yield state.update(row, at=At.REST).set(locked=False)


@derived
def crowd(state: Room) -> int:
    """How many processes are in their critical section."""
    return sum(process.inside for process in state.processes)


@never("two inside")
def surplus_processes(state: Room) -> Iterator[int]:
    """At most one process is in its critical section."""
    if crowd(state) > 1:
        yield from (slot for slot, process in state.processes.items() if process.inside)


@sometimes("somebody inside")
def processes_inside(state: Room) -> Iterator[int]:
    """A process gets into its critical section."""
    yield from (slot for slot, process in state.processes.items() if process.inside)


def _room(name: str, processes: int, actions: Iterable[ActionFunction]) -> Scenario[Room]:
    room = Room(Pool.of([Process()] * processes))
    return Scenario(name, (room,), tuple(map(Action, actions)), (surplus_processes, processes_inside))


def mutual_exclusion(processes: int = 2) -> Scenario[Room]:
    """Processes and a lock that is tested and taken in one step."""
    return _room("mutual exclusion", processes, (lock, leave))


def broken_mutual_exclusion(processes: int = 2) -> Scenario[Room]:
    """The lock is tested in one step and taken in another: two can get in, in four steps."""
    return _room("broken mutual exclusion", processes, (look, enter, leave))


# -- dining philosophers

ForkSlot = Annotated[int, SlotOf("forks")]
PhilosopherSlot = Annotated[int, SlotOf("philosophers")]


class Fork(Row, frozen=True):
    taken: bool = False


class Philosopher(Row, frozen=True):
    left: ForkSlot
    right: ForkSlot
    held: int = 0


class Table(State, frozen=True):
    philosophers: Pool[Philosopher]
    forks: Pool[Fork]


def _take(state: Table, slot: int, *, held: int) -> Iterator[Table]:
    philosopher = state.philosophers[slot]
    if philosopher is not None and philosopher.held == held:
        fork = state.forks[philosopher.right if held else philosopher.left]
        if fork is not None and not fork.taken:
            yield state.update(fork, taken=True).update(philosopher, held=held + 1)


def take_left_fork(state: Table, philosopher: PhilosopherSlot) -> Iterator[Table]:
    """A philosopher takes the fork on the left."""
    yield from _take(state, philosopher, held=0)


def take_right_fork(state: Table, philosopher: PhilosopherSlot) -> Iterator[Table]:
    """A philosopher with the left fork takes the right one."""
    yield from _take(state, philosopher, held=1)


def lay_down_forks(state: Table, philosopher: PhilosopherSlot) -> Iterator[Table]:
    """A philosopher has eaten."""
    row = state.philosophers[philosopher]
    if row is not None and row.held == 2:
        for slot in (row.left, row.right):
            fork = state.forks[slot]
            if fork is not None:
                state = state.update(fork, taken=False)
        yield state.update(row, held=0)


@never("deadlock")
def starving_philosophers(state: Table) -> Iterator[int]:
    """Not everybody holds one fork and waits for the other."""
    if all(philosopher.held == 1 for philosopher in state.philosophers):
        yield from (slot for slot, _ in state.philosophers.items())


@sometimes("dinner")
def eating_philosophers(state: Table) -> Iterator[int]:
    """Somebody eats."""
    yield from (slot for slot, philosopher in state.philosophers.items() if philosopher.held == 2)


def dining_philosophers(count: int) -> Scenario[Table]:
    """Everybody takes the left fork first: they deadlock in `count` steps."""
    table = Table(
        Pool.of(Philosopher(seat, (seat + 1) % count) for seat in range(count)),
        Pool.of([Fork()] * count),
    )
    actions = tuple(map(Action, (take_left_fork, take_right_fork, lay_down_forks)))
    return Scenario("dining philosophers", (table,), actions, (starving_philosophers, eating_philosophers))


# -- a graph given by paths


class Edges(msgspec.Struct, frozen=True):
    by_node: tuple[tuple[int, ...], ...]


class Place(State, frozen=True):
    edges: Annotated[Edges, CONSTANT]
    node: int


def follow_edge(state: Place) -> Iterator[Place]:
    """Go on to one of the nodes that an edge leads to."""
    for node in state.edges.by_node[state.node]:
        yield state.set(node=node)


def graph(*paths: Sequence[int], properties: Sequence[Property] = ()) -> Scenario[Place]:
    """The graph whose edges lie on `paths`; each path's first node is initial."""
    targets: dict[int, list[int]] = {node: [] for path in paths for node in path}
    for path in paths:
        for source, target in itertools.pairwise(path):
            if target not in targets[source]:
                targets[source].append(target)
    edges = Edges(tuple(tuple(targets.get(node, ())) for node in range(max(targets) + 1)))
    first = tuple(dict.fromkeys(path[0] for path in paths))
    initial = tuple(Place(edges, node) for node in first)
    return Scenario("graph", initial, (Action(follow_edge),), tuple(properties))


def never_at(*nodes: int) -> Property:
    """The property that none of `nodes` is reached."""

    @never(f"at {nodes}")
    def visited_nodes(state: Place) -> Iterator[int]:
        """The nodes are out of reach."""
        if state.node in nodes:
            yield state.node

    return visited_nodes


def sometimes_at(*nodes: int) -> Property:
    """The property that one of `nodes` is reached."""

    @sometimes(f"sometimes at {nodes}")
    def visited_nodes(state: Place) -> Iterator[int]:
        """One of the nodes is reached."""
        if state.node in nodes:
            yield state.node

    return visited_nodes


def never_along(source: int, target: int) -> Property:
    """The property that no step takes the edge from `source` to `target`."""

    @never_step(f"from {source} to {target}")
    def taken_edges(before: Place, after: Place) -> Iterator[tuple[int, int]]:
        """The edge is never taken."""
        if before.node == source and after.node == target:
            yield source, target

    return taken_edges


# -- lamps: as many states and as wide a frontier as one likes, with counts known by heart


class Lamp(Row, frozen=True):
    lit: bool = False


LampSlot = Annotated[int, SlotOf("lamps")]


class Lamps(State, frozen=True):
    lamps: Pool[Lamp]


def light(state: Lamps, lamp: LampSlot) -> Iterator[Lamps]:
    """A lamp is lit, for good."""
    row = state.lamps[lamp]
    if row is not None and not row.lit:
        yield state.update(row, lit=True)


def lamps(count: int) -> Scenario[Lamps]:
    """2^count states and count * 2^(count - 1) transitions; with sorted rows count + 1 and count * (count + 1) / 2."""
    return Scenario("lamps", (Lamps(Pool.of([Lamp()] * count)),), (Action(light),))


# -- dice: one state with as many successors as one likes


class Dice(State, frozen=True):
    sides: Annotated[int, CONSTANT]
    first: int = 0
    second: int = 0


def throw(state: Dice) -> Iterator[Dice]:
    """The dice are thrown, once."""
    if state.first == 0:
        for first in range(1, state.sides + 1):
            for second in range(1, state.sides + 1):
                yield state.set(first=first, second=second)


def dice(sides: int) -> Scenario[Dice]:
    """1 + sides^2 states, sides^2 transitions out of the first."""
    return Scenario("dice", (Dice(sides),), (Action(throw),))


# -- a queue of tickets: rows that come and go, in a pool that can be full


class Ticket(Row, frozen=True):
    number: int


class Queue(State, frozen=True):
    last: Annotated[int, CONSTANT]
    tickets: Pool[Ticket]
    issued: int = 0


TicketSlot = Annotated[int, SlotOf("tickets")]


def issue(state: Queue) -> Iterator[Queue]:
    """The next ticket is issued."""
    if state.issued < state.last:
        yield state.create("tickets", Ticket(state.issued + 1)).set(issued=state.issued + 1)


def serve(state: Queue, ticket: TicketSlot) -> Iterator[Queue]:
    """A ticket is served and gone."""
    row = state.tickets[ticket]
    if row is not None:
        yield state.delete(row)


@sometimes("all served")
def empty_queues(state: Queue) -> Iterator[int]:
    """Every ticket has been issued and served."""
    if state.issued == state.last and not any(True for _ in state.tickets):
        yield state.issued


@never("too many waiting")
def surplus_tickets(state: Queue) -> Iterator[int]:
    """No more than 100 tickets wait."""
    yield from [ticket.number for ticket in state.tickets][100:]


def queue(last: int, *, slots: int) -> Scenario[Queue]:
    """With fewer slots than tickets the pool can be full when one is to be issued."""
    empty = Queue(last, Pool.of([], slots=slots))
    return Scenario("queue", (empty,), (Action(issue), Action(serve)), (surplus_tickets, empty_queues))
