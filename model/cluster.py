"""The cluster: one frozen value, from what etcd stores down to what runs on a node.

Modelled: one Service and the workloads behind it (or one workload without a Service), their Pods, the Nodes, and of
each Pod what every component knows or does about it. What the state keeps of each kind is in `model.rows`. API truth
and real truth are different fields: `Pod.phase`, `Pod.ready` and `Pod.deleting` are what etcd says; `Pod.containers` is
what the runtime of its node really runs. `Pod.endpoint` is the Pod's entry in the EndpointSlice, `Pod.routed` what each
node's kube-proxy has programmed.

Left out: several Services at once, load balancers, zones of volumes, and time: a timer that runs may fire at any moment
(where a promise hangs on durations the scenario counts ticks, `model.clock`).
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec.structs import replace

from checker.state import CONSTANT, Pool, State
from checker.vocabulary import derived
from model.api.namespaces import NamespacePhase
from model.api.taints import UNREACHABLE, Taint, TaintEffect
from model.control_plane.scheduler import filters
from model.rows.autoscaler import Autoscaler, AutoscalerSpec
from model.rows.claim import Claim
from model.rows.cron_job import ChildJob, CronJob, CronJobSpec
from model.rows.daemon_set import DaemonSet, DaemonSetSpec
from model.rows.deployment import Deployment, DeploymentSpec
from model.rows.disruption_budget import DisruptionBudget, DisruptionBudgetSpec
from model.rows.job import Job, JobSpec
from model.rows.node import Node, NodeChange
from model.rows.pod import Container, ObservedPod, Pod
from model.rows.pod_template import PodTemplate
from model.rows.replica_set import ReplicaSet
from model.rows.stateful_set import StatefulSet, StatefulSetSpec
from model.rows.volume import Volume, VolumeSpec


class Assumptions(msgspec.Struct, frozen=True):
    """Orders between timers that the user vouches for. Every verdict lists them."""

    prestop_outlasts_propagation: bool = False
    """A preStop hook ends only after the EndpointSlice and every kube-proxy show the Pod as terminating."""


class Caches(msgspec.Struct, frozen=True):
    """Which informer caches may lag behind the API server; the others always show what etcd says."""

    replica_set_pods: bool = False
    """The controller manager's view of Pods, which its controllers share: ReplicaSet's, and Deployment's Recreate."""
    deployment_replica_sets: bool = False
    """The Deployment controller's view of ReplicaSets."""
    tainted_nodes: bool = False
    """The taint eviction controller's view of the taints of Nodes."""
    stale_relists: bool = False
    """A controller manager that starts may list from an API server that is as old as its caches were."""


class FeatureGates(msgspec.Struct, frozen=True):
    """Feature gates that change what a component does, each with its default in Kubernetes 1.36."""

    max_unavailable_stateful_set: bool = False
    """MaxUnavailableStatefulSet: a StatefulSet's rolling update may take several Pods down at once."""
    stale_controller_consistency_replica_set: bool = True
    """StaleControllerConsistencyReplicaSet: the ReplicaSet controller does nothing while its view of Pods is older than
    a Pod that it has created."""
    stale_controller_consistency_daemon_set: bool = True
    """StaleControllerConsistencyDaemonSet: as above, for the DaemonSet controller."""
    schedule_daemon_set_pods: bool = True
    """ScheduleDaemonSetPods, which is gone since 1.18: a DaemonSet's Pods are pinned to their nodes, and the scheduler
    binds them. Before 1.12 the controller created them with their node set."""


class Constants(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The constant tables that the state points into."""

    templates: tuple[PodTemplate, ...]
    nodes: tuple[filters.Node, ...]
    container_positions: tuple[int, ...]
    """0, 1, ... up to the most containers that a template has."""
    deployments: tuple[DeploymentSpec, ...] = ()
    stateful_sets: tuple[StatefulSetSpec, ...] = ()
    claim_slots: int = 0
    """How many claims of StatefulSets there may be; 0: they are not part of the state."""
    daemon_sets: tuple[DaemonSetSpec, ...] = ()
    jobs: tuple[JobSpec, ...] = ()
    cron_jobs: tuple[CronJobSpec, ...] = ()
    autoscalers: tuple[AutoscalerSpec, ...] = ()
    disruption_budgets: tuple[DisruptionBudgetSpec, ...] = ()
    volumes: tuple[VolumeSpec, ...] = ()
    joining: int = 0
    """How many of the nodes are not there in the beginning: the last ones that have slots."""
    node_changes: tuple[NodeChange, ...] = ()
    """What users may make of nodes; what they are then like is in `nodes` behind those that have slots."""
    quota: Mapping[str, int] | None = None
    """What the Pods of the scenario may use of each resource in all (ResourceQuota), less what others use."""
    service: str | None = None
    publish_not_ready_addresses: bool = False
    assumptions: Assumptions = Assumptions()
    caches: Caches = Caches()
    gates: FeatureGates = FeatureGates()
    unchecked_budget_writes: bool = False
    """The API server charges a PodDisruptionBudget without checking that nobody has written it since it was read. It
    never should: this shows what optimistic concurrency is for."""
    deployment_status: bool = False
    """Deployments' status is part of the state: progress deadline and clean-up of the revision history go by it."""

    @property
    def node_slots(self) -> int:
        """How many nodes there may be at once."""
        return min((change.after for change in self.node_changes), default=len(self.nodes))

    @property
    def first_nodes(self) -> int:
        """How many nodes there are in the beginning."""
        return self.node_slots - self.joining


class Cluster(State, frozen=True, kw_only=True):
    """The whole cluster. The plain numbers say how often each disturbance may still happen."""

    constants: Annotated[Constants, CONSTANT]
    deployments: Pool[Deployment] = Pool(())
    replica_sets: Pool[ReplicaSet] = Pool(())
    pods: Pool[Pod]
    nodes: Pool[Node]
    stateful_sets: Pool[StatefulSet] = Pool(())
    claims: Pool[Claim] = Pool(())
    daemon_sets: Pool[DaemonSet] = Pool(())
    jobs: Pool[Job] = Pool(())
    cron_jobs: Pool[CronJob] = Pool(())
    child_jobs: Pool[ChildJob] = Pool(())
    autoscalers: Pool[Autoscaler] = Pool(())
    disruption_budgets: Pool[DisruptionBudget] = Pool(())
    volumes: Pool[Volume] = Pool(())
    image_updates: int = 0
    rollbacks: int = 0
    scale_ups: int = 0
    scale_downs: int = 0
    container_exits: int = 0
    readiness_flaps: int = 0
    node_crashes: int = 0
    node_losses: int = 0
    partitions: int = 0
    node_returns: int = 0
    node_deletions: int = 0
    lost_pod_deletions: int = 0
    node_joins: int = 0
    node_removals: int = 0
    node_changes: int = 0
    node_cordons: int = 0
    background_deletions: int = 0
    foreground_deletions: int = 0
    orphaning_deletions: int = 0
    namespace_deletions: int = 0
    pod_deletions: int = 0
    forced_deletions: int = 0
    stuck_pod_deletions: int = 0
    outdated_pod_deletions: int = 0
    pod_evictions: int = 0
    pod_relabels: int = 0
    pauses: int = 0
    resumes: int = 0
    expectation_expiries: int = 0
    controller_restarts: int = 0
    drains: int = 0
    node_upgrades: int = 0
    hasty_node_upgrades: int = 0
    budget_freezes: int = 0
    load_changes: int = 0
    metrics_outages: int = 0
    reapplies: int = 0
    now: int = 0
    """Ticks of the clock since the beginning, in scenarios that keep time (`model.clock`)."""
    ticks: int = 0
    late_ticks: int = 0
    overruns: int = 0
    job_failures: int = 0
    job_deletions: int = 0
    suspensions: int = 0
    fully_disrupted: bool = False
    """The node lifecycle controller has seen that no node of any zone is ready: it evicts nobody."""
    namespace: NamespacePhase | None = NamespacePhase.ACTIVE
    """The namespace of everything but the Nodes; None once it is gone."""
    service_answered: bool = False
    """The Service has once had an endpoint that answers."""


def pod_template(state: Cluster, pod: Pod) -> PodTemplate:
    """The Pod's template."""
    return state.constants.templates[pod.template]


def on_running_node(state: Cluster, pod: Pod) -> bool:
    """The Pod is bound to a node that is up."""
    if pod.node is None:
        return False
    node = state.nodes[pod.node]
    return node is not None and node.up


def kubelet_is_connected(state: Cluster, pod: Pod) -> bool:
    """The Pod is bound to a node whose kubelet runs and reaches the API server."""
    if pod.node is None:
        return False
    node = state.nodes[pod.node]
    return node is not None and node.connected


def is_available(template: PodTemplate, pod: Pod | ObservedPod) -> bool:
    """A Pod of this template counts as available: it has been ready for minReadySeconds, as the API or a cache says."""
    return pod.ready_long_enough if template.min_ready_seconds > 0 else pod.ready


def api_node(state: Cluster, node: Node) -> filters.Node:
    """The Node as the API server has it: its object, with what has happened to it since."""
    written = state.constants.nodes[node.like]
    taints = unreachable_taints(node)
    if not taints and not node.cordoned:
        return written
    return replace(written, taints=(*written.taints, *taints), unschedulable=written.unschedulable or node.cordoned)


def unreachable_taints(node: Node) -> tuple[Taint, ...]:
    """The taints that say that the Node's kubelet has not been heard of."""
    given = ((TaintEffect.NO_SCHEDULE, node.repels), (TaintEffect.NO_EXECUTE, node.evicts))
    return tuple(taint for taint in UNREACHABLE for effect, there in given if there and taint.effect is effect)


def claimed_volumes(state: Cluster, pod: Pod) -> tuple[int, ...]:
    """The slots of the volumes that the Pod mounts."""
    claims = pod_template(state, pod).claims
    return tuple(slot for slot, spec in enumerate(state.constants.volumes) if spec.claim in claims)


def volumes_are_attached(state: Cluster, pod: Pod) -> bool:
    """Every volume that the Pod mounts is attached to its node.

    Source: pkg/kubelet/volumemanager/volume_manager.go (WaitForAttachAndMount)
    """
    volumes = [state.volumes[slot] for slot in claimed_volumes(state, pod)]
    return all(volume is not None and volume.attached == pod.node for volume in volumes)


def answers(state: Cluster, pod: Pod) -> bool:
    """A request that is sent to the Pod gets an answer: every container behind a port of the Service serves."""
    behind = [at for at, container in enumerate(pod_template(state, pod).containers) if container.receives_traffic]
    return len(behind) > 0 and all(pod.containers[position] is Container.SERVING for position in behind)


@derived
def somebody_answers(state: Cluster) -> bool:
    """Some Pod of the Service answers requests."""
    return any(pod_template(state, pod).selected and answers(state, pod) for pod in state.pods)


def without_forgotten(state: Cluster) -> Cluster:
    """The state without the rows of Pods that nothing refers to any more."""
    after = state
    for pod in state.pods:
        if pod.forgotten:
            after = after.delete(pod)
    return after
