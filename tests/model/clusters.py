"""Small clusters for tests: a Service `web`, its Deployment, and whatever Pods a test asks for.

Everything has a default, so that a test says only what it is about. Rows are made fit for their cluster: every Pod has
a state for every container position and every node.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from checker.state import Pool
from model.api.objects import PodPhase, Strategy
from model.cluster import Assumptions, Caches, Cluster, Constants
from model.control_plane.scheduler import filters
from model.rows.deployment import Deployment, DeploymentSpec
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, ObservedPod, Pod, Worker
from model.rows.pod_template import ContainerSpec, PodTemplate
from model.rows.replica_set import ObservedReplicaSet, ReplicaSet
from model.scenarios import first_like

Row = TypeVar("Row")

APP = ContainerSpec(name="app", readiness_probe=True, receives_traffic=True)
UNPROBED = ContainerSpec(name="app", receives_traffic=True)
HOOKED = ContainerSpec(name="app", readiness_probe=True, receives_traffic=True, pre_stop=True)
SIDE = ContainerSpec(name="side")
INIT = ContainerSpec(name="init", init=True)

STALE_PODS = Caches(replica_set_pods=True)
STALE_REPLICA_SETS = Caches(deployment_replica_sets=True)
PRESTOP_OUTLASTS = Assumptions(prestop_outlasts_propagation=True)


def machine(name: str = "node-a", *, pods: int = 110, **more: Any) -> filters.Node:
    """A node as the scheduler sees it."""
    return filters.Node(name=name, allocatable={"pods": pods, **more.pop("allocatable", {})}, **more)


def constants(
    *,
    containers: tuple[ContainerSpec, ...] = (APP,),
    nodes: int | Sequence[filters.Node] = 1,
    deployments: int = 1,
    revisions: int = 2,
    spec: filters.PodSpec = filters.PodSpec(),  # noqa: B008  a frozen value
    selected: bool = True,
    service: str | None = "web",
    strategy: Strategy = Strategy.ROLLING_UPDATE,
    max_surge: int | str = 1,
    max_unavailable: int | str = 0,
    **more: Any,
) -> Constants:
    """The constant tables: `deployments` Deployments of `revisions` Pod templates each, all with these containers."""
    machines = [machine(f"node-{'abc'[number]}") for number in range(nodes)] if isinstance(nodes, int) else nodes
    return Constants(
        templates=tuple(
            PodTemplate(name=f"v{number + 1}", containers=containers, spec=spec, selected=selected)
            for _ in range(deployments)
            for number in range(revisions)
        ),
        deployments=tuple(
            DeploymentSpec(
                name=("web", "api")[slot],
                strategy=strategy,
                max_surge=max_surge,
                max_unavailable=max_unavailable,
                revisions=tuple(range(slot * revisions, (slot + 1) * revisions)),
            )
            for slot in range(deployments)
        ),
        nodes=tuple(machines),
        container_positions=tuple(range(len(containers))),
        service=service,
        **more,
    )


def cluster(
    *pods: Pod,
    tables: Constants | None = None,
    replicas: int = 1,
    template: int = 0,
    replica_sets: Sequence[ReplicaSet] | None = None,
    down: Sequence[int] = (),
    empty_pod_slots: int = 0,
    **scalars: Any,
) -> Cluster:
    """A cluster with these Pods; by default one ReplicaSet of the first template, scaled as the Deployment is."""
    known = constants() if tables is None else tables
    if replica_sets is None:
        replica_sets = [replica_set(replicas)]
    return Cluster(
        constants=known,
        deployments=Pool.of(
            Deployment(template=template if slot == 0 else spec.revisions[0], replicas=replicas)
            for slot, spec in enumerate(known.deployments)
        ),
        replica_sets=Pool.of(replica_sets, slots=len(known.templates)),
        pods=Pool.of([_fit(pod, known) for pod in pods], slots=len(pods) + empty_pod_slots),
        nodes=Pool.of(Node(like=first_like(known, slot), up=slot not in down) for slot in range(len(known.nodes))),
        **scalars,
    )


def _fit(pod: Pod, known: Constants) -> Pod:
    containers = (*pod.containers, *[Container.WAITING] * len(known.container_positions))
    routed = (*pod.routed, *[Endpoint.UNUSED] * len(known.nodes))
    return msgspec.structs.replace(
        pod, containers=containers[: len(known.container_positions)], routed=routed[: len(known.nodes)]
    )


def replica_set(replicas: int = 1, available: int | None = None, /, **fields: Any) -> ReplicaSet:
    """A ReplicaSet whose status and annotations say what its spec says, but for `fields`."""
    defaults = {
        "deployment": 0,
        "template": 0,
        "status_replicas": replicas,
        "available_replicas": replicas if available is None else available,
        "revision": 1,
        "desired_annotation": replicas,
        "max_annotation": replicas + 1,
    }
    return ReplicaSet(**{"replicas": replicas, **defaults, **fields})


def observed_replica_set(row: ReplicaSet, **fields: Any) -> ObservedReplicaSet:
    """The cached copy of a ReplicaSet, but for `fields`."""
    names = ObservedReplicaSet.__struct_fields__
    return ObservedReplicaSet(**{**{name: getattr(row, name) for name in names}, **fields})


def pending(**fields: Any) -> Pod:
    """A Pod that was just created."""
    return Pod(**{"replica_set": 0, "template": 0, **fields})


def running(node: int = 0, **fields: Any) -> Pod:
    """A Pod of one container that runs, serves, is ready, and is routed to from the first node."""
    return pending(
        **{
            "node": node,
            "phase": PodPhase.RUNNING,
            "ready": True,
            "worker": Worker.SYNC,
            "containers": (Container.SERVING,),
            "endpoint": Endpoint.READY,
            "routed": (Endpoint.READY,),
            **fields,
        }
    )


def terminating(*containers: Container, **fields: Any) -> Pod:
    """A deleted Pod whose kubelet knows, with its containers as given."""
    return running(**{"deleting": True, "worker": Worker.TERMINATING, "containers": containers, **fields})


def gone(**fields: Any) -> Pod:
    """A Pod whose object is no more."""
    return pending(**{"exists": False, **fields})


def observed(phase: PodPhase = PodPhase.RUNNING, ready: bool = True, **fields: Any) -> ObservedPod:
    """A cached copy of a Pod: of one that runs on the first node and is ready, but for what is given."""
    return ObservedPod(**{"phase": phase, "ready": ready, "deleting": False, "node": 0, **fields})


def without_node(state: Cluster, slot: int = 0) -> Cluster:
    """The cluster with the slot of a node empty."""
    return state.delete(_taken(state.nodes[slot]))


def without_deployment(state: Cluster, slot: int = 0) -> Cluster:
    """The cluster with the slot of a Deployment empty."""
    return state.delete(_taken(state.deployments[slot]))


def pod(state: Cluster, slot: int = 0) -> Pod:
    """The Pod in a slot that is taken."""
    return _taken(state.pods[slot])


def rs(state: Cluster, slot: int = 0) -> ReplicaSet:
    """The ReplicaSet in a slot that is taken."""
    return _taken(state.replica_sets[slot])


def deployment(state: Cluster, slot: int = 0) -> Deployment:
    """The Deployment in a slot."""
    return _taken(state.deployments[slot])


def _taken(row: Row | None) -> Row:
    assert row is not None
    return row


def only(successors: Iterator[Cluster]) -> Cluster:
    """The one successor of an action."""
    found = list(successors)
    assert len(found) == 1, found
    return found[0]


def disabled(successors: Iterator[Cluster]) -> bool:
    """The action has no successor."""
    return list(successors) == []
