"""Whether a container that has ended is started again.

Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
"""

from model.api.containers import Container, RestartAction, RestartRule
from model.node.kubelet_rules.runtime import ContainerRecord, RuntimeState
from model.rows.pod_template import RestartPolicy


def matching_rule(container: Container, exit_code: int) -> RestartRule | None:
    """The first of the container's restart rules that is about this exit code.

    Source: pkg/api/v1/pod/util.go (FindMatchingContainerRestartRule)
    """
    return next((rule for rule in container.restart_rules if rule.matches(exit_code)), None)


def restarts_all_containers(container: Container, exit_code: int) -> bool:
    """The container's exit makes the kubelet start the whole Pod over in place.

    Source: pkg/kubelet/container/helpers.go (ShouldAllContainersRestart)
    """
    rule = matching_rule(container, exit_code)
    return rule is not None and rule.action is RestartAction.RESTART_ALL_CONTAINERS


def restarts_after_exit(container: Container, pod_policy: RestartPolicy, exit_code: int) -> bool:
    """The container's own rules decide, then its own policy, then the Pod's.

    Source: pkg/api/v1/pod/util.go (ContainerShouldRestart)
    """
    own_policy = container.restart_policy
    if own_policy is not None and matching_rule(container, exit_code) is not None:
        return True
    policy = own_policy or pod_policy
    return policy is RestartPolicy.ALWAYS or (policy is RestartPolicy.ON_FAILURE and exit_code != 0)


def restarts_when_killed(container: Container, pod_policy: RestartPolicy) -> bool:
    """The kubelet stops a container that may still run: there is no exit code for rules to look at.

    Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions)
    """
    return (container.restart_policy or pod_policy) is not RestartPolicy.NEVER


def should_be_restarted(
    container: Container, pod_policy: RestartPolicy, record: ContainerRecord | None, *, deleting: bool = False
) -> bool:
    """The container is to be started, for the first time or again.

    `deleting`: the Pod has a deletion timestamp; nothing is started in it any more.
    Source: pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted)
    """
    if deleting:
        return False
    if record is None:
        return True
    if record.state is RuntimeState.EXITED:
        return restarts_after_exit(container, pod_policy, record.exit_code)
    return not record.runs
