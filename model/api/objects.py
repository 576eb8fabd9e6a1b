"""API objects as Kubernetes' own functions see them.

The rules of the model take these. A transition builds them from what its scenario keeps in the state (a controller
builds them from its informer cache); the conformance cases build them with every field that the real code reads.

Names are flattened: ``spec.replicas`` is ``replicas``, ``status.replicas`` is ``status_replicas``. Times are whole
seconds on one clock; ``None`` means that the field is unset.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
"""

from collections.abc import Mapping
from enum import Enum

import msgspec

from model.api.container_statuses import ContainerStatus
from model.api.node_affinity import NodeSelectorTerms


class PodPhase(Enum):
    """Where a Pod is in its life, as the API says (``status.phase``)."""

    UNSET = ""
    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNKNOWN = "Unknown"


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``status.conditions``; `status` is ``True``, ``False`` or ``Unknown``, as text."""

    type: str
    status: str
    reason: str = ""
    last_update_time: int | None = None
    last_transition_time: int | None = None
    message: str = ""
    """For people to read."""


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod, with the fields that the workload controllers and the EndpointSlice controller read."""

    name: str = ""
    uid: str = ""
    controller: str | None = None
    """uid of the controlling owner reference."""
    labels: Mapping[str, str] = {}
    node: str = ""
    """``spec.nodeName``; empty while the Pod is not bound."""
    phase: PodPhase = PodPhase.PENDING
    ready: bool = False
    ready_since: int | None = None
    deleting: bool = False
    """``metadata.deletionTimestamp`` is set."""
    created: int | None = None
    container_restarts: int = 0
    """The most restarts of any regular container."""
    sidecar_restarts: int = 0
    """The most restarts of any init container with restartPolicy Always."""
    deletion_cost: int = 0
    """Annotation ``controller.kubernetes.io/pod-deletion-cost``."""
    ips: tuple[str, ...] = ()
    """``status.podIPs``: at most one of each family."""
    hostname: str = ""
    subdomain: str = ""
    reason: str = ""
    """``status.reason``: why the Pod is in this phase, ``Evicted`` for example."""
    required_terms: NodeSelectorTerms | None = None
    """``spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution``; None if it is not set."""
    namespace: str = "default"
    conditions: tuple[Condition, ...] = ()
    """``status.conditions``."""
    containers: tuple[ContainerStatus, ...] = ()
    init_containers: tuple[ContainerStatus, ...] = ()
    """Sidecars among them."""
    total_restarts: int = 0
    """Restarts of all containers and init containers together."""
    not_ready_since: int | None = None
    """When the Ready condition became False; None while it is not False."""
    deletion_timestamp: int | None = None
    """When the Pod's grace ends, in seconds; None while it is not being deleted."""
    deletion_grace_period_seconds: int = 0
    tracking_finalizer: bool = False
    """Finalizer ``batch.kubernetes.io/job-tracking``: the Pod's Job has yet to count it."""
    completion_index: int | None = None
    """Annotation ``batch.kubernetes.io/job-completion-index``; None if it is no number from 0 on."""
    index_failure_count: int = 0
    """Annotation ``batch.kubernetes.io/job-index-failure-count``."""
    index_ignored_failure_count: int = 0
    """Annotation ``batch.kubernetes.io/job-index-ignored-failure-count``."""
    claims: Mapping[str, str] = {}
    """The PersistentVolumeClaims among its volumes: the claim's name by the volume's."""
    start_time: int | None = None
    """``status.startTime``: when the kubelet took the Pod on."""
    nominated_node: str = ""
    """``status.nominatedNodeName``: where preemption is making room for the Pod."""
    scheduling_gates: tuple[str, ...] = ()
    """What the Pod still waits for before it may be scheduled."""
    termination_grace_period_seconds: int | None = 30
    resource_version: int = 0
    """Counts the changes of the object; a write that carries an older one is refused."""


class ReplicaSet(msgspec.Struct, frozen=True, kw_only=True):
    """A ReplicaSet. `template` is any value that compares equal for equal Pod templates (hash label left out)."""

    name: str
    uid: str = ""
    controller: str | None = None
    """uid of the controlling owner reference."""
    template: object = None
    template_labels: Mapping[str, str] = {}
    created: int = 0
    deleting: bool = False
    generation: int = 1
    min_ready_seconds: int = 0
    replicas: int = 0
    status_replicas: int = 0
    fully_labeled_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    terminating_replicas: int | None = 0
    observed_generation: int = 1
    conditions: tuple[Condition, ...] = ()
    revision: int | None = None
    """Annotation ``deployment.kubernetes.io/revision``."""
    desired_annotation: int | None = None
    """Annotation ``deployment.kubernetes.io/desired-replicas``."""
    max_annotation: int | None = None
    """Annotation ``deployment.kubernetes.io/max-replicas``."""
    resource_version: int = 0
    """Counts the changes of the object; a write that carries an older one is refused."""


class Strategy(Enum):
    """How a Deployment replaces its Pods (``spec.strategy.type``)."""

    ROLLING_UPDATE = "RollingUpdate"
    RECREATE = "Recreate"


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A Deployment. `max_surge` and `max_unavailable` are numbers or percentages (``"25%"``); None is 0."""

    name: str = ""
    template: object = None
    replicas: int = 1
    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str | None = "25%"
    max_unavailable: int | str | None = "25%"
    paused: bool = False
    deleting: bool = False
    min_ready_seconds: int = 0
    revision_history_limit: int | None = 10
    progress_deadline_seconds: int | None = 600
    generation: int = 1
    observed_generation: int = 1
    revision: int | None = None
    status_replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    terminating_replicas: int | None = None
    conditions: tuple[Condition, ...] = ()
    resource_version: int = 0
    """As in ReplicaSet."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A Service, with the fields that the EndpointSlice controller reads."""

    name: str
    publish_not_ready_addresses: bool = False
    """Pods count as ready whatever their Ready condition says."""
