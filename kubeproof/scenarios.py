"""The standard scenarios of every kind, and how a workload and one of them become a scenario of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from checker.vocabulary import Property, Scenario
from kubeproof.kinds import autoscaler_instances, disruption_budget
from kubeproof.standard import autoscaler as autoscaling
from kubeproof.standard import daemon_set, drain, job
from kubeproof.standard.catalog import STANDARD
from kubeproof.standard.node_changes import all_nodes
from kubeproof.standard.promises import ROUTED, TRAFFIC, TRAFFIC_CONVERGENCE
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import Assumptions, Cluster, Constants
from model.next_state import next_state
from model.rows.autoscaler import AutoscalerSpec
from model.rows.pod_template import PodTemplate
from model.scenarios import steady_states
from properties.node_loss_recovery import services_without_answer

ASSUMPTIONS: Mapping[str, str] = {
    "prestop-outlasts-propagation": "a preStop hook ends only after neither the EndpointSlice nor any kube-proxy shows "
    "the Pod as ready, and within terminationGracePeriodSeconds",
}
STANDING_ASSUMPTIONS: tuple[str, ...] = (
    "a process takes no new requests once it gets SIGTERM",
    "other workloads take no room on the nodes",
    "a readiness or startup probe passes exactly while (once) the process answers requests",
    "kubelets and kube-proxies do not restart; controllers only do, and the API server is only cut off from somebody, "
    "where the scenario says so",
)
NODES_ASSUMED = "the nodes have room for every Pod and satisfy its node selector and affinity"
UNSCALED = "the load does not change, so that no autoscaler changes a size"
NODES_GIVEN = "no Pod runs on a node that would refuse it now"
PROGRESS: tuple[str, ...] = (
    "images can be pulled",
    "a started process comes to answer",
    "init containers complete",
)
"""What promises about whole runs rest on besides: that what a component waits for comes."""


ALL = "all"
"""Stands for every scenario, where names are chosen."""


def standard_scenario(name: str, workload: Workload | None = None) -> StandardScenario:
    """The standard scenario called `name`, of a workload's kind if it is given.

    Raises
    ------
    UnknownName
        If there is none.
    """
    for standard in STANDARD:
        if standard.name == name and (workload is None or standard.kind == workload.kind.name):
            return standard
    raise UnknownName(f"no scenario is called {name!r}; there are: {', '.join(scenario_names())}")


def scenario_names() -> list[str]:
    """The names of the standard scenarios, each once: kinds may share one."""
    return list(dict.fromkeys(standard.name for standard in STANDARD))


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
    initial = tuple(
        state
        for sizes in standard.starts(workload)
        for state in steady_states(constants, sizes, pod_slots=slots, budgets=standard.budgets)
    )
    if not initial:
        raise NoSteadyState(f"the {workload.replicas} Pods of {workload.name} do not fit on the nodes")
    return Scenario(
        name=standard.name,
        initial=initial,
        actions=next_state(initial[0]),
        properties=tuple(prop for prop in standard.properties if is_about(prop, workload, standard)),
        bounds={**(bounds or {}), **({"Pods at once": slots} if slots > 0 else {})},
        disturbances=standard.budgets,
        assumptions=_assumptions(workload, standard, assume),
    )


def is_about(prop: Property, workload: Workload, standard: StandardScenario) -> bool:
    """There is what a property speaks of: a Service that takes traffic, a PodDisruptionBudget, scaling policies."""
    if prop in drain.BUDGETS and not workload.disruption_budgets:
        return False
    if prop in autoscaling.RATES and not autoscaling.behaves(workload):
        return False
    if not daemon_set.is_about(prop, workload, standard):
        return False
    if prop in job.INDEXED and not job.indexed(workload):
        return False
    if prop in (*TRAFFIC, *ROUTED, *TRAFFIC_CONVERGENCE, services_without_answer):
        return workload.service is not None and standard.traffic
    return True


def _assumptions(workload: Workload, standard: StandardScenario, assume: Sequence[str]) -> tuple[str, ...]:
    """Everything that the verdicts take for granted."""
    nodes = NODES_ASSUMED if workload.nodes_assumed else NODES_GIVEN
    vouched = (ASSUMPTIONS[name] for name in assume)
    unscaled = () if standard.autoscaled or not workload.autoscalers else (UNSCALED,)
    return (*vouched, *STANDING_ASSUMPTIONS, nodes, *unscaled, *standard.assumptions, *workload.caveats)


def _autoscalers(workload: Workload) -> tuple[AutoscalerSpec, ...]:
    numbers = {deployment.name: number for number, deployment in enumerate(workload.deployments)}
    return tuple(autoscaler_instances.spec(each, numbers[each.target]) for each in workload.autoscalers)


def _constants(workload: Workload, standard: StandardScenario, assume: Sequence[str]) -> Constants:
    templates: list[PodTemplate] = []
    kind = workload.kind
    specs: list[Any] = []
    numbers: dict[str, range] = {}
    for member in workload.members:
        first = len(templates)
        specs.append(kind.spec(member, templates, standard.revisions))
        numbers[member.name] = range(first, len(templates))
    objects: dict[str, Any] = {kind.field: tuple(specs)}
    return Constants(
        templates=tuple(replace(each, works=each.name not in standard.broken) for each in templates),
        **all_nodes(workload, standard),
        container_positions=tuple(range(max((len(template.containers) for template in templates), default=0))),
        **objects,
        disruption_budgets=tuple(disruption_budget.spec(each, numbers) for each in workload.disruption_budgets),
        autoscalers=_autoscalers(workload) if standard.autoscaled else (),
        volumes=workload.volumes,
        quota=workload.quota,
        service=workload.service if standard.traffic else None,
        publish_not_ready_addresses=workload.publish_not_ready_addresses,
        assumptions=Assumptions(prestop_outlasts_propagation="prestop-outlasts-propagation" in assume),
        caches=standard.caches,
        gates=standard.gates,
        deployment_status=standard.deployment_status,
        claim_slots=0 if standard.spare_claims is None else workload.replicas + standard.spare_claims,
    )
