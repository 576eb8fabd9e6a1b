"""Whether a Job comes to its end, and how.

A condition FailureTarget or SuccessCriteriaMet says how the Job will end; Failed or Complete follows once its Pods
are counted and gone. That a Job is completed is asked last: it depends on what the sync does.

Source: pkg/controller/job/job_controller.go (syncJob)
"""

from collections.abc import Iterable, Sequence

from model.api.jobs import Job, JobCondition, JobConditionType, RestartPolicy
from model.api.objects import Pod, PodPhase
from model.controllers.job.conditions import Reason, new_condition, true_condition
from model.controllers.job.failure_policy import match_pod_failure_policy
from model.controllers.job.finished_pods import is_indexed, is_pod_failed
from model.controllers.job.indexed import Indexes
from model.controllers.job.indexes import total
from model.controllers.job.success_policy import match_success_policy


def ending(job: Job, pods: Sequence[Pod], failed: int, now: int) -> JobCondition | None:
    """How the Job ends whatever its indexes are, None if it goes on. What was decided before stands."""
    return decided_before(job, now) or failed_by_policy(job, pods, now) or failed_by_limits(job, pods, failed, now)


def ending_by_indexes(job: Job, indexes: Indexes, now: int) -> JobCondition | None:
    """How an Indexed Job ends for its indexes' sake; failure comes before success."""
    return failed_by_indexes(job, indexes, now) or succeeded_by_policy(job, indexes, now)


def decided_before(job: Job, now: int) -> JobCondition | None:
    """The end that an earlier sync decided on: success stands, FailureTarget becomes Failed."""
    success = true_condition(job.status.conditions, JobConditionType.SUCCESS_CRITERIA_MET)
    target = true_condition(job.status.conditions, JobConditionType.FAILURE_TARGET)
    return success or (target and failed_condition(target, now))


def failed_condition(target: JobCondition, now: int) -> JobCondition:
    """The condition Failed that follows from FailureTarget.

    Source: pkg/controller/job/job_controller.go (newFailedConditionForFailureTarget)
    """
    return new_condition(JobConditionType.FAILED, target.reason, target.message, now)


def failed_by_policy(job: Job, pods: Iterable[Pod], now: int) -> JobCondition | None:
    """A failed Pod matches a rule of podFailurePolicy that fails the Job; of several Pods, the first given.

    Source: pkg/controller/job/job_controller.go (getFailJobMessage)
    """
    for pod in pods:
        if is_pod_failed(pod, job):
            message = match_pod_failure_policy(job.pod_failure_policy, pod).message
            if message is not None:
                return _failure_target(Reason.POD_FAILURE_POLICY, message, now)
    return None


def failed_by_limits(job: Job, pods: Iterable[Pod], failed: int, now: int) -> JobCondition | None:
    """More Pods failed, or containers restarted, than the Job allows, or it took too long."""
    if failed > job.backoff_limit or past_backoff_limit_on_failure(job, pods):
        return _failure_target(Reason.BACKOFF_LIMIT_EXCEEDED, "Job has reached the specified backoff limit", now)
    remaining = remaining_active_time(job, now)
    if remaining is not None and remaining <= 0:
        return _failure_target(Reason.DEADLINE_EXCEEDED, "Job was active longer than specified deadline", now)
    return None


def past_backoff_limit_on_failure(job: Job, pods: Iterable[Pod]) -> bool:
    """With restartPolicy OnFailure: whether the containers restarted as often as Pods may fail.

    Source: pkg/controller/job/job_controller.go (pastBackoffLimitOnFailure)
    """
    if job.restart_policy is not RestartPolicy.ON_FAILURE:
        return False
    restarts = sum(pod.total_restarts for pod in pods if pod.phase in (PodPhase.RUNNING, PodPhase.PENDING))
    return restarts >= max(job.backoff_limit, 1)


def remaining_active_time(job: Job, now: int) -> int | None:
    """Seconds until activeDeadlineSeconds are over; None if the Job has none, or the clock does not run.

    Source: pkg/controller/job/job_controller.go (pastActiveDeadline)
    """
    if job.active_deadline_seconds is None or job.status.start_time is None or job.suspend:
        return None
    return job.active_deadline_seconds - (now - job.status.start_time)


def failed_by_indexes(job: Job, indexes: Indexes, now: int) -> JobCondition | None:
    """With a back-off limit per index: too many indexes failed, or some did and all others succeeded."""
    if indexes.failed is None:
        return None
    failed = total(indexes.failed)
    if job.max_failed_indexes is not None and failed > job.max_failed_indexes:
        message = "Job has exceeded the specified maximal number of failed indexes"
        return _failure_target(Reason.MAX_FAILED_INDEXES_EXCEEDED, message, now)
    if failed > 0 and failed + total(indexes.succeeded) >= (job.completions or 0):
        return _failure_target(Reason.FAILED_INDEXES, "Job has failed indexes", now)
    return None


def succeeded_by_policy(job: Job, indexes: Indexes, now: int) -> JobCondition | None:
    """The indexes that succeeded meet a rule of successPolicy."""
    if not is_indexed(job):
        return None
    rule = match_success_policy(job.success_policy, job.completions or 0, indexes.succeeded)
    if rule is None:
        return None
    message = f"Matched rules at index {rule}"
    return new_condition(JobConditionType.SUCCESS_CRITERIA_MET, Reason.SUCCESS_POLICY, message, now)


def completed(job: Job, succeeded: int, active: int, now: int) -> JobCondition | None:
    """Enough Pods succeeded and none is active: without completions, one is enough."""
    enough = succeeded > 0 if job.completions is None else succeeded >= job.completions
    if not enough or active > 0:
        return None
    message = "Reached expected number of succeeded pods"
    return new_condition(JobConditionType.SUCCESS_CRITERIA_MET, Reason.COMPLETIONS_REACHED, message, now)


def _failure_target(reason: Reason, message: str, now: int) -> JobCondition:
    return new_condition(JobConditionType.FAILURE_TARGET, reason, message, now)
