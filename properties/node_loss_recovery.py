"""Recovery from the loss of a node: the Pods that were there come up elsewhere, and their Service answers again."""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always
from model.cluster import Cluster, answers, kubelet_is_connected, pod_template, somebody_answers
from model.controllers.tainteviction.actions import tolerates_for_ever
from model.rows.pod import Endpoint, Pod
from model.rows.slots import DeploymentSlot, NodeSlot, StatefulSetSlot


@derived
def settled_pods_of_deployment(state: Cluster, deployment: DeploymentSlot) -> int:
    """The Deployment's Pods that are where they are wanted."""
    owners = [slot for slot, owner in state.replica_sets.items() if owner.deployment == deployment]
    return sum(1 for pod in state.pods if pod.replica_set in owners and _settled(state, pod))


@derived
def settled_pods_of_stateful_set(state: Cluster, stateful_set: StatefulSetSlot) -> int:
    """The StatefulSet's Pods that are where they are wanted."""
    return sum(1 for pod in state.pods if pod.stateful_set == stateful_set and _settled(state, pod))


@derived
def node_reaches_somebody(state: Cluster, node: NodeSlot) -> bool:
    """The kube-proxy of the node sends some of its requests to a Pod that answers."""
    return any(pod.routed[node] is not Endpoint.UNUSED and answers(state, pod) for pod in state.pods)


@eventually_always("lost_pods_replaced")
def owners_that_miss_pods(state: Cluster) -> Iterator[str]:
    """In the end all Pods that are wanted are ready on nodes that can be heard of, or stay on a lost node on purpose.

    A Pod that tolerates for ever that its node is unreachable, stays there on purpose.
    Relied on by whoever takes Kubernetes to move Pods away from a node that has died.
    Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller,
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime
    """
    for slot, deployment in state.deployments.items():
        settled = settled_pods_of_deployment(state, slot)
        if settled < deployment.replicas:
            name = state.constants.deployments[slot].name
            yield f"Deployment {name}: {settled} of {deployment.replicas} Pods are on nodes that can be reached"
    for slot, stateful_set in state.stateful_sets.items():
        settled = settled_pods_of_stateful_set(state, slot)
        if settled < stateful_set.replicas:
            name = state.constants.stateful_sets[slot].name
            yield f"StatefulSet {name}: {settled} of {stateful_set.replicas} Pods are on nodes that can be reached"


@eventually_always("service_recovers")
def services_without_answer(state: Cluster) -> Iterator[str]:
    """In the end a request to the Service is answered, from every node that is there.

    Relied on by everybody who calls the Service, once the node that it was lost with is given up.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/
    """
    service = state.constants.service
    if service is None or not state.service_answered:
        return
    if not somebody_answers(state):
        yield f"Service {service}: no container behind it answers"
    for slot, node in state.nodes.items():
        if node.connected and not node_reaches_somebody(state, slot):
            yield f"Service {service}: requests from Node {state.constants.nodes[slot].name} get no answer"


@eventually_always("orphans_collected")
def pods_of_deleted_nodes(state: Cluster) -> Iterator[str]:
    """In the end no Pod is bound to a Node whose object is gone.

    Relied on by StatefulSets, which do not replace a Pod before its object is gone, and by every quota.
    Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
    """
    for pod in state.pods:
        node = None if pod.node is None else state.nodes[pod.node]
        if pod.exists and node is not None and not node.registered:
            yield f"a Pod of {pod_template(state, pod).name} is bound to a Node that is gone"


def _settled(state: Cluster, pod: Pod) -> bool:
    """It is ready where its kubelet can be heard of, or stays on a lost node for ever."""
    if not pod.active or pod.node is None:
        return False
    return pod.ready if kubelet_is_connected(state, pod) else tolerates_for_ever(state, pod)
