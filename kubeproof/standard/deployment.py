"""What may happen to Deployments."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import CRASHES, PLACEMENT, TRAFFIC, TRAFFIC_CONVERGENCE, largest, probed
from kubeproof.standard.scenario import StandardScenario
from model.cluster import Caches
from properties.eventually_stable import deployments_not_as_wanted, replica_sets_not_as_wanted
from properties.one_writer import overwritten_replica_sets
from properties.rolling_update import complete_rollouts, deployments_with_too_few_pods, oversized_deployments

ROLLOUT: tuple[Property, ...] = (deployments_with_too_few_pods, oversized_deployments, complete_rollouts)
CONVERGENCE: tuple[Property, ...] = (deployments_not_as_wanted, replica_sets_not_as_wanted, *TRAFFIC_CONVERGENCE)
LAGGING = "caches catch up before expectations expire (5 minutes), and controllers do not restart"

NEEDS: Mapping[str, str] = {
    **{prop.name: "a rollout of a Deployment" for prop in ROLLOUT},
    overwritten_replica_sets.name: "informer caches that lag",
    deployments_not_as_wanted.name: "a Deployment",
    replica_sets_not_as_wanted.name: "a Deployment",
}

SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="rollout",
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        revisions=2,
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, *CONVERGENCE),
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
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
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
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, overwritten_replica_sets, *CONVERGENCE),
        assumptions=(LAGGING,),
        caches=Caches(replica_set_pods=True, deployment_replica_sets=True),
        nodes=1,
        spare_pods=lambda workload: largest(workload) + 1,
    ),
)
