"""States: frozen values made of scalars and pools of rows.

A transition system's state is a subclass of `State`. Its fields are scalars with small finite domains (bools, enums,
small ints, None), pools, and constant tables. A pool has a fixed number of slots for one kind of row; each slot holds
one frozen `Row` or nothing. The annotations on the fields say everything that the engine needs to know::

    PodSlot = Annotated[int, SlotOf("pods")]          # a reference to a slot, and what an action binds to
    Tables = Annotated[Templates, CONSTANT]           # the same in every state of a scenario: not stored

    class Pod(Row, frozen=True):
        owner: Annotated[int, SlotOf("replica_sets")]
        routed: Annotated[tuple[bool, ...], Per("nodes")]   # one element per slot of the pool `nodes`

Actions and properties are ordinary Python over these values. They read attributes, iterate pools, and build successors
with `State.update`, `State.create`, `State.delete` and `State.set`; nothing is ever mutated.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Self, TypeVar

import msgspec

R = TypeVar("R", bound="Row")
T = TypeVar("T")


class SlotOf(msgspec.Struct, frozen=True):
    """Marks an int that is the number of a slot of the pool `pool`."""

    pool: str


class Per(msgspec.Struct, frozen=True):
    """Marks a tuple that has one element per slot of a pool, or per entry of a constant table, named `sizes`."""

    sizes: str


class Constant(msgspec.Struct, frozen=True):
    """Marks a field that never changes within one scenario. Use the instance `CONSTANT`."""


CONSTANT = Constant()


class BoundReached(Exception):
    """A row was to be created and its pool has no empty slot: the scenario's bound is too small for this step."""

    def __init__(self, pool: str) -> None:
        super().__init__(f"every slot of the pool {pool!r} is taken")
        self.pool = pool


class StaleRow(LookupError):
    """A row was passed to a state that does not hold it (any more)."""

    def __init__(self, row: object) -> None:
        super().__init__(
            f"{row!r} is not in this state. Usual cause: the row was read from an earlier state and has been "
            "updated since; read it again from the state that you update."
        )


class Row(msgspec.Struct, frozen=True):
    """Base class of what a pool's slot holds."""


class Pool(msgspec.Struct, Generic[R], frozen=True):
    """A fixed number of slots for rows of one kind. Iterating skips the empty ones."""

    slots: tuple[R | None, ...]

    @classmethod
    def of(cls, rows: Iterable[R], *, slots: int | None = None) -> Self:
        """A pool with `rows` in its first slots and as many empty ones as `slots` asks for."""
        filled = [msgspec.structs.replace(row) for row in rows]
        empty = 0 if slots is None else slots - len(filled)
        if empty < 0:
            raise ValueError(f"{len(filled)} rows do not fit in {slots} slots")
        return cls((*filled, *[None] * empty))

    def __iter__(self) -> Iterator[R]:
        return (row for row in self.slots if row is not None)

    def items(self) -> Iterator[tuple[int, R]]:
        """The taken slots: slot number and row, in slot order."""
        return ((slot, row) for slot, row in enumerate(self.slots) if row is not None)

    def __getitem__(self, slot: int) -> R | None:
        return self.slots[slot]

    @property
    def capacity(self) -> int:
        """The number of slots, taken or not."""
        return len(self.slots)

    def _with(self, slot: int, row: R | None) -> "Pool[R]":
        return Pool((*self.slots[:slot], row, *self.slots[slot + 1 :]))


class State(msgspec.Struct, frozen=True):
    """Base class of the states of a transition system."""

    def set(self, **changes: Any) -> Self:
        """This state with other values in its scalar fields."""
        return msgspec.structs.replace(self, **changes)

    def update(self, row: Row, **changes: Any) -> Self:
        """This state with other values in the fields of `row`, which must be a row of this state.

        Raises
        ------
        StaleRow
            If `row` was read from another state and is not in this one.
        """
        name, pool, slot = self._find(row)
        return self.set(**{name: pool._with(slot, msgspec.structs.replace(row, **changes))})

    def create(self, pool: str, row: Row) -> Self:
        """This state with `row` in the first empty slot of the pool named `pool`.

        Raises
        ------
        BoundReached
            If every slot is taken.
        """
        target: Pool[Any] = getattr(self, pool)
        for slot, taken in enumerate(target.slots):
            if taken is None:
                return self.set(**{pool: target._with(slot, msgspec.structs.replace(row))})
        raise BoundReached(pool)

    def delete(self, row: Row) -> Self:
        """This state with the slot of `row` empty."""
        name, pool, slot = self._find(row)
        return self.set(**{name: pool._with(slot, None)})

    def _find(self, row: Row) -> tuple[str, Pool[Any], int]:
        for name in self.__struct_fields__:
            pool = getattr(self, name)
            if isinstance(pool, Pool):
                for slot, other in enumerate(pool.slots):
                    if other is row:
                        return name, pool, slot
        raise StaleRow(row)


def with_item(items: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    """`items` with `value` at `index`; the way to change one element of a field marked `Per`."""
    change = getattr(items, "with_item", None)
    changed: tuple[T, ...] = change(index, value) if change else (*items[:index], value, *items[index + 1 :])
    return changed


def count(rows: Pool[Any], condition: Callable[..., bool], *args: Any) -> int:
    """How many rows of a pool satisfy ``condition(row, *args)``, a function that looks at nothing but its row.

    The plain run just counts. The learned run learns the condition row by row, so that it never meets the combinations
    of rows that have the same count.
    """
    learn = getattr(rows, "_count", None)
    if learn is not None:
        counted: int = learn(condition, args)
        return counted
    return sum(1 for row in rows if condition(row, *args))
