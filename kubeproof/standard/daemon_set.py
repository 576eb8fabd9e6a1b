"""What may happen to DaemonSets, and to the nodes that they run on."""

from collections.abc import Mapping
from functools import partial

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.node_changes import tainted_or_relabelled
from kubeproof.standard.promises import CRASHES, PLACEMENT, probed
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.daemon_sets import DaemonSetUpdateStrategy
from model.cluster import Caches, FeatureGates
from model.controllers.daemonset.actions import daemon_set_controller_syncs
from model.disturbances import daemon_set
from properties.daemon_set_converges import daemon_sets_not_as_wanted
from properties.daemon_set_one_per_node import daemon_sets_that_surge_too_far, doubled_daemon_pods
from properties.daemon_set_update import (
    complete_updates,
    daemon_sets_updated_too_fast,
    daemon_sets_with_too_few_pods,
    nodes_that_miss_the_update,
)

KIND = "a DaemonSet"
ROLLS = "a DaemonSet with update strategy RollingUpdate"
SURGES: tuple[Property, ...] = (daemon_sets_that_surge_too_far,)
ONE_PER_NODE: tuple[Property, ...] = (doubled_daemon_pods, *SURGES)
CONVERGENCE: tuple[Property, ...] = (daemon_sets_not_as_wanted,)
UPDATE: tuple[Property, ...] = (complete_updates, nodes_that_miss_the_update)
BOUNDED: tuple[Property, ...] = (daemon_sets_updated_too_fast,)
AVAILABILITY: tuple[Property, ...] = (daemon_sets_with_too_few_pods,)

NEEDS: Mapping[str, str] = {
    **{prop.name: KIND for prop in (doubled_daemon_pods, complete_updates, *CONVERGENCE)},
    **{prop.name: ROLLS for prop in (*AVAILABILITY, *BOUNDED, nodes_that_miss_the_update)},
    **{prop.name: "a DaemonSet with maxSurge" for prop in SURGES},
}

BROKEN = "revision v2 starts and never becomes ready; v1 and v3 work"

_UPDATES = frozenset({"image_updates", "rollbacks"})
_NODES = frozenset({"node_joins", "node_removals", "node_changes"})

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (daemon_set.user_updates_daemon_set, frozenset({"image_updates"})),
        (daemon_set.user_rolls_daemon_set_back, frozenset({"rollbacks"})),
        (daemon_set_controller_syncs, _UPDATES | _NODES | {"pod_deletions", "pod_evictions"}),
    )
}


def rolls(workload: Workload) -> bool:
    """Some DaemonSet is updated by its controller."""
    return workload.replicas > 0 and any(
        member.update_strategy is DaemonSetUpdateStrategy.ROLLING_UPDATE for member in workload.daemon_sets
    )


def surges(workload: Workload) -> bool:
    """Some DaemonSet's update creates new Pods before it deletes old ones."""
    return any(member.surges for member in workload.daemon_sets)


def is_about(prop: Property, workload: Workload, standard: StandardScenario) -> bool:
    """There is what a property speaks of, if it speaks of DaemonSets' updates: somebody who makes them, and surges."""
    if prop in SURGES:
        return surges(workload)
    if prop in (*BOUNDED, *AVAILABILITY, nodes_that_miss_the_update):
        return rolls(workload)
    return prop is not complete_updates or rolls(workload) or "pod_deletions" in standard.budgets


def on_delete(workload: Workload) -> bool:
    """Every DaemonSet is updated by deleting its Pods by hand."""
    return workload.replicas > 0 and not rolls(workload)


def second_pods(workload: Workload) -> int:
    """On every node a second Pod of each DaemonSet that surges."""
    return len(workload.nodes) * sum(1 for member in workload.daemon_sets if member.surges)


def pods_of_joining_node(workload: Workload) -> int:
    """The Pods for one more node, and second ones on every node."""
    return (
        len(workload.daemon_sets) + sum(1 for member in workload.daemon_sets if member.surges) + second_pods(workload)
    )


_STALE = Caches(replica_set_pods=True)
LAGGING = "the controllers' cache of Pods lags by less than the controller manager lives"


def pods_and_failed_ones(workload: Workload) -> int:
    """Second Pods, and the one that failed beside both."""
    return second_pods(workload) and second_pods(workload) + 1


_scenario = partial(StandardScenario, kind="DaemonSet", needs=KIND, traffic=False)

SCENARIOS: tuple[StandardScenario, ...] = (
    _scenario(
        name="rollout",
        needs=ROLLS,
        applies=rolls,
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *AVAILABILITY, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
    _scenario(
        name="rollback",
        needs=ROLLS,
        applies=rolls,
        sentence="the user applies a new image and may roll it back at any moment",
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *AVAILABILITY, *BOUNDED, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=lambda workload: 2 * second_pods(workload),
    ),
    _scenario(
        name="corrected-rollout",
        needs=f"{ROLLS}, with a readiness probe",
        applies=lambda workload: rolls(workload) and probed(workload),
        sentence="the user applies an image that does not work, and then one that does",
        budgets={"image_updates": 2},
        revisions=3,
        broken=frozenset({"v2"}),
        nodes=3,
        properties=(*ONE_PER_NODE, *AVAILABILITY, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=lambda workload: 2 * second_pods(workload),
        assumptions=(BROKEN,),
    ),
    _scenario(
        name="shaky-rollout",
        needs=f"{ROLLS}, with a readiness probe",
        applies=lambda workload: rolls(workload) and probed(workload),
        sentence="the user applies a new image, and a Pod stops to answer for a while",
        budgets={"image_updates": 1, "readiness_flaps": 1},
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *AVAILABILITY, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
    _scenario(
        name="on-delete",
        needs="a DaemonSet with update strategy OnDelete",
        applies=on_delete,
        sentence="the user applies a new image and deletes two Pods",
        budgets={"image_updates": 1, "pod_deletions": 2},
        revisions=2,
        nodes=2,
        properties=(doubled_daemon_pods, complete_updates, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
    ),
    _scenario(
        name="node-join",
        sentence="the user applies a new image, and a node joins at any moment",
        budgets={"image_updates": 1, "node_joins": 1},
        revisions=2,
        nodes=2,
        joining=1,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 1),
        spare_pods=pods_of_joining_node,
    ),
    _scenario(
        name="node-leave",
        sentence="the user applies a new image, and a node leaves for good at any moment",
        budgets={"image_updates": 1, "node_removals": 1},
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
    _scenario(
        name="node-change",
        sentence="the user cordons a node or takes that back, and changes labels and taints of nodes twice",
        budgets={"node_cordons": 1, "node_changes": 2},
        node_changes=tainted_or_relabelled,
        nodes=2,
        properties=(*ONE_PER_NODE, *CONVERGENCE),
        convergence=Bound(1, 2),
    ),
    _scenario(
        name="node-failure",
        sentence="the user applies a new image, and one node crashes and comes back",
        budgets={"image_updates": 1, "node_crashes": 1},
        revisions=2,
        assumptions=(CRASHES,),
        nodes=3,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
    _scenario(
        name="node-loss",
        applies=rolls,
        needs=ROLLS,
        sentence="the user applies a new image, and one node crashes and stays away",
        budgets={"image_updates": 1, "node_losses": 1},
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
    _scenario(
        name="daemon-pod-failure",
        sentence="the user applies a new image, and a Pod is evicted because its node runs out of memory or disk",
        budgets={"image_updates": 1, "pod_evictions": 1},
        revisions=2,
        nodes=2,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 1),
        spare_pods=pods_and_failed_ones,
    ),
    _scenario(
        name="stale-cache",
        sentence="a Pod is evicted while the controller's cache lags, once for longer than it waits (5 minutes)",
        budgets={"pod_evictions": 1, "expectation_expiries": 1},
        caches=_STALE,
        nodes=2,
        properties=(*ONE_PER_NODE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 1),
        spare_pods=lambda workload: 2 * len(workload.daemon_sets),
        assumptions=(LAGGING,),
    ),
    _scenario(
        name="stale-cache-before-1.36",
        sentence="as stale-cache, with the feature gate StaleControllerConsistencyDaemonSet off, as it was before 1.36",
        budgets={"pod_evictions": 1, "expectation_expiries": 1},
        caches=_STALE,
        gates=FeatureGates(stale_controller_consistency_daemon_set=False),
        on_request=True,
        nodes=2,
        properties=(*ONE_PER_NODE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 1),
        spare_pods=lambda workload: 2 * len(workload.daemon_sets),
        assumptions=(LAGGING,),
    ),
    _scenario(
        name="stale-restart",
        sentence="a Pod is evicted; the controller manager restarts and may list from an API server that is behind",
        budgets={"pod_evictions": 1, "controller_restarts": 1},
        caches=Caches(replica_set_pods=True, stale_relists=True),
        on_request=True,
        nodes=2,
        properties=(*ONE_PER_NODE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 1),
        spare_pods=lambda workload: 2 * len(workload.daemon_sets),
    ),
    _scenario(
        name="bound-by-controller",
        sentence="the user applies a new image; the controller itself binds the Pods, as it did before 1.12",
        budgets={"image_updates": 1},
        gates=FeatureGates(schedule_daemon_set_pods=False),
        on_request=True,
        revisions=2,
        nodes=3,
        properties=(*ONE_PER_NODE, *BOUNDED, *UPDATE, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=second_pods,
    ),
)
