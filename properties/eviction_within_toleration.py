"""Eviction: a Pod stays on its node for as long as it tolerates what is wrong there."""

from collections.abc import Iterator

from checker.vocabulary import never_step
from model.api.taints import TaintEffect, tolerates
from model.cluster import Cluster, api_node
from model.control_plane.apiserver.default_tolerations import with_default_tolerations
from model.rows.pod import Pod, TaintTimer


@never_step("no_early_eviction")
def pods_evicted_early(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """No Pod is evicted for a taint that it tolerates, before its tolerationSeconds of that taint are over.

    A Pod is evicted early if its Node has no taint NoExecute any more, if it tolerates for ever all that there are, or
    if the timer that fired had been set for an earlier taint than the one that is there now.
    Relied on by whoever gives a Pod time to wait for its node: it has state there, or is slow to start elsewhere.
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
    """
    for slot, pod in before.pods.items():
        later = after.pods[slot]
        evicted = later is not None and later.deleting and later.disruption_target
        if pod.active and pod.eviction is None and evicted and _comes_early(before, pod):
            yield pod


def _comes_early(state: Cluster, pod: Pod) -> bool:
    """The Pod's time is not over, or none of its Node's taints ever evicts it. Pods of a deleted Node may go."""
    node = None if pod.node is None else state.nodes[pod.node]
    if node is None or not node.registered:
        return False
    tolerations = with_default_tolerations(state.constants.templates[pod.template].spec.tolerations)
    return pod.taint_timer is TaintTimer.OUTDATED or all(
        any(tolerates(each, taint) and each.seconds is None for each in tolerations)
        for taint in api_node(state, node).taints
        if taint.effect is TaintEffect.NO_EXECUTE
    )
