"""The cluster's next-state relation: every component's actions, and every disturbance's, in one table."""

from checker.vocabulary import Action, ActionFunction, disturbance
from model import disturbances
from model.control_plane.informers import pod_informer_catches_up, replica_set_informer_catches_up
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.deployment.actions import deployment_controller_syncs
from model.controllers.endpointslice.actions import endpoint_slice_controller_syncs
from model.controllers.replicaset.actions import (
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
)
from model.node import container_runtime, kubelet
from model.node.kube_proxy import kube_proxy_programs_rules

_COMPONENTS: tuple[ActionFunction, ...] = (
    deployment_controller_syncs,
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
    replica_set_informer_catches_up,
    pod_informer_catches_up,
    scheduler_binds,
    kubelet.kubelet_pulls_images,
    kubelet.kubelet_starts_container,
    kubelet.kubelet_restarts_container,
    kubelet.kubelet_reports_status,
    kubelet.kubelet_begins_termination,
    kubelet.pre_stop_hook_ends,
    kubelet.kubelet_removes_pod,
    container_runtime.init_container_completes,
    container_runtime.process_answers,
    container_runtime.stopping_container_exits,
    endpoint_slice_controller_syncs,
    kube_proxy_programs_rules,
)
_DISTURBANCES: tuple[ActionFunction, ...] = (
    disturbances.user_applies_new_image,
    disturbances.user_rolls_back,
    disturbances.user_scales_up,
    disturbances.user_scales_down,
    disturbances.container_exits,
    disturbances.readiness_flaps,
    disturbances.node_crashes,
)

NEXT: tuple[Action, ...] = (
    *(Action(function) for function in _COMPONENTS),
    *(disturbance(function) for function in _DISTURBANCES),
    Action(disturbances.node_reboots),  # a node that crashed does come back
)
