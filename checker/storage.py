"""What a search keeps: the visited set, the frontier, the way to each state; in memory, and on disk beyond a budget."""

import bisect
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.kernels import YIELD_BITS, Int32s, insert, rehash
from checker.packing import Words

_PIECE = 1 << 20
_LEAST = 1 << 24


def memory_used() -> int:
    """The most memory that this process has used so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Budget:
    """How much memory a search may use, in bytes, what the process uses anyway included."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._elsewhere = memory_used()

    def measure(self, kept: int) -> None:
        """Find out what the process uses besides the `kept` bytes of the search."""
        self._elsewhere = max(self._elsewhere, memory_used() - kept)

    @property
    def room(self) -> int:
        """How much is left for what a search keeps: some is always allowed, or nothing could be done."""
        return max(_LEAST, self.limit - self._elsewhere)


class Disk:
    """Arrays in files of one folder: the given one, or a temporary one that is made when it is needed."""

    def __init__(self, folder: Path | None = None) -> None:
        self._given = folder
        self._temporary: Path | None = None
        self._count = 0
        self.used = False

    @property
    def folder(self) -> Path:
        """Where the files are."""
        if self._given is not None:
            return self._given
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="search-"))
        return self._temporary

    def path(self, kind: str) -> Path:
        """The path of a new file."""
        while True:
            self._count += 1
            path = self.folder / f"{kind}-{self._count}.npy"
            if not path.exists():
                return path

    def save(self, kind: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The array, in a file from now on."""
        self.used = True
        path = self.path(kind)
        np.save(path, array, allow_pickle=False)
        return self.load(path.name)

    def load(self, name: str) -> npt.NDArray[Any]:
        """The array in a file of the folder."""
        array: npt.NDArray[Any] = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
        return array

    def close(self) -> None:
        """Remove the temporary folder."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def file_of(array: npt.NDArray[Any]) -> str | None:
    """The name of the file in which an array is, if it is in one."""
    filename = getattr(array, "filename", None)
    return None if filename is None else Path(filename).name


class Visited:
    """The fingerprints of the states found: a table in memory, and sorted runs on disk once it may grow no more.

    The table always has those of the level that is being found; whether an older one is in a run is asked for the
    level as a whole, at its end.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._fresh: list[Words] = []
        self.table: Words = np.zeros(1 << 12, np.uint64)
        self.taken = 0
        self.runs: list[Words] = []

    def make_room(self, count: int, room: int) -> None:
        """Let `count` more fingerprints fit; `room` bytes may be used."""
        while (self.taken + count) * 8 > len(self.table) * 5:
            fresh = sum(map(len, self._fresh))
            if 3 * self.table.nbytes > room and self.taken > 2 * fresh:
                self._spill()
            else:
                grown = np.zeros(2 * len(self.table), np.uint64)
                rehash(self.table, grown)
                self.table = grown

    def insert(self, keys: Words, count: int) -> npt.NDArray[np.int64]:
        """Add the first `count` fingerprints; the places of those that the table did not have."""
        kept = np.empty(count, np.int64)
        kept = kept[: insert(self.table, keys, count, kept)]
        self.taken += len(kept)
        self._fresh.append(keys[kept])
        return kept

    def close_level(self) -> None:
        """What was added so far is not fresh any more."""
        self._fresh = []

    def restore(self, runs: list[Words], keys: Words) -> None:
        """Go on with these runs on disk and these fingerprints in memory."""
        self.runs = runs
        while len(keys) * 8 > len(self.table) * 5:
            self.table = np.zeros(2 * len(self.table), np.uint64)
        self.insert(np.array(keys), len(keys))
        self.close_level()

    def keys(self) -> Words:
        """The fingerprints in the table, in ascending order."""
        keys: Words = self.table[self.table != 0]
        keys.sort()
        return keys

    def _spill(self) -> None:
        fresh = np.concatenate([np.zeros(0, np.uint64), *self._fresh])
        self._fresh = [fresh]
        keys = self.keys()
        keys[np.searchsorted(keys, fresh)] = 0
        keys.sort()
        self.runs.append(self._disk.save("visited", keys[len(fresh) :]))
        del keys
        self.table[:] = 0
        self.taken = int(insert(self.table, fresh, len(fresh), np.empty(len(fresh), np.int64)))

    def on_disk(self, keys: Words) -> npt.NDArray[np.bool_]:
        """Which of the keys some run has."""
        known = np.zeros(len(keys), np.bool_)
        order = np.argsort(keys)
        ascending = keys[order]
        for run in self.runs:
            for start in range(0, len(run), _PIECE):
                piece = _read(run, start, _PIECE)
                first, last = np.searchsorted(ascending, [piece[0], piece[-1]])
                wanted = ascending[first : last + 1]
                at = np.minimum(np.searchsorted(piece, wanted), len(piece) - 1)
                known[order[first : last + 1][piece[at] == wanted]] = True
        return known


def _read(array: Words, start: int, count: int) -> Words:
    """Some elements of an array in a file, without mapping them into memory for good."""
    if not isinstance(array, np.memmap):
        return array[start : start + count]
    count = min(count, len(array) - start)
    return np.fromfile(str(array.filename), np.uint64, count, offset=array.offset + start * array.itemsize)


def event_and_yield(cause: Any) -> tuple[Any, Any]:
    """The numbers behind a cause (see `checker.kernels.Successors`), or the arrays behind an array of causes."""
    return cause >> YIELD_BITS, cause & ((1 << YIELD_BITS) - 1)


class History:
    """How each state was reached: by level, its parent's number and the event and yield that led to it."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.parents: list[Int32s] = []
        self.causes: list[Int32s] = []
        self.size = 0

    def append(self, parents: Int32s, causes: Int32s) -> None:
        """Add a level."""
        self.starts.append(self.size)
        self.parents.append(parents)
        self.causes.append(causes)
        self.size += len(parents)

    def path(self, state: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """The number of the initial state, and (event, yield) of each step, of the way to a state."""
        events: list[tuple[int, int]] = []
        while True:
            level = bisect.bisect_right(self.starts, state) - 1
            within = state - self.starts[level]
            parent, cause = int(self.parents[level][within]), int(self.causes[level][within])
            if parent < 0:
                return -1 - parent, tuple(reversed(events))
            events.append(event_and_yield(cause))
            state = parent

    def restore(self, parents: list[Int32s], causes: list[Int32s]) -> None:
        """Go on with these levels."""
        for level in zip(parents, causes, strict=True):
            self.append(*level)

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return sum(array.nbytes for array in (*self.parents, *self.causes) if file_of(array) is None)

    def spill(self, disk: Disk) -> None:
        """Move it to disk."""
        for column, kind in ((self.parents, "parents"), (self.causes, "causes")):
            for level, array in enumerate(column):
                if file_of(array) is None:
                    column[level] = disk.save(kind, array)


class Level:
    """The states of one depth, in the order in which they were found, with fingerprint, parent and cause of each.

    `nbytes` is what they take in memory, but for these three.
    """

    def __init__(self, width: int) -> None:
        self.words: list[Words] = [np.zeros((0, width), np.uint64)]
        self.keys: list[Words] = [np.zeros(0, np.uint64)]
        self.parents: list[Int32s] = [np.zeros(0, np.int32)]
        self.causes: list[Int32s] = [np.zeros(0, np.int32)]
        self.size = 0
        self.nbytes = 0

    def append(self, words: Words, keys: Words, parents: Int32s, causes: Int32s) -> None:
        """Add states."""
        self.words.append(words)
        self.nbytes += words.nbytes
        self.keys.append(keys)
        self.parents.append(parents)
        self.causes.append(causes)
        self.size += len(keys)

    def spill(self, disk: Disk) -> None:
        """Move the states to disk."""
        self.nbytes = 0
        self.words = [
            *(block for block in self.words if file_of(block) is not None),
            disk.save("states", np.concatenate([block for block in self.words if file_of(block) is None])),
        ]

    def without(self, known: npt.NDArray[np.bool_]) -> "Level":
        """The level without some of its states."""
        rest = Level(self.words[0].shape[1])
        start = 0
        keys, parents, causes = np.concatenate(self.keys), np.concatenate(self.parents), np.concatenate(self.causes)
        for block in self.words:
            span = slice(start, start + len(block))
            kept = ~known[span]
            rest.append(block[kept], keys[span][kept], parents[span][kept], causes[span][kept])
            start += len(block)
        return rest

    def chunks(self, size: int) -> Iterator[Words]:
        """The states, so many at a time; a block that was handed out is forgotten."""
        waiting: list[Words] = []
        count = 0
        self.words.reverse()
        while self.words:
            block = self.words.pop()
            for start in range(0, len(block), size):
                piece = block[start : start + size]
                while count + len(piece) >= size:
                    rest = size - count
                    yield np.concatenate([*waiting, piece[:rest]])
                    waiting, count, piece = [], 0, piece[rest:]
                waiting.append(piece)
                count += len(piece)
        if count:
            yield np.concatenate(waiting)
