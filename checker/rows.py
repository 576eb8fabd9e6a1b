"""The contents of slots that were met, numbered: what the compiled loops remember about each."""

from collections.abc import Sequence

import numpy as np

from checker.kernels import UNCOUNTED, UNKNOWN, Rows, add_row
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
        self._numbers: dict[tuple[int, int], int] = {}
        self._owners: list[int] = []
        self._rows = self._sized(64, 1)

    @property
    def slots(self) -> int:
        """How many slots have numbered contents."""
        return len(self._slots)

    def _sized(self, rows: int, tries: int) -> Rows:
        """Tables with room for so many rows and tries, and for every derived value; nothing is known yet."""
        owners = np.full(rows, -1)
        owners[: len(self._numbers)] = [owner for _, owner in self._numbers]
        counts_row = owners[:, None] == np.array([*self._owners, -2])
        sized = Rows(
            self._slots,
            np.zeros(2 * rows, np.uint64),
            np.zeros(2 * rows, np.int32),
            np.full(2 * rows, -1, np.int32),
            np.full((rows, tries), UNKNOWN, np.int32),
            np.where(counts_row, UNCOUNTED, 0).astype(np.int32),
            np.zeros((rows, self._most_slots), np.uint64),
        )
        for (content, owner), number in self._numbers.items():
            add_row(np.uint64(content), owner, number, sized)
        return sized

    def tables(self, tries: int, counted_pools: Sequence[int]) -> Rows:
        """The tables, with room for so many tries, and a derived value for each element of `counted_pools`.

        That is the number of the pool whose rows the value counts, in the order of the layout; -1 if it counts none.
        """
        if len(counted_pools) > len(self._owners) or self._rows.start.shape[1] < tries:
            self._owners = list(counted_pools)
            self._rows = self._sized(len(self._rows.start), tries)
        return self._rows

    def add(self, slot: int, words: np.typing.NDArray[np.uint64]) -> None:
        """Give what a slot (a row of `Rows.slots`) holds a number, if it has none."""
        word, shift, bits, owner = (int(part) for part in self._slots[slot])
        content = int(words[word]) >> shift & ((1 << bits) - 1)
        if (content, owner) in self._numbers:
            return
        number = self._numbers[content, owner] = len(self._numbers)
        if number == len(self._rows.start):
            self._rows = self._sized(2 * number, self._rows.start.shape[1])
        else:
            self._rows.counted[number] = [UNCOUNTED if counted == owner else 0 for counted in (*self._owners, -2)]
            add_row(np.uint64(content), owner, number, self._rows)
