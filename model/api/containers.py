"""What a Pod's spec says about its containers: when they are started again, and how they are probed.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from enum import Enum

import msgspec

from model.rows.pod_template import RestartPolicy


class RestartAction(Enum):
    """What a container's exit leads to where a restart rule matches."""

    RESTART = "Restart"
    RESTART_ALL_CONTAINERS = "RestartAllContainers"


class ExitCodeOperator(Enum):
    """How the exit code relates to the values of a restart rule that matches."""

    IN = "In"
    NOT_IN = "NotIn"


class RestartRule(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a container's ``restartPolicyRules``."""

    action: RestartAction = RestartAction.RESTART
    operator: ExitCodeOperator = ExitCodeOperator.IN
    exit_codes: tuple[int, ...] = ()

    def matches(self, exit_code: int) -> bool:
        """The rule is about containers that exit like this."""
        return (exit_code in self.exit_codes) == (self.operator is ExitCodeOperator.IN)


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """When a probe starts and how many equal outcomes in a row count. Times in seconds."""

    initial_delay_seconds: int = 0
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None
    """Used in place of the Pod's when this probe's failure kills the container."""


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """An app container, or an init container."""

    name: str = ""
    restart_policy: RestartPolicy | None = None
    """The container's own; None: the Pod's holds."""
    restart_rules: tuple[RestartRule, ...] = ()
    readiness_probe: Probe | None = None
    liveness_probe: Probe | None = None
    startup_probe: Probe | None = None


def is_sidecar(init_container: Container) -> bool:
    """An init container that keeps running beside the app containers.

    Source: pkg/api/v1/pod/util.go (IsRestartableInitContainer)
    """
    return init_container.restart_policy is RestartPolicy.ALWAYS


class PodContainers(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a Pod's spec that is about its containers."""

    containers: tuple[Container, ...] = ()
    """App containers, in the order in which they are started."""
    init_containers: tuple[Container, ...] = ()
    """Sidecars among them; in the order in which they are started."""
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    readiness_gates: tuple[str, ...] = ()
    """Types of the conditions that must be True for the Pod to be ready, beside its containers."""
