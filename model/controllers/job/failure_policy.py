"""What a failed Pod means for its Job (``spec.podFailurePolicy``).

Source: pkg/controller/job/pod_failure_policy.go
"""

from collections.abc import Iterable, Sequence

import msgspec

from model.api.container_statuses import ContainerStatus
from model.api.jobs import (
    ExitCodesOperator,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicyAction,
    PodFailurePolicyRule,
)
from model.api.objects import Condition, Pod


class PolicyMatch(msgspec.Struct, frozen=True, kw_only=True):
    """What the first rule that matches says; without one the failure counts."""

    action: PodFailurePolicyAction | None = None
    message: str | None = None
    """Why the Job fails, if it does."""

    @property
    def counts(self) -> bool:
        """Whether the failure counts towards the back-off limits."""
        return self.action is not PodFailurePolicyAction.IGNORE


def match_pod_failure_policy(rules: Sequence[PodFailurePolicyRule] | None, pod: Pod) -> PolicyMatch:
    """What the policy says about the failed Pod: the first rule that matches decides.

    Source: pkg/controller/job/pod_failure_policy.go (matchPodFailurePolicy)
    """
    for index, rule in enumerate(rules or ()):
        cause = cause_of_match(rule, pod)
        if cause is not None and rule.action is not None:
            fails = rule.action is PodFailurePolicyAction.FAIL_JOB
            message = f"{cause} matching {rule.action.value} rule at index {index}" if fails else None
            return PolicyMatch(action=rule.action, message=message)
    return PolicyMatch()


def cause_of_match(rule: PodFailurePolicyRule, pod: Pod) -> str | None:
    """What about the Pod matches the rule, in Kubernetes' words; None if nothing does."""
    name = f"{pod.namespace}/{pod.name}"
    if rule.on_exit_codes is not None:
        container = matching_container(pod, rule.on_exit_codes)
        if container is None:
            return None
        return f"Container {container.name} for pod {name} failed with exit code {container.exit_code}"
    condition = matching_condition(pod, rule.on_pod_conditions)
    return None if condition is None else f"Pod {name} has condition {condition.type}"


def matching_container(pod: Pod, requirement: OnExitCodes) -> ContainerStatus | None:
    """The first container that failed as required; init containers come last.

    Source: pkg/controller/job/pod_failure_policy.go (matchOnExitCodes)
    """
    return next((status for status in (*pod.containers, *pod.init_containers) if matches(status, requirement)), None)


def matches(status: ContainerStatus, requirement: OnExitCodes) -> bool:
    """Whether the container failed with an exit code as required.

    Source: pkg/controller/job/pod_failure_policy.go (getMatchingContainerFromList, isOnExitCodesOperatorMatching)
    """
    if not status.exit_code or requirement.container_name not in (None, status.name):
        return False
    if requirement.operator is ExitCodesOperator.IN:
        return status.exit_code in requirement.values
    return requirement.operator is ExitCodesOperator.NOT_IN and status.exit_code not in requirement.values


def matching_condition(pod: Pod, patterns: Iterable[OnPodCondition]) -> Condition | None:
    """The first condition of the Pod that is as one of the patterns.

    Source: pkg/controller/job/pod_failure_policy.go (matchOnPodConditions)
    """
    wanted = [(pattern.type, pattern.status) for pattern in patterns]
    return next((condition for condition in pod.conditions if (condition.type, condition.status) in wanted), None)
