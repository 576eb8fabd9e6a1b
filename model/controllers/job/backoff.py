"""How long a Job waits before it replaces Pods that failed.

Source: pkg/controller/job/backoff_utils.go
"""

from collections.abc import Sequence

import msgspec

from model.api.objects import Pod
from model.controllers.job.finished_time import finished_time, recency

DEFAULT_POD_FAILURE_BACKOFF = 10
"""Seconds to wait after one failure (``DefaultJobPodFailureBackOff``); each further one doubles them."""

MAX_POD_FAILURE_BACKOFF = 600
"""The most seconds to wait (``MaxJobPodFailureBackOff``)."""


class BackoffRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers about the failures of one Job. It is gone when the controller restarts.

    Source: pkg/controller/job/backoff_utils.go (backoffRecord)
    """

    failures_after_last_success: int = 0
    last_failure_time: int | None = None
    """None: too long ago to matter, or never."""


def new_backoff_record(
    previous: BackoffRecord, succeeded: Sequence[int | None], failed: Sequence[int | None]
) -> BackoffRecord:
    """The record after Pods finished at these times. Failures before the last success count no more.

    Source: pkg/controller/job/backoff_utils.go (newBackoffRecord)
    """
    if succeeded:
        last_success = max(map(recency, succeeded))
        failed = [time for time in failed if recency(time) > last_success]
        previous = BackoffRecord()
    if not failed:
        return previous
    return BackoffRecord(
        failures_after_last_success=previous.failures_after_last_success + len(failed),
        last_failure_time=max(failed, key=recency),
    )


def remaining_time(
    record: BackoffRecord,
    now: int,
    default: int = DEFAULT_POD_FAILURE_BACKOFF,
    maximum: int = MAX_POD_FAILURE_BACKOFF,
) -> int:
    """How much longer the Job waits, at `now`: `default` after one failure, doubled by each further one.

    The maximum limits what is doubled, not `default` itself.
    Source: pkg/controller/job/backoff_utils.go (getRemainingTimeForFailuresCount)
    """
    failures, last_failure = record.failures_after_last_success, record.last_failure_time
    if failures == 0 or last_failure is None:
        return 0
    doublings = min(failures - 1, maximum.bit_length())
    backoff = min(default << doublings, maximum) if doublings > 0 else default
    return max(backoff - (now - last_failure), 0)


def remaining_time_of_index(
    last_failed: Pod | None,
    now: int,
    default: int = DEFAULT_POD_FAILURE_BACKOFF,
    maximum: int = MAX_POD_FAILURE_BACKOFF,
) -> int:
    """How much longer an index waits whose last failed Pod is this; without one it does not.

    Ignored failures count, too. Source: pkg/controller/job/backoff_utils.go (getRemainingTimePerIndex)
    """
    if last_failed is None:
        return 0
    record = BackoffRecord(
        failures_after_last_success=absolute_failure_count(last_failed) + 1,
        last_failure_time=finished_time(last_failed),
    )
    return remaining_time(record, now, default, maximum)


def absolute_failure_count(pod: Pod) -> int:
    """How many Pods of the same index failed before this one, ignored or not.

    Source: pkg/controller/job/indexed_job_utils.go (getIndexAbsoluteFailureCount)
    """
    return pod.index_failure_count + pod.index_ignored_failure_count
