"""Live columns: what nothing has read tells no states apart, and is left out of them.

A search with live columns begins with every field masked: zero in every state. When a run is about to read a masked
field, the field is unmasked and the search starts over; that happens early, or not at all. At its end no run has read a
masked field.

Why that is sound
-----------------
Write m(s) for a state s with the masked columns zero, and M for the states that the search visited; m(s) is in M for
each initial s. Let m(s) be in M. The search has run every event and property on m(s) (or on a state with the same local
view), and no run has read a masked column. A pure function that reads the same values goes on to read the same: so on s
it reads what it reads on m(s), writes the same, and offends just if it does there. Hence for each step from s to t
either m(t) = m(s), or the search has taken the step from m(s) to m(t); and each step that it has taken is the image of
one from s. That is a bisimulation, but for steps that change masked columns only: the same offenders in states are
reached, by as few steps.

Such steps are not seen at all, neither counted nor shown to properties of steps, which may offend in any step:
scenarios with such properties are not masked.

Whether a slot is taken is always live. So is a field that refers to slots and cannot be None: zero would refer to one.
"""

from collections.abc import Iterator

import numpy as np

from checker.layout import FieldLayout, Layout
from checker.packing import Packing, Words
from checker.views import Derive, Recording


class NewlyRead(Exception):
    """A run was about to read a masked field, which is live now."""


class LiveColumns:
    """Which columns of a layout are live.

    Parameters
    ----------
    read
        The names of the fields that were read so far, to which more are added; None if nothing is to be masked.

    Attributes
    ----------
    live
        bool, one per column.
    """

    def __init__(self, layout: Layout, read: set[str] | None) -> None:
        self.layout = layout
        self._read = read
        self._unmask()

    def _unmask(self) -> None:
        self.live = np.ones(self.layout.width, np.bool_)
        for field, columns in _fields(self.layout):
            self.live[columns] = self._is_live(field)

    def _is_live(self, field: FieldLayout) -> bool:
        refers = field.slot_of is not None and field.domain.values[:1] != [None]
        return self._read is None or refers or field.domain.name in self._read

    @property
    def all(self) -> bool:
        """Nothing is masked."""
        return bool(self.live.all())

    @property
    def masked(self) -> tuple[str, ...]:
        """The names of the fields that are masked, as in ``Pod.phase``."""
        return tuple(sorted({field.domain.name for field in self.layout.fields() if not self._is_live(field)}))

    def bits(self, packing: Packing) -> Words:
        """The bits of the columns that are live by now, in a packed state."""
        self._unmask()
        words = np.zeros(packing.words, np.uint64)
        for place in packing.places[self.live].tolist():
            words[place >> 12] |= np.uint64(((1 << (place & 15)) - 1) << (place >> 4 & 63))
        return words

    def add(self, column: int) -> None:
        """Take note that a column is going to be read.

        Raises
        ------
        NewlyRead
            If it is masked.
        """
        if self.live[column]:
            return
        for field, columns in _fields(self.layout):
            if column in columns and self._read is not None:
                self._read.add(field.domain.name)
                raise NewlyRead(field.domain.name)


class LiveRecording(Recording):
    """As `Recording`; nothing that is masked can be read."""

    __slots__ = ("_live",)

    def __init__(self, live: LiveColumns, derive: Derive, interchangeable: frozenset[str]) -> None:
        super().__init__(live.layout, derive, interchangeable)
        self._live = live

    def note(self, column: int, code: int) -> None:
        """As `Recording.note`.

        Raises
        ------
        NewlyRead
            If the column is masked.
        """
        if column < self.layout.width:
            self._live.add(column)
        super().note(column, code)


def _fields(layout: Layout) -> Iterator[tuple[FieldLayout, range]]:
    """Every field with its columns, in every slot."""

    def at(field: FieldLayout, base: int) -> tuple[FieldLayout, range]:
        return field, range(base + field.offset, base + field.offset + (1 if field.size is None else field.size))

    for field in layout.scalars.values():
        yield at(field, 0)
    for pool in layout.pools.values():
        for start in map(pool.start, range(pool.capacity)):
            yield from (at(field, start) for field in pool.fields.values())
