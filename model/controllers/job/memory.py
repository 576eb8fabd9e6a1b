"""What the Job controller remembers about a Job between syncs; gone when it restarts.

Source: pkg/controller/job/job_controller.go, pkg/controller/job/tracking_utils.go
"""

import msgspec
from msgspec.structs import replace

from model.controllers.expectations import ControllerExpectations
from model.controllers.job.backoff import BackoffRecord
from model.controllers.job.writes import (
    Expect,
    ExpectFewer,
    ExpectFinalizersRemoved,
    FinalizerStays,
    KeepBackoff,
    MarkFinished,
    Note,
)


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers about one Job."""

    expectations: ControllerExpectations = ControllerExpectations()
    expected_finalizer_removals: tuple[str, ...] = ()
    """uids of the Pods whose finalizer it had removed, as long as the watch has not shown it."""
    backoff: BackoffRecord = BackoffRecord()
    finished: bool = False
    """It wrote the Job as finished, and the watch has not shown it."""

    def noted(self, note: Note, now: int) -> "Memory":
        """The memory after a sync noted this, at `now` (seconds)."""
        match note:
            case Expect():
                expectations = self.expectations.set_expectations(note.creations, note.deletions, now)
                return replace(self, expectations=expectations)
            case ExpectFewer():
                expectations = self.expectations.lower_expectations(note.creations, note.deletions)
                return replace(self, expectations=expectations)
            case ExpectFinalizersRemoved():
                new = (uid for uid in note.uids if uid not in self.expected_finalizer_removals)
                return replace(self, expected_finalizer_removals=(*self.expected_finalizer_removals, *new))
            case FinalizerStays():
                return self.finalizer_removal_observed(note.uid)
            case KeepBackoff():
                return replace(self, backoff=note.record or BackoffRecord())
            case MarkFinished():
                return replace(self, finished=note.finished)

    def finalizer_removal_observed(self, uid: str) -> "Memory":
        """The watch showed the Pod without its finalizer, or gone.

        Source: pkg/controller/job/tracking_utils.go (finalizerRemovalObserved)
        """
        remaining = tuple(expected for expected in self.expected_finalizer_removals if expected != uid)
        return replace(self, expected_finalizer_removals=remaining)
