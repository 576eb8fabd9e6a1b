"""What the state keeps of a DaemonSet."""

import msgspec

from checker.state import Row


class DaemonSetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a DaemonSet never changes within a scenario."""

    name: str


class DaemonSet(Row, frozen=True):
    """A DaemonSet: its spec and status, as etcd has them. Its constant part is ``constants.daemon_sets[slot]``."""

    template: int
