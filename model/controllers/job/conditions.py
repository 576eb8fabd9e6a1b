"""The conditions in a Job's status.

Source: pkg/controller/job/job_controller.go, pkg/controller/job/util/utils.go
"""

from collections.abc import Iterable
from enum import StrEnum

from model.api.jobs import Job, JobCondition, JobConditionType

Conditions = tuple[JobCondition, ...]


class Reason(StrEnum):
    """Why a condition is as it is (``JobReason...``)."""

    JOB_SUSPENDED = "JobSuspended"
    JOB_RESUMED = "JobResumed"
    POD_FAILURE_POLICY = "PodFailurePolicy"
    BACKOFF_LIMIT_EXCEEDED = "BackoffLimitExceeded"
    DEADLINE_EXCEEDED = "DeadlineExceeded"
    MAX_FAILED_INDEXES_EXCEEDED = "MaxFailedIndexesExceeded"
    FAILED_INDEXES = "FailedIndexes"
    SUCCESS_POLICY = "SuccessPolicy"
    COMPLETIONS_REACHED = "CompletionsReached"


def new_condition(type: JobConditionType, reason: str, message: str, now: int, *, status: str = "True") -> JobCondition:
    """A condition that came about now."""
    return JobCondition(type=type, status=status, reason=reason, message=message, last_transition_time=now)


def find_condition(conditions: Iterable[JobCondition], type: JobConditionType) -> JobCondition | None:
    """The first condition of that type, or None.

    Source: pkg/controller/job/job_controller.go (findConditionByType)
    """
    return next((condition for condition in conditions if condition.type == type), None)


def true_condition(conditions: Iterable[JobCondition], type: JobConditionType) -> JobCondition | None:
    """The first condition of that type if it is True, or None."""
    condition = find_condition(conditions, type)
    return condition if condition is not None and condition.status == "True" else None


def with_condition(conditions: Conditions, new: JobCondition) -> Conditions:
    """The conditions with `new` in the place of the first of its type, or behind all others.

    What says the same stays as it is, and a False one replaces but is not added.
    Source: pkg/controller/job/job_controller.go (ensureJobConditionStatus)
    """
    for position, old in enumerate(conditions):
        if old.type == new.type:
            same = (old.status, old.reason, old.message) == (new.status, new.reason, new.message)
            return conditions if same else (*conditions[:position], new, *conditions[position + 1 :])
    return conditions if new.status == "False" else (*conditions, new)


def finished_condition(job: Job) -> JobCondition | None:
    """The condition that says that the Job is Complete or Failed, or None.

    Source: pkg/controller/job/util/utils.go (FinishedCondition)
    """
    final = (JobConditionType.COMPLETE, JobConditionType.FAILED)
    return next((each for each in job.status.conditions if each.type in final and each.status == "True"), None)


def is_finished(job: Job) -> bool:
    """Whether the Job is Complete or Failed. Source: pkg/controller/job/util/utils.go (IsJobFinished)."""
    return finished_condition(job) is not None
