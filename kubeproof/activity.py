"""Which components' actions a scenario can set going: one that never happens although it could is worth a word."""

from collections.abc import Callable, Mapping

from kubeproof.searching import Summary
from kubeproof.standard import autoscaler as autoscaling
from kubeproof.standard import nodes as node_loss
from kubeproof.standard import cron_job, daemon_set, deletion, drain, job, stateful_set
from kubeproof.standard.deployment import SET_GOING_BY as set_going_by_deployments
from kubeproof.standard.replica_set import SET_GOING_BY as set_going_by_replica_sets
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.control_plane.informers import pod_informer_catches_up, replica_set_informer_catches_up
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.deployment.actions import deployment_controller_syncs
from model.controllers.endpointslice.actions import endpoint_slice_controller_syncs
from model.controllers.replicaset.actions import replica_set_controller_manages_pods
from model.disturbances import containers, deployment, nodes
from model.node import container_runtime, kubelet
from model.node.kube_proxy import kube_proxy_programs_rules
from model.rows.pod_template import ContainerSpec, RestartPolicy

_ROLLOUT = frozenset({"image_updates", "rollbacks"})
_PODS_COME = _ROLLOUT | {"scale_ups"}
_PODS_GO = _ROLLOUT | {"scale_downs"}
_CONTAINERS_START = _PODS_COME | {"node_crashes"}

SET_GOING_BY: Mapping[str, frozenset[str]] = (
    {
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
    | set_going_by_deployments
    | set_going_by_replica_sets
    | stateful_set.SET_GOING_BY
    | daemon_set.SET_GOING_BY
    | node_loss.SET_GOING_BY
    | cron_job.SET_GOING_BY
    | deletion.SET_GOING_BY
    | drain.SET_GOING_BY
    | job.SET_GOING_BY
    | autoscaling.SET_GOING_BY
)
"""Action -> the disturbances of which one at least must be possible, by the names of their budgets."""

_TAKES: Mapping[str, Callable[[Workload, StandardScenario], bool]] = {
    replica_set_informer_catches_up.__name__: lambda _, standard: standard.caches.deployment_replica_sets,
    pod_informer_catches_up.__name__: lambda _, standard: standard.caches.replica_set_pods,
    endpoint_slice_controller_syncs.__name__: lambda workload, standard: bool(workload.service) and standard.traffic,
    kube_proxy_programs_rules.__name__: lambda workload, standard: bool(workload.service) and standard.traffic,
    kubelet.pre_stop_hook_ends.__name__: lambda workload, _: _some(workload, lambda spec: spec.pre_stop),
    kubelet.kubelet_restarts_container.__name__: lambda workload, _: any(
        member.restart_policy is not RestartPolicy.NEVER for member in workload.members
    ),
    container_runtime.init_container_completes.__name__: lambda workload, _: _some(workload, lambda spec: spec.init),
    container_runtime.process_answers.__name__: lambda workload, _: _some(workload, lambda spec: spec.answers_matter),
}
"""Action -> what else it takes."""


def idle_actions(summary: Summary, workload: Workload, standard: StandardScenario) -> tuple[str, ...]:
    """The actions that happened in no run though the scenario could set them going; none where not all was seen."""
    if not summary.complete:
        return ()
    return tuple(
        name for name, count in summary.fired.items() if count == 0 and _can_be_set_going(name, workload, standard)
    )


def _can_be_set_going(name: str, workload: Workload, standard: StandardScenario) -> bool:
    possible = {budget for budget, most in standard.budgets.items() if most > 0}
    takes = _TAKES.get(name)
    return bool(possible & SET_GOING_BY.get(name, possible)) and (takes is None or takes(workload, standard))


def _some(workload: Workload, holds: Callable[[ContainerSpec], bool]) -> bool:
    return any(holds(spec) for member in workload.members for spec in member.containers)
