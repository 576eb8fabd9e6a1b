"""What may happen to Deployments that users delete, alone or with their namespace."""

from collections.abc import Mapping

from kubeproof.instances import Bound
from kubeproof.standard.promises import PLACEMENT, TRAFFIC, TRAFFIC_CONVERGENCE
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.controllers.garbagecollector import actions as garbage_collector
from model.controllers.namespace.actions import namespace_controller_syncs
from model.disturbances import deletion
from properties.deletion import collected_despite_their_owner, created_in_a_closed_namespace, not_gone_yet

NEEDS: Mapping[str, str] = {
    collected_despite_their_owner.name: "a Deployment that is deleted",
    created_in_a_closed_namespace.name: "a namespace that is deleted",
    not_gone_yet.name: "a deletion",
}
SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (deletion.user_deletes_deployment, frozenset({"background_deletions"})),
        (deletion.user_deletes_deployment_in_the_foreground, frozenset({"foreground_deletions"})),
        (deletion.user_deletes_deployment_and_leaves_its_pods, frozenset({"orphaning_deletions"})),
        (deletion.user_deletes_namespace, frozenset({"namespace_deletions"})),
        (garbage_collector.garbage_collector_deletes_pod, frozenset({"background_deletions", "foreground_deletions"})),
        (
            garbage_collector.garbage_collector_deletes_replica_set,
            frozenset({"background_deletions", "foreground_deletions"}),
        ),
        (
            garbage_collector.garbage_collector_lets_deployment_go,
            frozenset({"foreground_deletions", "orphaning_deletions"}),
        ),
        (garbage_collector.garbage_collector_orphans_replica_sets, frozenset({"orphaning_deletions"})),
        (namespace_controller_syncs, frozenset({"namespace_deletions"})),
    )
}
_DELETION = (collected_despite_their_owner, *PLACEMENT, not_gone_yet, *TRAFFIC_CONVERGENCE)


def _single(workload: Workload) -> bool:
    """Slots of ReplicaSets are not used again: nothing is created once its only Deployment is being deleted."""
    return workload.replicas > 0 and len(workload.deployments) == 1


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="deletion",
        sentence="the user deletes the Deployment",
        applies=_single,
        on_request=True,
        budgets={"background_deletions": 1},
        properties=_DELETION,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
    ),
    StandardScenario(
        name="foreground-deletion",
        sentence="the user deletes the Deployment with --cascade=foreground, while one container may exit",
        applies=_single,
        on_request=True,
        budgets={"foreground_deletions": 1, "container_exits": 1},
        properties=_DELETION,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
    ),
    StandardScenario(
        name="orphaning-deletion",
        sentence="the user deletes the Deployment with --cascade=orphan: its Pods stay",
        applies=_single,
        on_request=True,
        budgets={"orphaning_deletions": 1},
        properties=(*TRAFFIC, *_DELETION),
        convergence=Bound(2, 1),
    ),
    StandardScenario(
        name="namespace-deletion",
        sentence="the user deletes the namespace",
        applies=_single,
        on_request=True,
        budgets={"namespace_deletions": 1},
        properties=(created_in_a_closed_namespace, *PLACEMENT, not_gone_yet, *TRAFFIC_CONVERGENCE),
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
    ),
    StandardScenario(
        name="namespace-deletion-node-loss",
        sentence="the user deletes the namespace, and a node crashes and need not come back",
        applies=_single,
        on_request=True,
        budgets={"namespace_deletions": 1, "node_losses": 1},
        properties=(created_in_a_closed_namespace, *PLACEMENT, not_gone_yet),
        traffic=False,
        convergence=Bound(2, 2),
        spare_pods=lambda _: 2,
    ),
)
