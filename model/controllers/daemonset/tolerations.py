"""The tolerations that every Pod of a DaemonSet gets: what is wrong with a Node does not drive it away.

Source: pkg/controller/daemon/util/daemonset_util.go
"""

from msgspec.structs import replace

from model.api.taints import NODE_UNSCHEDULABLE, TaintEffect, Toleration, TolerationOperator

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
DISK_PRESSURE = "node.kubernetes.io/disk-pressure"
MEMORY_PRESSURE = "node.kubernetes.io/memory-pressure"
PID_PRESSURE = "node.kubernetes.io/pid-pressure"
NETWORK_UNAVAILABLE = "node.kubernetes.io/network-unavailable"


def _forever(key: str, effect: TaintEffect) -> Toleration:
    return Toleration(key=key, operator=TolerationOperator.EXISTS, effect=effect)


ALWAYS = (
    _forever(NOT_READY, TaintEffect.NO_EXECUTE),
    _forever(UNREACHABLE, TaintEffect.NO_EXECUTE),
    _forever(DISK_PRESSURE, TaintEffect.NO_SCHEDULE),
    _forever(MEMORY_PRESSURE, TaintEffect.NO_SCHEDULE),
    _forever(PID_PRESSURE, TaintEffect.NO_SCHEDULE),
    _forever(NODE_UNSCHEDULABLE, TaintEffect.NO_SCHEDULE),
)
"""What Pods of a DaemonSet tolerate, for as long as it lasts."""

ON_HOST_NETWORK = (_forever(NETWORK_UNAVAILABLE, TaintEffect.NO_SCHEDULE),)
"""What they tolerate besides if they use their Node's network."""


def daemon_pod_tolerations(tolerations: tuple[Toleration, ...], *, host_network: bool) -> tuple[Toleration, ...]:
    """The template's `tolerations` and those that are added for a DaemonSet.

    Source: pkg/controller/daemon/util/daemonset_util.go (AddOrUpdateDaemonPodTolerations)
    """
    for added in ALWAYS + (ON_HOST_NETWORK if host_network else ()):
        tolerations = add_or_update_toleration(tolerations, added)
    return tolerations


def add_or_update_toleration(tolerations: tuple[Toleration, ...], added: Toleration) -> tuple[Toleration, ...]:
    """`tolerations` with `added`, in the place of any that differs from it only in its seconds.

    Source: pkg/apis/core/v1/helper/helpers.go (AddOrUpdateTolerationInPodSpec)
    """
    alike = [replace(toleration, seconds=added.seconds) == added for toleration in tolerations]
    if not any(alike):
        return (*tolerations, added)
    first = tolerations[alike.index(True)]
    if first == added:
        return tolerations
    return tuple(added if same else toleration for toleration, same in zip(tolerations, alike, strict=True))
