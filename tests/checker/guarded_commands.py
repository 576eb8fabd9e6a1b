"""Guarded commands as small syntax trees, interpreted over attribute reads.

The same tree runs on frozen values and on tracking views: `Expression.value` computes something from a state,
`Command.outcomes` gives every state that may result. Slots have names: those that an action is bound to, and `row` for
the one that is being looped over.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from checker.state import Pool, Row, with_item

Slots = Mapping[str, int]


class Expression(msgspec.Struct, frozen=True):
    """Something to compute from a state."""

    def value(self, state: Any, slots: Slots) -> Any:
        """The value, by attribute reads."""
        raise NotImplementedError


class Scalar(Expression, frozen=True):
    """``state.field == constant``; with `below`, ``state.field < constant``."""

    field: str
    constant: Any
    below: bool = False

    def value(self, state: Any, slots: Slots) -> bool:
        found = getattr(state, self.field)
        return bool(found < self.constant if self.below else found == self.constant)


class OfRow(Expression, frozen=True):
    """``row.field == constant``, for the row in a named slot; false when the slot is empty."""

    pool: str
    slot: str
    field: str
    constant: Any
    below: bool = False

    def value(self, state: Any, slots: Slots) -> bool:
        row = getattr(state, self.pool)[slots[self.slot]]
        if row is None:
            return False
        found = getattr(row, self.field)
        return bool(found < self.constant if self.below else found == self.constant)


class PointsTo(Expression, frozen=True):
    """``row.field == slot``, for a slot of a pool whose slots are told apart."""

    pool: str
    slot: str
    field: str
    target: str

    def value(self, state: Any, slots: Slots) -> bool:
        row = getattr(state, self.pool)[slots[self.slot]]
        return row is not None and bool(getattr(row, self.field) == slots[self.target])


class Element(Expression, frozen=True):
    """``row.field[slot]``, or ``any(row.field)`` without a slot."""

    pool: str
    slot: str
    field: str
    index: str | None

    def value(self, state: Any, slots: Slots) -> bool:
        row = getattr(state, self.pool)[slots[self.slot]]
        if row is None:
            return False
        items = getattr(row, self.field)
        return any(items) if self.index is None else bool(items[slots[self.index]])


class Not(Expression, frozen=True):
    """Negation."""

    part: Expression

    def value(self, state: Any, slots: Slots) -> bool:
        return not self.part.value(state, slots)


class Both(Expression, frozen=True):
    """Conjunction, which does not look at the right part when the left one is false."""

    left: Expression
    right: Expression

    def value(self, state: Any, slots: Slots) -> bool:
        return bool(self.left.value(state, slots) and self.right.value(state, slots))


class AtLeast(Expression, frozen=True):
    """At least `number` rows of a pool satisfy the condition, in which `row` names the row's slot."""

    pool: str
    number: int
    condition: Expression

    def value(self, state: Any, slots: Slots) -> bool:
        return rows_with(state, self, slots) >= self.number


def rows_with(state: Any, counted: AtLeast, slots: Slots) -> int:
    """How many rows of a pool satisfy a condition."""
    pool = getattr(state, counted.pool)
    return sum(counted.condition.value(state, {**slots, "row": slot}) for slot, _ in pool.items())


class Derived(Expression, frozen=True):
    """As `AtLeast`, through a derived function: `function` takes the state and, of the slots, those in `names`."""

    function: Callable[..., int]
    names: tuple[str, ...]
    number: int

    def value(self, state: Any, slots: Slots) -> bool:
        return self.function(state, *[slots[name] for name in self.names]) >= self.number


class Command(msgspec.Struct, frozen=True):
    """Something to do."""

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        """Every state that may result."""
        raise NotImplementedError


class Assign(Command, frozen=True):
    """Set a scalar to a constant."""

    field: str
    constant: Any

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        yield state.set(**{self.field: self.constant})


class Advance(Command, frozen=True):
    """Set a scalar to the value that follows its present one in `values`."""

    field: str
    values: tuple[Any, ...]

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        yield state.set(**{self.field: following(self.values, getattr(state, self.field))})


class AdvanceRow(Command, frozen=True):
    """Set a field of the row in a named slot to the value that follows its present one in `values`."""

    pool: str
    slot: str
    field: str
    values: tuple[Any, ...]

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        if row is None:
            yield state
        else:
            yield state.update(row, **{self.field: following(self.values, getattr(row, self.field))})


def taken_slots(state: Any, pool: str) -> Iterator[int]:
    """The numbers of the slots that hold a row."""
    rows: Pool[Any] = getattr(state, pool)
    return (slot for slot, _ in rows.items())


def following(values: tuple[Any, ...], value: Any) -> Any:
    """The value after `value`, the first one after the last."""
    for index, other in enumerate(values):
        if value == other:
            return values[(index + 1) % len(values)]
    return values[0]


class Update(Command, frozen=True):
    """Set a field of the row in a named slot to a constant."""

    pool: str
    slot: str
    field: str
    constant: Any

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        yield state if row is None else state.update(row, **{self.field: self.constant})


class Copy(Command, frozen=True):
    """Set a field of the row in one named slot to that of another."""

    pool: str
    slot: str
    field: str
    source: str

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        source = getattr(state, self.pool)[slots[self.source]]
        if row is None or source is None:
            yield state
        else:
            yield state.update(row, **{self.field: getattr(source, self.field)})


class Point(Command, frozen=True):
    """Set a reference in the row in a named slot."""

    pool: str
    slot: str
    field: str
    target: str

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        yield state if row is None else state.update(row, **{self.field: slots[self.target]})


class Mark(Command, frozen=True):
    """Set one element of a tuple in the row in a named slot."""

    pool: str
    slot: str
    field: str
    index: str
    constant: bool

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        if row is None:
            yield state
        else:
            items = with_item(getattr(row, self.field), slots[self.index], self.constant)
            yield state.update(row, **{self.field: items})


class Create(Command, frozen=True):
    """Create a row."""

    pool: str
    row: Row

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        yield state.create(self.pool, self.row)


class Delete(Command, frozen=True):
    """Delete the row in a named slot."""

    pool: str
    slot: str

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        row = getattr(state, self.pool)[slots[self.slot]]
        yield state if row is None else state.delete(row)


class UpdateAll(Command, frozen=True):
    """Set a field to a constant in every row that satisfies a condition."""

    pool: str
    condition: Expression
    field: str
    constant: Any

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        after = state
        for slot, row in getattr(state, self.pool).items():
            if self.condition.value(state, {**slots, "row": slot}):
                after = after.update(row, **{self.field: self.constant})
        yield after


class When(Command, frozen=True):
    """A guarded command: nothing results when the guard is false."""

    guard: Expression
    command: Command

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        if self.guard.value(state, slots):
            yield from self.command.outcomes(state, slots)


class Then(Command, frozen=True):
    """One command after another."""

    first: Command
    second: Command

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        for between in self.first.outcomes(state, slots):
            yield from self.second.outcomes(between, slots)


class Either(Command, frozen=True):
    """One command or another."""

    left: Command
    right: Command

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        yield from self.left.outcomes(state, slots)
        yield from self.right.outcomes(state, slots)


class ForSome(Command, frozen=True):
    """The command on any one of the rows that satisfy a condition; `row` names its slot."""

    pool: str
    condition: Expression
    command: Command

    def outcomes(self, state: Any, slots: Slots) -> Iterator[Any]:
        for slot in taken_slots(state, self.pool):
            chosen = {**slots, "row": slot}
            if self.condition.value(state, chosen):
                yield from self.command.outcomes(state, chosen)
