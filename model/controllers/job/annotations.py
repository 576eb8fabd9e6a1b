"""What the Job controller writes on its Pods, and what it makes of what it finds there.

Source: pkg/controller/job/indexed_job_utils.go
"""

from model.api.intstr import parse_decimal
from model.api.jobs import Job
from model.api.objects import Pod
from model.controllers.job.failure_policy import match_pod_failure_policy

MAX_GENERATED_NAME_LENGTH = 58
"""Characters of a name before the random suffix (``MaxGeneratedNameLength``)."""

_COUNTS = range(2**31)


def completion_index(annotation: str | None) -> int | None:
    """The index in annotation ``batch.kubernetes.io/job-completion-index``; None if it is no number from 0 on.

    Source: pkg/controller/job/indexed_job_utils.go (getCompletionIndex)
    """
    return _parse(annotation, range(2**63))


def failure_count(annotation: str | None) -> int:
    """The count in annotation ``job-index-failure-count`` or ``job-index-ignored-failure-count``.

    What is absent, or no number from 0 to the largest of 32 bits, counts as 0.
    Source: pkg/controller/job/indexed_job_utils.go (parseInt32)
    """
    return _parse(annotation, _COUNTS) or 0


def index_failure_counts(job: Job, replaced: Pod | None) -> tuple[int, int]:
    """How many failures of its index a new Pod carries, and how many ignored ones.

    They are what the failed Pod carried that it replaces, and this failure.
    Source: pkg/controller/job/indexed_job_utils.go (getNewIndexFailureCounts)
    """
    if replaced is None:
        return 0, 0
    counts = match_pod_failure_policy(job.pod_failure_policy, replaced).counts
    return replaced.index_failure_count + counts, replaced.index_ignored_failure_count + (not counts)


def generate_name(job: Job, index: int | None) -> str:
    """What the name of a new Pod begins with; the API server adds a random suffix.

    Source: pkg/controller/job/indexed_job_utils.go (podGenerateNameWithIndex)
    """
    ending = "-" if index is None else f"-{index}-"
    if index is None or len(job.name + ending) <= MAX_GENERATED_NAME_LENGTH:
        return job.name + ending
    return job.name[: MAX_GENERATED_NAME_LENGTH - len(ending)] + ending


def new_pod(job: Job, index: int | None, replaced: Pod | None) -> Pod:
    """The Pod that is created for this index; `replaced` is the failed Pod whose counts it takes over.

    The name is what the API server completes. Source: pkg/controller/job/job_controller.go (manageJob)
    """
    failures, ignored = index_failure_counts(job, replaced) if job.backoff_limit_per_index is not None else (0, 0)
    return Pod(
        name=generate_name(job, index),
        controller=job.uid,
        hostname="" if index is None else f"{job.name}-{index}",
        tracking_finalizer=True,
        completion_index=index,
        index_failure_count=failures,
        index_ignored_failure_count=ignored,
    )


def _parse(annotation: str | None, within: range) -> int | None:
    if annotation is None:
        return None
    try:
        return parse_decimal(annotation, within)
    except ValueError:
        return None
