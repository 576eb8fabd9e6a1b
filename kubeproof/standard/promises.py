"""Promises about workloads of every kind, what they need, and what verdicts on them rest on."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.workload import Workload
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.deployment.actions import deployment_controller_syncs
from model.controllers.replicaset.actions import replica_set_controller_manages_pods
from model.disturbances import containers, deployment, nodes
from model.node import container_runtime, kubelet
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


_ROLLOUT = frozenset({"image_updates", "rollbacks"})
_PODS_COME = _ROLLOUT | {"scale_ups"}
_PODS_GO = _ROLLOUT | {"scale_downs"}
_CONTAINERS_START = _PODS_COME | {"node_crashes"}
SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (deployment.user_applies_new_image, frozenset({"image_updates"})),
        (deployment.user_rolls_back, frozenset({"rollbacks"})),
        (deployment.user_scales_up, frozenset({"scale_ups"})),
        (deployment.user_scales_down, frozenset({"scale_downs"})),
        (containers.container_exits, frozenset({"container_exits"})),
        (containers.readiness_flaps, frozenset({"readiness_flaps"})),
        (nodes.node_crashes, frozenset({"node_crashes"})),
        (nodes.node_reboots, frozenset({"node_crashes"})),
        (deployment_controller_syncs, _PODS_COME | _PODS_GO),
        (replica_set_controller_manages_pods, _PODS_COME | _PODS_GO),
        (scheduler_binds, _PODS_COME),
        (kubelet.kubelet_pulls_images, _CONTAINERS_START),
        (kubelet.kubelet_starts_container, _CONTAINERS_START),
        (kubelet.kubelet_restarts_container, frozenset({"container_exits"})),
        (kubelet.kubelet_begins_termination, _PODS_GO),
        (kubelet.pre_stop_hook_ends, _PODS_GO),
        (kubelet.kubelet_removes_pod, _PODS_GO),
        (container_runtime.init_container_completes, _CONTAINERS_START),
        (container_runtime.process_answers, _CONTAINERS_START | {"container_exits", "readiness_flaps"}),
        (container_runtime.stopping_container_exits, _PODS_GO),
    )
}
