"""Columns: a state as a row of small integers.

Every scalar field, and every field of every slot, is one column that holds the code of its value; the columns of a pool
lie slot after slot. A slot has a first column that says whether it is taken; an empty slot is all zeros. How columns
become bits is the business of `checker.packing`.
"""

import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker.state import Constant, Per, Pool, SlotOf, State

Packed = npt.NDArray[np.uint8]


class TooManyValues(Exception):
    """A field takes more different values in one search than a column can hold."""


class Domain:
    """The values of one field and their codes, in order of first appearance.

    A code is at most one byte, so that a field has at most 256 values; derived values, which are not stored, pass a
    larger `limit`. Equal values have one code, as equal states are one state; `by_type` tells True from 1. A `closed`
    domain knows all its values from its type.
    """

    def __init__(
        self,
        name: str,
        known: typing.Iterable[Any] = (),
        limit: int = 256,
        *,
        closed: bool = False,
        by_type: bool = False,
    ) -> None:
        self.name = name
        self.limit = limit
        self.closed = closed
        self.values: list[Any] = []
        self._by_type = by_type
        self._codes: dict[Any, int] = {}
        for value in known:
            self.code(value)

    def code(self, value: Any) -> int:
        """The code of `value`; a value not seen before gets the next one."""
        key = (value.__class__, value) if self._by_type else value
        code = self._codes.get(key)
        if code is None:
            code = len(self.values)
            if code >= self.limit:
                raise TooManyValues(
                    f"{self.name} takes more than {self.limit} values; the last is {value!r}. "
                    "Give the field a smaller domain, or bound what makes it grow."
                )
            self._codes[key] = code
            self.values.append(value)
        return code

    @property
    def bits(self) -> int:
        """How many bits a code needs; an open domain is given one bit more than its values so far take."""
        return max(1, (len(self.values) - 1).bit_length()) + (not self.closed)


class FieldLayout(msgspec.Struct, frozen=True):
    """Where one field lies: `size` columns from `offset` on, `size` None for a field that is not a tuple.

    `type` is that of its values. `slot_of` names the pool whose slots the field's values are, `per` the pool (or
    constant table) that has one slot for each element.
    """

    name: str
    offset: int
    size: int | None
    domain: Domain
    type: Any
    slot_of: str | None = None
    per: str | None = None

    def read(self, row: typing.Sequence[int] | Packed, base: int) -> Any:
        """The field's value in a packed row."""
        values = self.domain.values
        start = base + self.offset
        if self.size is None:
            return values[row[start]]
        return tuple(values[row[column]] for column in range(start, start + self.size))

    def codes(self, value: Any, base: int) -> Iterator[tuple[int, int]]:
        """(column, code) for a value of the field."""
        start = base + self.offset
        if self.size is None:
            yield start, self.domain.code(value)
            return
        if len(value) != self.size:
            raise ValueError(f"{self.domain.name} has {self.size} elements, not {len(value)}: {value!r}")
        for column, element in enumerate(value, start):
            yield column, self.domain.code(element)


class PoolLayout(msgspec.Struct, frozen=True):
    """Where a pool lies. Column 0 of a slot says whether the slot is taken."""

    name: str
    row: type
    base: int
    stride: int
    capacity: int
    fields: dict[str, FieldLayout]

    def start(self, slot: int) -> int:
        """The first column of a slot."""
        return self.base + slot * self.stride


class Layout:
    """The columns of the states of one scenario.

    Parameters
    ----------
    state
        Any state of the scenario; its pools' capacities and its constant tables hold for all.

    Attributes
    ----------
    width
        The number of columns.
    referred
        The pools to whose slots some field refers.
    """

    def __init__(self, state: State) -> None:
        self.type = type(state)
        self.constants: dict[str, Any] = {}
        self.scalars: dict[str, FieldLayout] = {}
        self.pools: dict[str, PoolLayout] = {}
        hints = typing.get_type_hints(self.type, include_extras=True)
        marks = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
        self.constants = {
            name: getattr(state, name)
            for name in state.__struct_fields__
            if any(isinstance(mark, Constant) for mark in marks[name])
        }
        self._state = state
        offset = 0
        for name in state.__struct_fields__:
            if name not in self.constants and not isinstance(getattr(state, name), Pool):
                field = self._field(self.type.__name__, name, hints[name], offset)
                self.scalars[name] = field
                offset += field.size or 1
        for name in state.__struct_fields__:
            pool = getattr(state, name)
            if isinstance(pool, Pool):
                layout = self._pool(name, pool, hints[name], offset)
                self.pools[name] = layout
                offset += layout.stride * layout.capacity
        self.width = offset
        names = {name for field in self.fields() for name in (field.slot_of, field.per)}
        self.referred = frozenset(name for name in names if name in self.pools)

    def fields(self) -> Iterator[FieldLayout]:
        """Every field, of the state and of its pools' rows."""
        yield from self.scalars.values()
        for pool in self.pools.values():
            yield from pool.fields.values()

    def _pool(self, name: str, pool: Pool[Any], hint: Any, base: int) -> PoolLayout:
        (row,) = typing.get_args(hint)
        fields: dict[str, FieldLayout] = {}
        offset = 1
        for field_name, field_hint in typing.get_type_hints(row, include_extras=True).items():
            if field_name in row.__struct_fields__:
                field = self._field(row.__name__, field_name, field_hint, offset)
                fields[field_name] = field
                offset += field.size or 1
        return PoolLayout(name, row, base, offset, pool.capacity, fields)

    def _field(self, owner: str, name: str, hint: Any, offset: int) -> FieldLayout:
        marks = list(_marks(hint))
        per = next((mark.sizes for mark in marks if isinstance(mark, Per)), None)
        slot_of = next((mark.pool for mark in marks if isinstance(mark, SlotOf)), None)
        known, closed = list(_declared_values(hint)), _is_closed(hint)
        if slot_of is not None:
            known, closed = [*known, *range(self._size(slot_of))], True
        domain = Domain(f"{owner}.{name}", known, closed=closed)
        size = None if per is None else self._size(per)
        return FieldLayout(name, offset, size, domain, hint if per is None else _element_type(hint), slot_of, per)

    def _size(self, name: str) -> int:
        pool = getattr(self._state, name, None)
        if isinstance(pool, Pool):
            return pool.capacity
        for constant in self.constants.values():
            if hasattr(constant, name):
                return len(getattr(constant, name))
        raise TypeError(f"{name!r} is neither a pool of {self.type.__name__} nor a constant table's field")

    def encode(self, state: State) -> Packed:
        """The packed row of `state`."""
        row = np.zeros(self.width, np.uint8)
        for name, field in self.scalars.items():
            for column, code in field.codes(getattr(state, name), 0):
                row[column] = code
        for name, pool in self.pools.items():
            for slot, value in getattr(state, name).items():
                for column, code in self.row_codes(pool, slot, value):
                    row[column] = code
        return row

    def row_codes(self, pool: PoolLayout, slot: int, value: Any) -> Iterator[tuple[int, int]]:
        """(column, code) of every column of a slot that holds `value`."""
        start = pool.start(slot)
        yield start, 1
        for name, field in pool.fields.items():
            yield from field.codes(getattr(value, name), start)

    def decode(self, row: Packed) -> Any:
        """The state of a packed row."""
        values: dict[str, Any] = dict(self.constants)
        for name, field in self.scalars.items():
            values[name] = field.read(row, 0)
        for name, pool in self.pools.items():
            values[name] = Pool(tuple(self._row(pool, slot, row) for slot in range(pool.capacity)))
        return self.type(**values)

    def _row(self, pool: PoolLayout, slot: int, row: Packed) -> Any:
        start = pool.start(slot)
        if not row[start]:
            return None
        return pool.row(**{name: field.read(row, start) for name, field in pool.fields.items()})

    def column_name(self, column: int) -> str:
        """A readable name, as in ``pods[2].phase``."""
        for name, field in self.scalars.items():
            if field.offset <= column < field.offset + (field.size or 1):
                return name
        for name, pool in self.pools.items():
            if pool.base <= column < pool.base + pool.stride * pool.capacity:
                slot, within = divmod(column - pool.base, pool.stride)
                for field_name, field in pool.fields.items():
                    if field.offset <= within < field.offset + (field.size or 1):
                        return f"{name}[{slot}].{field_name}"
                return f"{name}[{slot}]"
        return f"column {column}"


def _marks(hint: Any) -> Iterator[Any]:
    """The marks on a field itself: not those inside the types of its values."""
    yield from getattr(hint, "__metadata__", ())
    for part in typing.get_args(hint):
        if getattr(part, "__metadata__", None) is not None:
            yield from _marks(part)


def _element_type(hint: Any) -> Any:
    """The type of a tuple's elements, the tuple being annotated."""
    return typing.get_args(typing.get_args(hint)[0])[0]


def _parts(hint: Any) -> list[Any]:
    return [part for part in typing.get_args(hint) if not isinstance(part, (Per, SlotOf, Constant))]


def _declared_values(hint: Any) -> Iterator[Any]:
    """The values that a type declares by itself: None first, bools, an enum's members."""
    parts = _parts(hint)
    if type(None) in parts:
        yield None
    for part in parts or [hint]:
        if part is bool:
            yield from (False, True)
        elif isinstance(part, type) and issubclass(part, Enum):
            yield from part
        elif part is not hint and typing.get_args(part):
            yield from _declared_values(part)


def _is_closed(hint: Any) -> bool:
    """Whether `_declared_values` are all there are."""
    parts = [part for part in _parts(hint) if part is not Ellipsis]
    if parts:
        return all(_is_closed(part) for part in parts)
    return hint in (bool, type(None)) or (isinstance(hint, type) and issubclass(hint, Enum))
