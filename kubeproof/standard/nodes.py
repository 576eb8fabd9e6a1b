"""What may happen when a node is lost for longer than the control plane waits for it."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import PLACEMENT, TRAFFIC, TRAFFIC_CONVERGENCE, largest
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import Caches
from model.controllers.nodelifecycle import actions as node_lifecycle
from model.controllers.podgc.actions import pod_gc_collects_orphan
from model.controllers.tainteviction import actions as taint_eviction
from model.disturbances import nodes
from model.node import node_status
from properties.eventually_stable import deployments_not_as_wanted, replica_sets_not_as_wanted
from properties.eviction_within_toleration import pods_evicted_early
from properties.node_loss_recovery import owners_that_miss_pods, pods_of_deleted_nodes, services_without_answer
from properties.node_status_converges import nodes_not_as_they_are

RECOVERY: tuple[Property, ...] = (owners_that_miss_pods, services_without_answer, nodes_not_as_they_are)
CONVERGENCE: tuple[Property, ...] = (deployments_not_as_wanted, replica_sets_not_as_wanted, *TRAFFIC_CONVERGENCE)
EVICTION: tuple[Property, ...] = (pods_evicted_early,)
EVERYTHING: tuple[Property, ...] = (*TRAFFIC, *PLACEMENT, *EVICTION, *RECOVERY, *CONVERGENCE)

NEEDS: Mapping[str, str] = {
    **{prop.name: "the loss of a node" for prop in (*EVICTION, *RECOVERY)},
    services_without_answer.name: "a Service with Pods behind it",
    pods_of_deleted_nodes.name: "a Node that is deleted",
}

_SILENT = frozenset({"node_losses", "partitions"})

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (nodes.node_is_lost, frozenset({"node_losses"})),
        (nodes.node_is_cut_off, frozenset({"partitions"})),
        (nodes.node_returns, _SILENT),
        (nodes.user_deletes_node, _SILENT),
        (nodes.user_deletes_pod_by_force, _SILENT),
        (node_status.kubelet_posts_node_status, _SILENT),
        (node_status.kubelet_registers_node, _SILENT),
        (node_lifecycle.node_lifecycle_controller_marks_node_unknown, _SILENT),
        (node_lifecycle.node_lifecycle_controller_marks_pod_not_ready, _SILENT),
        (node_lifecycle.node_lifecycle_controller_taints_no_schedule, _SILENT),
        (node_lifecycle.node_lifecycle_controller_taints_no_execute, _SILENT),
        (node_lifecycle.node_lifecycle_controller_handles_disruption, _SILENT),
        (taint_eviction.taint_eviction_controller_handles_node, frozenset[str]()),
        (taint_eviction.taint_eviction_controller_timer_fires, frozenset[str]()),
        (pod_gc_collects_orphan, frozenset({"node_deletions"})),
    )
}
"""Whether Pods are evicted at once, after a while or never is for their tolerations to say."""

SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="node-loss",
        sentence="one node crashes, stays away until its Pods are evicted, and may come back at any moment",
        budgets={"node_losses": 1, "node_returns": 1},
        nodes=2,
        properties=EVERYTHING,
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
    StandardScenario(
        name="partition",
        sentence="one node loses the API server, runs on, and may come back at any moment",
        budgets={"partitions": 1, "node_returns": 1},
        nodes=2,
        properties=EVERYTHING,
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
    StandardScenario(
        name="node-deleted",
        sentence="one node crashes, its Node object is deleted, and it may come back at any moment",
        budgets={"node_losses": 1, "node_deletions": 1, "node_returns": 1},
        nodes=2,
        properties=(*TRAFFIC, *PLACEMENT, *EVICTION, *RECOVERY, pods_of_deleted_nodes, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
    StandardScenario(
        name="all-nodes-lost",
        sentence="both nodes crash for good, at any two moments",
        budgets={"node_losses": 2},
        nodes=2,
        properties=EVERYTHING,
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
    StandardScenario(
        name="stale-taints",
        sentence="one node crashes and may come back while the taint eviction controller's view of nodes lags",
        budgets={"node_losses": 1, "node_returns": 1},
        caches=Caches(tainted_nodes=True),
        replicas=1,
        nodes=2,
        properties=(*EVICTION, *RECOVERY),
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
)
