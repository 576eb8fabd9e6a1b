"""Jobs that have just been created: what a scenario of Jobs begins with. None has a Pod yet."""

from checker.state import Pool
from model.cluster import Constants
from model.rows.job import Job
from model.steady import Start


def steady_jobs(constants: Constants) -> Start:
    """Every Job, just created."""
    rows = [Job(spec=number, suspended=spec.written.suspend) for number, spec in enumerate(constants.jobs)]
    return Start(pools={"jobs": Pool.of(rows)})
