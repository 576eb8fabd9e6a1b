"""What the state keeps of a ReplicaSet."""

import msgspec

from checker.state import Row
from model.rows.slots import DeploymentSlot


class ObservedReplicaSet(msgspec.Struct, frozen=True):
    """A ReplicaSet as a cache shows it."""

    replicas: int
    status_replicas: int
    available_replicas: int
    revision: int
    desired_annotation: int
    max_annotation: int


class ReplicaSet(Row, frozen=True):
    """A ReplicaSet: spec, the status that its controller wrote last, and the Deployment controller's annotations.

    `observed` is the Deployment controller's cached copy, and `observed_is_current` that nobody has written the object
    since; both are unused (None, True) while that cache does not lag.
    """

    deployment: DeploymentSlot
    template: int
    replicas: int
    status_replicas: int
    available_replicas: int
    revision: int
    desired_annotation: int
    max_annotation: int
    observed: ObservedReplicaSet | None = None
    observed_is_current: bool = True
