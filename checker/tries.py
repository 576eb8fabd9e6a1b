"""Decision tries: what the functions of a scenario do, learned from the runs that were needed.

One trie a function instance. A path is what one run read, column by column; its leaf is what the run did: the write
sets of an action, the value of a derived function, whether a property has offenders. A pure function that reads the
same does the same, so a path that was seen once need not be run again.
"""

import typing
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from checker.kernels import LEAF, NOTHING, UNSEEN, Effects

Reads = Sequence[tuple[int, int]]


class ImpureFunction(Exception):
    """Two runs of a function read the same values and then differed."""


class Growing:
    """An array that grows by doubling; `all` is a view of the used part. With `columns`, of rows of so many numbers."""

    def __init__(self, dtype: npt.DTypeLike, fill: int = 0, columns: int | None = None) -> None:
        self._fill = fill
        self._array = np.full(64 if columns is None else (64, columns), fill, dtype)
        self.size = 0

    @property
    def all(self) -> npt.NDArray[typing.Any]:
        """The used part."""
        return self._array[: self.size]

    def extend(self, count: int) -> int:
        """Add `count` entries; the index of the first."""
        start = self.size
        self.size += count
        if self.size > len(self._array):
            size = max(self.size, 2 * len(self._array))
            grown = np.full((size, *self._array.shape[1:]), self._fill, self._array.dtype)
            grown[:start] = self._array[:start]
            self._array = grown
        return start

    def append(self, value: typing.Any) -> int:
        """Add one entry; its index."""
        index = self.extend(1)
        self._array[index] = value
        return index

    def __getitem__(self, index: int) -> typing.Any:
        return self._array[index]

    def __setitem__(self, index: int, value: typing.Any) -> None:
        self._array[index] = value


class Tries:
    """The tries of one scenario, as the flat arrays that the compiled walk reads (see `checker.kernels`)."""

    def __init__(self) -> None:
        self.nodes = Growing(np.int32, columns=3)
        self.edges = Growing(np.int32, fill=UNSEEN)

    @property
    def size(self) -> int:
        """How many nodes there are, leaves included."""
        return self.nodes.size

    def only_path(self, root: int) -> list[int] | None:
        """The columns that the trie reads if it has met one path only: what they hold has never been different."""
        columns: list[int] = []
        node = root
        while node != UNSEEN:
            column, start, width = (int(part) for part in self.nodes[node])
            if column == LEAF:
                return columns
            columns.append(column)
            children = [int(child) for child in self.edges.all[start : start + width] if child != UNSEEN]
            if len(children) != 1:
                return None
            node = children[0]
        return None

    def insert(self, roots: Growing, index: int, reads: Reads, payload: int) -> None:
        """Add the path `reads` with `payload` at its leaf to the trie whose root is ``roots[index]``.

        Raises
        ------
        ImpureFunction
            If an earlier run read the same values and then read something else, or did something else.
        """
        target, at = roots, index
        for column, code in (*reads, (LEAF, payload)):
            node = int(target[at])
            if node == UNSEEN:
                node = self.nodes.append((column, payload if column == LEAF else 0, 0))
                target[at] = node
            known, held, _ = self.nodes[node]
            if known != column:
                raise ImpureFunction(
                    f"a run read column {column} where an earlier one with the same values read column {known}. "
                    "Usual cause: the function depends on something besides its arguments (a clock, a random source, "
                    "the order of a set)."
                )
            if column == LEAF:
                if held != payload:
                    raise ImpureFunction("two runs read the same values and did different things")
                return
            target, at = self.edges, self._edge(node, code)

    def _edge(self, node: int, code: int) -> int:
        """The place of the edge for `code`; a node whose block is too narrow gets a wider one."""
        _, old, width = self.nodes[node]
        if code >= width:
            wider = 2
            while wider <= code:
                wider *= 2
            first = self.edges.extend(wider)
            self.edges.all[first : first + width] = self.edges.all[old : old + width]
            self.nodes[node][1:] = first, wider
            return first + code
        return int(old) + code


class Leaves:
    """What the leaves of actions do: for each leaf its yields, for each yield its writes."""

    def __init__(self) -> None:
        self.yield_start = Growing(np.int64)
        self.write_start = Growing(np.int64)
        self.write_column = Growing(np.int32)
        self.write_code = Growing(np.uint8)
        self.cut = Growing(np.bool_)
        self._known: dict[typing.Any, int] = {}
        self.yield_start.append(0)
        self.write_start.append(0)
        assert self.leaf([]) == NOTHING

    @property
    def effects(self) -> Effects:
        """The same for the compiled loops."""
        return Effects(self.yield_start.all, self.write_start.all, self.write_column.all, self.write_code.all)

    def leaf(self, yields: Sequence[dict[int, int]], path: Reads = (), *, cut: bool = False) -> int:
        """The number of the leaf that writes `yields` (column -> code for each), made if it is new.

        Leaves of different paths are different; `cut` says that a bound cut off the rest.
        """
        key = (cut, tuple(path), tuple(tuple(writes.items()) for writes in yields))
        leaf = self._known.get(key)
        if leaf is None:
            for writes in yields:
                for column, code in writes.items():
                    self.write_column.append(column)
                    self.write_code.append(code)
                self.write_start.append(self.write_column.size)
            self.cut.append(cut)
            leaf = self._known[key] = self.yield_start.append(self.write_start.size - 1) - 1
        return leaf
