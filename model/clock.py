"""A discrete clock, for scenarios whose promises hang on durations; elsewhere no time is kept.

`Cluster.now` counts ticks from the beginning of the scenario. How long a tick is says who uses the clock. It is never
owed: every component may be late by any number of ticks, and the budget `ticks` is the whole time that is looked at.
"""

from collections.abc import Iterator

from model.cluster import Cluster
from model.parts import Part, budgeted


def clock_ticks(state: Cluster) -> Iterator[Cluster]:
    """A tick of the clock passes."""
    if state.ticks > 0:
        yield state.set(now=state.now + 1, ticks=state.ticks - 1)


PARTS: tuple[Part, ...] = (budgeted("ticks", clock_ticks),)
