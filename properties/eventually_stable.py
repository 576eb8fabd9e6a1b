"""Eventually stable reconciliation: if nobody changes what is wanted any more, the cluster comes to match it for good.

One promise per controller, each about what it is there for and about objects that everybody can see: who reads
ReplicaSets, Pods, the EndpointSlice or a node's rules after the last disturbance finds what the docstring says, from
some moment on and ever after. A controller that stops short, and one that never comes to rest, break it alike.

The promise is the one that Anvil proves of its controllers: Sun et al., Anvil: Verifying Liveness of Cluster
Management Controllers (OSDI 2024).
"""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always
from model.cluster import Cluster, is_available, pod_template
from model.rows.pod import Endpoint, Pod
from model.rows.replica_set import ReplicaSet
from model.rows.slots import DeploymentSlot, ReplicaSetSlot


@derived
def existing_pods(state: Cluster, deployment: DeploymentSlot) -> int:
    """The Deployment's Pods that exist and have not ended, terminating ones included."""
    owners = [slot for slot, owner in state.replica_sets.items() if owner.deployment == deployment]
    return sum(1 for pod in state.pods if pod.exists and not pod.terminal and pod.replica_set in owners)


@derived
def active_pods(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's Pods that are not terminating, as the API says."""
    return sum(1 for pod in state.pods if pod.active and pod.replica_set == replica_set)


@derived
def available_pods(state: Cluster, replica_set: ReplicaSetSlot) -> int:
    """The ReplicaSet's Pods that are available and not terminating, as the API says."""
    return sum(
        1
        for pod in state.pods
        if pod.active and is_available(pod_template(state, pod), pod) and pod.replica_set == replica_set
    )


@eventually_always("deployment_converges")
def deployments_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end only the wanted template runs: as many Pods as the Deployment asks for, all available, no others.

    A Deployment that is paused owes its size only (`paused_size_converges`).
    Relied on by whoever applies a Deployment and walks away.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    for slot, deployment in state.deployments.items():
        if deployment.paused:
            continue
        wanted, available = deployment.replicas, 0
        name = state.constants.deployments[slot].name
        for owner, replica_set in state.replica_sets.items():
            if replica_set.deployment == slot and replica_set.template == deployment.template:
                available = available_pods(state, owner)
            elif replica_set.deployment == slot and replica_set.replicas > 0:
                yield f"Deployment {name}: its old {_name(state, replica_set)} asks for {replica_set.replicas} Pods"
        if available != wanted:
            template = state.constants.templates[deployment.template].name
            yield f"Deployment {name}: {available} Pods of {template} are available, not {wanted}"
        if existing_pods(state, slot) > wanted:
            yield f"Deployment {name}: there are {existing_pods(state, slot)} Pods, not {wanted}"


@eventually_always("replica_set_converges")
def replica_sets_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end a ReplicaSet has as many Pods as it asks for, and its status says how many are there and available.

    Relied on by the Deployment controller, which goes by that status, and by every autoscaler.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works
    """
    for slot, replica_set in state.replica_sets.items():
        active, available = active_pods(state, slot), available_pods(state, slot)
        if active != replica_set.replicas:
            yield f"{_name(state, replica_set)}: {active} Pods, not {replica_set.replicas}"
        if replica_set.status_replicas != active:
            yield f"{_name(state, replica_set)}: its status says {replica_set.status_replicas} Pods, not {active}"
        if replica_set.available_replicas != available:
            said = replica_set.available_replicas
            yield f"{_name(state, replica_set)}: its status says {said} available Pods, not {available}"


@eventually_always("endpoint_slice_converges")
def endpoints_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end the EndpointSlice calls ready exactly the Service's Pods that are, and lists none that is gone.

    A Service that publishes addresses that are not ready has every Pod that is bound to a node called ready.
    Relied on by every kube-proxy and ingress controller.
    Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions
    """
    for pod in state.pods:
        if (pod.endpoint is Endpoint.READY) != _takes_traffic(state, pod):
            said = "ready" if pod.endpoint is Endpoint.READY else "not ready"
            yield f"EndpointSlice: a Pod of {_template(state, pod)} is called {said}"
        elif not pod.exists and pod.endpoint is not Endpoint.UNUSED:
            yield f"EndpointSlice: a Pod of {_template(state, pod)} that is gone is listed"


@eventually_always("kube_proxy_converges")
def routes_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end every node that is up routes new requests to what the EndpointSlice says, and to nothing else.

    That is to every ready endpoint; while there is none, to those that serve and terminate.
    Relied on by every client inside the cluster.
    Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies
    """
    some_ready = any(pod.endpoint is Endpoint.READY for pod in state.pods)
    usable = Endpoint.READY if some_ready else Endpoint.TERMINATING
    for slot, node in state.nodes.items():
        for pod in state.pods:
            routed, wanted = pod.routed[slot] is not Endpoint.UNUSED, pod.endpoint is usable
            if node.up and routed != wanted:
                routes = "routes" if routed else "does not route"
                name = state.constants.nodes[slot].name
                yield f"Node {name}: {routes} to a Pod of {_template(state, pod)}"


def _takes_traffic(state: Cluster, pod: Pod) -> bool:
    """The Pod is one that its Service should send new requests to."""
    if state.constants.service is None or not pod.exists or not pod_template(state, pod).selected:
        return False
    if state.constants.publish_not_ready_addresses:
        return pod.node is not None
    return pod.ready and not pod.deleting


def _template(state: Cluster, pod: Pod) -> str:
    return pod_template(state, pod).name


def _name(state: Cluster, replica_set: ReplicaSet) -> str:
    deployment = state.constants.deployments[replica_set.deployment]
    return f"ReplicaSet {deployment.name}-{state.constants.templates[replica_set.template].name}"
