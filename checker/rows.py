"""The contents of slots that were met, numbered: what the compiled loops remember about each."""

import numpy as np

from checker.kernels import UNKNOWN, UNSEEN, Rows, add_row
from checker.packing import WORD, Packing


class RowNumbers:
    """Numbers for the contents of the slots that fit into a word.

    Attributes
    ----------
    first_slot
        Pool -> the row of its first slot in `Rows.slots`.
    """

    def __init__(self, packing: Packing) -> None:
        self.first_slot: dict[str, int] = {}
        slots: list[tuple[int, int, int, int]] = []
        for number, (pool, places) in enumerate(packing.slots.items()):
            bits = packing.slot_bits[pool]
            if bits <= WORD:
                self.first_slot[pool] = len(slots)
                slots.extend((word, shift, bits, number) for word, shift in places)
        self._most_slots = max(map(len, packing.slots.values()), default=1) or 1
        self._slots = np.array(slots, np.int64).reshape(-1, 4)
        self._contents: list[tuple[int, int]] = []
        self._rows = self._sized(64, 1, 1)

    @property
    def slots(self) -> int:
        """How many slots have numbered contents."""
        return len(self._slots)

    def _sized(self, rows: int, tries: int, values: int) -> Rows:
        """Tables with room for so many rows, tries and derived values; nothing is known yet."""
        sized = Rows(
            self._slots,
            np.zeros(2 * rows, np.uint64),
            np.zeros(2 * rows, np.int32),
            np.full(2 * rows, -1, np.int32),
            np.full((rows, tries), UNKNOWN, np.int32),
            np.full((rows, values), UNSEEN, np.int8),
            np.zeros((rows, self._most_slots), np.uint64),
        )
        for number, (content, owner) in enumerate(self._contents):
            add_row(np.uint64(content), owner, number, sized)
        return sized

    def tables(self, tries: int, values: int) -> Rows:
        """The tables, with room for so many tries and derived values."""
        rows = len(self._rows.start)
        if self._rows.start.shape[1] < tries or self._rows.counted.shape[1] < values:
            self._rows = self._sized(rows, tries, 2 * values)
        return self._rows

    def add(self, slot: int, words: np.typing.NDArray[np.uint64]) -> None:
        """Give what a slot (a row of `Rows.slots`) holds a number."""
        word, shift, bits, owner = self._slots[slot]
        content = int(words[word]) >> int(shift) & ((1 << int(bits)) - 1)
        self._contents.append((content, int(owner)))
        tries, values = self._rows.start.shape[1], self._rows.counted.shape[1]
        if len(self._contents) > len(self._rows.start):
            self._rows = self._sized(2 * len(self._rows.start), tries, values)
        else:
            add_row(np.uint64(content), owner, len(self._contents) - 1, self._rows)
