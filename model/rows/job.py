"""What the state keeps of a Job."""

import msgspec

from checker.state import Row


class JobSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a Job never changes within a scenario."""

    name: str


class Job(Row, frozen=True):
    """A Job: its spec and status, as etcd has them. Its constant part is ``constants.jobs[slot]``."""

    parallelism: int
