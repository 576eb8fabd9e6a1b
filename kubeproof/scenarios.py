"""The standard scenarios: what may happen to a workload, and which promises are checked while it does."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from checker.vocabulary import Property, Scenario
from kubeproof.instances import Bound
from kubeproof.workload import Workload
from model.cluster import Assumptions, Caches, Cluster, Constants
from model.next_state import next_state
from model.rows.deployment import DeploymentSpec
from model.rows.pod_template import PodTemplate
from model.scenarios import steady_states
from properties.eventually_stable import (
    deployments_not_as_wanted,
    endpoints_not_as_wanted,
    replica_sets_not_as_wanted,
    routes_not_as_wanted,
)
from properties.no_lost_request import misrouted_pods
from properties.no_outage import unserved_services
from properties.one_writer import overwritten_replica_sets
from properties.placement import misplaced_pods, overcommitted_nodes
from properties.rolling_update import complete_rollouts, deployments_with_too_few_pods, oversized_deployments

TRAFFIC = (unserved_services, misrouted_pods)
TRAFFIC_CONVERGENCE = (endpoints_not_as_wanted, routes_not_as_wanted)
CONVERGENCE = (deployments_not_as_wanted, replica_sets_not_as_wanted, *TRAFFIC_CONVERGENCE)
ROLLOUT = (deployments_with_too_few_pods, oversized_deployments, complete_rollouts)
PLACEMENT = (overcommitted_nodes, misplaced_pods)
PROPERTIES: tuple[Property, ...] = (*TRAFFIC, *ROLLOUT, *PLACEMENT, overwritten_replica_sets, *CONVERGENCE)

PROPERTY_NEEDS: Mapping[str, str] = {
    **{prop.name: "a Service with Pods behind it" for prop in TRAFFIC},
    **{prop.name: "a rollout" for prop in ROLLOUT},
    **{prop.name: "a Deployment" for prop in PLACEMENT},
    overwritten_replica_sets.name: "informer caches that lag",
    **{prop.name: "a Deployment" for prop in CONVERGENCE},
    **{prop.name: "a Service with Pods behind it" for prop in TRAFFIC_CONVERGENCE},
}

ASSUMPTIONS: Mapping[str, str] = {
    "prestop-outlasts-propagation": "a preStop hook ends only after neither the EndpointSlice nor any kube-proxy shows "
    "the Pod as ready, and within terminationGracePeriodSeconds",
}
STANDING_ASSUMPTIONS: tuple[str, ...] = (
    "a process takes no new requests once it gets SIGTERM",
    "other workloads take no room on the nodes",
    "a readiness or startup probe passes exactly while (once) the process answers requests",
    "controllers, kubelets and kube-proxies do not restart, and the API server can be reached",
)
NODES_ASSUMED = "the nodes have room for every Pod and satisfy its node selector and affinity"
NODES_GIVEN = "no Pod runs on a node that would refuse it now"
CRASHES = "a crashed node comes back before the control plane reacts (no NotReady, no eviction)"
PROGRESS: tuple[str, ...] = (
    "images can be pulled",
    "a started process comes to answer",
    "init containers complete",
)
"""What promises about whole runs rest on besides: that what a component waits for comes."""
LAGGING = "caches catch up before expectations expire (5 minutes), and controllers do not restart"


class StandardScenario(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the matrix.

    `replicas` and `nodes` bound the instance that is searched; `convergence` is the bound for promises about whole
    runs, which are looked at without reductions. `budgets` say how often each disturbance may happen, by the name of
    the field of `Cluster`; `spare_pods` is how many more Pods than one per replica may come up.
    """

    name: str
    sentence: str
    needs: str = "a Deployment"
    applies: Callable[[Workload], bool] = lambda workload: workload.replicas > 0
    budgets: Mapping[str, int]
    properties: tuple[Property, ...]
    caches: Caches = Caches()
    replicas: int = 2
    nodes: int | None = None
    convergence: Bound = Bound(1, 1)
    traffic: bool = True
    """Endpoints, kube-proxies and requests are part of it."""
    spare_pods: Callable[[Workload], int] = lambda _: 0

    @property
    def bound(self) -> Bound:
        """The bound of the instance whose states and steps are searched."""
        return Bound(self.replicas, self.nodes)


def _largest(workload: Workload) -> int:
    return max(deployment.replicas for deployment in workload.deployments)


def _probed(workload: Workload) -> bool:
    return workload.replicas > 0 and any(
        container.readiness_probe for deployment in workload.deployments for container in deployment.containers
    )


STANDARD: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="rollout",
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 1),
        spare_pods=_largest,
    ),
    StandardScenario(
        name="rollback",
        sentence="the user applies a new image and may roll it back at any moment",
        budgets={"image_updates": 1, "rollbacks": 1},
        properties=(*ROLLOUT, *PLACEMENT, *CONVERGENCE),
        nodes=1,
        traffic=False,
        spare_pods=lambda workload: 2 * _largest(workload) + 1,
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
        applies=_probed,
        budgets={"readiness_flaps": 1},
        replicas=3,
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
    ),
    StandardScenario(
        name="node-failure",
        sentence="one node crashes and comes back",
        budgets={"node_crashes": 1},
        replicas=3,
        properties=(*TRAFFIC, *PLACEMENT, *CONVERGENCE),
        convergence=Bound(2, 2),
    ),
    StandardScenario(
        name="stale-caches",
        sentence="the user applies a new image while the controllers' informer caches lag",
        budgets={"image_updates": 1},
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, overwritten_replica_sets, *CONVERGENCE),
        caches=Caches(replica_set_pods=True, deployment_replica_sets=True),
        nodes=1,
        spare_pods=lambda workload: _largest(workload) + 1,
    ),
)


def standard_scenario(name: str) -> StandardScenario:
    """The standard scenario called `name`.

    Raises
    ------
    UnknownName
        If there is none.
    """
    for standard in STANDARD:
        if standard.name == name:
            return standard
    raise UnknownName(f"no scenario is called {name!r}; there are: {', '.join(other.name for other in STANDARD)}")


class UnknownName(ValueError):
    """A name that stands for nothing."""


class NoSteadyState(Exception):
    """The Pods of a workload cannot all be placed on its nodes."""


def build(
    workload: Workload,
    standard: StandardScenario,
    *,
    assume: Sequence[str] = (),
    bounds: Mapping[str, int | str] | None = None,
) -> Scenario[Cluster]:
    """The scenario `standard` of a workload, at the workload's own size.

    Raises
    ------
    NoSteadyState
        If no placement of its Pods passes the scheduler's filters.
    """
    constants = _constants(workload, standard, assume)
    slots = workload.replicas + standard.spare_pods(workload)
    sizes = [deployment.replicas for deployment in workload.deployments]
    initial = tuple(steady_states(constants, sizes, pod_slots=slots, budgets=standard.budgets))
    if not initial:
        raise NoSteadyState(f"the {workload.replicas} Pods of {workload.name} do not fit on the nodes")
    return Scenario(
        name=standard.name,
        initial=initial,
        actions=next_state(initial[0]),
        properties=tuple(prop for prop in standard.properties if is_about(prop, workload, standard)),
        bounds={**(bounds or {}), "Pods at once": slots},
        disturbances=standard.budgets,
        assumptions=_assumptions(workload, standard, assume),
    )


def is_about(prop: Property, workload: Workload, standard: StandardScenario) -> bool:
    """There is what a property speaks of: a Service that takes traffic, if it speaks of one."""
    return prop not in (*TRAFFIC, *TRAFFIC_CONVERGENCE) or (workload.service is not None and standard.traffic)


def _assumptions(workload: Workload, standard: StandardScenario, assume: Sequence[str]) -> tuple[str, ...]:
    """Everything that the verdicts take for granted."""
    nodes = NODES_ASSUMED if workload.nodes_assumed else NODES_GIVEN
    crashes = (CRASHES,) if standard.budgets.get("node_crashes") else ()
    lagging = (LAGGING,) if standard.caches != Caches() else ()
    vouched = (ASSUMPTIONS[name] for name in assume)
    return (*vouched, *STANDING_ASSUMPTIONS, nodes, *crashes, *lagging, *workload.caveats)


def _constants(workload: Workload, standard: StandardScenario, assume: Sequence[str]) -> Constants:
    templates: list[PodTemplate] = []
    specs: list[DeploymentSpec] = []
    for deployment in workload.deployments:
        first = len(templates)
        revisions = ("v1", "v2") if standard.budgets.get("image_updates") else ("v1",)
        templates.extend(
            PodTemplate(
                name=revision,
                containers=deployment.containers,
                spec=deployment.pod_spec,
                selected=deployment.selected,
            )
            for revision in revisions
        )
        specs.append(
            DeploymentSpec(
                name=deployment.name,
                strategy=deployment.strategy,
                max_surge=deployment.max_surge,
                max_unavailable=deployment.max_unavailable,
                revisions=tuple(range(first, first + len(revisions))),
            )
        )
    most = max(len(template.containers) for template in templates)
    return Constants(
        templates=tuple(templates),
        deployments=tuple(specs),
        nodes=workload.nodes,
        container_positions=tuple(range(most)),
        service=workload.service if standard.traffic else None,
        publish_not_ready_addresses=workload.publish_not_ready_addresses,
        assumptions=Assumptions(prestop_outlasts_propagation="prestop-outlasts-propagation" in assume),
        caches=standard.caches,
    )
