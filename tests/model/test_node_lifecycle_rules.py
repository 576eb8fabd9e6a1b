"""What the controllers of a node's lifecycle decide, where no conformance case says so."""

import pytest
from msgspec.structs import replace

from model.api.nodes import ConditionStatus, Node, NodeCondition, NodeConditionType
from model.api.objects import Condition, Pod
from model.api.taints import Taint, TaintEffect, Toleration, TolerationOperator
from model.control_plane.apiserver.default_tolerations import with_default_tolerations
from model.controllers.nodelifecycle.health import NodeHealth, try_update_node_health, unknown_conditions
from model.controllers.nodelifecycle.monitor import (
    MarkPodNotReady,
    Memory,
    Round,
    UpdateNodeStatus,
    monitor_node_health,
)
from model.controllers.nodelifecycle.no_execute import (
    mark_as_reachable,
    process_taint_based_eviction,
    taint_queued_node,
)
from model.controllers.nodelifecycle.pacing import (
    RETRY_AFTER,
    Limiter,
    QueuedNode,
    TaintQueue,
    add,
    may_take,
    next_attempt,
    postponed,
    remove,
    served,
    with_rate,
)
from model.controllers.nodelifecycle.pods import bound_to_node_not_ready
from model.controllers.nodelifecycle.settings import Settings
from model.controllers.nodelifecycle.taints import (
    NOT_READY,
    UNREACHABLE,
    AddTaints,
    RemoveTaints,
    applied,
    no_schedule_taints,
)
from model.controllers.nodelifecycle.zones import Zone, ZoneState, eviction_rate, handle_disruption
from model.controllers.tainteviction.eviction import DISRUPTION_TARGET, DeletePod, PatchPodCondition, evict
from model.controllers.tainteviction.timers import (
    EvictionTimer,
    PendingEviction,
    handle_node_update,
    handle_pod_update,
    process_pod_on_node,
)

SETTINGS = Settings()
TRUE, FALSE, UNKNOWN = ConditionStatus.TRUE, ConditionStatus.FALSE, ConditionStatus.UNKNOWN
EMPTY = TaintQueue(limiter=Limiter(rate=0.1))


def ready(status: str = TRUE, heartbeat: int = 0) -> NodeCondition:
    return NodeCondition(type=NodeConditionType.READY, status=status, last_heartbeat_time=heartbeat)


def node(name: str = "a", status: str | None = TRUE, *taints: Taint, heartbeat: int = 0, **labels: str) -> Node:
    conditions = () if status is None else (ready(status, heartbeat),)
    return Node(name=name, conditions=conditions, taints=taints, labels=labels)


# -- pacing


def test_a_token_comes_back_after_one_divided_by_the_rate() -> None:
    taken = Limiter(rate=0.1, taken=100)
    assert [may_take(taken, now) for now in (100, 109, 110)] == [False, False, True]
    assert not may_take(Limiter(rate=0), 10**9)
    assert may_take(Limiter(rate=0.1), 0)


def test_nodes_are_tried_one_by_one_at_the_pace_of_their_zone() -> None:
    queue = add(add(EMPTY, "a", 0), "b", 1)
    first = next_attempt(queue, 1)
    assert first.nodes == ("a",)
    rest = served(first.queue, "a")
    assert next_attempt(rest, 10).nodes == ()
    assert next_attempt(rest, 11).nodes == ("b",)


def test_of_nodes_that_wait_for_equally_long_any_may_be_next() -> None:
    assert next_attempt(add(add(EMPTY, "a", 0), "b", 0), 0).nodes == ("a", "b")


def test_an_attempt_at_a_node_that_is_not_due_spends_the_token() -> None:
    early = next_attempt(postponed(EMPTY, "a", 0, RETRY_AFTER), 0)
    assert (early.nodes, early.queue.limiter.taken) == ((), 0)
    assert next_attempt(early.queue, 1).nodes == ()
    assert next_attempt(early.queue, 10).nodes == ("a",)


def test_an_empty_queue_spends_nothing() -> None:
    assert next_attempt(EMPTY, 5).queue == EMPTY


def test_a_node_that_waits_or_was_served_is_not_added_again_until_it_is_removed() -> None:
    waiting = add(EMPTY, "a", 0)
    assert add(waiting, "a", 7) == waiting
    done = served(waiting, "a")
    assert (done.waiting, done.served, add(done, "a", 7)) == ((), ("a",), done)
    assert add(remove(done, "a"), "a", 7).waiting == (QueuedNode(name="a", process_at=7),)


def test_a_node_whose_attempt_failed_goes_behind_the_others() -> None:
    queue = postponed(add(add(EMPTY, "a", 0), "b", 1), "a", 5)
    assert queue.waiting == (QueuedNode(name="b", process_at=1), QueuedNode(name="a", process_at=5))


def test_another_pace_begins_with_a_token_if_there_was_one() -> None:
    assert with_rate(EMPTY, 0.1, 3) is EMPTY
    assert with_rate(EMPTY, 0.01, 3).limiter == Limiter(rate=0.01)
    spent = replace(EMPTY, limiter=Limiter(rate=0.1, taken=0))
    assert with_rate(spent, 0.01, 3).limiter == Limiter(rate=0.01, taken=3)
    assert with_rate(spent, 0.01, 10).limiter == Limiter(rate=0.01)


# -- NoExecute taints


def test_a_node_that_is_back_loses_both_taints_and_its_place() -> None:
    both = node("a", TRUE, UNREACHABLE, NOT_READY)
    done = mark_as_reachable(both, served(EMPTY, "a"))
    assert done.writes == (RemoveTaints(node="a", taints=(UNREACHABLE,)), RemoveTaints(node="a", taints=(NOT_READY,)))
    assert done.queue == EMPTY


def test_a_taint_that_was_lost_is_waited_for_again() -> None:
    again = process_taint_based_eviction(node("a", UNKNOWN), UNKNOWN, served(EMPTY, "a"), 4)
    assert again.queue.waiting == (QueuedNode(name="a", process_at=4),)
    there = process_taint_based_eviction(node("a", UNKNOWN, UNREACHABLE), UNKNOWN, served(EMPTY, "a"), 4)
    assert (there.queue, there.writes) == (served(EMPTY, "a"), ())


def test_the_opposite_taint_is_swapped_without_waiting() -> None:
    swapped = process_taint_based_eviction(node("a", UNKNOWN, NOT_READY), UNKNOWN, EMPTY, 4)
    assert swapped.writes == (
        AddTaints(node="a", taints=(UNREACHABLE,)),
        RemoveTaints(node="a", taints=(NOT_READY,)),
    )
    assert swapped.queue == EMPTY


def test_a_status_that_is_none_of_the_three_changes_nothing() -> None:
    odd = process_taint_based_eviction(node("a", "Odd"), "Odd", EMPTY, 4)
    assert (odd.writes, odd.queue) == ((), EMPTY)


@pytest.mark.parametrize(
    ("queued", "refused", "writes", "after"),
    [
        (node("a", UNKNOWN), False, (AddTaints(node="a", taints=(UNREACHABLE,)),), served(EMPTY, "a")),
        (node("a", FALSE), False, (AddTaints(node="a", taints=(NOT_READY,)),), served(EMPTY, "a")),
        (node("a", UNKNOWN), True, (AddTaints(node="a", taints=(UNREACHABLE,)),), postponed(EMPTY, "a", 9)),
        (node("a", TRUE), False, (), served(EMPTY, "a")),
        (node("a", None), False, (), postponed(EMPTY, "a", 9, RETRY_AFTER)),
        (None, False, (), served(EMPTY, "a")),
    ],
    ids=["silent", "not ready", "refused", "back", "no condition", "gone"],
)
def test_when_its_turn_comes_a_node_is_tainted_by_what_it_says_now(
    queued: Node | None, refused: bool, writes: tuple[AddTaints, ...], after: TaintQueue
) -> None:
    done = taint_queued_node("a", queued, add(EMPTY, "a", 0), 9, refused=refused)
    assert (done.writes, done.queue) == (writes, after)


def test_no_schedule_taints_mirror_the_conditions_and_leave_others_alone() -> None:
    foreign = Taint(key="dedicated", value="db", effect=TaintEffect.NO_SCHEDULE)
    silent = Taint(key=UNREACHABLE.key, effect=TaintEffect.NO_SCHEDULE)
    assert no_schedule_taints(node("a", UNKNOWN, foreign)) == (AddTaints(node="a", taints=(silent,)),)
    assert no_schedule_taints(node("a", TRUE, foreign, silent)) == (RemoveTaints(node="a", taints=(silent,)),)
    assert no_schedule_taints(node("a", UNKNOWN, silent, UNREACHABLE)) == ()


def test_a_taint_that_is_added_takes_the_place_of_the_same_one() -> None:
    old, new = replace(UNREACHABLE, value="old"), replace(UNREACHABLE, value="new")
    assert applied(AddTaints(node="a", taints=(new, NOT_READY)), (old,)) == (new, NOT_READY)


# -- health


def test_the_grace_period_is_over_after_its_last_second() -> None:
    health = NodeHealth(ready=ready(), probed=100)
    at_the_end = try_update_node_health(node(), health, None, 150, SETTINGS)
    assert (at_the_end.written, at_the_end.health) == (None, health)
    over = try_update_node_health(node(), health, None, 151, SETTINGS)
    assert over.current is not None
    assert (over.current.status, over.current.reason) == (UNKNOWN, "NodeStatusUnknown")


def test_another_heartbeat_or_a_renewed_lease_is_a_sign_of_life() -> None:
    health = NodeHealth(ready=ready(), probed=100, lease_renewed=5)
    assert try_update_node_health(node(heartbeat=1), health, None, 151, SETTINGS).health.probed == 151
    assert try_update_node_health(node(), health, 6, 151, SETTINGS).health.probed == 151
    assert try_update_node_health(node(), health, 5, 151, SETTINGS).written is not None


def test_a_restarted_controller_gives_every_node_a_new_grace_period() -> None:
    forgotten = try_update_node_health(node(), None, None, 10**6, SETTINGS)
    assert (forgotten.written, forgotten.health.probed) == (None, 10**6)


def test_a_node_that_never_posted_has_its_startup_grace_from_its_creation() -> None:
    assert try_update_node_health(node("a", None), None, None, 60, SETTINGS).written is None
    late = try_update_node_health(node("a", None), None, None, 61, SETTINGS)
    assert late.written is not None
    assert {condition.reason for condition in late.written} == {"NodeStatusNeverUpdated"}


def test_a_refused_status_is_tried_again_and_remembered_only_of_a_node_without_one() -> None:
    health = NodeHealth(ready=ready(), probed=0)
    refused = try_update_node_health(node(), health, None, 51, SETTINGS, refused=True)
    assert (refused.failed, refused.written, refused.health) == (True, None, health)
    never = try_update_node_health(node("a", None), None, None, 61, SETTINGS, refused=True)
    assert never.failed
    assert never.health.ready == never.current


def test_what_is_unknown_already_keeps_its_time_and_the_network_is_not_the_kubelet_s() -> None:
    network = NodeCondition(type=NodeConditionType.NETWORK_UNAVAILABLE, status=FALSE)
    unknown = NodeCondition(type=NodeConditionType.READY, status=UNKNOWN, last_transition_time=3)
    after = unknown_conditions(Node(name="a", conditions=(unknown, network)), 60)
    assert after[:2] == (unknown, network)
    assert [condition.type for condition in after[2:]] == ["MemoryPressure", "DiskPressure", "PIDPressure"]


def test_a_pod_that_is_bound_to_a_node_that_was_given_up_is_marked() -> None:
    assert bound_to_node_not_ready(NodeHealth(ready=ready(UNKNOWN), probed=0))
    assert not bound_to_node_not_ready(NodeHealth(ready=ready(), probed=0))
    assert not bound_to_node_not_ready(NodeHealth(probed=0))
    assert not bound_to_node_not_ready(None)


# -- rounds


def rounds(*moments: int, nodes: list[Node], pods: tuple[Pod, ...] = (), refused: tuple[str, ...] = ()) -> list[Round]:
    """Rounds at these moments over nodes that stay as they are; `refused` is so in all but the last."""
    memory, found = Memory(), []
    for number, now in enumerate(moments, 1):
        refuses = refused if number < len(moments) else ()
        done = monitor_node_health(nodes, {}, pods, memory, now, SETTINGS, refused=refuses)
        memory = done.memory
        found.append(done)
    return found


POD = Pod(name="p", node="a", ready=True)


def test_a_node_whose_status_is_refused_is_looked_at_again_in_the_next_round() -> None:
    _, refused, last = rounds(0, 51, 56, nodes=[node(), node("b", heartbeat=1)], pods=(POD,), refused=("a",))
    assert not any(isinstance(write, UpdateNodeStatus) and write.node == "a" for write in refused.writes)
    assert any(isinstance(write, UpdateNodeStatus) and write.node == "a" for write in last.writes)
    assert MarkPodNotReady(pod=POD) in last.writes


def test_pods_whose_marking_is_refused_are_marked_in_the_next_round() -> None:
    memory = Memory()
    monitored = monitor_node_health([node()], {}, [POD], memory, 0, SETTINGS)
    refused = monitor_node_health([node()], {}, [POD], monitored.memory, 51, SETTINGS, refused=("p",))
    assert refused.memory.retry == ("a",)
    silent = node("a", UNKNOWN)
    again = monitor_node_health([silent], {}, [POD], refused.memory, 56, SETTINGS)
    assert MarkPodNotReady(pod=POD) in again.writes
    assert again.memory.retry == ()
    settled = monitor_node_health([silent], {}, [POD], again.memory, 61, SETTINGS)
    assert settled.writes == ()


def test_a_restarted_controller_takes_the_taints_away_that_evict() -> None:
    tainted = node("a", UNKNOWN, UNREACHABLE)
    [first] = rounds(0, nodes=[tainted, node("b")])
    assert RemoveTaints(node="a", taints=(UNREACHABLE,)) in first.writes


def test_where_nobody_is_ready_nobody_is_tainted_and_all_get_time_when_that_ends() -> None:
    lost = [node("a", UNKNOWN), node("b", UNKNOWN)]
    entered = rounds(0, 5, nodes=lost)[-1]
    assert entered.memory.zones == {"": ZoneState.FULL_DISRUPTION}
    assert entered.memory.queues[""].limiter.rate == 0
    back = monitor_node_health(
        [node("a", UNKNOWN), node("b", TRUE, heartbeat=1)], {}, [], entered.memory, 500, SETTINGS
    )
    assert back.memory.zones == {"": ZoneState.NORMAL}
    assert {health.probed for health in back.memory.health.values()} == {500}
    assert back.memory.queues[""].limiter.rate == SETTINGS.eviction_rate


# -- zones


def test_a_large_zone_that_is_partly_lost_is_tainted_slowly_and_a_small_one_not_at_all() -> None:
    partial = ZoneState.PARTIAL_DISRUPTION
    assert eviction_rate(partial, 51, SETTINGS) == SETTINGS.secondary_eviction_rate
    assert eviction_rate(partial, 50, SETTINGS) == 0
    assert eviction_rate(ZoneState.FULL_DISRUPTION, 50, SETTINGS) == SETTINGS.eviction_rate


def test_a_zone_without_nodes_is_forgotten_unless_it_is_overlooked() -> None:
    states = {"x": ZoneState.NORMAL, "gone": ZoneState.NORMAL}
    zones = {"x": Zone(ready=1)}
    assert handle_disruption(states, zones, SETTINGS).states == {"x": ZoneState.NORMAL}
    kept = handle_disruption(states, zones, SETTINGS, overlooked=["gone"])
    assert kept.states == {"x": ZoneState.NORMAL, "gone": None}


# -- taint eviction

SHORT = Toleration(key=UNREACHABLE.key, operator=TolerationOperator.EXISTS, seconds=30)
LONG = Toleration(key=UNREACHABLE.key, operator=TolerationOperator.EXISTS, seconds=600)
FOR_EVER = Toleration(operator=TolerationOperator.EXISTS)
TIMER = EvictionTimer(created_at=0, fire_at=30)


def test_the_first_toleration_that_matches_counts() -> None:
    assert process_pod_on_node([LONG, SHORT], [UNREACHABLE], None, 10).timer == EvictionTimer(
        created_at=10, fire_at=610
    )


def test_of_several_taints_the_shortest_toleration_counts() -> None:
    other = Taint(key="maintenance", effect=TaintEffect.NO_EXECUTE)
    tolerations = [SHORT, replace(LONG, key="maintenance")]
    pending = process_pod_on_node(tolerations, [other, UNREACHABLE], None, 0)
    assert pending.timer == TIMER
    assert process_pod_on_node([SHORT], [other, UNREACHABLE], None, 0) == PendingEviction(evict_now=True)


def test_a_timer_that_runs_is_kept_whatever_the_tolerations_have_become() -> None:
    assert process_pod_on_node([LONG], [UNREACHABLE], TIMER, 10).timer == TIMER
    assert process_pod_on_node([replace(SHORT, seconds=0)], [UNREACHABLE], TIMER, 10).timer == TIMER
    assert process_pod_on_node([FOR_EVER], [UNREACHABLE], TIMER, 10) == PendingEviction()


def test_a_toleration_of_no_seconds_evicts_at_once() -> None:
    assert process_pod_on_node([replace(SHORT, seconds=0)], [UNREACHABLE], None, 0) == PendingEviction(evict_now=True)
    assert process_pod_on_node([replace(SHORT, seconds=-5)], [UNREACHABLE], None, 0) == PendingEviction(evict_now=True)


def test_only_taints_that_evict_set_timers_and_without_them_timers_are_called_off() -> None:
    repels = replace(UNREACHABLE, effect=TaintEffect.NO_SCHEDULE)
    assert handle_node_update([SHORT], [repels], TIMER, 10) == PendingEviction()
    assert handle_node_update([SHORT], [repels, UNREACHABLE], None, 0).timer == TIMER


def test_a_changed_pod_on_a_node_that_was_never_seen_tainted_keeps_its_timer() -> None:
    assert handle_pod_update([SHORT], [], TIMER, 10) == PendingEviction(timer=TIMER)
    assert handle_pod_update([], [UNREACHABLE], TIMER, 10) == PendingEviction(evict_now=True)


def test_an_eviction_says_why_before_it_deletes() -> None:
    assert evict("p") == (PatchPodCondition(pod="p", condition=DISRUPTION_TARGET), DeletePod(pod="p"))


@pytest.mark.parametrize(
    ("condition", "says_it"),
    [
        (DISRUPTION_TARGET, True),
        (Condition(type="DisruptionTarget", status="True", reason="EvictionByEvictionAPI"), False),
        (Condition(type="DisruptionTarget", status="False", reason="DeletionByTaintManager"), False),
    ],
)
def test_a_pod_that_says_why_already_is_not_patched(condition: Condition, says_it: bool) -> None:
    assert [type(write) for write in evict("p", condition)] == ([] if says_it else [PatchPodCondition]) + [DeletePod]


# -- admission


def test_a_pod_that_says_nothing_tolerates_both_taints_for_five_minutes() -> None:
    added = with_default_tolerations(())
    assert [(each.key, each.effect, each.seconds) for each in added] == [
        ("node.kubernetes.io/not-ready", TaintEffect.NO_EXECUTE, 300),
        ("node.kubernetes.io/unreachable", TaintEffect.NO_EXECUTE, 300),
    ]


@pytest.mark.parametrize(
    ("own", "keys"),
    [
        (SHORT, ["node.kubernetes.io/not-ready"]),
        (replace(SHORT, operator=TolerationOperator.EQUAL, value="never"), ["node.kubernetes.io/not-ready"]),
        (FOR_EVER, []),
        (replace(FOR_EVER, effect=TaintEffect.NO_SCHEDULE), ["node.kubernetes.io/not-ready", UNREACHABLE.key]),
        (replace(SHORT, key="dedicated"), ["node.kubernetes.io/not-ready", UNREACHABLE.key]),
    ],
    ids=["one of them", "with a value", "everything", "another effect", "another key"],
)
def test_what_a_pod_says_itself_about_a_taint_is_left_alone(own: Toleration, keys: list[str]) -> None:
    assert [each.key for each in with_default_tolerations((own,))] == [own.key, *keys]
