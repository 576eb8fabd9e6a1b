"""Rules of the scheduler that no conformance case asks about."""

import pytest
from msgspec.structs import replace

from model.api.labels import Operator, Requirement
from model.control_plane.scheduler.default_filters import default_filters
from model.control_plane.scheduler.filters import Node, PodSpec
from model.control_plane.scheduler.interpod_affinity_score import interpod_affinity_scores
from model.control_plane.scheduler.preemption import CandidateNumber, possible_preemptions
from model.control_plane.scheduler.snapshot import PodAffinityTerm, PodInfo, Snapshot, WeightedPodAffinityTerm

NODE = Node(name="n", labels={"zone": "z"}, allocatable={"pods": 10, "cpu": 10})
PENDING = PodInfo(name="pending", labels={"app": "a"}, priority=5, spec=PodSpec(requests={"cpu": 6}))
NOMINATED = PodInfo(name="nominated", nominated_node="n", priority=5, spec=PodSpec(requests={"cpu": 6}))
APP_A = (Requirement("app", Operator.EQUALS, ("a",)),)
SHUN_A = PodAffinityTerm(selector=APP_A, topology_key="zone")


@pytest.mark.parametrize(("priority", "refused"), [(6, True), (5, True), (4, False)])
def test_room_for_nominated_pods_of_no_lower_priority(priority: int, refused: bool) -> None:
    snapshot = Snapshot(nodes=(NODE,), nominated=(replace(NOMINATED, priority=priority),))
    assert (default_filters(PENDING, NODE, snapshot) is not None) == refused


def test_own_nomination_takes_no_room() -> None:
    own = replace(PENDING, nominated_node="n")
    assert default_filters(own, NODE, Snapshot(nodes=(NODE,), nominated=(own,))) is None


def test_affinity_to_a_nominated_pod_does_not_count() -> None:
    pod = replace(PENDING, labels={}, affinity=(SHUN_A,), spec=PodSpec())
    nominated = replace(NOMINATED, labels={"app": "a"}, spec=PodSpec())
    refusal = default_filters(pod, NODE, Snapshot(nodes=(NODE,), nominated=(nominated,)))
    assert refusal is not None
    assert refusal.plugin == "InterPodAffinity"


def test_anti_affinity_of_a_nominated_pod_goes_unnoticed_unless_the_filter_runs() -> None:
    pod = replace(PENDING, spec=PodSpec())
    nominated = replace(NOMINATED, anti_affinity=(SHUN_A,), spec=PodSpec())
    snapshot = Snapshot(nodes=(NODE,), nominated=(nominated,))
    assert default_filters(pod, NODE, snapshot) is None
    other_term = PodAffinityTerm(selector=(Requirement("app", Operator.EQUALS, ("b",)),), topology_key="zone")
    assert default_filters(replace(pod, anti_affinity=(other_term,)), NODE, snapshot) is not None


def test_preemption_may_choose_any_of_equal_nodes() -> None:
    nodes = tuple(replace(NODE, name=name) for name in "abc")
    pods = tuple(PodInfo(name=f"low-{node.name}", node=node.name, spec=PodSpec(requests={"cpu": 6})) for node in nodes)
    snapshot = Snapshot(nodes=nodes, pods=pods)
    assert {choice.node for choice in possible_preemptions(PENDING, snapshot)} == {"a", "b", "c"}
    few = CandidateNumber(min_percentage=0, min_absolute=1)
    assert {choice.node for choice in possible_preemptions(PENDING, snapshot, number=few)} == {"a", "b", "c"}


def test_preferred_affinity_both_ways() -> None:
    nodes = (NODE, replace(NODE, name="m", labels={"zone": "y"}))
    likes = PodInfo(name="likes", node="n", preferred_affinity=(WeightedPodAffinityTerm(weight=3, term=SHUN_A),))
    needs = PodInfo(name="needs", node="m", affinity=(SHUN_A,))
    assert interpod_affinity_scores(PENDING, nodes, Snapshot(nodes=nodes, pods=(likes, needs))) == {"n": 100, "m": 0}
    dislikes = replace(likes, preferred_affinity=(), preferred_anti_affinity=likes.preferred_affinity)
    assert interpod_affinity_scores(PENDING, nodes, Snapshot(nodes=nodes, pods=(dislikes,))) == {"n": 0, "m": 100}
