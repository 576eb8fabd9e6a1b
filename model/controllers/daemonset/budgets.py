"""How many Pods of a DaemonSet a rolling update may take away, or add, at a time.

Source: pkg/controller/daemon/util/daemonset_util.go, pkg/controller/daemon/update.go
"""

import msgspec

from model.api.daemon_sets import DaemonSet, DaemonSetUpdateStrategy
from model.api.intstr import scaled_value


class Budgets(msgspec.Struct, frozen=True):
    """The bounds of a rolling update, in Pods. With `max_surge` 0 old Pods go first, else new ones come first."""

    max_surge: int
    max_unavailable: int


def surge_count(daemon_set: DaemonSet, nodes: int) -> int:
    """``maxSurge`` of `nodes` Nodes, rounded up; 0 with OnDelete. ValueError if it is no percentage.

    Source: pkg/controller/daemon/util/daemonset_util.go (SurgeCount)
    """
    return _count(daemon_set, daemon_set.max_surge, nodes)


def unavailable_count(daemon_set: DaemonSet, nodes: int) -> int:
    """``maxUnavailable`` of `nodes` Nodes, rounded up; 0 with OnDelete. ValueError if it is no percentage.

    Source: pkg/controller/daemon/util/daemonset_util.go (UnavailableCount)
    """
    return _count(daemon_set, daemon_set.max_unavailable, nodes)


def allows_surge(daemon_set: DaemonSet) -> bool:
    """Whether a Node may have two Pods of the DaemonSet for a while.

    Source: pkg/controller/daemon/util/daemonset_util.go (AllowsSurge)
    """
    return surge_count(daemon_set, 1) > 0


def resolve(max_surge: int, max_unavailable: int, desired: int) -> Budgets:
    """The budgets with `desired` Pods to run: if both are 0, one may be unavailable.

    Source: pkg/controller/daemon/update.go (updatedDesiredNodeCounts)
    """
    stuck = desired > 0 and max_surge == 0 and max_unavailable == 0
    return Budgets(max_surge, 1 if stuck else max_unavailable)


def budgets(daemon_set: DaemonSet, desired: int) -> Budgets:
    """The budgets of the DaemonSet's rolling update, with `desired` Nodes that should run its Pod.

    Source: pkg/controller/daemon/update.go (updatedDesiredNodeCounts)
    """
    return resolve(surge_count(daemon_set, desired), unavailable_count(daemon_set, desired), desired)


def _count(daemon_set: DaemonSet, value: int | str | None, nodes: int) -> int:
    if daemon_set.update_strategy is not DaemonSetUpdateStrategy.ROLLING_UPDATE or value is None:
        return 0
    return scaled_value(value, nodes, round_up=True)
