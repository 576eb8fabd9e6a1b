"""Tracking views: a packed state that looks like the real one and records what is read from it.

A function that runs on a `StateView` reads codes from one packed row; the view notes each column once, in the order of
the first reads. Successors are views over the same row with some columns overwritten: their writes are what the
function does, for every state in which it reads the same.
"""

import dataclasses
import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from checker.layout import FieldLayout, Layout, PoolLayout
from checker.state import BoundReached, StaleRow


class ToldApart(Exception):
    """A function looked at the number of a slot, so that the slots of `pool` are not interchangeable."""

    def __init__(self, pool: str) -> None:
        super().__init__(f"the slots of {pool!r} are told apart by their numbers")
        self.pool = pool


class SlotName:
    """A slot's number as functions of the learned run see it while slots are interchangeable: a name, not a number.

    It can be compared with other slots, used to find the row or the element of its pool, and stored. Anything that
    would tell it from the number of another slot raises `ToldApart`, and the search starts over without exchanging
    slots of that pool.
    """

    __slots__ = ("number", "pool")

    def __init__(self, pool: str, number: int) -> None:
        self.pool = pool
        self.number = number

    def __eq__(self, other: object) -> bool:
        if type(other) is SlotName and other.pool == self.pool:
            return self.number == other.number
        if other is None:
            return False
        raise ToldApart(self.pool)

    def __hash__(self) -> int:
        return hash((self.pool, self.number))

    def __repr__(self) -> str:
        raise ToldApart(self.pool)

    def _told_apart(self, *_: object) -> Any:
        raise ToldApart(self.pool)

    __lt__ = __le__ = __gt__ = __ge__ = __index__ = __int__ = __bool__ = __format__ = _told_apart
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __floordiv__ = __neg__ = _told_apart


@dataclasses.dataclass(frozen=True)
class Count:
    """The derived value that `checker.state.count` asks for."""

    pool: str
    condition: Callable[..., Any]

    def __call__(self, state: "StateView", *args: Any) -> int:
        """Count, one row after the other."""
        return sum(1 for row in getattr(state, self.pool) if self.condition(row, *args))


Derive = Callable[["Recording", bytes, Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...]], Any]


class Recording:
    """What one run of a function read, in order.

    `reads` holds (column, code). The slots of the pools in `interchangeable` are seen as names (`SlotName`).
    """

    __slots__ = ("_known", "derive", "interchangeable", "layout", "named", "reads", "rows", "versions")

    def __init__(self, layout: Layout, derive: Derive, interchangeable: frozenset[str] = frozenset()) -> None:
        self.layout = layout
        self.derive = derive
        self.interchangeable = interchangeable
        self.reads: list[tuple[int, int]] = []
        self.rows: dict[tuple[int, int], RowView] = {}
        self.named: set[tuple[str, int]] = set()
        self.versions = itertools.count(1)
        self._known: set[int] = set()

    def note(self, column: int, code: int) -> None:
        """Record that `column` was read and held `code`."""
        if column not in self._known:
            self._known.add(column)
            self.reads.append((column, code))

    def name(self, pool: str | None, slot: int) -> Any:
        """A slot's number, as the function may see it."""
        if pool is None or pool not in self.interchangeable:
            return slot
        self.named.add((pool, slot))
        return SlotName(pool, slot)

    def number(self, pool: str | None, slot: Any) -> int:
        """The number behind `slot`, where a slot of `pool` is meant.

        Raises
        ------
        ToldApart
            If slots are interchangeable and this is a plain number, or the name of another pool's slot.
        """
        if type(slot) is SlotName:
            if slot.pool != pool:
                raise ToldApart(slot.pool)
            return slot.number
        if pool in self.interchangeable:
            raise ToldApart(str(pool))
        return int(slot)

    def codes(self, field: FieldLayout, base: int, value: Any) -> Iterator[tuple[int, int]]:
        """(column, code) of what storing `value` in a field writes.

        Raises
        ------
        ToldApart
            If that would tell apart slots that are interchangeable.
        """
        if isinstance(value, TupleView):
            self._check_same_slots(field, value)
            if isinstance(value, TupleChange):
                return value.codes(field, base)
        elif field.slot_of in self.interchangeable and field.size is None:
            value = value if value is None else self.number(field.slot_of, value)
        else:
            if isinstance(value, tuple):
                self.check_tuple(field, value)
            self.check_anonymous(value)
        return field.codes(value, base)

    def _check_same_slots(self, field: FieldLayout, value: "TupleView") -> None:
        for per in (field.per, value._field.per):
            if per in self.interchangeable and field.per != value._field.per:
                raise ToldApart(str(per))

    def check_tuple(self, field: FieldLayout, value: tuple[Any, ...]) -> None:
        """Refuse a plain tuple that holds different things for interchangeable slots."""
        if field.per in self.interchangeable and any(element != value[0] for element in value):
            raise ToldApart(str(field.per))

    def check_anonymous(self, value: Any) -> None:
        """Refuse a value with a slot's name inside: exchanging slots would not find it."""
        if type(value) is SlotName:
            raise ToldApart(value.pool)
        if isinstance(value, tuple):
            for element in value:
                self.check_anonymous(element)
        elif isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                self.check_anonymous(getattr(value, name))


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
        if field.size is not None:
            return TupleView(self, field, base)
        value = field.domain.values[self._code(base + field.offset)]
        return value if value is None or field.slot_of is None else self._recording.name(field.slot_of, value)

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
        return self._successor(self._codes(self._layout.scalars, 0, changes))

    def update(self, row: "RowView", **changes: Any) -> "StateView":
        """As `State.update`."""
        start = self._start(row)
        return self._successor(self._codes(row._pool.fields, start, changes), start)

    def _codes(self, fields: dict[str, FieldLayout], base: int, changes: dict[str, Any]) -> dict[int, int]:
        writes: dict[int, int] = {}
        for name, value in changes.items():
            field = fields.get(name)
            if field is None:
                raise TypeError(f"Unexpected keyword argument {name!r}")
            writes.update(self._recording.codes(field, base, value))
        return writes

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
        if pool in self._recording.interchangeable:
            self._check_creation(layout)
        for slot in range(layout.capacity):
            start = layout.start(slot)
            if not self._code(start):
                changes = {name: getattr(row, name) for name in layout.fields}
                return self._successor({start: 1, **self._codes(layout.fields, start, changes)}, start)
        raise BoundReached(pool)

    def _check_creation(self, pool: PoolLayout) -> None:
        """Refuse a creation for which it matters which of the empty slots is taken.

        It does where slots are referred to, since an empty one may still be; where the function knows an empty slot by
        its name; and where this very step has emptied one, since a property of steps may compare what a slot held.
        """
        named = (slot for name, slot in self._recording.named if name == pool.name)
        if (
            pool.name in self._layout.referred
            or any(not self._code(pool.start(slot)) for slot in sorted(named))
            or any(self._writes.get(pool.start(slot)) == 0 for slot in range(pool.capacity))
        ):
            raise ToldApart(pool.name)

    def delete(self, row: "RowView") -> "StateView":
        """As `State.delete`."""
        start = self._start(row)
        return self._successor(dict.fromkeys(range(start, start + row._pool.stride), 0), start)

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

    def __getitem__(self, slot: Any) -> "RowView | None":
        number = self._state._recording.number(self._pool.name, slot)
        if not 0 <= number < self._pool.capacity:
            raise IndexError(slot)
        return self._row(number)

    def _row(self, slot: int) -> "RowView | None":
        return self._state._row_view(self._pool, slot) if self._state._code(self._pool.start(slot)) else None

    def __eq__(self, other: object) -> bool:
        raise TypeError("pools are compared field by field in actions and properties, not as a whole")

    def items(self) -> Iterator[tuple[Any, "RowView"]]:
        """As `Pool.items`."""
        for slot in range(self._pool.capacity):
            row = self._row(slot)
            if row is not None:
                yield self._state._recording.name(self._pool.name, slot), row

    def __iter__(self) -> Iterator["RowView"]:
        return (row for _, row in self.items())

    def _count(self, condition: Callable[..., Any], args: tuple[Any, ...]) -> int:
        state = self._state
        total: int = state._derive(Count(self._pool.name, condition), args, ())
        return total


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

    def __getitem__(self, index: Any) -> Any:
        number = self._state._recording.number(self._field.per, index)
        if not 0 <= number < len(self):
            raise IndexError(index)
        return self._element(number)

    def _element(self, number: int) -> Any:
        value = self._field.domain.values[self._state._code(self._base + self._field.offset + number)]
        return value if value is None else self._state._recording.name(self._field.slot_of, value)

    def __iter__(self) -> Iterator[Any]:
        return (self._element(number) for number in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple):
            self._state._recording.check_tuple(self._field, other)
        elif not isinstance(other, TupleView):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def with_item(self, index: Any, value: Any) -> "TupleChange":
        """As `checker.state.with_item`."""
        self._state._recording.check_anonymous(value)
        return TupleChange(self, {self._state._recording.number(self._field.per, index): value})


class TupleChange(TupleView):
    """A tuple field with some elements overwritten; the others are not read unless it is stored somewhere else."""

    __slots__ = ("_items",)

    def __init__(self, source: TupleView, items: dict[int, Any]) -> None:
        super().__init__(source._state, source._field, source._base)
        self._items = items

    def _element(self, number: int) -> Any:
        return self._items[number] if number in self._items else super()._element(number)

    def with_item(self, index: Any, value: Any) -> "TupleChange":
        """This change and one more."""
        self._state._recording.check_anonymous(value)
        return TupleChange(self, {**self._items, self._state._recording.number(self._field.per, index): value})

    def codes(self, field: FieldLayout, base: int) -> Iterator[tuple[int, int]]:
        """(column, code) of what has to be written to store it in a field of the row at `base`."""
        if field is self._field and base == self._base:
            start = base + field.offset
            return ((start + index, field.domain.code(item)) for index, item in self._items.items())
        return field.codes(tuple(self), base)


def _class_attribute(owner: type, name: str, view: Any) -> Any:
    """A property, method or constant of the class that `view` stands for, bound to the view."""
    attribute = inspect.getattr_static(owner, name)
    if isinstance(attribute, property) and attribute.fget is not None:
        return attribute.fget(view)
    if isinstance(attribute, (staticmethod, classmethod)):
        return attribute.__get__(None, owner)
    return attribute.__get__(view, owner) if inspect.isfunction(attribute) else attribute
