"""What the state keeps of a ReplicaSet."""

import msgspec

from checker.state import Row
from model.rows.deletion import WaitsTo
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
    since; both are unused (None, True) while that cache does not lag. `expects` and `unseen_writes` are what the
    ReplicaSet controller remembers of its own writes, unused (False) while its cache of Pods does not lag.
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
    spec_observed: bool = True
    """Its controller has written a status since the spec changed: ``observedGeneration`` is the generation. Unused
    (True) while no Deployment's status is followed: only the clean-up of the revision history asks."""
    owned: bool = True
    """It has its owner reference to the Deployment, which may be gone."""
    deleting: WaitsTo | None = None
    """It is being deleted, and waits."""
    expects: bool = False
    """It waits to see the Pods that it has created, or the end of those that it has deleted: its expectations."""
    unseen_writes: bool = False
    """Its cache is older than a Pod that it has created: its consistency store, where that is in use."""
