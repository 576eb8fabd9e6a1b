"""Sets of completion indexes as a Job's status spells them: ``0-2,5``.

A set is a tuple of closed intervals, ascending. Text that somebody else wrote may spell others; these functions then
do with it what Kubernetes does.

Source: pkg/controller/job/indexed_job_utils.go
"""

from bisect import bisect_left
from collections.abc import Iterable
from heapq import merge
from operator import attrgetter

import msgspec

from model.api.intstr import parse_decimal


class Interval(msgspec.Struct, frozen=True):
    """The indexes from `first` to `last`, both included."""

    first: int
    last: int


Intervals = tuple[Interval, ...]


def single_indexes(indexes: Iterable[int]) -> Intervals:
    """One interval for each index."""
    return tuple(Interval(index, index) for index in indexes)


def joined(one: Intervals, other: Intervals) -> Intervals:
    """The indexes in either set; intervals that touch become one.

    Source: pkg/controller/job/indexed_job_utils.go (orderedIntervals.merge)
    """
    result: list[Interval] = []
    for interval in merge(other, one, key=attrgetter("first")):
        if not result or interval.first > result[-1].last + 1:
            result.append(interval)
        elif result[-1].last < interval.last:
            result[-1] = Interval(result[-1].first, interval.last)
    return tuple(result)


def with_indexes(intervals: Intervals, indexes: Iterable[int]) -> Intervals:
    """The set with these indexes added.

    Source: pkg/controller/job/indexed_job_utils.go (withOrderedIndexes)
    """
    return joined(intervals, single_indexes(sorted(indexes)))


def total(intervals: Intervals) -> int:
    """How many indexes the set has."""
    return sum(interval.last - interval.first + 1 for interval in intervals)


def has(intervals: Intervals, index: int) -> bool:
    """Whether the index is in the set."""
    position = bisect_left(intervals, index, key=attrgetter("last"))
    return position < len(intervals) and intervals[position].first <= index


def text(intervals: Intervals) -> str:
    """The set as text. Two neighbours are listed, three or more are a range."""
    return ",".join(
        str(interval.first)
        if interval.last <= interval.first
        else f"{interval.first}{',' if interval.last == interval.first + 1 else '-'}{interval.last}"
        for interval in intervals
    )


def parse(indexes: str, completions: int) -> Intervals:
    """The set that the text spells, cut at `completions`. Parts that are no number or range are passed over.

    Source: pkg/controller/job/indexed_job_utils.go (parseIndexesFromString)
    """
    result: list[Interval] = []
    for part in indexes.split(","):
        limits = part.split("-")
        first = _number(limits[0])
        if first is None:
            continue
        if first >= completions:
            break
        last = first if len(limits) == 1 else _number(limits[1])
        if last is None:
            continue
        last = min(last, completions - 1)
        if result and result[-1].last == first - 1:
            result[-1] = Interval(result[-1].first, last)
        else:
            result.append(Interval(first, last))
    return tuple(result)


def _number(part: str) -> int | None:
    try:
        return parse_decimal(part)
    except ValueError:
        return None
