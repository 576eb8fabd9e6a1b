"""What the DaemonSet controller decides, where no conformance case says so."""

from typing import Any

import pytest
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.daemon_sets import DaemonPodTemplate, DaemonSet, DaemonSetUpdateStrategy
from model.api.labels import Expression
from model.api.node_affinity import NodeSelectorTerm
from model.api.objects import Pod, PodPhase
from model.api.refusals import Refusal
from model.api.taints import NODE_UNSCHEDULABLE, Taint, TaintEffect, Toleration, TolerationOperator
from model.control_plane.scheduler.filters import Node, Requested, feasible
from model.controllers.daemonset.back_off import MAXIMUM, BackOff
from model.controllers.daemonset.budgets import Budgets, budgets
from model.controllers.daemonset.daemon_pods import (
    GENERATION_LABEL,
    HASH_LABEL,
    Placement,
    is_updated,
    new_pod,
    only_node,
    pod_spec,
    pods_by_node,
    target_node,
)
from model.controllers.daemonset.handlers import (
    daemon_sets_to_queue,
    node_update_matters,
    pod_added,
    pod_updated,
    queued_for_node,
)
from model.controllers.daemonset.history import beyond_history, construct_history
from model.controllers.daemonset.manage import pods_should_be_on_node
from model.controllers.daemonset.rolling_update import (
    Health,
    RollingUpdate,
    UpdatedOnNode,
    create_first,
    delete_first,
    find_updated_pods_on_node,
    possible_choices,
    rolling_update,
)
from model.controllers.daemonset.should_run import ShouldRun, node_should_run_daemon_pod
from model.controllers.daemonset.steps import Memory, Server, Settings, Sync
from model.controllers.daemonset.sync import Caches, possible_syncs, sync
from model.controllers.daemonset.tolerations import NOT_READY, daemon_pod_tolerations
from model.controllers.daemonset.writes import (
    Adopt,
    CountCollision,
    CreatePod,
    DeletePod,
    RelabelPod,
    Release,
    UpdateStatus,
    Write,
)
from model.controllers.expectations import ControllerExpectations
from model.controllers.history import CreateControllerRevision, DeleteControllerRevision, UpdateControllerRevision

NOW = 1000
RUN = ShouldRun(True, True)
AGENT = DaemonSet(name="agent", uid="agent")
CURRENT = ControllerRevision(name="agent-new", labels={HASH_LABEL: "new"}, data=AGENT.template, revision=2)
FORMER = ControllerRevision(name="agent-old", labels={HASH_LABEL: "old"}, data="old", revision=1)
NODES = tuple(Node(name=name) for name in "abcd")


def pod(name: str, node: str, revision: str = "new", **fields: Any) -> Pod:
    given: dict[str, Any] = {"phase": PodPhase.RUNNING, "ready": True, "labels": {HASH_LABEL: revision}} | fields
    return Pod(name=name, controller="agent", node=node, **given)


def failed(name: str, node: str = "a") -> Pod:
    return pod(name, node, phase=PodPhase.FAILED, ready=False)


def outcomes(
    daemon_set: DaemonSet = AGENT,
    pods: tuple[Pod, ...] = (),
    nodes: tuple[Node, ...] = NODES,
    memory: Memory = Memory(),  # noqa: B008  a frozen value
    server: Server = Server(),  # noqa: B008  a frozen value
    settings: Settings = Settings(),  # noqa: B008  a frozen value
    revisions: tuple[ControllerRevision, ...] = (FORMER, CURRENT),
) -> list[Sync]:
    caches = Caches(nodes=nodes, pods=pods, revisions=revisions)
    keywords: dict[str, Any] = {"selects": lambda labels: "other" not in labels, "server": server, "settings": settings}
    found = list(possible_syncs(daemon_set, caches, memory, NOW, **keywords))
    assert sync(daemon_set, caches, memory, NOW, **keywords) == found[0]
    return found


def created(outcome: Sync) -> list[str]:
    return [write.node for write in outcome.writes if isinstance(write, CreatePod)]


def deleted(outcome: Sync) -> list[str]:
    return [write.pod.name for write in outcome.writes if isinstance(write, DeletePod)]


def refuse(kind: type, refusal: Refusal, node: str | None = None) -> Server:
    def answer(write: Write) -> Refusal | None:
        return refusal if isinstance(write, kind) and (node is None or getattr(write, "node", "") == node) else None

    return Server(answer=answer)


class TestPlacement:
    def test_a_new_pod_can_be_scheduled_to_its_node_only(self) -> None:
        spec = pod_spec(DaemonPodTemplate(), "b")
        found = [node.name for node in NODES if not feasible(spec, replace(node, allocatable={"pods": 9}), Requested())]
        assert found == ["b"]
        assert spec.node_name == ""

    def test_the_older_controller_binds_its_pods_itself(self) -> None:
        bound = new_pod(AGENT, "b", "new", Placement.NODE_NAME)
        assert (bound.node, bound.required_terms) == ("b", None)
        pinned = new_pod(AGENT, "b", "new")
        assert (pinned.node, target_node(pinned)) == ("", "b")

    def test_the_template_s_own_affinity_is_replaced(self) -> None:
        zone = (NodeSelectorTerm(match_expressions=(Expression("zone", "In", ("z",)),)),)
        template = DaemonPodTemplate(required_terms=zone)
        assert pod_spec(template, "b").required_terms == only_node("b")
        assert pod_spec(template, "b", Placement.NODE_NAME).required_terms == zone

    def test_a_cordon_keeps_no_pod_of_a_daemon_set_away(self) -> None:
        cordoned = Node(name="a", taints=(Taint(key=NODE_UNSCHEDULABLE, effect=TaintEffect.NO_SCHEDULE),))
        assert node_should_run_daemon_pod(cordoned, AGENT.template) == RUN

    def test_a_toleration_that_ends_is_made_to_last(self) -> None:
        brief = Toleration(
            key=NOT_READY, operator=TolerationOperator.EXISTS, effect=TaintEffect.NO_EXECUTE, seconds=300
        )
        tolerations = daemon_pod_tolerations((brief,), host_network=False)
        assert brief not in tolerations
        assert tolerations[0] == replace(brief, seconds=None)
        assert len(tolerations) == 6
        assert len(daemon_pod_tolerations((), host_network=True)) == 7

    def test_labels_say_which_revision_a_new_pod_has(self) -> None:
        labels = new_pod(replace(AGENT, template_generation=7), "a", "new").labels
        assert labels == {HASH_LABEL: "new", GENERATION_LABEL: "7"}

    def test_a_pod_of_the_same_generation_is_updated_whatever_its_hash(self) -> None:
        older = Pod(labels={HASH_LABEL: "old", GENERATION_LABEL: "7"})
        assert is_updated(older, "new", 7)
        assert not is_updated(older, "new", 8)
        assert not is_updated(older, "new")
        assert not is_updated(Pod(), "")

    def test_pods_that_finished_and_are_being_deleted_are_overlooked(self) -> None:
        gone = pod("p", "a", phase=PodPhase.SUCCEEDED, deleting=True)
        assert pods_by_node([gone]) == {}
        assert pods_by_node([gone], include_deleted_terminal=True) == {"a": (gone,)}

    def test_a_pod_that_could_be_anywhere_is_for_no_node(self) -> None:
        assert target_node(Pod()) is None
        two = NodeSelectorTerm(match_fields=(Expression("metadata.name", "In", ("a", "b")),))
        assert target_node(Pod(required_terms=(two,))) is None


class TestManaging:
    def test_one_failed_pod_of_a_node_is_deleted_at_a_time(self) -> None:
        found = outcomes(pods=(failed("p"), failed("q")), nodes=NODES[:1])
        assert [deleted(outcome) for outcome in found] == [["p"], ["q"]]
        assert found[0].memory.back_offs == {("agent", 0, "a"): BackOff(1, NOW)}
        assert found[0].requeue_after == 1

    def test_the_next_failed_pod_has_to_wait_twice_as_long(self) -> None:
        back_off = BackOff(4, NOW - 3)
        waiting = pods_should_be_on_node(AGENT, RUN, [failed("p")], "new", back_off, NOW)
        assert (waiting.delete, waiting.requeue_after, waiting.back_off) == ((), 4, back_off)
        over = pods_should_be_on_node(AGENT, RUN, [failed("p")], "new", back_off, NOW + 1)
        assert (over.delete, over.requeue_after, over.back_off) == ((failed("p"),), None, BackOff(8, NOW + 1))

    def test_the_delay_doubles_to_a_quarter_of_an_hour(self) -> None:
        assert BackOff(256, 0).next(1) == BackOff(512, 1)
        assert BackOff(512, 0).next(1) == BackOff(900, 1)

    def test_the_delay_ends_and_begins_anew(self) -> None:
        longest = BackOff(MAXIMUM, 0)
        assert longest.next(MAXIMUM) == BackOff(MAXIMUM, MAXIMUM)
        assert longest.next(2 * MAXIMUM) == BackOff(MAXIMUM, 2 * MAXIMUM)
        assert longest.next(2 * MAXIMUM + 1) == BackOff(1, 2 * MAXIMUM + 1)
        assert not BackOff().pending(0)

    def test_without_surge_the_oldest_pod_that_is_bound_stays(self) -> None:
        pods = (
            pod("p", "", required_terms=only_node("a"), created=1),
            pod("q", "a", created=3),
            pod("r", "a", created=2),
        )
        (outcome,) = outcomes(pods=pods, nodes=NODES[:1])
        assert sorted(deleted(outcome)) == ["p", "q"]

    @pytest.mark.parametrize(("surge", "expected"), [(0, []), (1, ["a"])])
    def test_only_with_surge_a_pod_is_created_beside_one_that_terminates(self, surge: int, expected: list[str]) -> None:
        agent = replace(AGENT, max_surge=surge, max_unavailable=1 - surge)
        (outcome,) = outcomes(agent, (pod("p", "a", deleting=True),), NODES[:1])
        assert created(outcome) == expected

    def test_a_pod_for_a_node_that_is_gone_is_deleted_only_if_it_is_not_bound(self) -> None:
        pods = (pod("p", "", required_terms=only_node("gone")), pod("q", "gone"))
        (outcome,) = outcomes(pods=pods, nodes=())
        assert deleted(outcome) == ["p"]


class TestRollingUpdate:
    def test_any_old_pods_may_go_but_no_more_than_may_be_unavailable(self) -> None:
        pods = tuple(pod(node.name, node.name, "old") for node in NODES)
        found = outcomes(replace(AGENT, max_unavailable="50%"), pods)
        assert sorted(deleted(outcome) for outcome in found) == [
            ["a", "b"], ["a", "c"], ["a", "d"], ["b", "c"], ["b", "d"], ["c", "d"],
        ]  # fmt: skip

    def test_old_pods_that_are_unavailable_go_whatever_maximum_there_is(self) -> None:
        pods = tuple(pod(node.name, node.name, "old", ready=False) for node in NODES)
        (outcome,) = outcomes(pods=pods)
        assert deleted(outcome) == ["a", "b", "c", "d"]

    def test_surge_stops_at_an_old_pod_on_a_node_that_is_gone(self) -> None:
        agent = replace(AGENT, max_surge=1, max_unavailable=0)
        pods = (pod("a", "a", "old"), pod("z", "gone", "old"))
        assert rolling_update(agent, NODES[:1], pods_by_node(pods), "new", NOW).error
        (outcome,) = outcomes(agent, pods, NODES[:1])
        assert outcome.error
        assert created(outcome) == []

    def test_a_node_with_several_old_or_new_pods_uses_up_the_budget(self) -> None:
        several = [
            find_updated_pods_on_node(
                "a", pods, lambda each: each.labels[HASH_LABEL] == "new", lambda _: Health.AVAILABLE
            )
            for pods in ([pod("p", "a"), pod("q", "a")], [pod("p", "a", "old"), pod("q", "a", "old")])
        ]
        assert [node.unclear for node in several] == [True, True]
        healthy = UpdatedOnNode(name="b", old=pod("b", "b", "old"), old_health=Health.AVAILABLE)
        assert [delete_first([*several, healthy], budget).deletions for budget in (1, 2, 3)] == [0, 0, 1]
        assert [create_first([*several, healthy], budget, 2).creations for budget in (1, 2, 3)] == [0, 0, 1]

    def test_without_surge_a_node_with_an_old_and_a_new_pod_is_left_to_the_next_sync(self) -> None:
        both = UpdatedOnNode(
            name="a",
            old=pod("p", "a", "old"),
            new=pod("q", "a"),
            old_health=Health.AVAILABLE,
            new_health=Health.AVAILABLE,
        )
        assert delete_first([both], 2) == RollingUpdate()

    def test_with_surge_old_pods_leave_nodes_that_should_have_none_as_others_serve(self) -> None:
        def old(name: str, *, should_run: bool) -> UpdatedOnNode:
            return UpdatedOnNode(
                name=name, old=pod(name, name, "old"), old_health=Health.AVAILABLE, should_run=should_run
            )

        leaving = [old("a", should_run=False), old("b", should_run=False)]
        assert [create_first(leaving, 1, desired).deletions for desired in (3, 2, 1, 0)] == [0, 0, 1, 2]
        serving = UpdatedOnNode(name="c", new=pod("c", "c"), new_health=Health.AVAILABLE)
        update = create_first([*leaving, serving], 1, 2)
        assert update.deletions == 1
        assert [names for _, names in possible_choices(update)] == [(leaving[0].old,), (leaving[1].old,)]

    def test_on_delete_leaves_old_pods_alone(self) -> None:
        agent = replace(AGENT, update_strategy=DaemonSetUpdateStrategy.ON_DELETE)
        (outcome,) = outcomes(agent, tuple(pod(node.name, node.name, "old", ready=False) for node in NODES))
        assert deleted(outcome) == []

    def test_both_budgets_round_up_and_are_not_both_zero(self) -> None:
        assert budgets(replace(AGENT, max_unavailable="10%", max_surge=0), 3) == Budgets(0, 1)
        assert budgets(replace(AGENT, max_unavailable=0, max_surge="34%"), 3) == Budgets(2, 0)
        assert budgets(replace(AGENT, max_unavailable=0, max_surge=None), 3) == Budgets(0, 1)
        assert budgets(replace(AGENT, max_unavailable=0, max_surge=0), 0) == Budgets(0, 0)


class TestSync:
    def test_while_pods_are_awaited_only_the_status_is_written(self) -> None:
        memory = Memory(expectations=ControllerExpectations(creations=1, set_at=NOW - 300))
        (outcome,) = outcomes(replace(AGENT, generation=5, observed_generation=4), memory=memory)
        (write,) = outcome.writes
        assert isinstance(write, UpdateStatus)
        assert (write.status.desired_number_scheduled, write.status.observed_generation) == (4, 4)
        assert created(outcomes(memory=Memory(expectations=ControllerExpectations(creations=1, set_at=NOW - 301)))[0])

    def test_a_status_that_says_nothing_new_is_not_written(self) -> None:
        agent = replace(AGENT, observed_generation=1)
        assert outcomes(agent, nodes=())[0].writes == ()
        assert outcomes(replace(agent, generation=2), nodes=())[0].writes != ()

    def test_a_daemon_set_that_is_being_deleted_is_left_alone(self) -> None:
        assert outcomes(replace(AGENT, deleting=True)) == [Sync()]

    def test_refused_creates_end_the_slow_start_and_are_not_awaited(self) -> None:
        server = refuse(CreatePod, Refusal.FORBIDDEN, node="b")
        (outcome,) = outcomes(server=server)
        assert created(outcome) == ["a", "c"]
        assert outcome.error
        assert outcome.memory.expectations == ControllerExpectations(creations=2, set_at=NOW)
        assert any(isinstance(write, UpdateStatus) for write in outcome.writes)

    def test_creates_into_a_namespace_that_is_going_stay_awaited(self) -> None:
        (outcome,) = outcomes(server=refuse(CreatePod, Refusal.NAMESPACE_TERMINATING))
        assert not outcome.error
        assert outcome.memory.expectations.creations == 4

    def test_a_pod_that_is_gone_already_is_not_awaited_and_is_no_error(self) -> None:
        pods = (pod("p", "a", phase=PodPhase.SUCCEEDED, ready=False), pod("b", "b", "old"))
        (outcome,) = outcomes(pods=pods, nodes=NODES[:2], server=refuse(DeletePod, Refusal.NOT_FOUND))
        assert not outcome.error
        assert outcome.memory.expectations.fulfilled()

    def test_no_more_is_created_at_a_time_than_the_burst(self) -> None:
        (outcome,) = outcomes(settings=Settings(burst=3))
        assert created(outcome) == ["a", "b", "c"]
        assert outcome.memory.expectations.creations == 3

    def test_each_refused_delete_is_awaited_no_more(self) -> None:
        pods = tuple(pod(node.name, node.name, phase=PodPhase.SUCCEEDED, ready=False) for node in NODES)
        (outcome,) = outcomes(pods=pods, server=refuse(DeletePod, Refusal.FORBIDDEN))
        assert outcome.error
        assert outcome.memory.expectations == ControllerExpectations(set_at=NOW)

    def test_one_sync_creates_and_deletes_250_pods_at_most(self) -> None:
        nodes = tuple(Node(name=str(number)) for number in range(251))
        assert len(created(outcomes(nodes=nodes)[0])) == 250
        pods = tuple(pod(node.name, node.name, phase=PodPhase.SUCCEEDED, ready=False) for node in nodes)
        assert len(deleted(outcomes(nodes=nodes, pods=pods)[0])) == 250

    def test_a_sync_that_sees_its_own_deletes_counts_a_bound_pod_as_terminating(self) -> None:
        succeeded: dict[str, Any] = {"phase": PodPhase.SUCCEEDED, "ready": False}
        bound = pod("b", "a", **succeeded)
        unbound = pod("u", "", required_terms=only_node("b"), **succeeded)
        (outcome,) = outcomes(pods=(bound, unbound), nodes=NODES[:2], settings=Settings(sees_own_writes=True))
        (status,) = (write.status for write in outcome.writes if isinstance(write, UpdateStatus))
        assert deleted(outcome) == ["b", "u"]
        assert status.current_number_scheduled == 0
        assert outcome.memory.expectations.fulfilled()

    def test_a_refused_status_is_an_error_and_so_is_an_adoption_that_is_not_allowed(self) -> None:
        assert outcomes(server=refuse(UpdateStatus, Refusal.CONFLICT))[0].error
        orphan = replace(pod("p", "a"), controller=None)
        (denied,) = outcomes(pods=(orphan,), server=Server(can_adopt=False))
        assert (denied.error, denied.writes) == (True, ())

    def test_orphans_are_adopted_and_others_released(self) -> None:
        orphan = replace(pod("p", "a"), controller=None)
        stranger = pod("q", "b", labels={"other": ""})
        (outcome,) = outcomes(pods=(orphan, stranger), nodes=NODES[:2])
        assert outcome.writes[:2] == (Adopt(orphan), Release(stranger))
        assert created(outcome) == ["b"]

    def test_a_ready_pod_that_will_be_available_is_looked_at_again(self) -> None:
        agent = replace(AGENT, min_ready_seconds=30)
        (outcome,) = outcomes(agent, (pod("p", "a", ready_since=NOW - 5),), NODES[:1])
        assert outcome.requeue_after == 30
        (outcome,) = outcomes(replace(agent, min_ready_seconds=1), (pod("p", "a", ready_since=NOW),), NODES[:1])
        assert outcome.requeue_after == 1
        (outcome,) = outcomes(agent, (pod("p", "a", ready_since=NOW - 30),), NODES[:1])
        assert outcome.requeue_after is None


class TestHistory:
    def test_a_template_without_a_revision_gets_one_with_the_next_number(self) -> None:
        history = construct_history(AGENT, [FORMER], [], hash_function=lambda data, count: f"h{count}")
        assert history.old == (FORMER,)
        assert history.hash_value == "h0"
        (write,) = history.writes
        assert isinstance(write, CreateControllerRevision)
        assert (write.revision.name, write.revision.revision) == ("agent-h0", 2)

    def test_going_back_takes_the_old_revision_and_renumbers_it(self) -> None:
        later = replace(FORMER, revision=3)
        history = construct_history(AGENT, [CURRENT, later], [])
        assert history.hash_value == "new"
        assert history.writes == (UpdateControllerRevision(replace(CURRENT, revision=4)),)

    def test_of_two_equal_revisions_the_later_stays_and_every_pod_gets_its_label(self) -> None:
        double = replace(CURRENT, name="agent-double", labels={HASH_LABEL: "double"}, revision=1)
        pods = [pod("p", "a", "double"), pod("q", "b"), pod("r", "c", "old")]
        history = construct_history(AGENT, [CURRENT, double], pods)
        assert history.current == CURRENT
        assert history.writes == (
            RelabelPod(pods[0], "new"),
            RelabelPod(pods[2], "new"),
            DeleteControllerRevision("agent-double"),
        )

    def test_a_revision_without_a_hash_is_labelled_with_its_name(self) -> None:
        history = construct_history(AGENT, [replace(CURRENT, labels={})], [])
        assert history.hash_value == "agent-new"
        assert len(history.writes) == 1

    def test_a_name_that_is_taken_by_another_template_is_counted_once(self) -> None:
        taken = replace(FORMER, name="agent-h0")
        name: dict[str, Any] = {"stored": [taken], "hash_function": lambda data, count: f"h{count}"}
        counted = construct_history(AGENT, [], [], **name)
        assert (counted.current, counted.writes) == (None, (CountCollision(1),))
        stale = construct_history(AGENT, [], [], live_collision_count=1, **name)
        assert (stale.current, stale.writes) == (None, ())
        server = Server(stored_revisions=(taken,))
        (outcome,) = outcomes(revisions=(), server=server, settings=Settings(hash_function=lambda data, count: "h0"))
        assert (outcome.error, outcome.writes) == (True, (CountCollision(1),))

    def test_a_create_whose_answer_was_lost_is_found_again(self) -> None:
        mine = replace(CURRENT, name="agent-h0")
        history = construct_history(AGENT, [], [], stored=[mine], hash_function=lambda data, count: f"h{count}")
        assert (history.current, history.writes) == (mine, ())

    def test_revisions_beyond_the_limit_go_unless_a_pod_has_them(self) -> None:
        old = [
            replace(FORMER, name=str(number), labels={HASH_LABEL: str(number)}, revision=number) for number in (3, 1, 2)
        ]
        agent = replace(AGENT, revision_history_limit=1)
        assert [each.name for each in beyond_history(agent, old, [])] == ["1", "2"]
        assert [each.name for each in beyond_history(agent, old, [pod("p", "a", "1")])] == ["2", "3"]
        (outcome,) = outcomes(agent, nodes=(), revisions=(*old, replace(CURRENT, revision=9)))
        assert outcome.writes[:2] == (DeleteControllerRevision("1"), DeleteControllerRevision("2"))


class TestWatching:
    def test_a_pod_that_becomes_ready_is_looked_at_a_second_late(self) -> None:
        agent = replace(AGENT, min_ready_seconds=10)
        reaction = pod_updated(pod("p", "a", ready=False), pod("p", "a"), [agent], lambda *_: True)
        assert (reaction.queued, reaction.queued_after) == ((agent,), ((agent, 11),))
        hasty = replace(agent, min_ready_seconds=1)
        assert pod_updated(pod("p", "a", ready=False), pod("p", "a"), [hasty], lambda *_: True).queued_after
        assert pod_updated(pod("p", "a"), pod("p", "a"), [agent], lambda *_: True).queued_after == ()
        assert pod_updated(pod("p", "a", ready=False), pod("p", "a"), [AGENT], lambda *_: True).queued_after == ()

    def test_a_pod_that_appears_is_a_creation_unless_it_is_being_deleted(self) -> None:
        assert pod_added(pod("p", "a"), [AGENT], lambda *_: True).creation_observed == AGENT
        leaving = pod_added(pod("p", "a", deleting=True), [AGENT], lambda *_: True)
        assert (leaving.creation_observed, leaving.deletion_observed) == (None, AGENT)

    def test_an_orphan_is_offered_to_whoever_selects_it_when_its_labels_change(self) -> None:
        orphan = replace(pod("p", "a"), controller=None)
        assert pod_added(orphan, [AGENT], lambda *_: True).queued == (AGENT,)
        assert pod_updated(orphan, orphan, [AGENT], lambda *_: True).queued == ()
        assert pod_updated(replace(orphan, labels={}), orphan, [AGENT], lambda *_: True).queued == (AGENT,)
        assert pod_updated(pod("p", "a"), orphan, [AGENT], lambda *_: True).queued == (AGENT, AGENT)

    def test_of_a_node_only_labels_and_taints_are_watched(self) -> None:
        node = Node(name="a")
        assert not node_update_matters(node, replace(node, unschedulable=True))
        assert node_update_matters(node, replace(node, labels={"disk": "ssd"}))

    @pytest.mark.parametrize(
        ("run", "stays", "scheduled", "misscheduled", "queued"),
        [
            (True, True, False, 0, True),
            (False, True, False, 1, False),
            (True, True, True, 0, False),
            (True, True, True, 1, True),
            (False, False, True, 0, True),
        ],
    )
    def test_a_daemon_set_is_queued_for_a_node_that_lacks_a_pod_or_has_one_too_many(
        self, run: bool, stays: bool, scheduled: bool, misscheduled: int, queued: bool
    ) -> None:
        answer = queued_for_node(run=run, continue_running=stays, scheduled=scheduled, misscheduled=misscheduled)
        assert answer is queued

    def test_a_pod_that_is_only_pinned_to_a_node_is_not_seen_there(self) -> None:
        pinned = pod("p", "", required_terms=only_node("a"))
        assert daemon_sets_to_queue(NODES[0], [AGENT], [pinned]) == [AGENT]
        assert daemon_sets_to_queue(NODES[0], [AGENT], [pod("p", "a")]) == []
