"""What the state keeps of a StatefulSet."""

import msgspec

from checker.state import Row


class StatefulSetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a StatefulSet never changes within a scenario."""

    name: str


class StatefulSet(Row, frozen=True):
    """A StatefulSet: its spec and status, as etcd has them. Its constant part is ``constants.stateful_sets[slot]``."""

    template: int
    replicas: int
