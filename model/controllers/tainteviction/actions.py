"""The taint eviction controller as transitions of the cluster.

A Pod whose node has a taint NoExecute is deleted: at once if it does not tolerate it, after its tolerationSeconds, a
timer that may fire at any moment, or never. Where the controller's view of Nodes is live, a timer is called off as soon
as the taint is gone, and need not be kept. Where it lags, `Pod.taint_timer` is what the controller remembers.

An eviction is two writes, condition DisruptionTarget and DELETE, which are one step: nobody here acts on the condition
of a Pod that is not deleted. The DELETE goes by name; that it may hit the next Pod of that name is left out.

Source: pkg/controller/tainteviction/taint_eviction.go
"""

from collections.abc import Iterator

from model.api.taints import UNREACHABLE, Toleration
from model.cluster import Cluster, api_node, pod_template
from model.control_plane.apiserver.default_tolerations import with_default_tolerations
from model.control_plane.pod_requests import deleted
from model.controllers.nodelifecycle.actions import nodes_are_lost
from model.controllers.tainteviction.eviction import DeletePod, PatchPodCondition, evict
from model.controllers.tainteviction.timers import EvictionTimer, PendingEviction, handle_node_update
from model.parts import Part, component
from model.rows.pod import Pod, TaintTimer
from model.rows.slots import PodSlot

_STARTED = EvictionTimer(created_at=0, fire_at=0)
"""A timer that runs."""


def tolerations(state: Cluster, pod: Pod) -> tuple[Toleration, ...]:
    """The Pod's tolerations, with those that the API server adds."""
    return with_default_tolerations(pod_template(state, pod).spec.tolerations)


def pending_eviction(state: Cluster, pod: Pod) -> PendingEviction:
    """What the taints of its node mean for a Pod."""
    node = None if pod.node is None else state.nodes[pod.node]
    if node is None:
        return PendingEviction()
    timer = None if pod.taint_timer is None else _STARTED
    return handle_node_update(tolerations(state, pod), api_node(state, node).taints, timer, 1)


def taint_eviction_controller_handles_node(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The taint eviction controller sees the taints of a Pod's node: it starts a timer, calls it off, or evicts."""
    tainted = state.pods[pod]
    if tainted is None or not tainted.exists or tainted.deleting:
        return
    pending = pending_eviction(state, tainted)
    if pending.evict_now:
        yield _evicted(state, pod)
    elif state.constants.caches.tainted_nodes:
        if pending.timer is None and tainted.taint_timer is not None:
            yield state.update(tainted, taint_timer=None)
        if pending.timer is not None and tainted.taint_timer is None:
            yield state.update(tainted, taint_timer=TaintTimer.CURRENT)


def taint_eviction_controller_timer_fires(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A Pod's tolerationSeconds are over, and with them its timer: the taint eviction controller deletes it."""
    tolerating = state.pods[pod]
    if tolerating is None or not tolerating.exists or tolerating.deleting:
        return
    if state.constants.caches.tainted_nodes:
        runs = tolerating.taint_timer is not None
    else:
        runs = pending_eviction(state, tolerating).timer is not None
    if runs:
        yield _evicted(state, pod)


def tolerates_for_ever(state: Cluster, pod: Pod) -> bool:
    """The Pod stays on a node that is unreachable for as long as that is so."""
    pending = handle_node_update(tolerations(state, pod), UNREACHABLE, None, 1)
    return not pending.evict_now and pending.timer is None


def _evicted(state: Cluster, slot: int) -> Cluster:
    """The state after the writes of an eviction."""
    after = state
    for write in evict(""):
        pod = after.pods[slot]
        assert pod is not None  # neither write removes the row
        match write:
            case PatchPodCondition():
                after = after.update(pod, disruption_target=True, taint_timer=None)
            case DeletePod():
                after = deleted(after, slot)
    return after


PARTS: tuple[Part, ...] = component(
    nodes_are_lost, taint_eviction_controller_handles_node, taint_eviction_controller_timer_fires
)
