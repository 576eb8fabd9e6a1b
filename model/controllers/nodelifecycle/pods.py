"""Pods on a Node that is not ready are reported as not ready, while their containers may run on.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
"""

from collections.abc import Iterable

from model.api.nodes import ConditionStatus
from model.api.objects import Pod
from model.controllers.nodelifecycle.health import HealthCheck, NodeHealth


def marks_pods(check: HealthCheck, needs_retry: bool) -> bool:
    """Whether the Node's Pods are to be marked not ready: the Node was Ready, and this look at it ended that.

    A kubelet that itself reports not ready does not do this. `needs_retry` says that marking failed in an earlier
    round.
    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (monitorNodeHealth)
    """
    if check.current is None:
        return False
    was_ready = check.observed.status == ConditionStatus.TRUE
    return needs_retry if not was_ready else check.current.status != ConditionStatus.TRUE


def pods_to_mark(pods: Iterable[Pod], node: str) -> tuple[Pod, ...]:
    """The Pods of the Node whose Ready condition is True: each becomes False, by a status write of its own.

    Source: pkg/controller/util/node/controller_utils.go (MarkPodsNotReady)
    """
    return tuple(pod for pod in pods if pod.node == node and pod.ready)


def bound_to_node_not_ready(health: NodeHealth | None) -> bool:
    """Whether a Pod that has just been bound is marked not ready, by what is remembered of its Node.

    Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (processPod)
    """
    return health is not None and health.ready is not None and health.ready.status != ConditionStatus.TRUE
