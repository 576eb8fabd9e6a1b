"""Jobs, as the API serves them.

Names are flattened as in the other API objects, but the status is a value of its own: one sync writes it up to
three times. Times are whole seconds on one clock.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
"""

from enum import Enum, StrEnum

import msgspec

from model.api.objects import Condition


class CompletionMode(Enum):
    """Whether the Pods of a Job are told apart (``spec.completionMode``)."""

    NON_INDEXED = "NonIndexed"
    INDEXED = "Indexed"


class PodReplacementPolicy(Enum):
    """When a Pod that goes is replaced (``spec.podReplacementPolicy``)."""

    TERMINATING_OR_FAILED = "TerminatingOrFailed"
    FAILED = "Failed"


class RestartPolicy(Enum):
    """Whether the kubelet restarts containers that fail (``spec.template.spec.restartPolicy``)."""

    NEVER = "Never"
    ON_FAILURE = "OnFailure"


class PodFailurePolicyAction(Enum):
    """What a failed Pod means for its Job."""

    IGNORE = "Ignore"
    COUNT = "Count"
    FAIL_INDEX = "FailIndex"
    FAIL_JOB = "FailJob"


class ExitCodesOperator(Enum):
    """How an exit code relates to the values of a requirement."""

    IN = "In"
    NOT_IN = "NotIn"


class OnExitCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Matches a Pod with a container that failed so. Exit code 0 never matches."""

    operator: ExitCodesOperator | None
    """None if this version does not know it; then nothing matches."""
    values: tuple[int, ...] = ()
    container_name: str | None = None
    """The one container that counts; None: each."""


class OnPodCondition(msgspec.Struct, frozen=True, kw_only=True):
    """Matches a Pod that has a condition with this type and status."""

    type: str
    status: str = "True"


class PodFailurePolicyRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of ``spec.podFailurePolicy``: exit codes, or conditions of which one is enough."""

    action: PodFailurePolicyAction | None
    """None if this version does not know it; then the rule is skipped."""
    on_exit_codes: OnExitCodes | None = None
    on_pod_conditions: tuple[OnPodCondition, ...] = ()


class SuccessPolicyRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of ``spec.successPolicy``: which indexes have to succeed, and how many of them."""

    succeeded_indexes: str | None = None
    """Numbers and ranges: ``0-2,5``; None: any index."""
    succeeded_count: int | None = None
    """None: all of them."""


class JobConditionType(StrEnum):
    """What a condition of a Job is about."""

    SUSPENDED = "Suspended"
    FAILURE_TARGET = "FailureTarget"
    """The Job will fail: its Pods are being brought down."""
    SUCCESS_CRITERIA_MET = "SuccessCriteriaMet"
    """The Job will be complete: its Pods are being brought down."""
    FAILED = "Failed"
    COMPLETE = "Complete"


class JobCondition(Condition, frozen=True, kw_only=True):
    """One entry of a Job's ``status.conditions``."""

    message: str = ""


class JobStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` of a Job."""

    active: int = 0
    ready: int | None = None
    terminating: int | None = None
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    """Numbers and ranges: ``0-2,5``."""
    failed_indexes: str | None = None
    """Likewise; None unless the Job has a back-off limit per index."""
    uncounted_succeeded: tuple[str, ...] = ()
    """uids in ``uncountedTerminatedPods``: not yet in `succeeded`, because their finalizer may still be there."""
    uncounted_failed: tuple[str, ...] = ()
    """Likewise, not yet in `failed`."""
    start_time: int | None = None
    completion_time: int | None = None
    conditions: tuple[JobCondition, ...] = ()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A Job, with the fields that its controllers read."""

    name: str = ""
    uid: str = ""
    parallelism: int = 1
    completions: int | None = None
    """None: the Pods work on a queue of their own, and one that succeeds says that it is empty."""
    completion_mode: CompletionMode = CompletionMode.NON_INDEXED
    backoff_limit: int = 6
    backoff_limit_per_index: int | None = None
    max_failed_indexes: int | None = None
    active_deadline_seconds: int | None = None
    suspend: bool = False
    restart_policy: RestartPolicy = RestartPolicy.NEVER
    pod_replacement_policy: PodReplacementPolicy | None = None
    pod_failure_policy: tuple[PodFailurePolicyRule, ...] | None = None
    success_policy: tuple[SuccessPolicyRule, ...] | None = None
    ttl_seconds_after_finished: int | None = None
    managed_by: str | None = None
    generation: int = 1
    deleting: bool = False
    """``metadata.deletionTimestamp`` is set."""
    status: JobStatus = JobStatus()
