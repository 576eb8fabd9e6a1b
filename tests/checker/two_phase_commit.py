"""Two-phase commit: a system whose counts others published.

Modelled: Gray and Lamport, "Consensus on transaction commit" (2006), as in the examples of TLA+ and of Stateright.
"""

from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Annotated

from checker.state import Pool, Row, SlotOf, State
from checker.vocabulary import Action, ActionFunction, Scenario, never, sometimes


class Manager(IntEnum):
    """The state of a resource manager."""

    WORKING = 0
    PREPARED = 1
    COMMITTED = 2
    ABORTED = 3


class Decision(Enum):
    """The state of the transaction manager."""

    OPEN = "open"
    COMMITTED = "committed"
    ABORTED = "aborted"


class ResourceManager(Row, frozen=True):
    """A resource manager, the message it sent, and what the transaction manager knows of it."""

    state: Manager = Manager.WORKING
    prepared_sent: bool = False
    prepared_noted: bool = False


class Transaction(State, frozen=True):
    managers: Pool[ResourceManager]
    decision: Decision = Decision.OPEN
    commit_sent: bool = False
    abort_sent: bool = False


ManagerSlot = Annotated[int, SlotOf("managers")]


def commit(state: Transaction) -> Iterator[Transaction]:
    """The transaction manager commits once everybody is prepared."""
    if state.decision is Decision.OPEN and all(manager.prepared_noted for manager in state.managers):
        yield state.set(decision=Decision.COMMITTED, commit_sent=True)


def abort(state: Transaction) -> Iterator[Transaction]:
    """The transaction manager aborts."""
    if state.decision is Decision.OPEN:
        yield state.set(decision=Decision.ABORTED, abort_sent=True)


def note_prepared(state: Transaction, manager: ManagerSlot) -> Iterator[Transaction]:
    """The transaction manager receives a Prepared message."""
    row = state.managers[manager]
    if row is not None and state.decision is Decision.OPEN and row.prepared_sent:
        yield state.update(row, prepared_noted=True)


def prepare(state: Transaction, manager: ManagerSlot) -> Iterator[Transaction]:
    """A resource manager is prepared and says so."""
    row = state.managers[manager]
    if row is not None and row.state is Manager.WORKING:
        yield state.update(row, state=Manager.PREPARED, prepared_sent=True)


def choose_to_abort(state: Transaction, manager: ManagerSlot) -> Iterator[Transaction]:
    """A resource manager gives up by itself."""
    row = state.managers[manager]
    if row is not None and row.state is Manager.WORKING:
        yield state.update(row, state=Manager.ABORTED)


def receive_commit(state: Transaction, manager: ManagerSlot) -> Iterator[Transaction]:
    """A resource manager is told to commit."""
    row = state.managers[manager]
    if row is not None and state.commit_sent:
        yield state.update(row, state=Manager.COMMITTED)


def receive_abort(state: Transaction, manager: ManagerSlot) -> Iterator[Transaction]:
    """A resource manager is told to abort."""
    row = state.managers[manager]
    if row is not None and state.abort_sent:
        yield state.update(row, state=Manager.ABORTED)


@never("inconsistent")
def inconsistent_managers(state: Transaction) -> Iterator[int]:
    """No resource manager commits while another one aborts."""
    if any(manager.state is Manager.ABORTED for manager in state.managers):
        yield from (slot for slot, manager in state.managers.items() if manager.state is Manager.COMMITTED)


@sometimes("commit agreement")
def committed_everywhere(state: Transaction) -> Iterator[str]:
    """Everybody can commit."""
    if all(manager.state is Manager.COMMITTED for manager in state.managers):
        yield "committed"


@sometimes("abort agreement")
def aborted_everywhere(state: Transaction) -> Iterator[str]:
    """Everybody can abort."""
    if all(manager.state is Manager.ABORTED for manager in state.managers):
        yield "aborted"


ACTIONS: tuple[ActionFunction, ...] = (
    commit, abort, note_prepared, prepare, choose_to_abort, receive_commit, receive_abort,
)  # fmt: skip


def two_phase_commit(managers: int) -> Scenario[Transaction]:
    """288 states for 3 resource managers, 8,832 for 5; published with Stateright's example of the same model."""
    return Scenario(
        "two-phase commit",
        (Transaction(Pool.of([ResourceManager()] * managers)),),
        tuple(map(Action, ACTIONS)),
        (inconsistent_managers, committed_everywhere, aborted_everywhere),
    )
