"""What may happen when a node is lost for longer than the control plane waits for it."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import PLACEMENT, TRAFFIC, TRAFFIC_CONVERGENCE
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import Caches
from model.controllers.nodelifecycle import actions as node_lifecycle
from model.controllers.podgc.actions import pod_gc_collects_orphan
from model.controllers.tainteviction import actions as taint_eviction
from model.disturbances import nodes
from properties.eventually_stable import deployments_not_as_wanted, replica_sets_not_as_wanted
from properties.eviction_within_toleration import pods_evicted_early
from properties.node_loss_recovery import owners_that_miss_pods, pods_of_deleted_nodes, services_without_answer
from properties.node_status_converges import nodes_not_as_they_are
from properties.stateful_set_identity import doubled_identities
from properties.volume_on_one_node import volumes_in_use_twice

RECOVERY: tuple[Property, ...] = (owners_that_miss_pods, services_without_answer, nodes_not_as_they_are)
CONVERGENCE: tuple[Property, ...] = (deployments_not_as_wanted, replica_sets_not_as_wanted, *TRAFFIC_CONVERGENCE)
EVICTION: tuple[Property, ...] = (pods_evicted_early,)
STATEFUL_SET = "a StatefulSet"
VOLUME = "a Deployment with a volume that one node at a time can mount"
IDENTITY: tuple[Property, ...] = (doubled_identities,)
STATEFUL_SET_RECOVERY: tuple[Property, ...] = (owners_that_miss_pods, nodes_not_as_they_are)
EVERYTHING: tuple[Property, ...] = (*TRAFFIC, *PLACEMENT, *EVICTION, *RECOVERY, *CONVERGENCE)

NEEDS: Mapping[str, str] = {
    **{prop.name: "the loss of a node" for prop in (*EVICTION, *RECOVERY)},
    services_without_answer.name: "a Service with Pods behind it",
    pods_of_deleted_nodes.name: "a Node that is deleted",
}

TAINTS = "the taint NoSchedule of a silent node comes before the taint NoExecute, and goes after it"
CUT_OFF = "who is cut off is a node's kubelet and kube-proxy: its Pods reach, and are reached by, everybody else"

_SILENT = frozenset({"node_losses", "partitions"})
_MAYBE: frozenset[str] = frozenset()
"""What happens to a Pod is for its tolerations to say, and how much is lost for the number of nodes."""

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (nodes.node_is_lost, frozenset({"node_losses"})),
        (nodes.node_is_cut_off, frozenset({"partitions"})),
        (nodes.node_returns, _SILENT),
        (nodes.user_deletes_node, _SILENT),
        (nodes.user_force_deletes_lost_pod, _MAYBE),
        (node_lifecycle.node_lifecycle_controller_marks_node_unknown, _SILENT),
        (node_lifecycle.node_lifecycle_controller_marks_pod_not_ready, _SILENT),
        (node_lifecycle.node_lifecycle_controller_taints_no_schedule, _SILENT),
        (node_lifecycle.node_lifecycle_controller_taints_no_execute, _SILENT),
        (node_lifecycle.node_lifecycle_controller_handles_disruption, _MAYBE),
        (taint_eviction.taint_eviction_controller_handles_node, _MAYBE),
        (taint_eviction.taint_eviction_controller_timer_fires, _MAYBE),
        (pod_gc_collects_orphan, frozenset({"node_deletions"})),
    )
}


def _each_once(workload: Workload) -> int:
    """Every Pod may be replaced once while it is still there."""
    return workload.replicas


def _few_nodes(workload: Workload) -> bool:
    return workload.replicas > 0 and (workload.nodes_assumed or len(workload.nodes) <= 2)


def _has_volume(workload: Workload) -> bool:
    return workload.replicas > 0 and bool(workload.volumes)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="node-loss",
        on_request=True,
        sentence="one node crashes for good",
        budgets={"node_losses": 1},
        nodes=2,
        properties=EVERYTHING,
        convergence=Bound(2, 2),
        spare_pods=_each_once,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="node-return",
        on_request=True,
        sentence="one node crashes for as long as its Pods are waited for or longer, and may come back at any moment",
        budgets={"node_losses": 1, "node_returns": 1},
        nodes=2,
        properties=(*PLACEMENT, *EVICTION, *RECOVERY, *CONVERGENCE),
        convergence=Bound(1, 2),
        traffic=False,
        spare_pods=_each_once,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="partition",
        on_request=True,
        sentence="one node loses the API server, runs on, and may reach it again at any moment",
        budgets={"partitions": 1, "node_returns": 1},
        replicas=1,
        nodes=2,
        properties=EVERYTHING,
        convergence=Bound(1, 2),
        spare_pods=_each_once,
        assumptions=(TAINTS, CUT_OFF),
    ),
    StandardScenario(
        name="node-deleted",
        on_request=True,
        sentence="one node crashes, its Node object may be deleted, and it may come back at any moment",
        budgets={"node_losses": 1, "node_deletions": 1, "node_returns": 1},
        replicas=1,
        nodes=2,
        properties=(*PLACEMENT, *EVICTION, *RECOVERY, pods_of_deleted_nodes, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=_each_once,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="all-nodes-lost",
        on_request=True,
        needs="a cluster of at most two nodes",
        applies=_few_nodes,
        sentence="two nodes crash for good, at any two moments",
        budgets={"node_losses": 2},
        nodes=2,
        properties=(*PLACEMENT, *EVICTION, *RECOVERY, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=lambda workload: 2 * workload.replicas,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="stale-taints",
        on_request=True,
        sentence="one node crashes and may come back while the taint eviction controller's view of nodes lags",
        budgets={"node_losses": 1, "node_returns": 1},
        caches=Caches(tainted_nodes=True),
        nodes=2,
        properties=(*EVICTION, owners_that_miss_pods, nodes_not_as_they_are),
        convergence=Bound(1, 2),
        traffic=False,
        spare_pods=_each_once,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="node-loss",
        on_request=True,
        kind="StatefulSet",
        needs=STATEFUL_SET,
        sentence="one node crashes for good",
        budgets={"node_losses": 1},
        nodes=2,
        properties=(*IDENTITY, *PLACEMENT, *EVICTION, *STATEFUL_SET_RECOVERY),
        convergence=Bound(2, 2),
        traffic=False,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="node-deleted",
        on_request=True,
        kind="StatefulSet",
        needs=STATEFUL_SET,
        sentence="one node crashes, its Node object may be deleted, and it may come back at any moment",
        budgets={"node_losses": 1, "node_deletions": 1, "node_returns": 1},
        nodes=2,
        properties=(*IDENTITY, *PLACEMENT, *EVICTION, pods_of_deleted_nodes, nodes_not_as_they_are),
        convergence=Bound(2, 2),
        traffic=False,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="force-delete-crashed",
        on_request=True,
        kind="StatefulSet",
        needs=STATEFUL_SET,
        sentence="one node crashes, and the user deletes a Pod that stays Terminating there by force",
        budgets={"node_losses": 1, "lost_pod_deletions": 1, "node_returns": 1},
        nodes=2,
        properties=(*IDENTITY, *PLACEMENT, *EVICTION, nodes_not_as_they_are),
        convergence=Bound(1, 2),
        traffic=False,
        assumptions=(TAINTS,),
    ),
    StandardScenario(
        name="force-delete-cut-off",
        on_request=True,
        kind="StatefulSet",
        needs=STATEFUL_SET,
        sentence="one node loses the API server, and the user deletes a Pod that stays Terminating there by force",
        budgets={"partitions": 1, "lost_pod_deletions": 1, "node_returns": 1},
        nodes=2,
        properties=(*IDENTITY, *PLACEMENT, *EVICTION, nodes_not_as_they_are),
        convergence=Bound(1, 2),
        spare_pods=lambda _: 1,
        traffic=False,
        assumptions=(TAINTS, CUT_OFF),
    ),
    StandardScenario(
        name="volume-partition",
        on_request=True,
        needs=VOLUME,
        applies=_has_volume,
        sentence="the node that has the Pods' volume loses the API server, runs on, and may reach it again",
        budgets={"partitions": 1, "node_returns": 1},
        replicas=1,
        nodes=2,
        properties=(volumes_in_use_twice, owners_that_miss_pods, services_without_answer),
        convergence=Bound(1, 2),
        spare_pods=_each_once,
        assumptions=(TAINTS, CUT_OFF),
    ),
    StandardScenario(
        name="volume-force-delete",
        on_request=True,
        needs=VOLUME,
        applies=_has_volume,
        sentence="the node that has the Pods' volume loses the API server, and the user deletes its Pod by force",
        budgets={"partitions": 1, "lost_pod_deletions": 1},
        replicas=1,
        nodes=2,
        properties=(volumes_in_use_twice,),
        spare_pods=_each_once,
        assumptions=(TAINTS, CUT_OFF),
    ),
)
