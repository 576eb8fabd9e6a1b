"""Workloads: what is verified together, a Service and the objects of one kind that run the Pods behind it.

Plain data: built from manifests, saved in counterexamples, and turned into scenarios of the model.
"""

import msgspec

from kubeproof.kinds.autoscaler import WorkloadAutoscaler
from kubeproof.kinds.catalog import KINDS
from kubeproof.kinds.cron_job import WorkloadCronJob
from kubeproof.kinds.daemon_set import WorkloadDaemonSet
from kubeproof.kinds.deployment import WorkloadDeployment
from kubeproof.kinds.disruption_budget import WorkloadDisruptionBudget
from kubeproof.kinds.job import WorkloadJob
from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member
from kubeproof.kinds.stateful_set import WorkloadStatefulSet
from model.control_plane.scheduler.filters import Node
from model.rows.volume import VolumeSpec


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """A Service and the objects of one kind behind it, or one such object alone, on some nodes.

    `nodes_assumed` says that the nodes are not from the input: they have room for every Pod and satisfy its node
    selector and affinity. `caveats` are the notes on the manifests that the verdicts depend on.
    """

    name: str
    namespace: str
    service: str | None = None
    publish_not_ready_addresses: bool = False
    deployments: tuple[WorkloadDeployment, ...] = ()
    cron_jobs: tuple[WorkloadCronJob, ...] = ()
    jobs: tuple[WorkloadJob, ...] = ()
    stateful_sets: tuple[WorkloadStatefulSet, ...] = ()
    daemon_sets: tuple[WorkloadDaemonSet, ...] = ()
    volumes: tuple[VolumeSpec, ...] = ()
    disruption_budgets: tuple[WorkloadDisruptionBudget, ...] = ()
    quota: dict[str, int] | None = None
    """What its Pods may use of each resource in all."""
    autoscalers: tuple[WorkloadAutoscaler, ...] = ()
    nodes: tuple[Node, ...]
    nodes_assumed: bool = True
    caveats: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of its objects."""
        return next(kind for kind in KINDS if getattr(self, kind.field))

    @property
    def members(self) -> tuple[Member, ...]:
        """The objects that run its Pods."""
        found: tuple[Member, ...] = getattr(self, self.kind.field)
        return found

    @property
    def replicas(self) -> int:
        """Pods in all."""
        return sum(member.pods(len(self.nodes)) for member in self.members)

    @property
    def largest(self) -> int:
        """The most Pods of one object."""
        return max(member.pods(len(self.nodes)) for member in self.members)
