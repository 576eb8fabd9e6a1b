"""Decision tries: what the functions of a scenario do, learned from the runs that were needed.

One trie a function instance. A path is what one run read, column by column; its leaf is what the run did: the write
sets of an action, the value of a derived function, whether a property has offenders. A pure function that reads the
same does the same, so a path that was seen once need not be run again.
"""

import typing
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from checker.kernels import LEAF, UNSEEN

Ints = npt.NDArray[np.int64]
Reads = Sequence[tuple[int, int]]


class ImpureFunction(Exception):
    """Two runs of a function read the same values and then differed."""


class Growing:
    """A one-dimensional array that grows by doubling; `all` is a view of the used part."""

    def __init__(self, dtype: npt.DTypeLike, fill: int = 0) -> None:
        self._fill = fill
        self._array = np.full(64, fill, dtype)
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
            grown = np.full(max(self.size, 2 * len(self._array)), self._fill, self._array.dtype)
            grown[:start] = self._array[:start]
            self._array = grown
        return start

    def append(self, value: int) -> int:
        """Add one entry; its index."""
        index = self.extend(1)
        self._array[index] = value
        return index


class Tries:
    """The tries of one scenario, as the flat arrays that the compiled walk reads."""

    def __init__(self) -> None:
        self.column = Growing(np.int32)
        self.first_edge = Growing(np.int64)
        self.width = Growing(np.int32)
        self.edges = Growing(np.int32, fill=UNSEEN)

    @property
    def arrays(self) -> tuple[npt.NDArray[typing.Any], ...]:
        """What `checker.kernels.walk` takes, in its order."""
        return self.column.all, self.first_edge.all, self.width.all, self.edges.all

    @property
    def nodes(self) -> int:
        """How many nodes there are, leaves included."""
        return self.column.size

    def insert(self, roots: Ints, index: int, reads: Reads, payload: int) -> None:
        """Add the path `reads` with `payload` at its leaf to the trie whose root is ``roots[index]``.

        Raises
        ------
        ImpureFunction
            If an earlier run read the same values and then read something else, or did something else.
        """
        columns, values = self.column, self.first_edge
        at: tuple[Ints, int] | int = (roots, index)
        for column, code in (*reads, (LEAF, payload)):
            node = self._target(at)
            if node == UNSEEN:
                node = columns.append(column)
                values.append(payload if column == LEAF else 0)
                self.width.append(0)
                self._point(at, node)
            if columns.all[node] != column:
                raise ImpureFunction(
                    f"a run read column {column} where an earlier one with the same values read column "
                    f"{columns.all[node]}. Usual cause: the function depends on something besides its arguments "
                    "(a clock, a random source, the order of a set)."
                )
            if column == LEAF:
                if values.all[node] != payload:
                    raise ImpureFunction("two runs read the same values and did different things")
                return
            at = self._edge(node, code)

    def _target(self, at: tuple[Ints, int] | int) -> int:
        return int(self.edges.all[at]) if isinstance(at, int) else int(at[0][at[1]])

    def _point(self, at: tuple[Ints, int] | int, node: int) -> None:
        if isinstance(at, int):
            self.edges.all[at] = node
        else:
            at[0][at[1]] = node

    def _edge(self, node: int, code: int) -> int:
        """The place of the edge for `code`; a node whose block is too narrow gets a wider one."""
        width = int(self.width.all[node])
        if code >= width:
            wider = 2
            while wider <= code:
                wider *= 2
            old = int(self.first_edge.all[node])
            first = self.edges.extend(wider)
            self.edges.all[first : first + width] = self.edges.all[old : old + width]
            self.first_edge.all[node] = first
            self.width.all[node] = wider
        return int(self.first_edge.all[node]) + code


class Leaves:
    """What the leaves of actions do: for each leaf its yields, for each yield its writes."""

    def __init__(self) -> None:
        self.yield_start = Growing(np.int64)
        self.write_start = Growing(np.int64)
        self.write_column = Growing(np.int32)
        self.write_code = Growing(np.uint8)
        self._known: dict[typing.Any, int] = {}
        self.yield_start.append(0)
        self.write_start.append(0)

    @property
    def arrays(self) -> tuple[npt.NDArray[typing.Any], ...]:
        """What `checker.kernels.expand` takes, in its order."""
        return (
            self.yield_start.all,
            self.write_start.all,
            self.write_column.all,
            self.write_code.all,
        )

    def leaf(self, yields: Sequence[dict[int, int]]) -> int:
        """The number of the leaf that writes `yields` (column -> code for each), made if it is new."""
        key = tuple(tuple(writes.items()) for writes in yields)
        leaf = self._known.get(key)
        if leaf is None:
            for writes in yields:
                for column, code in writes.items():
                    self.write_column.append(column)
                    self.write_code.append(code)
                self.write_start.append(self.write_column.size)
            leaf = self._known[key] = self.yield_start.append(self.write_start.size - 1) - 1
        return leaf
