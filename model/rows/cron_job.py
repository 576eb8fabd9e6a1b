"""What the state keeps of a CronJob."""

import msgspec

from checker.state import Row


class CronJobSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a CronJob never changes within a scenario."""

    name: str


class CronJob(Row, frozen=True):
    """A CronJob: its spec and status, as etcd has them. Its constant part is ``constants.cron_jobs[slot]``."""

    suspended: bool = False
