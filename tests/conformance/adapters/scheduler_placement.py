"""Cases of the scheduler's filters that look at other Pods, and of all default filters together."""

from model.api.labels import Selector, label_selector
from model.control_plane.scheduler.default_filters import feasible_nodes
from model.control_plane.scheduler.filters import Node, PodSpec
from model.control_plane.scheduler.interpod_affinity import interpod_affinity
from model.control_plane.scheduler.node_ports import node_ports
from model.control_plane.scheduler.refusal import Code, Refusal
from model.control_plane.scheduler.snapshot import (
    HostPort,
    PodAffinityTerm,
    PodInfo,
    Snapshot,
    TopologySpreadConstraint,
)
from model.control_plane.scheduler.topology_spread import topology_spread
from tests.conformance.adapters.labels import selector_object
from tests.conformance.adapters.scheduler import resources
from tests.conformance.adapters.taints import taints, terms, tolerations
from tests.conformance.registry import Case, adapter


def selector(given: Case | None) -> Selector | None:
    return label_selector(selector_object(given))


def host_ports(given: list[Case] | None) -> tuple[HostPort, ...]:
    return tuple(
        HostPort(protocol=each["protocol"], ip=each["host_ip"] or "", port=each["host_port"]) for each in given or ()
    )


def affinity_term(given: Case) -> PodAffinityTerm:
    return PodAffinityTerm(
        selector=selector({"match_expressions": given["match_expressions"]}),
        topology_key=given["topology_key"],
        namespaces=tuple(given.get("namespaces") or ()),
        namespace_selector=selector(given.get("namespace_selector")),
    )


def affinity_terms(given: list[Case] | None) -> tuple[PodAffinityTerm, ...]:
    return tuple(affinity_term(each) for each in given or ())


def spread_constraint(given: Case) -> TopologySpreadConstraint:
    return TopologySpreadConstraint(
        max_skew=given["max_skew"],
        topology_key=given["topology_key"],
        hard=given.get("when_unsatisfiable") != "ScheduleAnyway",
        selector=selector(given["selector"]),
        match_label_keys=tuple(given.get("match_label_keys") or ()),
        min_domains=1 if given.get("min_domains") is None else given["min_domains"],
        honor_node_affinity=given.get("node_affinity_policy") != "Ignore",
        honor_node_taints=given.get("node_taints_policy") == "Honor",
    )


def spread_constraints(given: list[Case] | None) -> tuple[TopologySpreadConstraint, ...]:
    return tuple(spread_constraint(each) for each in given or ())


def pod_info(given: Case) -> PodInfo:
    return PodInfo(
        name=given.get("name") or "",
        namespace=given.get("namespace") or "",
        labels=given.get("labels") or {},
        node=given.get("node") or "",
        terminating=given.get("terminating") or False,
        spec=PodSpec(
            node_selector=given.get("node_selector") or {},
            # An empty list stands for no affinity.
            required_terms=terms(given.get("required_node_affinity") or None),
            tolerations=tolerations(given.get("tolerations")),
            requests=resources(given.get("requests")),
        ),
        host_ports=host_ports(given.get("host_ports")),
        affinity=affinity_terms(given.get("affinity")),
        anti_affinity=affinity_terms(given.get("anti_affinity")),
        topology_spread=spread_constraints(given.get("topology_spread") or given.get("constraints")),
    )


def node_info(given: Case) -> Node:
    return Node(
        name=given["name"],
        labels=given.get("labels") or {},
        taints=taints(given.get("taints")),
        unschedulable=given.get("unschedulable") or False,
        allocatable=resources(given.get("allocatable")),
    )


def snapshot(given: Case) -> Snapshot:
    return Snapshot(
        nodes=tuple(node_info(each) for each in given["nodes"]),
        pods=tuple(pod_info(each) for each in given["existing_pods"]),
        namespaces=given.get("namespace_labels") or {},
    )


def status(refusal: Refusal | None) -> str:
    return "Success" if refusal is None else refusal.code.value


@adapter("scheduler_node_ports_filter")
def node_ports_filter(given: Case, expected: Case) -> Case:
    wanted = host_ports([*given["container_ports"], *given["sidecar_ports"]])
    return {"feasible": node_ports(wanted, host_ports(given["used_ports"])) is None}


@adapter("scheduler_interpod_affinity_filter")
def interpod_affinity_filter(given: Case, expected: Case) -> Case:
    pod, seen = pod_info(given["pod"]), snapshot(given)
    return {"status": {node.name: status(interpod_affinity(pod, node.labels, seen)) for node in seen.nodes}}


@adapter("scheduler_topology_spread_filter")
def topology_spread_filter(given: Case, expected: Case) -> Case:
    pod, seen = pod_info(given["pod"] | {"constraints": given["constraints"]}), snapshot(given)
    return {"status": {node.name: status(topology_spread(pod, node.labels, seen)) for node in seen.nodes}}


def refused(refusals: dict[str, Refusal]) -> Case:
    return {
        name: {"plugin": refusal.plugin, "resolvable": refusal.code is Code.UNSCHEDULABLE}
        for name, refusal in refusals.items()
    }


@adapter("scheduler_default_filters")
def default_filters(given: Case, expected: Case) -> Case:
    feasible, refusals = feasible_nodes(pod_info(given["pod"]), snapshot(given))
    return {"feasible": list(feasible), "refused": refused(refusals)}
