"""Never refused: while somebody behind a Service could answer, every kube-proxy sends requests somewhere."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.cluster import Cluster, somebody_answers
from model.rows.node import Node
from model.rows.pod import Endpoint


@never("never_refused")
def refusing_nodes(state: Cluster) -> Iterator[Node]:
    """While a container behind the Service answers, every kube-proxy that runs routes new requests to some Pod.

    A Service without a usable endpoint refuses connections, although its Pods may answer: a side container whose probe
    fails takes them all away. Where requests go is another promise (no_lost_request), whether anybody answers a third.
    Relied on by every client inside the cluster.
    Source: pkg/proxy/iptables/proxier.go (services without endpoints are rejected),
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-status
    """
    if state.constants.service is None or not state.service_answered or not somebody_answers(state):
        return
    for slot, node in state.nodes.items():
        if node.up and all(pod.routed[slot] is Endpoint.UNUSED for pod in state.pods):
            yield node
