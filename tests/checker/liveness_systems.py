"""Small systems whose runs without end are known: labelled graphs, and two processes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Annotated, Any

import msgspec

from checker.state import Pool, Row, SlotOf, State
from checker.vocabulary import Action, ActionFunction, Fairness, Kind, Property, Scenario

Pairs = tuple[tuple[int, int], ...]
WEAK, STRONG, NONE = Fairness.WEAK, Fairness.STRONG, Fairness.NONE


class Place(State, frozen=True):
    """Where the walker is."""

    node: int


class Arrows(msgspec.Struct, frozen=True):
    """One event of a labelled graph: its arrows, and its fairness. An arrow from a node to itself changes nothing."""

    name: str
    pairs: Pairs
    fairness: Fairness = WEAK

    def action(self) -> Action:
        """The event as an action without slots."""

        def follow(state: Place) -> Iterator[Place]:
            for source, target in self.pairs:
                if source == state.node:
                    yield state.set(node=target)

        follow.__name__ = self.name
        follow.__doc__ = f"One of the arrows of {self.name} is followed."
        return Action(follow, self.fairness)

    def leave(self, node: int) -> bool:
        """The event is enabled in a node."""
        return any(source == node != target for source, target in self.pairs)


class Labelled(msgspec.Struct, frozen=True):
    """A graph with labelled arrows, and where a property has offenders (`bad`) and a premise (`premise`)."""

    arrows: tuple[Arrows, ...]
    bad: frozenset[int]
    premise: frozenset[int] = frozenset()
    initial: tuple[int, ...] = (0,)

    def scenario(self, *kinds: Kind) -> Scenario[Place]:
        """The graph with a property of each of these kinds, named after its kind."""
        return Scenario(
            name="labelled graph",
            initial=tuple(Place(node) for node in self.initial),
            actions=tuple(arrows.action() for arrows in self.arrows),
            properties=tuple(self._property(kind) for kind in kinds or LIVENESS),
        )

    def _property(self, kind: Kind) -> Property:
        after = _at(self.premise) if kind is Kind.LEADS_TO else None
        return Property(kind.value, kind, _at(self.bad), after)


LIVENESS = tuple(kind for kind in Kind if kind.liveness)


def _at(nodes: Iterable[int]) -> Callable[[Place], Iterator[int]]:
    def visited(state: Place) -> Iterator[int]:
        """The walker is at one of the nodes."""
        if state.node in nodes:
            yield state.node

    return visited


def labelled(
    arrows: Mapping[str, Pairs],
    *,
    bad: Iterable[int],
    premise: Iterable[int] = (),
    fairness: Mapping[str, Fairness] | None = None,
    initial: tuple[int, ...] = (0,),
) -> Labelled:
    """A labelled graph; events that `fairness` does not name are weakly fair."""
    given = fairness or {}
    rows = tuple(Arrows(name, pairs, given.get(name, WEAK)) for name, pairs in arrows.items())
    return Labelled(rows, frozenset(bad), frozenset(premise), initial)


# -- two processes that want one token


class At(Enum):
    """Where a process is."""

    RESTING = "resting"
    WAITING = "waiting"
    INSIDE = "inside"


class Process(Row, frozen=True):
    """A process and where it is."""

    at: At = At.RESTING


class Room(State, frozen=True):
    """At most one process is let in at once."""

    processes: Pool[Process]


ProcessSlot = Annotated[int, SlotOf("processes")]


def asks(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process asks to be let in."""
    row = state.processes[process]
    if row is not None and row.at is At.RESTING:
        yield state.update(row, at=At.WAITING)


def enters(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """A process that waits is let in, if nobody is inside."""
    row = state.processes[process]
    if row is not None and row.at is At.WAITING and not any(other.at is At.INSIDE for other in state.processes):
        yield state.update(row, at=At.INSIDE)


def leaves(state: Room, process: ProcessSlot) -> Iterator[Room]:
    """The process inside leaves."""
    row = state.processes[process]
    if row is not None and row.at is At.INSIDE:
        yield state.update(row, at=At.RESTING)


def first_waits(state: Room) -> Iterator[int]:
    """The first process waits."""
    row = state.processes[0]
    if row is not None and row.at is At.WAITING:
        yield 0


def room(
    enter_fairness: Fairness, properties: Iterable[Property], actions: Iterable[ActionFunction] = (asks, leaves)
) -> Scenario[Any]:
    """Two processes that ask for, enter and leave one room again and again."""
    table = (Action(enters, enter_fairness), *(Action(action) for action in actions))
    return Scenario("room", (Room(Pool.of([Process(), Process()])),), table, tuple(properties))
