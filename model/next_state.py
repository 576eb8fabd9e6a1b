"""The cluster's next-state relation: every component's actions, and every disturbance's.

A scenario takes what it has the parts for: a controller's actions where there is an object of its kind, a disturbance
where it has a budget.
"""

from checker.vocabulary import Action
from model import clock
from model.cluster import Cluster
from model.control_plane import evictions, informers
from model.control_plane.scheduler import actions as scheduler
from model.controllers import availability
from model.controllers.attachdetach import actions as attach_detach
from model.controllers.cronjob import actions as cron_job_controller
from model.controllers.cronjob import child_jobs
from model.controllers.daemonset import actions as daemon_set_controller
from model.controllers.deployment import actions as deployment_controller
from model.controllers.disruption import actions as disruption_controller
from model.controllers.endpointslice import actions as endpoint_slice_controller
from model.controllers.garbagecollector import actions as garbage_collector
from model.controllers.horizontalpodautoscaler import actions as autoscaler_controller
from model.controllers.job import actions as job_controller
from model.controllers.namespace import actions as namespace_controller
from model.controllers.nodelifecycle import actions as node_lifecycle_controller
from model.controllers.podgc import actions as pod_gc
from model.controllers.replicaset import actions as replica_set_controller
from model.controllers.statefulset import actions as stateful_set_controller
from model.controllers.tainteviction import actions as taint_eviction_controller
from model.controllers.ttlafterfinished import actions as ttl_controller
from model.disturbances import (
    containers,
    controller_manager,
    cron_job,
    daemon_set,
    deletion,
    deployment,
    drain,
    job,
    load,
    nodes,
    pods,
    stateful_set,
)
from model.node import container_runtime, kube_proxy, kubelet
from model.parts import Part

_CONTROLLERS = (
    deployment_controller,
    replica_set_controller,
    stateful_set_controller,
    daemon_set_controller,
    job_controller,
    ttl_controller,
    cron_job_controller,
    child_jobs,
    autoscaler_controller,
    disruption_controller,
    node_lifecycle_controller,
    taint_eviction_controller,
    pod_gc,
    garbage_collector,
    namespace_controller,
    attach_detach,
    availability,
)
_COMPONENTS = (
    informers,
    scheduler,
    evictions,
    kubelet,
    container_runtime,
    endpoint_slice_controller,
    kube_proxy,
    clock,
)
_DISTURBANCES = (
    deployment,
    stateful_set,
    daemon_set,
    job,
    cron_job,
    load,
    containers,
    pods,
    nodes,
    drain,
    deletion,
    controller_manager,
)

PARTS: tuple[Part, ...] = tuple(
    part for module in (*_CONTROLLERS, *_COMPONENTS, *_DISTURBANCES) for part in module.PARTS
)
"""The whole table."""

NEXT: tuple[Action, ...] = tuple(part.action for part in PARTS)
"""Every action that there is."""


def next_state(initial: Cluster) -> tuple[Action, ...]:
    """The actions of the scenario that begins with `initial`."""
    return tuple(part.action for part in PARTS if part.present(initial))
