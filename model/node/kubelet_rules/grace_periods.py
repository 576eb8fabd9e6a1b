"""How long the processes of a Pod get to end by themselves. All times are whole seconds.

Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
"""

from enum import Enum
from typing import NamedTuple

from model.api.containers import Container, Probe

LEAST_FOR_A_POD = 1
LEAST_FOR_A_CONTAINER = 2
"""The runtime never sends SIGKILL earlier after the stop signal."""


class KillReason(Enum):
    """Why the kubelet stops one container."""

    SPEC_CHANGED = "spec_changed"
    LIVENESS_PROBE = "liveness_probe"
    STARTUP_PROBE = "startup_probe"
    UNKNOWN_STATE = "unknown"


class EffectiveGracePeriod(NamedTuple):
    """What a Pod worker goes by from now on."""

    seconds: int
    shortened: bool
    """A grace period was in use, and it was another one: the kill under way starts over."""


def effective_grace_period(
    in_use: int, deletion: int | None, spec: int | None, override: int | None = None
) -> EffectiveGracePeriod:
    """The grace period of a Pod that terminates: it only ever gets shorter.

    `in_use` is what the Pod's worker uses already, 0 for none; `deletion` the Pod's deletionGracePeriodSeconds, `spec`
    its terminationGracePeriodSeconds, `override` what the kubelet itself asks for, to evict the Pod for example.
    Source: pkg/kubelet/pod_workers.go (calculateEffectiveGracePeriod)
    """
    seconds, requested = in_use, False
    for request in (deletion, override):
        if request is not None and (seconds == 0 or request < seconds):
            seconds, requested = request, True
    if not requested and seconds == 0 and spec is not None:
        seconds = spec
    seconds = max(seconds, LEAST_FOR_A_POD)
    return EffectiveGracePeriod(seconds, shortened=in_use not in (0, seconds))


def container_grace_period(
    container: Container, deletion: int | None, spec: int | None, reason: KillReason | None = None
) -> int:
    """The grace period with which one container is killed, before its preStop hook.

    `deletion` and `spec` are as in `effective_grace_period`. A probe's own grace period counts only while the Pod is
    not being deleted.
    Source: pkg/kubelet/kuberuntime/kuberuntime_container.go (setTerminationGracePeriod)
    """
    if deletion is not None:
        return deletion
    if spec is None:
        return LEAST_FOR_A_CONTAINER
    probe = _failed_probe(container, reason)
    if probe is not None and probe.termination_grace_period_seconds is not None:
        return probe.termination_grace_period_seconds
    return spec


def stop_timeout(grace_period: int, already_waited: int = 0) -> int:
    """How long after the stop signal the runtime sends SIGKILL.

    `already_waited` is what the preStop hook took, and the wait until it was this container's turn to stop.
    Source: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer)
    """
    return max(grace_period - already_waited, LEAST_FOR_A_CONTAINER)


def _failed_probe(container: Container, reason: KillReason | None) -> Probe | None:
    if reason is KillReason.LIVENESS_PROBE:
        return container.liveness_probe
    return container.startup_probe if reason is KillReason.STARTUP_PROBE else None
