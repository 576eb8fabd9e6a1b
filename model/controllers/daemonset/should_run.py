"""Whether a Node should run a Pod of a DaemonSet, and may keep one that it has.

Neither readiness nor a cordon nor resources nor ports are asked about here: the scheduler refuses a Pod for those, and
the Pod stays Pending.

Source: pkg/controller/daemon/daemon_controller.go
"""

import msgspec

from model.api.daemon_sets import DaemonPodTemplate
from model.api.node_affinity import matches_required_affinity
from model.api.taints import Taint, TaintEffect, do_not_schedule, untolerated_taint
from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.node_name import node_name
from model.controllers.daemonset.tolerations import daemon_pod_tolerations


class ShouldRun(msgspec.Struct, frozen=True):
    """Whether a Pod should be created on a Node that has none, and whether one that is there may stay."""

    run: bool
    continue_running: bool


def node_should_run_daemon_pod(
    node: Node, template: DaemonPodTemplate, *, comparison_operators: bool = False
) -> ShouldRun:
    """Whether `node` should run, and may keep, a Pod of a DaemonSet with this template.

    An untolerated NoSchedule taint keeps new Pods away, an untolerated NoExecute taint ends those that are there.
    `comparison_operators` is the feature gate TaintTolerationComparisonOperators.

    Source: pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod)
    """
    if node_name(template.node_name, node.name) is not None:
        return ShouldRun(False, False)
    if not matches_required_affinity(template.node_selector, template.required_terms, node.name, node.labels):
        return ShouldRun(False, False)
    tolerations = daemon_pod_tolerations(template.tolerations, host_network=template.host_network)
    repelled = untolerated_taint(node.taints, tolerations, do_not_schedule, comparison_operators=comparison_operators)
    evicted = untolerated_taint(node.taints, tolerations, _evicts, comparison_operators=comparison_operators)
    return ShouldRun(run=repelled is None, continue_running=evicted is None)


def _evicts(taint: Taint) -> bool:
    return taint.effect is TaintEffect.NO_EXECUTE
