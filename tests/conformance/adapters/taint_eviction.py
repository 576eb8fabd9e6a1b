"""Cases about the taint eviction controller."""

from msgspec.structs import replace

from model.api.taints import Taint, Toleration
from model.controllers.tainteviction.timers import (
    EvictionTimer,
    PendingEviction,
    handle_node_update,
    handle_pod_update,
    no_execute_taints,
)
from tests.conformance.adapters.taints import taints, toleration
from tests.conformance.registry import Case, adapter


def tolerations(given: list[Case] | None) -> tuple[Toleration, ...]:
    return tuple(replace(toleration(each), seconds=each.get("toleration_seconds")) for each in given or ())


def observe(
    pod: tuple[Toleration, ...], node: tuple[Taint, ...], timer: EvictionTimer | None, now: float
) -> PendingEviction:
    """The controller sees the Node, then the Pod on it."""
    pending = handle_node_update(pod, node, timer, now)
    if pending.evict_now:
        return pending
    return handle_pod_update(pod, no_execute_taints(node), pending.timer, now)


@adapter("taint_eviction")
def after_a_change(given: Case, expected: Case) -> Case:
    pod, node = tolerations(given["tolerations"]), taints(given["node_taints"])
    pending = PendingEviction()
    if given["pod_node"] and ("previous_tolerations" in given or "previous_node_taints" in given):
        before = tolerations(given["previous_tolerations"]) if "previous_tolerations" in given else pod
        tainted = taints(given["previous_node_taints"]) if "previous_node_taints" in given else node
        pending = observe(before, tainted, None, -1)
    if given["pod_node"]:
        pending = observe(pod, node, pending.timer, 0)
    timer = pending.timer
    seconds = None if timer is None else timer.fire_at - timer.created_at
    answer = {"evicted_now": pending.evict_now, "evict_after_s": 0 if pending.evict_now else seconds}
    return {key: answer[key] for key in expected}


@adapter("taint_eviction_steps")
def steps(given: Case, expected: Case) -> Case:
    pod: tuple[Toleration, ...] = ()
    node: tuple[Taint, ...] = ()
    timer = None
    for step in given["steps"]:
        now = step["at_s"]
        if timer is not None and timer.fire_at <= now:
            break
        pod = tolerations(step["tolerations"]) if "tolerations" in step else pod
        node = taints(step["node_taints"]) if "node_taints" in step else node
        if step["change"] == "node":
            pending = handle_node_update(pod, node, timer, now)
        else:
            pending = handle_pod_update(pod, no_execute_taints(node), timer, now)
        if pending.evict_now:
            return {"evicted_at_s": now}
        timer = pending.timer
    return {"evicted_at_s": None if timer is None else timer.fire_at}
