"""The cluster's next-state relation: every component's actions, and every disturbance's.

A scenario takes what it has the parts for: a controller's actions where there is an object of its kind, a disturbance
where it has a budget.
"""

from checker.vocabulary import Action
from model import clock
from model.cluster import Cluster
from model.control_plane.evictions import PARTS as EVICTIONS
from model.control_plane.informers import pod_informer_catches_up, replica_set_informer_catches_up
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.attachdetach import actions as attach_detach
from model.controllers.availability import min_ready_seconds_pass
from model.controllers.cronjob.actions import PARTS as CRON_JOB_CONTROLLER
from model.controllers.cronjob.child_jobs import PARTS as CHILD_JOBS
from model.controllers.daemonset.actions import PARTS as DAEMON_SET_CONTROLLER
from model.controllers.deployment.actions import PARTS as DEPLOYMENT_CONTROLLER
from model.controllers.deployment.actions import deployment_controller_syncs
from model.controllers.disruption.actions import PARTS as DISRUPTION_CONTROLLER
from model.controllers.endpointslice.actions import endpoint_slice_controller_syncs
from model.controllers.garbagecollector.actions import PARTS as GARBAGE_COLLECTOR
from model.controllers.horizontalpodautoscaler.actions import PARTS as AUTOSCALER_CONTROLLER
from model.controllers.job.actions import PARTS as JOB_CONTROLLER
from model.controllers.namespace.actions import PARTS as NAMESPACE_CONTROLLER
from model.controllers.nodelifecycle import actions as node_lifecycle
from model.controllers.podgc import actions as pod_gc
from model.controllers.replicaset.actions import PARTS as REPLICA_SET_CONTROLLER
from model.controllers.replicaset.actions import (
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
)
from model.controllers.statefulset.actions import PARTS as STATEFUL_SET_CONTROLLER
from model.controllers.tainteviction import actions as taint_eviction
from model.controllers.ttlafterfinished.actions import PARTS as TTL_CONTROLLER
from model.disturbances import containers, deployment, nodes, pods
from model.disturbances.controller_manager import PARTS as CONTROLLER_MANAGER
from model.disturbances.cron_job import PARTS as CRON_JOB_TROUBLES
from model.disturbances.daemon_set import PARTS as DAEMON_SET_USERS
from model.disturbances.deletion import PARTS as DELETIONS
from model.disturbances.drain import PARTS as DRAINS
from model.disturbances.job import PARTS as JOB_USERS
from model.disturbances.load import PARTS as LOAD
from model.disturbances.stateful_set import PARTS as STATEFUL_SET_USERS
from model.node import container_runtime, kubelet
from model.node.kube_proxy import kube_proxy_programs_rules
from model.parts import Part, budgeted, component, some, some_template
from model.rows.pod_template import RestartPolicy

PARTS: tuple[Part, ...] = (
    *component(some("deployments"), deployment_controller_syncs),
    *component(
        some("replica_sets"),
        replica_set_controller_manages_pods,
        replica_set_controller_writes_status,
    ),
    *DEPLOYMENT_CONTROLLER,
    *REPLICA_SET_CONTROLLER,
    *component(lambda state: state.constants.caches.deployment_replica_sets, replica_set_informer_catches_up),
    *component(lambda state: state.constants.caches.replica_set_pods, pod_informer_catches_up),
    *component(
        some("pods"),
        scheduler_binds,
        kubelet.kubelet_pulls_images,
        kubelet.kubelet_starts_container,
        kubelet.kubelet_restarts_container,
        kubelet.kubelet_reports_status,
        kubelet.kubelet_begins_termination,
        kubelet.kubelet_removes_pod,
        container_runtime.process_answers,
        container_runtime.stopping_container_exits,
    ),
    *component(some_template(lambda each: any(c.pre_stop for c in each.containers)), kubelet.pre_stop_hook_ends),
    *component(
        some_template(lambda each: any(c.init for c in each.containers)), container_runtime.init_container_completes
    ),
    *component(
        some_template(lambda each: each.restart_policy is not RestartPolicy.ALWAYS),
        container_runtime.container_completes,
    ),
    *component(some_template(lambda each: each.min_ready_seconds > 0), min_ready_seconds_pass),
    *attach_detach.PARTS,
    *GARBAGE_COLLECTOR,
    *NAMESPACE_CONTROLLER,
    *DELETIONS,
    *component(
        lambda state: state.constants.service is not None, endpoint_slice_controller_syncs, kube_proxy_programs_rules
    ),
    budgeted("image_updates", deployment.user_applies_new_image),
    budgeted("rollbacks", deployment.user_rolls_back),
    budgeted("scale_ups", deployment.user_scales_up),
    budgeted("scale_downs", deployment.user_scales_down),
    *CRON_JOB_CONTROLLER,
    *CHILD_JOBS,
    *clock.PARTS,
    *CRON_JOB_TROUBLES,
    *deployment.PARTS,
    *pods.PARTS,
    *CONTROLLER_MANAGER,
    budgeted("container_exits", containers.container_exits),
    budgeted("readiness_flaps", containers.readiness_flaps),
    budgeted("node_crashes", nodes.node_crashes),
    *component(lambda state: state.node_crashes > 0, nodes.node_reboots),  # a node that crashed does come back
    *nodes.PARTS,
    *node_lifecycle.PARTS,
    *taint_eviction.PARTS,
    *pod_gc.PARTS,
    *DISRUPTION_CONTROLLER,
    *EVICTIONS,
    *DRAINS,
    *STATEFUL_SET_CONTROLLER,
    *STATEFUL_SET_USERS,
    *DAEMON_SET_CONTROLLER,
    *DAEMON_SET_USERS,
    *JOB_CONTROLLER,
    *TTL_CONTROLLER,
    *JOB_USERS,
    *AUTOSCALER_CONTROLLER,
    *LOAD,
)


NEXT: tuple[Action, ...] = tuple(part.action for part in PARTS)
"""Every action that there is."""


def next_state(initial: Cluster) -> tuple[Action, ...]:
    """The actions of the scenario that begins with `initial`."""
    return tuple(part.action for part in PARTS if part.present(initial))
