"""Which components' actions a scenario can set going: one that never happens although it could is worth a word."""

from collections.abc import Callable, Mapping

from kubeproof.searching import Summary
from kubeproof.standard.catalog import SET_GOING_BY
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.control_plane.informers import pod_informer_catches_up, replica_set_informer_catches_up
from model.controllers.endpointslice.actions import endpoint_slice_controller_syncs
from model.node import container_runtime, kubelet
from model.node.kube_proxy import kube_proxy_programs_rules
from model.rows.pod_template import ContainerSpec, RestartPolicy

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
