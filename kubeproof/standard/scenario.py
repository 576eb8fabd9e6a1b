"""What a standard scenario is: one column of the matrix."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.workload import Workload
from model.cluster import Caches, FeatureGates
from model.control_plane.scheduler.filters import Node


def sizes_written(workload: Workload) -> tuple[tuple[int, ...], ...]:
    """What the manifests say of each Deployment."""
    return (tuple(deployment.replicas for deployment in workload.deployments),)


class StandardScenario(msgspec.Struct, frozen=True, kw_only=True):
    """What may happen to workloads of one kind, and which promises are checked while it does.

    `replicas` and `nodes` bound the instance that is searched; `convergence` is the bound for promises about whole
    runs, which are looked at without reductions. `budgets` say how often each disturbance may happen, by the name of
    the field of `Cluster`; `spare_pods` is how many more Pods than one per replica may come up.
    """

    name: str
    sentence: str
    kind: str = "Deployment"
    needs: str = "a Deployment"
    applies: Callable[[Workload], bool] = lambda workload: workload.replicas > 0
    """Whether a workload of that kind has what the scenario is about."""
    budgets: Mapping[str, int]
    properties: tuple[Property, ...]
    on_request: bool = False
    """Only where it is asked for by name."""
    caches: Caches = Caches()
    deployment_status: bool = False
    """Deployments' status is followed."""
    gates: FeatureGates = FeatureGates()
    replicas: int = 2
    nodes: int | None = None
    convergence: Bound = Bound(1, 1)
    joining: int = 0
    """How many more nodes may join."""
    node_changes: Callable[[Workload, Node], Iterable[Node]] = lambda _, __: ()
    """What users may make of a node's labels and taints."""
    revisions: int = 1
    """How many Pod templates each object goes through."""
    spare_claims: int | None = None
    """How many more claims than one per replica of a StatefulSet there may be; None: they are not followed."""
    broken: frozenset[str] = frozenset()
    """The names of those that do not work."""
    traffic: bool = True
    """Endpoints, kube-proxies and requests are part of it."""
    autoscaled: bool = False
    """Its HorizontalPodAutoscalers are part of it."""
    starts: Callable[[Workload], tuple[tuple[int, ...], ...]] = sizes_written
    """The sizes of the Deployments to begin with: each choice is initial."""
    spare_pods: Callable[[Workload], int] = lambda _: 0
    assumptions: tuple[str, ...] = ()
    """What its verdicts take for granted besides."""

    @property
    def bound(self) -> Bound:
        """The bound of the instance whose states and steps are searched."""
        return Bound(self.replicas, self.nodes)

    def is_for(self, workload: Workload) -> bool:
        """The workload is of the scenario's kind, and has what it is about."""
        return workload.kind.name == self.kind and self.applies(workload)
