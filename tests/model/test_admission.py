"""Which new Pods the API server lets in."""

import pytest

from model.cluster import Cluster, Constants
from model.control_plane.apiserver.admission import exceeded, quota_usage, service_account_admits, unspecified
from model.control_plane.pod_requests import created
from model.control_plane.scheduler import filters
from model.controllers.replicaset.actions import replica_set_controller_manages_pods
from model.rows.pod import Pod
from tests.model.clusters import cluster, constants, only, pending, running, terminating

SPEC = filters.PodSpec(requests={"cpu": 400, "memory": 64})


def tables(*, left_open: tuple[str, ...] = (), **quota: int) -> Constants:
    known = constants(spec=SPEC, revisions=1)
    fields = {name: getattr(known, name) for name in known.__struct_fields__}
    [template] = known.templates
    template = type(template)(
        **{**{n: getattr(template, n) for n in template.__struct_fields__}, "unspecified": left_open}
    )
    return Constants(**{**fields, "templates": (template,), "quota": quota})


def with_room_for(*pods: Pod, replicas: int = 1, **quota: int) -> Cluster:
    return cluster(*pods, tables=tables(**quota), replicas=replicas, empty_pod_slots=2)


def test_a_pod_counts_as_a_pod_and_for_what_it_requests_by_both_names() -> None:
    assert quota_usage({"cpu": 400, "example.com/gpu": 1}) == {
        "count/pods": 1,
        "pods": 1,
        "requests.cpu": 400,
        "cpu": 400,
        "requests.example.com/gpu": 1,
    }


def test_a_pod_that_has_ended_counts_only_as_an_object() -> None:
    assert quota_usage({"cpu": 400}, ended=True) == {"count/pods": 1}


def test_a_quota_is_exceeded_by_what_is_asked_for_beyond_what_is_left() -> None:
    hard = {"pods": 2, "cpu": 1000}
    assert exceeded(hard, {"pods": 1, "cpu": 600}, {"pods": 1, "cpu": 400}) == ()
    assert exceeded(hard, {"pods": 2, "cpu": 601}, {"pods": 1, "cpu": 400}) == ("pods", "cpu")


def test_what_is_overused_refuses_only_those_who_ask_for_it() -> None:
    assert exceeded({"cpu": 1000}, {"cpu": 2000}, {"pods": 1}) == ()
    assert exceeded({"cpu": 1000}, {"cpu": 2000}, {"cpu": 0}) == ()


@pytest.mark.parametrize(
    ("left_open", "refusing"),
    [
        ((), ()),
        (("cpu",), ("requests.cpu",)),
        (("memory",), ("memory",)),
        (("cpu", "memory"), ("requests.cpu", "memory")),
    ],
)
def test_a_container_must_request_what_a_quota_limits(left_open: tuple[str, ...], refusing: tuple[str, ...]) -> None:
    assert unspecified({"pods": 1, "requests.cpu": 1, "memory": 1}, left_open) == refusing


def test_a_pod_needs_its_service_account() -> None:
    assert service_account_admits("", ["default"])
    assert service_account_admits("robot", ["default", "robot"])
    assert not service_account_admits("robot", ["default"])
    assert not service_account_admits("", [])


def test_a_refused_pod_is_not_there() -> None:
    state = with_room_for(running(), pods=1)
    assert created(state, pending()) is state
    assert len(list(created(with_room_for(running(), pods=2), pending()).pods)) == 2


def test_a_terminating_pod_counts_until_it_is_gone() -> None:
    full, empty = with_room_for(terminating(), pods=1), with_room_for(pods=1)
    assert only(replica_set_controller_manages_pods(full, 0)) == full
    assert only(replica_set_controller_manages_pods(empty, 0)) != empty


def test_of_several_pods_as_many_are_created_as_there_is_room_for() -> None:
    after = only(replica_set_controller_manages_pods(with_room_for(running(), replicas=3, cpu=800), 0))
    assert len(list(after.pods)) == 2


def test_pods_with_a_container_that_requests_nothing_are_all_refused() -> None:
    state = cluster(tables=tables(left_open=("memory",), memory=1000), empty_pod_slots=1)
    assert only(replica_set_controller_manages_pods(state, 0)) == state
