"""Bits: where in a state's 64-bit words each column lies.

Every column gets as many bits as its field's values need so far; a slot never straddles words unless it is larger than
one, so that interchangeable slots can be compared and sorted as numbers. When a field outgrows its bits, the search
starts over with a new packing: that happens early, or not at all.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from checker.kernels import pack, unpack
from checker.layout import FieldLayout, Layout, Packed, PoolLayout

WORD = 64
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]


def place(word: int, shift: int, bits: int) -> int:
    """A column's place as one number, as `checker.kernels` reads it."""
    return word << 12 | shift << 4 | bits


class Outgrown(Exception):
    """A field takes more values than its bits can tell apart."""


class Packing:
    """Places for the columns of a layout.

    Parameters
    ----------
    bits
        Bits for each field, by its domain's name; what its values need so far, by default.

    Attributes
    ----------
    places
        Column -> its place.
    words
        How many words a state takes.
    slots
        Pool -> (first word, shift) of each slot.
    slot_bits
        Pool -> bits of a slot, its presence included.
    """

    def __init__(self, layout: Layout, bits: Mapping[str, int] | None = None) -> None:
        self.layout = layout
        self.bits = bits or {field.domain.name: field.domain.bits for field in layout.fields()}
        self.places: Places = np.zeros(layout.width, np.int32)
        self.slots: dict[str, list[tuple[int, int]]] = {}
        self.slot_bits: dict[str, int] = {}
        self._word, self._used = 0, 0
        for field in layout.scalars.values():
            self._put(field, 0)
        for pool in layout.pools.values():
            self._put_pool(pool)
        self.words = max(1, self._word + bool(self._used))

    def _room(self, bits: int) -> None:
        """Go on in the next word unless `bits` more fit into this one."""
        if self._used + bits > WORD:
            self._word, self._used = self._word + 1, 0

    def _put(self, field: FieldLayout, base: int) -> None:
        bits = self.bits[field.domain.name]
        start = base + field.offset
        for column in range(start, start + (1 if field.size is None else field.size)):
            self._take(column, bits)

    def _take(self, column: int, bits: int) -> None:
        self._room(bits)
        self.places[column] = place(self._word, self._used, bits)
        self._used += bits

    def _put_pool(self, pool: PoolLayout) -> None:
        fields = pool.fields.values()
        bits = 1 + sum(self.bits[field.domain.name] * (1 if field.size is None else field.size) for field in fields)
        self.slot_bits[pool.name] = bits
        self.slots[pool.name] = []
        for slot in range(pool.capacity):
            self._room(WORD if bits > WORD and self._used else bits if bits <= WORD else 0)
            self.slots[pool.name].append((self._word, self._used))
            self._take(pool.start(slot), 1)
            for field in fields:
                self._put(field, pool.start(slot))
        if bits > WORD and self._used:
            self._word, self._used = self._word + 1, 0

    def slot_words(self, pool: str) -> int:
        """How many words a slot takes when it is larger than one; 1 otherwise."""
        if self.slot_bits[pool] <= WORD or not self.slots[pool]:
            return 1
        last = self.layout.pools[pool]
        first = self.slots[pool][0][0]
        columns = self.places[last.start(0) : last.start(0) + last.stride] >> 12
        return int(columns.max()) - first + 1

    @property
    def outgrown(self) -> bool:
        """Some field has taken a value since that its bits cannot hold."""
        return any(len(field.domain.values) > 1 << self.bits[field.domain.name] for field in self.layout.fields())

    def pack(self, row: Packed) -> Words:
        """The words of a row of codes.

        Raises
        ------
        Outgrown
            If a code does not fit.
        """
        if self.outgrown:
            raise Outgrown
        words = np.zeros(self.words, np.uint64)
        pack(row, self.places, words)
        return words

    def unpack(self, words: Words, places: Places | None = None) -> Packed:
        """The row of codes in `words`, read at other `places` if given."""
        row = np.zeros(self.layout.width, np.uint8)
        unpack(words, self.places if places is None else places, row)
        return row
