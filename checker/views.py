"""Tracking views: a packed state that looks like the real one and records what is read from it.

A function that runs on a `StateView` reads codes from one packed row; the view notes each column once, in the order of
the first reads. Successors are views over the same row with some columns overwritten: their writes are what the
function does, for every state in which it reads the same.
"""

import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from checker.layout import FieldLayout, Layout, PoolLayout
from checker.state import BoundReached, StaleRow

Derive = Callable[["Recording", bytes, Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...]], Any]


class Recording:
    """What one run of a function read, in order.

    `reads` holds (column, code). `second` is added to the columns of the second state of a step property.
    """

    __slots__ = ("_known", "derive", "layout", "reads", "rows", "versions")

    def __init__(self, layout: Layout, derive: Derive) -> None:
        self.layout = layout
        self.derive = derive
        self.reads: list[tuple[int, int]] = []
        self.rows: dict[tuple[int, int], RowView] = {}
        self.versions = itertools.count(1)
        self._known: set[int] = set()

    def note(self, column: int, code: int) -> None:
        """Record that `column` was read and held `code`."""
        if column not in self._known:
            self._known.add(column)
            self.reads.append((column, code))


class StateView:
    """Looks like a state of the scenario. See the module's text.

    `_writes` are the columns that were overwritten, with their codes. `_versions` numbers what the slots hold, by their
    first column: every write of a slot gives it a number of its own.
    """

    __slots__ = ("_recording", "_row", "_shift", "_versions", "_writes")
    __hash__ = None  # type: ignore[assignment]  # reading a whole state to hash it would learn it by heart

    def __init__(self, recording: Recording, row: bytes, shift: int = 0) -> None:
        self._recording = recording
        self._row = row
        self._shift = shift
        self._writes: dict[int, int] = {}
        self._versions: dict[int, int] = {}

    def __eq__(self, other: object) -> bool:
        raise TypeError("states are compared field by field in actions and properties, not as a whole")

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return self._recording.layout.type

    @property
    def _layout(self) -> Layout:
        return self._recording.layout

    def _code(self, column: int) -> int:
        code = self._writes.get(column)
        if code is None:
            code = self._row[column]
            self._recording.note(column + self._shift, code)
        return code

    def _read(self, field: FieldLayout, base: int) -> Any:
        if field.size is None:
            return field.domain.values[self._code(base + field.offset)]
        return TupleView(self, field, base)

    def __getattr__(self, name: str) -> Any:
        layout = self._recording.layout
        pool = layout.pools.get(name)
        if pool is not None:
            return PoolView(self, pool)
        scalar = layout.scalars.get(name)
        if scalar is not None:
            return self._read(scalar, 0)
        if name in layout.constants:
            return layout.constants[name]
        return _class_attribute(layout.type, name, self)

    def _derive(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: tuple[tuple[str, Any], ...]
    ) -> Any:
        if self._writes or self._shift:
            return function(self, *args, **dict(keywords))
        return self._recording.derive(self._recording, self._row, function, args, keywords)

    def _successor(self, writes: dict[int, int], slot_start: int | None = None) -> "StateView":
        after = StateView(self._recording, self._row, self._shift)
        after._writes = {**self._writes, **writes}
        after._versions = self._versions
        if slot_start is not None:
            after._versions = {**self._versions, slot_start: next(self._recording.versions)}
        return after

    def set(self, **changes: Any) -> "StateView":
        """As `State.set`, for scalar fields."""
        return self._successor(_codes(self._layout.scalars, 0, changes))

    def update(self, row: "RowView", **changes: Any) -> "StateView":
        """As `State.update`."""
        start = self._start(row)
        return self._successor(_codes(row._pool.fields, start, changes), start)

    def _row_view(self, pool: PoolLayout, slot: int) -> "RowView":
        """The view of a slot; the same object for the same content, as in the plain run."""
        start = pool.start(slot)
        key = (start + self._shift, self._versions.get(start, 0))
        row = self._recording.rows.get(key)
        if row is None:
            row = self._recording.rows[key] = RowView(self, pool, slot)
        return row

    def create(self, pool: str, row: Any) -> "StateView":
        """As `State.create`."""
        layout = self._layout.pools[pool]
        for slot in range(layout.capacity):
            start = layout.start(slot)
            if not self._code(start):
                return self._successor(dict(self._layout.row_codes(layout, slot, row)), start)
        raise BoundReached(pool)

    def delete(self, row: "RowView") -> "StateView":
        """As `State.delete`."""
        start = self._start(row)
        return self._successor(dict.fromkeys(range(start, start + _used(row._pool)), 0), start)

    def _start(self, row: "RowView") -> int:
        if type(row) is not RowView or row is not self._recording.rows.get(
            (row._start + self._shift, self._versions.get(row._start, 0))
        ):
            raise StaleRow(row)
        return row._start


class PoolView:
    """Looks like a `Pool`."""

    __slots__ = ("_pool", "_state")
    __hash__ = None  # type: ignore[assignment]  # as for StateView

    def __init__(self, state: StateView, pool: PoolLayout) -> None:
        self._state = state
        self._pool = pool

    @property
    def capacity(self) -> int:
        """The number of slots."""
        return self._pool.capacity

    def __getitem__(self, slot: int) -> "RowView | None":
        if not 0 <= slot < self._pool.capacity:
            raise IndexError(slot)
        return self._state._row_view(self._pool, slot) if self._state._code(self._pool.start(slot)) else None

    def __eq__(self, other: object) -> bool:
        raise TypeError("pools are compared field by field in actions and properties, not as a whole")

    def items(self) -> Iterator[tuple[int, "RowView"]]:
        """As `Pool.items`."""
        for slot in range(self._pool.capacity):
            row = self[slot]
            if row is not None:
                yield slot, row

    def __iter__(self) -> Iterator["RowView"]:
        return (row for _, row in self.items())


class RowView:
    """Looks like a row of a pool, its properties and methods included."""

    __slots__ = ("_pool", "_start", "_state")
    __hash__ = None  # type: ignore[assignment]  # as for StateView

    def __init__(self, state: StateView, pool: PoolLayout, slot: int) -> None:
        self._state = state
        self._pool = pool
        self._start = pool.start(slot)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return self._pool.row

    def __getattr__(self, name: str) -> Any:
        field = self._pool.fields.get(name)
        if field is not None:
            return self._state._read(field, self._start)
        return _class_attribute(self._pool.row, name, self)

    def __eq__(self, other: object) -> bool:
        raise TypeError("rows are compared field by field in actions and properties, not as a whole")


class TupleView:
    """Looks like a tuple field; reads only the elements that are asked for."""

    __slots__ = ("_base", "_field", "_state")
    __hash__ = None  # type: ignore[assignment]  # as for StateView

    def __init__(self, state: StateView, field: FieldLayout, base: int) -> None:
        self._state = state
        self._field = field
        self._base = base

    def __len__(self) -> int:
        return self._field.size or 0

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._field.domain.values[self._state._code(self._base + self._field.offset + index)]

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, TupleView)):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def with_item(self, index: int, value: Any) -> "TupleChange":
        """As `checker.state.with_item`."""
        return TupleChange(self, {index: value})


class TupleChange(TupleView):
    """A tuple field with some elements overwritten; the others are not read unless it is stored somewhere else."""

    __slots__ = ("_items",)

    def __init__(self, source: TupleView, items: dict[int, Any]) -> None:
        super().__init__(source._state, source._field, source._base)
        self._items = items

    def __getitem__(self, index: int) -> Any:
        return self._items[index] if index in self._items else super().__getitem__(index)

    def with_item(self, index: int, value: Any) -> "TupleChange":
        """This change and one more."""
        return TupleChange(self, {**self._items, index: value})

    def codes(self, field: FieldLayout, base: int) -> Iterator[tuple[int, int]]:
        """(column, code) of what has to be written to store it in a field of the row at `base`."""
        if field is self._field and base == self._base:
            start = base + field.offset
            return ((start + index, field.domain.code(item)) for index, item in self._items.items())
        return field.codes(tuple(self), base)


def _codes(fields: dict[str, FieldLayout], base: int, changes: dict[str, Any]) -> dict[int, int]:
    writes: dict[int, int] = {}
    for name, value in changes.items():
        field = fields.get(name)
        if field is None:
            raise TypeError(f"Unexpected keyword argument {name!r}")
        writes.update(value.codes(field, base) if isinstance(value, TupleChange) else field.codes(value, base))
    return writes


def _used(pool: PoolLayout) -> int:
    """The columns of a slot that hold something (the rest is padding)."""
    return 1 + sum(field.size or 1 for field in pool.fields.values())


def _class_attribute(owner: type, name: str, view: Any) -> Any:
    """A property, method or constant of the class that `view` stands for, bound to the view."""
    attribute = inspect.getattr_static(owner, name)
    if isinstance(attribute, property) and attribute.fget is not None:
        return attribute.fget(view)
    if isinstance(attribute, (staticmethod, classmethod)):
        return attribute.__get__(None, owner)
    return attribute.__get__(view, owner) if inspect.isfunction(attribute) else attribute
