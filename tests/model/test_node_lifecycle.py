"""What the control plane does when a node is lost: from its silence to the end of the Pods that were there."""

from typing import Any

import pytest

from kubeproof.words.nodes import REASONS, node_fact
from model.api.objects import PodPhase
from model.api.taints import TaintEffect, Toleration, TolerationOperator
from model.cluster import Caches, Cluster, kubelet_is_connected
from model.control_plane.pod_requests import removed
from model.control_plane.scheduler.actions import requested, scheduler_binds
from model.control_plane.scheduler.filters import PodSpec
from model.controllers.nodelifecycle import actions as lifecycle
from model.controllers.podgc.actions import pod_gc_collects_orphan
from model.controllers.tainteviction import actions as eviction
from model.disturbances import nodes
from model.node import kubelet
from model.node.kube_proxy import kube_proxy_programs_rules
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod, TaintTimer, Worker
from properties.eviction_within_toleration import pods_evicted_early
from properties.node_loss_recovery import owners_that_miss_pods, pods_of_deleted_nodes, services_without_answer
from properties.node_status_converges import nodes_not_as_they_are
from tests.model.clusters import (
    cluster,
    constants,
    disabled,
    gone,
    machine,
    only,
    pending,
    pod,
    running,
    terminating,
)

LOST: dict[str, Any] = {"up": False, "ready": False, "repels": True, "evicts": True}
CUT_OFF: dict[str, Any] = {"cut_off": True, "ready": False, "repels": True, "evicts": True}
FOR_EVER = Toleration(operator=TolerationOperator.EXISTS)
AT_ONCE = Toleration(
    key="node.kubernetes.io/unreachable",
    operator=TolerationOperator.EXISTS,
    effect=TaintEffect.NO_EXECUTE,
    seconds=0,
)
LIVE = Caches()
LAGGING = Caches(tainted_nodes=True)


def lost(
    *pods: Pod, tolerations: tuple[Toleration, ...] = (), nodes: int = 2, caches: Caches = LIVE, **machine: Any
) -> Cluster:
    """A cluster of which the first node is in trouble, as `machine` says."""
    tables = constants(nodes=nodes, spec=PodSpec(tolerations=tolerations), caches=caches)
    state = cluster(*pods, tables=tables, empty_pod_slots=1, service_answered=True)
    return with_node(state, 0, **machine)


def with_node(state: Cluster, slot: int, **fields: Any) -> Cluster:
    return state.update(node(state, slot), **fields)


def node(state: Cluster, slot: int = 0) -> Node:
    found = state.nodes[slot]
    assert found is not None
    return found


# -- what happens to nodes


def test_a_node_that_is_lost_takes_its_containers_with_it_and_nobody_knows() -> None:
    after = only(nodes.node_is_lost(lost(running()).set(node_losses=1), 0))
    assert (node(after).up, node(after).ready, after.node_losses) == (False, True, 0)
    assert (pod(after).containers, pod(after).ready) == ((Container.WAITING,), True)


def test_on_a_node_that_is_cut_off_everything_runs_on() -> None:
    state = lost(running()).set(partitions=1)
    after = only(nodes.node_is_cut_off(state, 0))
    assert after == with_node(state, 0, cut_off=True).set(partitions=0)
    assert disabled(nodes.node_is_cut_off(after.set(partitions=1), 0))


def test_without_a_budget_nothing_happens() -> None:
    state = lost(running())
    away = lost(terminating(Container.SERVING), **CUT_OFF)
    assert disabled(nodes.node_is_lost(state, 0))
    assert disabled(nodes.node_is_cut_off(state, 0))
    assert disabled(nodes.node_returns(away, 0))
    assert disabled(nodes.user_deletes_node(away, 0))
    assert disabled(nodes.user_force_deletes_lost_pod(away, 0))


def test_a_node_that_returns_is_ready_and_still_tainted() -> None:
    after = only(nodes.node_returns(lost(**CUT_OFF).set(node_returns=1), 0))
    assert (node(after).connected, node(after).ready, node(after).repels, node(after).evicts) == (True,) * 4
    assert disabled(nodes.node_returns(after.set(node_returns=1), 0))


def test_a_node_that_was_deleted_registers_anew() -> None:
    after = only(nodes.node_returns(lost(**LOST, registered=False, cordoned=True).set(node_returns=1), 0))
    assert node(after) == Node(like=0)


@pytest.mark.parametrize(
    "machine", [{"up": False}, {**LOST, "registered": False}, {"ready": False}], ids=["ready", "deleted", "there"]
)
def test_only_a_silent_node_that_is_not_ready_is_deleted(machine: dict[str, Any]) -> None:
    assert disabled(nodes.user_deletes_node(lost(**machine).set(node_deletions=1), 0))
    after = only(nodes.user_deletes_node(lost(**LOST).set(node_deletions=1), 0))
    assert (node(after).registered, after.node_deletions) == (False, 0)


@pytest.mark.parametrize("stays", [running(), running(node=1, deleting=True), pending(), gone()])
def test_only_a_pod_that_is_stuck_on_a_silent_node_is_deleted_by_force(stays: Pod) -> None:
    assert disabled(nodes.user_force_deletes_lost_pod(lost(stays, **CUT_OFF).set(lost_pod_deletions=1), 0))


# -- a partition


def test_a_kubelet_that_is_cut_off_neither_starts_reports_nor_ends_pods() -> None:
    state = lost(
        running(worker=Worker.NONE, containers=(Container.WAITING,)), running(ready=False), running(deleting=True),
        **CUT_OFF,
    )  # fmt: skip
    assert disabled(kubelet.kubelet_pulls_images(state, 0))
    assert disabled(kubelet.kubelet_reports_status(state, 1))
    assert disabled(kubelet.kubelet_begins_termination(state, 2))
    back = with_node(state, 0, cut_off=False)
    for action, slot in ((kubelet.kubelet_pulls_images, 0), (kubelet.kubelet_begins_termination, 2)):
        assert not disabled(action(back, slot))
    assert pod(only(kubelet.kubelet_reports_status(back, 1)), 1).ready


def test_a_kubelet_that_is_cut_off_restarts_what_it_knows() -> None:
    state = lost(running(containers=(Container.EXITED,)), **CUT_OFF)
    assert pod(only(kubelet.kubelet_restarts_container(state, 0))).containers == (Container.RUNNING,)


def test_a_kube_proxy_that_is_cut_off_keeps_its_rules() -> None:
    state = lost(running(endpoint=Endpoint.UNUSED), **CUT_OFF)
    assert disabled(kube_proxy_programs_rules(state, 0))
    assert pod(only(kube_proxy_programs_rules(with_node(state, 0, cut_off=False), 0))).routed[0] is Endpoint.UNUSED


def test_a_pod_without_a_node_has_no_kubelet() -> None:
    assert not kubelet_is_connected(cluster(), pending())


# -- the node lifecycle controller


@pytest.mark.parametrize("machine", [{"up": False}, {"cut_off": True}], ids=["crashed", "cut off"])
def test_a_silent_node_becomes_unknown(machine: dict[str, Any]) -> None:
    state = lost(**machine)
    assert only(lifecycle.node_lifecycle_controller_marks_node_unknown(state, 0)) == with_node(state, 0, ready=False)
    assert disabled(lifecycle.node_lifecycle_controller_marks_node_unknown(state, 1))
    assert disabled(lifecycle.node_lifecycle_controller_marks_node_unknown(with_node(state, 0, ready=False), 0))
    assert disabled(lifecycle.node_lifecycle_controller_marks_node_unknown(with_node(state, 0, registered=False), 0))


def test_the_pods_of_an_unknown_node_are_marked_not_ready_while_they_answer() -> None:
    state = lost(running(), running(node=1), running(ready=False), **CUT_OFF)
    after = only(lifecycle.node_lifecycle_controller_marks_pod_not_ready(state, 0))
    assert (pod(after).ready, pod(after).containers) == (False, (Container.SERVING,))
    assert disabled(lifecycle.node_lifecycle_controller_marks_pod_not_ready(state, 1))
    assert disabled(lifecycle.node_lifecycle_controller_marks_pod_not_ready(state, 2))


@pytest.mark.parametrize("machine", [{"up": False}, {"ready": False}], ids=["not yet unknown", "back"])
def test_pods_are_marked_only_while_their_node_is_unknown_and_silent(machine: dict[str, Any]) -> None:
    assert disabled(lifecycle.node_lifecycle_controller_marks_pod_not_ready(lost(running(), **machine), 0))


def test_the_taint_that_repels_comes_before_the_one_that_evicts() -> None:
    state = lost(up=False, ready=False)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_execute(state, 0))
    repelling = only(lifecycle.node_lifecycle_controller_taints_no_schedule(state, 0))
    assert repelling == with_node(state, 0, repels=True)
    evicting = only(lifecycle.node_lifecycle_controller_taints_no_execute(repelling, 0))
    assert evicting == with_node(state, 0, repels=True, evicts=True)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_schedule(evicting, 0))
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_execute(evicting, 0))


def test_the_taints_of_a_node_that_is_back_go_in_the_opposite_order() -> None:
    state = lost(repels=True, evicts=True)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_schedule(state, 0))
    after = only(lifecycle.node_lifecycle_controller_taints_no_execute(state, 0))
    assert only(lifecycle.node_lifecycle_controller_taints_no_schedule(after, 0)) == with_node(after, 0, repels=False)


def test_a_deleted_node_is_not_looked_at() -> None:
    state = lost(running(), up=False, ready=False, registered=False)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_schedule(state, 0))
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_execute(with_node(state, 0, repels=True), 0))
    assert disabled(lifecycle.node_lifecycle_controller_marks_pod_not_ready(state, 0))


def test_with_no_node_ready_every_taint_that_evicts_goes_and_none_comes() -> None:
    one = with_node(lost(**LOST), 1, up=False, ready=False, repels=True)
    after = only(lifecycle.node_lifecycle_controller_handles_disruption(one))
    assert (after.fully_disrupted, node(after).evicts, node(after).repels) == (True, False, True)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_execute(after, 0))
    assert disabled(lifecycle.node_lifecycle_controller_handles_disruption(after))


def test_with_a_node_ready_again_the_others_are_tainted_again() -> None:
    state = lost(up=False, ready=False, repels=True).set(fully_disrupted=True)
    after = only(lifecycle.node_lifecycle_controller_handles_disruption(state))
    assert not after.fully_disrupted
    assert node(only(lifecycle.node_lifecycle_controller_taints_no_execute(after, 0))).evicts


def test_while_some_node_is_ready_there_is_no_disruption() -> None:
    assert disabled(lifecycle.node_lifecycle_controller_handles_disruption(lost(**LOST)))
    assert disabled(lifecycle.node_lifecycle_controller_handles_disruption(lost()))


def test_in_a_small_zone_that_is_mostly_lost_no_more_nodes_are_tainted() -> None:
    machines = [machine(f"node-{name}") for name in "abcde"]
    state = cluster(tables=constants(nodes=machines))
    for slot in range(3):
        state = with_node(state, slot, up=False, ready=False, repels=True)
    assert disabled(lifecycle.node_lifecycle_controller_taints_no_execute(state, 0))
    fewer = with_node(state, 2, up=True, ready=True, repels=False)
    assert node(only(lifecycle.node_lifecycle_controller_taints_no_execute(fewer, 0))).evicts


def test_a_node_that_counts_for_no_zone_is_tainted_at_the_usual_pace() -> None:
    left_out = machine("node-a", labels={"node.kubernetes.io/exclude-disruption": ""})
    state = cluster(tables=constants(nodes=[left_out]))
    after = only(
        lifecycle.node_lifecycle_controller_taints_no_execute(with_node(state, 0, ready=False, repels=True), 0)
    )
    assert node(after).evicts
    assert disabled(lifecycle.node_lifecycle_controller_handles_disruption(after))


# -- the scheduler


def test_nothing_is_bound_to_a_tainted_node_or_to_one_that_is_gone() -> None:
    assert disabled(scheduler_binds(lost(pending(), repels=True), 0, 0))
    assert disabled(scheduler_binds(lost(pending(), registered=False), 0, 0))
    assert not disabled(scheduler_binds(lost(pending(), repels=True), 0, 1))


# -- taint eviction


def test_a_pod_that_does_not_tolerate_the_taint_is_evicted_at_once() -> None:
    state = lost(running(), tolerations=(AT_ONCE,), **LOST)
    after = only(eviction.taint_eviction_controller_handles_node(state, 0))
    assert (pod(after).deleting, pod(after).disruption_target) == (True, True)
    assert disabled(eviction.taint_eviction_controller_timer_fires(state, 0))


def test_a_pod_that_says_nothing_gets_time_and_is_evicted_then() -> None:
    state = lost(running(), **LOST)
    assert disabled(eviction.taint_eviction_controller_handles_node(state, 0))
    after = only(eviction.taint_eviction_controller_timer_fires(state, 0))
    assert (pod(after).deleting, pod(after).disruption_target) == (True, True)


def test_a_pod_that_tolerates_everything_stays() -> None:
    state = lost(running(), tolerations=(FOR_EVER,), **LOST)
    assert disabled(eviction.taint_eviction_controller_handles_node(state, 0))
    assert disabled(eviction.taint_eviction_controller_timer_fires(state, 0))
    assert eviction.tolerates_for_ever(state, pod(state))


@pytest.mark.parametrize("stays", [pending(), running(node=1), terminating(Container.SERVING), gone()])
def test_only_pods_of_the_tainted_node_that_are_not_deleted_yet_are_evicted(stays: Pod) -> None:
    state = lost(stays, **LOST)
    assert disabled(eviction.taint_eviction_controller_handles_node(state, 0))
    assert disabled(eviction.taint_eviction_controller_timer_fires(state, 0))


def test_a_pod_that_has_ended_is_evicted_too_and_is_gone_at_once() -> None:
    ended = running(phase=PodPhase.FAILED, worker=Worker.NONE, endpoint=Endpoint.UNUSED, routed=(), ready=False)
    state = lost(ended, **LOST)
    assert list(only(eviction.taint_eviction_controller_timer_fires(state, 0)).pods) == []


def test_without_the_taint_there_is_no_timer() -> None:
    assert disabled(eviction.taint_eviction_controller_timer_fires(lost(running(), repels=True), 0))


def test_a_controller_that_lags_starts_a_timer_and_calls_it_off_late() -> None:
    state = lost(running(), caches=LAGGING, **LOST)
    assert disabled(eviction.taint_eviction_controller_timer_fires(state, 0))
    timed = only(eviction.taint_eviction_controller_handles_node(state, 0))
    assert pod(timed).taint_timer is TaintTimer.CURRENT
    assert disabled(eviction.taint_eviction_controller_handles_node(timed, 0))
    back = only(lifecycle.node_lifecycle_controller_taints_no_execute(with_node(timed, 0, up=True, ready=True), 0))
    assert pod(back).taint_timer is TaintTimer.OUTDATED
    assert pod(only(eviction.taint_eviction_controller_handles_node(back, 0))).taint_timer is None
    assert pod(only(eviction.taint_eviction_controller_timer_fires(back, 0))).deleting


def test_a_timer_that_runs_is_not_set_anew_by_another_taint() -> None:
    flapped = lost(running(taint_timer=TaintTimer.OUTDATED), caches=LAGGING, **LOST)
    assert disabled(eviction.taint_eviction_controller_handles_node(flapped, 0))


# -- Pod GC, and Pods that are gone and run


def test_pods_of_a_deleted_node_are_collected() -> None:
    orphan = terminating(Container.WAITING, worker=Worker.NONE, endpoint=Endpoint.UNUSED, routed=())
    assert list(only(pod_gc_collects_orphan(lost(orphan, **LOST, registered=False), 0)).pods) == []


@pytest.mark.parametrize("stays", [running(node=1), pending(), gone(endpoint=Endpoint.READY)])
def test_other_pods_are_not_collected(stays: Pod) -> None:
    assert disabled(pod_gc_collects_orphan(lost(stays, **LOST, registered=False), 0))
    assert disabled(pod_gc_collects_orphan(lost(running(), **LOST), 0))


def test_an_orphan_with_a_finalizer_fails_and_waits_for_it() -> None:
    after = only(pod_gc_collects_orphan(lost(running(finalizer=True), **LOST, registered=False), 0))
    assert (pod(after).exists, pod(after).deleting, pod(after).phase) == (True, True, PodPhase.FAILED)
    assert pod(after).disruption_target
    ended = running(finalizer=True, phase=PodPhase.SUCCEEDED)
    after = only(pod_gc_collects_orphan(lost(ended, **LOST, registered=False), 0))
    assert (pod(after).phase, pod(after).disruption_target) == (PodPhase.SUCCEEDED, False)


def test_what_is_deleted_by_force_runs_on_until_its_kubelet_hears_of_it() -> None:
    stuck = running(deleting=True, endpoint=Endpoint.UNUSED, routed=())
    state = lost(stuck, **CUT_OFF).set(lost_pod_deletions=1)
    ghost = only(nodes.user_force_deletes_lost_pod(state, 0))
    assert (pod(ghost).exists, pod(ghost).containers) == (False, (Container.SERVING,))
    assert requested(ghost, 0) == (0, ())
    assert disabled(kubelet.kubelet_begins_termination(ghost, 0))
    back = with_node(ghost, 0, cut_off=False)
    ending = only(kubelet.kubelet_begins_termination(back, 0))
    assert pod(ending).containers == (Container.STOPPING,)
    ended = ending.update(pod(ending), containers=(Container.EXITED,))
    assert list(only(kubelet.kubelet_removes_pod(ended, 0)).pods) == []


def test_of_a_pod_that_is_deleted_by_force_on_a_dead_node_nothing_is_left() -> None:
    dead = running(worker=Worker.NONE, containers=(Container.WAITING,), endpoint=Endpoint.UNUSED, routed=())
    state = lost(dead, **LOST)
    assert list(removed(state, pod(state)).pods) == []


# -- promises


def evicted(state: Cluster) -> Cluster:
    return state.update(pod(state), deleting=True, disruption_target=True)


def test_an_eviction_in_time_is_no_offence() -> None:
    in_time = lost(running(), **LOST)
    assert pods_evicted_early.offenders(in_time, evicted(in_time)) == []
    deleted = in_time.update(pod(in_time), deleting=True)
    assert pods_evicted_early.offenders(in_time, deleted) == []


@pytest.mark.parametrize(
    ("early", "why"),
    [
        (lost(running()), "which has no taint NoExecute any more; the controller has not seen that"),
        (lost(running(), tolerations=(FOR_EVER,), **LOST), "although it tolerates its taints for ever"),
        (
            lost(running(taint_timer=TaintTimer.OUTDATED), caches=LAGGING, **LOST),
            "by a timer that was set for an earlier taint than the one that it has now",
        ),
    ],
    ids=["no taint", "tolerated", "earlier taint"],
)
def test_an_eviction_that_comes_early_is_named(early: Cluster, why: str) -> None:
    [offender] = pods_evicted_early.offenders(early, evicted(early))
    assert offender is pod(early)

    class Named:
        def pod(self, slot: int) -> str:
            return "web-v1-a"

    said = REASONS[pods_evicted_early.name]([early, evicted(early)], offender, Named())  # type: ignore[arg-type]
    assert said == f"Pod web-v1-a is evicted from Node node-a, {why}"


def test_pods_of_a_deleted_node_may_go_at_any_time() -> None:
    orphan = lost(running(), registered=False)
    assert pods_evicted_early.offenders(orphan, evicted(orphan)) == []


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ({}, []),
        ({"up": False}, ["Ready although it is silent", "without the taint NoSchedule", "without the taint NoExecute"]),
        (LOST, []),
        ({**LOST, "registered": False}, []),
        ({"ready": False, "repels": True, "evicts": True},
         ["not Ready although it is there", "with the taint NoSchedule", "with the taint NoExecute"]),
    ],
)  # fmt: skip
def test_what_the_api_says_about_a_node_is_to_come_true(machine: dict[str, Any], said: list[str]) -> None:
    assert nodes_not_as_they_are.offenders(lost(**machine)) == [f"Node node-a: {text}" for text in said]


def test_with_no_node_ready_the_taint_that_evicts_is_not_missed() -> None:
    assert nodes_not_as_they_are.offenders(lost(up=False, ready=False, repels=True, nodes=1)) == []


def test_a_pod_on_a_lost_node_is_missed_unless_it_stays_for_ever() -> None:
    missing = ["Deployment web: 0 of 1 Pods are on nodes that can be reached"]
    assert owners_that_miss_pods.offenders(lost(running(), **LOST)) == missing
    assert owners_that_miss_pods.offenders(lost(running(), tolerations=(FOR_EVER,), **LOST)) == []
    assert owners_that_miss_pods.offenders(lost(running(node=1, ready=False), **LOST)) == missing
    assert owners_that_miss_pods.offenders(lost(terminating(Container.SERVING), running(node=1), **LOST)) == []


def test_a_service_has_recovered_when_every_node_reaches_a_pod_that_answers() -> None:
    everywhere = (Endpoint.READY, Endpoint.READY)
    assert services_without_answer.offenders(lost(running(node=1, routed=everywhere), **CUT_OFF)) == []
    assert services_without_answer.offenders(lost(running(node=1), **CUT_OFF)) == [
        "Service web: requests from Node node-b get no answer"
    ]
    assert services_without_answer.offenders(lost(running(containers=(Container.WAITING,)), **LOST)) == [
        "Service web: no container behind it answers",
        "Service web: requests from Node node-b get no answer",
    ]


def test_an_orphan_is_to_be_collected() -> None:
    assert pods_of_deleted_nodes.offenders(lost(running(), **LOST)) == []
    orphaned = lost(running(), **LOST, registered=False)
    assert pods_of_deleted_nodes.offenders(orphaned) == ["a Pod of v1 is bound to a Node that is gone"]


# -- words


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ("up", "Ready")),
        (LOST, ("down", "Ready Unknown, tainted NoSchedule and NoExecute")),
        ({"cut_off": True}, ("cut off from the API server", "Ready")),
        ({"registered": False}, ("up", "no Node object")),
    ],
)
def test_a_trace_says_what_a_node_does_and_what_the_api_says(fields: dict[str, Any], said: tuple[str, ...]) -> None:
    assert node_fact(Node(like=0, **fields)) == said
