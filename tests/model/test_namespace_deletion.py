"""Deletion of a namespace: the API server's part, and the namespace controller's."""

import pytest
from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.namespaces import Namespace, NamespacePhase
from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER, ObjectMeta
from model.api.objects import Pod, PodPhase
from model.control_plane.apiserver.deletion import DeleteOptions, PropagationPolicy, Refusal
from model.control_plane.apiserver.namespaces import accepts_new_objects, delete_namespace, update_namespace
from model.controllers.namespace.conditions import Type
from model.controllers.namespace.content import Collection, Remaining, estimate_for_pods, remaining_of
from model.controllers.namespace.sync import (
    DeleteCollection,
    FinalizeNamespace,
    Sync,
    UpdateNamespaceStatus,
    queued_after,
    sync,
)

NOW = 1000
ACTIVE = Namespace(meta=ObjectMeta(kind="Namespace", name="shop", uid="uid"))
TERMINATING = replace(ACTIVE, meta=replace(ACTIVE.meta, deletion_timestamp=NOW - 10), phase=NamespacePhase.TERMINATING)
KINDS = ("secrets", "pods", "configmaps")


def run(left: dict[str, Collection], namespace: Namespace | None = TERMINATING, **settings: object) -> Sync:
    """One sync in a namespace that holds Pods with a grace period of 30 s."""
    pods = [Pod(phase=PodPhase.RUNNING, termination_grace_period_seconds=30)]
    return sync(namespace, KINDS, lambda kind: left.get(kind, Collection()), pods, NOW, **settings)


def statuses(result: Sync) -> dict[str, str]:
    """The conditions that the sync writes."""
    (after,) = (write.namespace for write in result.writes if isinstance(write, UpdateNamespaceStatus))
    return {condition.type: condition.status for condition in after.conditions}


def with_finalizer(*finalizers: str) -> Collection:
    return Collection(remaining=(ObjectMeta(finalizers=finalizers),))


def test_a_delete_closes_the_namespace_at_once() -> None:
    assert accepts_new_objects(ACTIVE)
    closed = delete_namespace(ACTIVE, DeleteOptions(), NOW).stored
    assert closed is not None
    assert closed.meta.deletion_timestamp == NOW
    assert not accepts_new_objects(closed)
    assert not accepts_new_objects(None)
    assert queued_after(closed) == 5
    assert queued_after(ACTIVE) is None


def test_a_namespace_waits_for_both_kinds_of_finalizers() -> None:
    assert delete_namespace(TERMINATING, DeleteOptions(), NOW).stored is None
    held = replace(TERMINATING, meta=replace(TERMINATING.meta, finalizers=("example.com/x",)))
    assert not update_namespace(held, replace(held, finalizers=())).removed
    assert not update_namespace(TERMINATING, replace(TERMINATING, finalizers=("example.com/y",))).removed
    assert update_namespace(TERMINATING, replace(TERMINATING, finalizers=())).removed
    assert not update_namespace(ACTIVE, replace(ACTIVE, finalizers=())).removed


def test_a_second_delete_removes_a_namespace_that_nothing_holds_up() -> None:
    assert delete_namespace(replace(TERMINATING, finalizers=()), DeleteOptions(), NOW).removed


def test_a_delete_of_another_namespace_of_that_name_is_refused() -> None:
    assert delete_namespace(ACTIVE, DeleteOptions(uid="other"), NOW).refusal is Refusal.CONFLICT
    assert delete_namespace(None, DeleteOptions(), NOW).refusal is Refusal.NOT_FOUND


@pytest.mark.parametrize(
    ("options", "finalizers"),
    [
        (DeleteOptions(), ("x", ORPHAN_FINALIZER)),
        (DeleteOptions(propagation_policy=PropagationPolicy.BACKGROUND), ("x",)),
        (DeleteOptions(propagation_policy=PropagationPolicy.ORPHAN), ("x", ORPHAN_FINALIZER)),
        (DeleteOptions(propagation_policy=PropagationPolicy.FOREGROUND), ("x", FOREGROUND_FINALIZER)),
        (DeleteOptions(orphan_dependents=True), ("x", ORPHAN_FINALIZER)),
        (DeleteOptions(orphan_dependents=False), ("x", FOREGROUND_FINALIZER)),
    ],
)
def test_a_request_sets_the_finalizers_for_dependents(options: DeleteOptions, finalizers: tuple[str, ...]) -> None:
    before = replace(ACTIVE, meta=replace(ACTIVE.meta, finalizers=("x", ORPHAN_FINALIZER)))
    after = delete_namespace(before, options, NOW).stored
    assert after is not None
    assert after.meta.finalizers == finalizers


def test_an_empty_namespace_is_let_go() -> None:
    result = run({})
    deleted = [write.resource for write in result.writes if isinstance(write, DeleteCollection)]
    assert deleted == ["pods", "secrets", "configmaps"]
    assert result.writes[-1] == FinalizeNamespace(())
    assert not result.error
    assert result.requeue_after is None


def test_other_finalizers_of_the_namespace_stay() -> None:
    result = run({}, replace(TERMINATING, finalizers=("b", "kubernetes", "a")))
    assert result.writes[-1] == FinalizeNamespace(("a", "b"))


def test_nothing_else_is_deleted_while_pods_are_left() -> None:
    result = run({"pods": with_finalizer()})
    assert [write.resource for write in result.writes if isinstance(write, DeleteCollection)] == ["pods"]
    assert result.requeue_after == 30 // 2 + 1
    # That something is left is told only when everything has been tried.
    assert statuses(result)[Type.CONTENT_REMAINING] == "False"


def test_finalizers_are_waited_for() -> None:
    result = run({"secrets": with_finalizer("example.com/x")})
    assert result.requeue_after == 15 // 2 + 1
    assert not any(isinstance(write, FinalizeNamespace) for write in result.writes)
    assert statuses(result)[Type.CONTENT_REMAINING] == "True"
    assert statuses(result)[Type.FINALIZERS_REMAINING] == "True"
    assert statuses(result)[Type.CONTENT_FAILURE] == "False"


def test_what_stays_without_a_reason_is_a_failure() -> None:
    result = run({"secrets": with_finalizer()})
    assert result.error
    assert result.requeue_after is None
    assert statuses(result)[Type.CONTENT_FAILURE] == "True"


def test_a_failure_does_not_keep_other_kinds_from_being_deleted() -> None:
    result = run({"pods": Collection(refused=True), "secrets": Collection(refused=True)})
    assert sum(isinstance(write, DeleteCollection) for write in result.writes) == len(KINDS)
    assert result.error


def test_a_kind_that_cannot_be_discovered_holds_up_the_namespace() -> None:
    result = run({}, discovery_failed=True)
    assert result.error
    assert not any(isinstance(write, FinalizeNamespace) for write in result.writes)
    assert statuses(result)[Type.DISCOVERY_FAILURE] == "True"


def test_conditions_are_written_only_if_they_change() -> None:
    waiting = {"secrets": with_finalizer("example.com/x")}
    (first,) = (write.namespace for write in run(waiting).writes if isinstance(write, UpdateNamespaceStatus))
    assert not any(isinstance(write, UpdateNamespaceStatus) for write in run(waiting, first).writes)
    remaining = condition_of(first.conditions, Type.CONTENT_REMAINING)
    assert remaining is not None
    assert remaining.last_transition_time == NOW


def test_the_phase_is_corrected_first() -> None:
    result = run({}, replace(TERMINATING, phase=NamespacePhase.ACTIVE))
    assert result.writes[0] == UpdateNamespaceStatus(TERMINATING)


def test_nothing_happens_to_a_namespace_that_is_gone_stays_or_is_finalized() -> None:
    assert run({}, None) == Sync()
    assert run({}, ACTIVE) == Sync()
    assert run({}, replace(TERMINATING, finalizers=())) == Sync()


@pytest.mark.parametrize(("deleting_for", "estimate"), [(0, 60), (59, 60), (60, 0)])
def test_the_longest_grace_period_counts_until_it_must_be_over(deleting_for: int, estimate: int) -> None:
    pods = [
        Pod(phase=PodPhase.RUNNING, termination_grace_period_seconds=60),
        Pod(phase=PodPhase.SUCCEEDED, termination_grace_period_seconds=90),
        Pod(phase=PodPhase.PENDING, termination_grace_period_seconds=None),
    ]
    assert estimate_for_pods(pods, deleting_for) == estimate


def test_a_grace_period_goes_before_finalizers() -> None:
    left = Collection(remaining=(ObjectMeta(finalizers=("a", "b")), ObjectMeta(finalizers=("a",))))
    assert remaining_of(left, 30) == Remaining(objects=2, finalizers={"a": 2, "b": 1}, estimate=30)
    assert remaining_of(left).estimate == 15
