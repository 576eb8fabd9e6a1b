"""What the state keeps of a Job, and what the Job controller is in the middle of."""

from enum import Enum

import msgspec

from checker.state import Row
from model.api import jobs


class JobSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a Job never changes within a scenario."""

    name: str
    template: int
    """Its Pod template, by its number in `Constants.templates`."""
    written: jobs.Job
    """The Job as its manifest says it. Its status is that of a new Job; `suspend` is what it begins with."""


class Counting(Enum):
    """How far a sync of the Job controller is that has written its first status, with the uids of finished Pods."""

    NONE = "no sync is under way"
    UNDER_WAY = "the finalizers of the Pods that it found finished go, then it counts them"
    ENDING = "likewise, and then it writes that the Job is Complete or Failed"
    OUTDATED = "likewise, but somebody has changed the Job meanwhile: its next write will be refused"


class Job(Row, frozen=True, kw_only=True):
    """A Job: its spec and status, as etcd has them. Its constant part is ``constants.jobs[job.spec]``.

    Which Pods are listed in ``status.uncountedTerminatedPods`` is a fact about each Pod: `Pod.uncounted`.
    """

    spec: int
    deleting: bool = False
    """It is deleted in the foreground: its Pods go first."""
    suspended: bool = False
    """``spec.suspend``."""
    said_suspended: bool = False
    """Condition Suspended is True."""
    started: bool = False
    """``status.startTime`` is set; unused (False) where the Job has no activeDeadlineSeconds."""
    failure_target: str | None = None
    """The reason of condition FailureTarget, if that is True: the Job is going to be Failed."""
    success_criteria_met: str | None = None
    """The reason of condition SuccessCriteriaMet, if that is True: the Job is going to be Complete."""
    has_failed: bool = False
    """Condition Failed is True."""
    complete: bool = False
    """Condition Complete is True."""
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    """As in the status: ``0-2,5``."""
    failed_indexes: str = ""
    """Likewise."""
    counting: Counting = Counting.NONE
    """What the Job controller, not etcd, knows: gone when it restarts."""

    @property
    def finished(self) -> bool:
        """It is Complete or Failed."""
        return self.complete or self.has_failed
