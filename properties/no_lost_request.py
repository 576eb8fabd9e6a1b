"""No lost request: traffic goes to containers that answer."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.cluster import Cluster, answers, somebody_answers
from model.rows.pod import Pod


@never("no_lost_request")
def misrouted_pods(state: Cluster) -> Iterator[Pod]:
    """No kube-proxy routes a new request to a Pod that does not answer while another Pod does.

    A request is lost although it need not be. Requests that are refused because nothing is routed are not looked at.
    Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow,
    https://kubernetes.io/docs/reference/networking/virtual-ips/
    """
    if state.service_answered:
        for pod in state.pods:
            if pod.routed_anywhere and not answers(state, pod) and somebody_answers(state):
                yield pod
