"""What may happen to Deployments."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import CRASHES, PLACEMENT, ROUTED, TRAFFIC, TRAFFIC_CONVERGENCE, largest, probed
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.objects import Strategy
from model.cluster import Caches, FeatureGates
from model.controllers.deployment.actions import progress_deadline_passes
from model.disturbances import deployment
from properties.eventually_stable import deployments_not_as_wanted, replica_sets_not_as_wanted
from properties.one_writer import overwritten_replica_sets
from properties.paused_rollout import paused_deployments_of_another_size, rollouts_that_went_on
from properties.recreate import deployments_of_two_revisions, deployments_running_two_revisions
from properties.rolling_update import complete_rollouts, deployments_with_too_few_pods, oversized_deployments
from properties.rollout_progress import deployments_without_history, replica_sets_moved_back, unreported_rollouts

ROLLOUT: tuple[Property, ...] = (deployments_with_too_few_pods, oversized_deployments, complete_rollouts)
CONVERGENCE: tuple[Property, ...] = (deployments_not_as_wanted, replica_sets_not_as_wanted, *TRAFFIC_CONVERGENCE)
PAUSED: tuple[Property, ...] = (rollouts_that_went_on, replica_sets_moved_back, paused_deployments_of_another_size)
RECREATED: tuple[Property, ...] = (deployments_of_two_revisions, deployments_running_two_revisions)
LAGGING = "caches catch up before expectations expire (5 minutes), and controllers do not restart"
_EVERY_VERSION = FeatureGates(stale_controller_consistency_replica_set=False)
"""As before 1.36: all that can happen with the gate can happen without it."""

NEEDS: Mapping[str, str] = {
    **{prop.name: "a rollout of a Deployment" for prop in ROLLOUT},
    overwritten_replica_sets.name: "informer caches that lag",
    **{
        prop.name: "a Deployment that may be paused"
        for prop in (rollouts_that_went_on, paused_deployments_of_another_size)
    },
    **{prop.name: "a Deployment with strategy Recreate" for prop in RECREATED},
    deployments_without_history.name: "a Deployment with a short revision history",
    **{prop.name: "a rollout of a Deployment" for prop in (replica_sets_moved_back, unreported_rollouts)},
    deployments_not_as_wanted.name: "a Deployment",
    replica_sets_not_as_wanted.name: "a Deployment",
}

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (deployment.user_pauses_rollout, frozenset({"pauses"})),
        (deployment.user_resumes_rollout, frozenset({"resumes"})),
        (progress_deadline_passes, frozenset({"image_updates"})),
    )
}


def recreates(workload: Workload) -> bool:
    """Some Deployment has the strategy Recreate."""
    return any(deployment.strategy is Strategy.RECREATE for deployment in workload.deployments)


def rolls(workload: Workload) -> bool:
    """Some Deployment has the strategy RollingUpdate."""
    return any(deployment.strategy is Strategy.ROLLING_UPDATE for deployment in workload.deployments)


def forgets(workload: Workload) -> bool:
    """Some Deployment keeps no old revision."""
    return any(deployment.revision_history_limit == 0 for deployment in workload.deployments)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="rollout",
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        revisions=2,
        properties=(*TRAFFIC, *ROUTED, *ROLLOUT, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 1),
        spare_pods=largest,
    ),
    StandardScenario(
        name="rollback",
        sentence="the user applies a new image and may roll it back at any moment",
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        properties=(*ROLLOUT, *PLACEMENT, *CONVERGENCE),
        nodes=1,
        traffic=False,
        spare_pods=lambda workload: 2 * largest(workload) + 1,
    ),
    StandardScenario(
        name="scale",
        sentence="the user scales up and down by one replica",
        budgets={"scale_ups": 1, "scale_downs": 1},
        replicas=3,
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
        spare_pods=lambda _: 2,
    ),
    StandardScenario(
        name="container-crash",
        sentence="one container exits by itself",
        budgets={"container_exits": 1},
        replicas=3,
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
    ),
    StandardScenario(
        name="readiness-flap",
        sentence="one process stops answering for a while",
        needs="a readiness probe",
        applies=probed,
        budgets={"readiness_flaps": 1},
        replicas=3,
        properties=(*TRAFFIC, *ROUTED, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
    ),
    StandardScenario(
        name="node-failure",
        sentence="one node crashes and comes back",
        budgets={"node_crashes": 1},
        assumptions=(CRASHES,),
        replicas=3,
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
    ),
    StandardScenario(
        name="stale-caches",
        sentence="the user applies a new image while the controllers' informer caches lag",
        budgets={"image_updates": 1},
        revisions=2,
        gates=_EVERY_VERSION,
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, overwritten_replica_sets, *CONVERGENCE),
        assumptions=(LAGGING,),
        caches=Caches(replica_set_pods=True, deployment_replica_sets=True),
        nodes=1,
        spare_pods=lambda workload: largest(workload) + 1,
    ),
    StandardScenario(
        name="pause",
        sentence="the user applies a new image, pauses the rollout, scales up by one replica and resumes, in any order",
        needs="a Deployment with strategy RollingUpdate",
        applies=rolls,
        on_request=True,
        budgets={"image_updates": 1, "pauses": 1, "resumes": 1, "scale_ups": 1},
        revisions=2,
        properties=(oversized_deployments, *PAUSED, *PLACEMENT, *CONVERGENCE),
        nodes=1,
        traffic=False,
        spare_pods=lambda workload: 2 * largest(workload) + 2,
    ),
    StandardScenario(
        name="stuck-rollout",
        sentence="the user applies a new image that does not work",
        needs="a readiness probe",
        applies=probed,
        on_request=True,
        budgets={"image_updates": 1},
        revisions=2,
        broken=frozenset({"v2"}),
        deployment_status=True,
        properties=(deployments_with_too_few_pods, replica_sets_moved_back, unreported_rollouts),
        nodes=1,
        traffic=False,
        spare_pods=largest,
    ),
    StandardScenario(
        name="short-history",
        sentence="the user applies a new image and may roll it back at any moment; old ReplicaSets are deleted",
        needs="a Deployment with revisionHistoryLimit 0",
        applies=forgets,
        on_request=True,
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        deployment_status=True,
        properties=(deployments_without_history, *PLACEMENT, *CONVERGENCE),
        replicas=1,
        nodes=1,
        traffic=False,
        spare_pods=lambda workload: 2 * largest(workload) + 1,
    ),
    StandardScenario(
        name="recreate",
        sentence="the user applies a new image and may roll it back at any moment",
        needs="a Deployment with strategy Recreate",
        applies=recreates,
        on_request=True,
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        properties=(*RECREATED, *PLACEMENT, *CONVERGENCE),
        traffic=False,
        spare_pods=largest,
    ),
    StandardScenario(
        name="recreate-stale-caches",
        sentence="the user applies a new image and may roll it back while the controllers' informer caches lag",
        needs="a Deployment with strategy Recreate",
        applies=recreates,
        on_request=True,
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        properties=(*RECREATED, *PLACEMENT, *CONVERGENCE),
        caches=Caches(replica_set_pods=True, deployment_replica_sets=True),
        replicas=1,
        nodes=1,
        traffic=False,
        spare_pods=lambda workload: 2 * largest(workload),
        assumptions=(LAGGING,),
    ),
)
