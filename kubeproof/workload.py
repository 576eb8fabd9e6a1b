"""Workloads: what is verified together, a Service and the Deployments behind it.

Plain data: built from manifests, saved in counterexamples, and turned into scenarios of the model.
"""

import msgspec

from model.api.objects import Strategy
from model.control_plane.scheduler.filters import Node, PodSpec
from model.rows.pod_template import ContainerSpec


class WorkloadDeployment(msgspec.Struct, frozen=True, kw_only=True):
    """A Deployment as its manifest says it. `selected`: the Service's selector matches its Pods."""

    name: str
    replicas: int
    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    containers: tuple[ContainerSpec, ...]
    pod_spec: PodSpec = PodSpec()
    selected: bool = True


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """A Service and the Deployments behind it, or one Deployment alone, on some nodes.

    `nodes_assumed` says that the nodes are not from the input: they have room for every Pod and satisfy its node
    selector and affinity. `caveats` are the notes on the manifests that the verdicts depend on.
    """

    name: str
    namespace: str
    service: str | None = None
    publish_not_ready_addresses: bool = False
    deployments: tuple[WorkloadDeployment, ...]
    nodes: tuple[Node, ...]
    nodes_assumed: bool = True
    caveats: tuple[str, ...] = ()

    @property
    def replicas(self) -> int:
        """Pods in all."""
        return sum(deployment.replicas for deployment in self.deployments)
