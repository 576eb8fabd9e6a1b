"""The cluster: one frozen value, from what etcd stores down to what runs on a node.

Modelled: one Service and the Deployments behind it (or one Deployment without a Service), their ReplicaSets and Pods,
the Nodes, and of each Pod what every component knows or does about it. API truth and real truth are different fields:
`Pod.phase`, `Pod.ready` and `Pod.deleting` are what etcd says; `Pod.containers` is what the runtime of its node really
runs. `Pod.endpoint` is the Pod's entry in the EndpointSlice, `Pod.routed` what each node's kube-proxy has programmed.

Left out: other kinds, volumes, several Services at once, and time: a timer that runs may fire at any moment.
"""

from enum import Enum
from typing import Annotated

import msgspec

from checker.state import CONSTANT, Per, Pool, Row, SlotOf, State
from checker.vocabulary import derived
from model.api.objects import PodPhase, Strategy
from model.control_plane.scheduler import filters

DeploymentSlot = Annotated[int, SlotOf("deployments")]
ReplicaSetSlot = Annotated[int, SlotOf("replica_sets")]
PodSlot = Annotated[int, SlotOf("pods")]
NodeSlot = Annotated[int, SlotOf("nodes")]


class ContainerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a Pod template says about one container, as far as it matters here."""

    name: str
    init: bool = False
    """It runs to completion before the next one starts."""
    readiness_probe: bool = False
    startup_probe: bool = False
    pre_stop: bool = False
    """A preStop hook runs before SIGTERM."""
    receives_traffic: bool = False
    """The Service's target port is this container's."""

    @property
    def answers_matter(self) -> bool:
        """Somebody can tell whether the process behind this container answers: a probe, or a request."""
        return self.readiness_probe or self.startup_probe or self.receives_traffic


class PodTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a Deployment's Pod template."""

    name: str
    containers: tuple[ContainerSpec, ...]
    """Init containers first, in the order in which they start."""
    spec: filters.PodSpec = filters.PodSpec()
    selected: bool = True
    """The Service's selector matches its labels."""


class DeploymentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a Deployment never changes within a scenario."""

    name: str
    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    revisions: tuple[int, ...]
    """Its Pod templates, by their number in `Constants.templates`, in the order in which the user applies them."""


class Assumptions(msgspec.Struct, frozen=True):
    """Orders between timers that the user vouches for. Every verdict lists them."""

    prestop_outlasts_propagation: bool = False
    """A preStop hook ends only after the EndpointSlice and every kube-proxy show the Pod as terminating."""


class Caches(msgspec.Struct, frozen=True):
    """Which informer caches may lag behind the API server; the others always show what etcd says."""

    replica_set_pods: bool = False
    """The ReplicaSet controller's view of Pods."""
    deployment_replica_sets: bool = False
    """The Deployment controller's view of ReplicaSets."""


class Constants(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The constant tables that the state points into."""

    templates: tuple[PodTemplate, ...]
    deployments: tuple[DeploymentSpec, ...]
    nodes: tuple[filters.Node, ...]
    container_positions: tuple[int, ...]
    """0, 1, ... up to the most containers that a template has."""
    service: str | None = None
    publish_not_ready_addresses: bool = False
    assumptions: Assumptions = Assumptions()
    caches: Caches = Caches()


class Deployment(Row, frozen=True):
    """A Deployment's spec, as etcd has it. Its constant part is ``constants.deployments[slot]``."""

    template: int
    replicas: int


class ObservedReplicaSet(msgspec.Struct, frozen=True):
    """A ReplicaSet as a cache shows it."""

    replicas: int
    status_replicas: int
    available_replicas: int
    revision: int
    desired_annotation: int
    max_annotation: int


class ReplicaSet(Row, frozen=True):
    """A ReplicaSet: spec, the status that its controller wrote last, and the Deployment controller's annotations.

    `observed` is the Deployment controller's cached copy, and `observed_is_current` that nobody has written the object
    since; both are unused (None, True) while that cache does not lag.
    """

    deployment: DeploymentSlot
    template: int
    replicas: int
    status_replicas: int
    available_replicas: int
    revision: int
    desired_annotation: int
    max_annotation: int
    observed: ObservedReplicaSet | None = None
    observed_is_current: bool = True


class Worker(Enum):
    """How far the kubelet's pod worker is; strictly forward, except that a node reboot starts over."""

    NONE = "not seen"
    """The kubelet has not acted on the Pod yet."""
    SYNC = "running"
    """Images are pulled; containers are started and kept running."""
    TERMINATING = "terminating"
    """preStop hooks run, then SIGTERM, then (at the latest when the grace period is over) SIGKILL."""


class Container(Enum):
    """What a container really does on its node."""

    WAITING = "waiting"
    """Not created yet."""
    RUNNING = "running, not answering"
    """The process runs and does not answer (yet)."""
    SERVING = "answering"
    """The process answers requests."""
    STOPPING = "stopping"
    """SIGTERM was sent: the process takes no new requests and ends, by itself or by SIGKILL."""
    EXITED = "exited"
    """The process is gone; for an init container: completed."""


class Endpoint(Enum):
    """What the EndpointSlice says about a Pod, as far as a kube-proxy can tell."""

    UNUSED = "unused"
    """Not listed, or listed as neither ready nor serving: no kube-proxy ever routes there."""
    READY = "ready"
    TERMINATING = "serving, terminating"
    """Used only while no endpoint is ready."""


class ObservedPod(msgspec.Struct, frozen=True):
    """A Pod as a cache shows it."""

    phase: PodPhase
    ready: bool
    deleting: bool
    node: int | None


class Pod(Row, frozen=True):
    """One Pod, from the API object down to its containers, until the last component has forgotten it."""

    replica_set: ReplicaSetSlot
    template: int
    exists: bool = True
    """etcd has the object. The row outlives it while the slice or a kube-proxy still refers to the Pod."""
    phase: PodPhase = PodPhase.PENDING
    ready: bool = False
    deleting: bool = False
    node: NodeSlot | None = None
    worker: Worker = Worker.NONE
    containers: Annotated[tuple[Container, ...], Per("container_positions")] = ()
    endpoint: Endpoint = Endpoint.UNUSED
    routed: Annotated[tuple[Endpoint, ...], Per("nodes")] = ()
    """By node: as what its kube-proxy sends new requests here, UNUSED if it sends none."""
    observed: ObservedPod | None = None
    """The ReplicaSet controller's cached copy, while that cache may lag."""

    @property
    def active(self) -> bool:
        """Counts for its ReplicaSet: not terminating (and not terminal, which no Pod is that is restarted always)."""
        return self.exists and not self.deleting

    @property
    def forgotten(self) -> bool:
        """Nothing refers to it any more."""
        return (
            not self.exists and self.endpoint is Endpoint.UNUSED and self.observed is None and not self.routed_anywhere
        )

    @property
    def routed_anywhere(self) -> bool:
        """Some kube-proxy sends new requests to the Pod."""
        return any(route is not Endpoint.UNUSED for route in self.routed)


class Node(Row, frozen=True):
    """A node's machine. Its API object is ``constants.nodes[slot]``.

    `like` is the first node that no Pod of the scenario can tell from it: actions look at that one's API object, so
    that nodes that are alike are interchangeable.
    """

    like: int
    up: bool = True


class Cluster(State, frozen=True):
    """The whole cluster. The plain numbers say how often each disturbance may still happen."""

    constants: Annotated[Constants, CONSTANT]
    deployments: Pool[Deployment]
    replica_sets: Pool[ReplicaSet]
    pods: Pool[Pod]
    nodes: Pool[Node]
    image_updates: int = 0
    rollbacks: int = 0
    scale_ups: int = 0
    scale_downs: int = 0
    container_exits: int = 0
    readiness_flaps: int = 0
    node_crashes: int = 0
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
