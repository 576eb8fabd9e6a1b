"""Promises about workloads of every kind, what they need, and what verdicts on them rest on."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.workload import Workload
from properties.eventually_stable import endpoints_not_as_wanted, routes_not_as_wanted
from properties.never_refused import refusing_nodes
from properties.no_lost_request import misrouted_pods
from properties.no_outage import unserved_services
from properties.placement import misplaced_pods, overcommitted_nodes

TRAFFIC: tuple[Property, ...] = (unserved_services, misrouted_pods)
ROUTED: tuple[Property, ...] = (refusing_nodes,)
TRAFFIC_CONVERGENCE: tuple[Property, ...] = (endpoints_not_as_wanted, routes_not_as_wanted)
PLACEMENT: tuple[Property, ...] = (overcommitted_nodes, misplaced_pods)

NEEDS: Mapping[str, str] = {
    **{prop.name: "a Service with Pods behind it" for prop in (*TRAFFIC, *ROUTED, *TRAFFIC_CONVERGENCE)},
    **{prop.name: "Pods" for prop in PLACEMENT},
}

CRASHES = "a crashed node comes back before the control plane reacts (no NotReady, no eviction)"


def largest(workload: Workload) -> int:
    """The most Pods of one of the workload's objects."""
    return workload.largest


def probed(workload: Workload) -> bool:
    """Some container has a readiness probe."""
    return workload.replicas > 0 and any(
        container.readiness_probe for member in workload.members for container in member.containers
    )
