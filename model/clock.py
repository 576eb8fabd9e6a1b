"""A discrete clock, for scenarios whose promises hang on durations; elsewhere no time is kept.

`Cluster.now` counts ticks from the beginning of the scenario. How long a tick is says who uses the clock. Time
passes by itself; the budget `ticks` is all the time that is looked at.
"""

from collections.abc import Iterator

from model.cluster import Cluster
from model.controllers.cronjob.punctuality import controller_is_late, job_overruns
from model.parts import Part, component


def ticked(state: Cluster) -> Cluster:
    """The state a tick later."""
    return state.set(now=state.now + 1, ticks=state.ticks - 1)


def clock_ticks(state: Cluster) -> Iterator[Cluster]:
    """A tick of the clock passes, and who had to be ready before that is.

    Not being ready is a disturbance: see `model.disturbances.cron_job`.
    """
    if state.ticks > 0 and not controller_is_late(state) and not job_overruns(state):
        yield ticked(state)


PARTS: tuple[Part, ...] = component(lambda state: state.ticks > 0, clock_ticks)
