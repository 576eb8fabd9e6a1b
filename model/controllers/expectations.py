"""What a controller expects to see in its cache before it acts again.

A controller's cache trails its own writes. So that it does not create a Pod twice or delete one too many, it
notes how many creations and deletions it asked for, counts down as the watch shows them, and leaves its Pods
alone until then.

One value here is one owner's record. Nothing in it changes: each operation returns a new record.

Source: pkg/controller/controller_utils.go
"""

from collections.abc import Sequence

import msgspec

EXPECTATIONS_TIMEOUT = 300
"""Seconds after which expectations are given up (``ExpectationsTimeout``)."""


class ControllerExpectations(msgspec.Struct, frozen=True, kw_only=True):
    """The creations and deletions that one owner still waits for.

    Counts may go below zero: every creation of an owned Pod counts, expected or not. `deleting` holds the
    keys (namespace/name) of the Pods whose deletion is awaited, for the controllers that track them
    (ReplicaSet); the others (DaemonSet, Job) count each deletion that they see.

    Source: pkg/controller/controller_utils.go (ControlleeExpectations, UIDTrackingControllerExpectations)
    """

    creations: int = 0
    deletions: int = 0
    set_at: int | None = None
    """When the counts were set, in seconds; None while nothing is recorded."""
    deleting: tuple[str, ...] = ()

    def set_expectations(self, creations: int, deletions: int, now: int) -> "ControllerExpectations":
        """Expect these counts from now on, whatever was expected before. The awaited keys stay.

        Source: pkg/controller/controller_utils.go (SetExpectations)
        """
        return msgspec.structs.replace(self, creations=creations, deletions=deletions, set_at=now)

    def expect_creations(self, creations: int, now: int) -> "ControllerExpectations":
        """Expect that many creations and no deletion.

        Source: pkg/controller/controller_utils.go (ExpectCreations)
        """
        return self.set_expectations(creations, 0, now)

    def expect_deletions(self, keys: Sequence[str], now: int) -> "ControllerExpectations":
        """Expect the deletion of just the Pods with these keys, and no creation.

        Source: pkg/controller/controller_utils.go (UIDTrackingControllerExpectations.ExpectDeletions)
        """
        awaited = tuple(key for index, key in enumerate(keys) if key not in keys[:index])
        return ControllerExpectations(deletions=len(awaited), set_at=now, deleting=awaited)

    def lower_expectations(self, creations: int, deletions: int) -> "ControllerExpectations":
        """Expect that many fewer of each. Without a record there is nothing to lower.

        Source: pkg/controller/controller_utils.go (LowerExpectations)
        """
        if self.set_at is None:
            return self
        return msgspec.structs.replace(self, creations=self.creations - creations, deletions=self.deletions - deletions)

    def creation_observed(self) -> "ControllerExpectations":
        """The watch showed a new Pod of this owner, or creating one failed.

        Source: pkg/controller/controller_utils.go (CreationObserved)
        """
        return self.lower_expectations(1, 0)

    def any_deletion_observed(self) -> "ControllerExpectations":
        """A controller that tracks no keys saw a deletion: each sighting counts, even of one Pod twice.

        Source: pkg/controller/controller_utils.go (ControllerExpectations.DeletionObserved)
        """
        return self.lower_expectations(0, 1)

    def deletion_observed(self, key: str) -> "ControllerExpectations":
        """The Pod with this key was seen to go, or deleting it failed: counts once, and only if awaited.

        Source: pkg/controller/controller_utils.go (UIDTrackingControllerExpectations.DeletionObserved)
        """
        if key not in self.deleting:
            return self
        remaining = tuple(awaited for awaited in self.deleting if awaited != key)
        return msgspec.structs.replace(self.lower_expectations(0, 1), deleting=remaining)

    def delete_expectations(self) -> "ControllerExpectations":
        """Forget everything; the owner is gone.

        Source: pkg/controller/controller_utils.go (UIDTrackingControllerExpectations.DeleteExpectations)
        """
        return ControllerExpectations()

    def fulfilled(self) -> bool:
        """Whether the watch has shown all that was asked for.

        Source: pkg/controller/controller_utils.go (Fulfilled)
        """
        return self.creations <= 0 and self.deletions <= 0

    def expired(self, now: int, timeout: int = EXPECTATIONS_TIMEOUT) -> bool:
        """Whether the record is older than `timeout` seconds.

        Source: pkg/controller/controller_utils.go (isExpired)
        """
        return self.set_at is not None and now - self.set_at > timeout

    def satisfied(self, now: int, timeout: int = EXPECTATIONS_TIMEOUT) -> bool:
        """Whether the controller may act again: nothing is recorded, all was seen, or it waited long enough.

        Source: pkg/controller/controller_utils.go (SatisfiedExpectations)
        """
        return self.set_at is None or self.fulfilled() or self.expired(now, timeout)
