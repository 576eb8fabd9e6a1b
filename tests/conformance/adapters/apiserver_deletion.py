"""Cases about DELETE in the API server."""

from typing import Any

from model.api.object_meta import ObjectMeta
from model.api.objects import PodPhase
from model.control_plane.apiserver.deletion import (
    BeforeDelete,
    DeleteOptions,
    Deletion,
    PropagationPolicy,
    Refusal,
    before_delete,
    delete,
)
from model.control_plane.apiserver.deletion_strategies import DefaultPolicy, Strategy, pod_strategy
from tests.conformance.registry import Case, adapter

NOW = 0
"""Times in the cases are relative to now."""
UIDS = {None: None, True: "uid", False: "other"}
RESULTS = {None: "ok", Refusal.CONFLICT: "conflict", Refusal.INVALID: "invalid", Refusal.NOT_FOUND: "not_found"}


def options(given: Case) -> DeleteOptions:
    policy = given.get("propagation_policy")
    return DeleteOptions(
        grace_period_seconds=given.get("requested_grace_period_s", given.get("grace_period_s")),
        propagation_policy=None if policy is None else PropagationPolicy(policy),
        orphan_dependents=given.get("orphan_dependents"),
        uid=UIDS[given.get("precondition_uid_matches")],
    )


def strategy_of_pod(given: Case) -> Strategy:
    return pod_strategy(
        termination_grace_period_seconds=given["termination_grace_period_s"],
        bound=given["scheduled"],
        phase=PodPhase(given["phase"]),
    )


def shape_before(result: BeforeDelete, expected: Case) -> Case:
    answer: dict[str, Any] = {
        "graceful": result.graceful,
        "pending": result.pending,
        "deletion_grace_period_s": result.meta.deletion_grace_period_seconds,
        "options_grace_period_s": result.options.grace_period_seconds,
        "deletion_timestamp_s": result.meta.deletion_timestamp,
        "generation": result.meta.generation,
        "conflict": result.refusal is Refusal.CONFLICT,
    }
    return {key: answer[key] for key in expected}


@adapter("apiserver_before_delete__executed")
def deleted_again(given: Case, expected: Case) -> Case:
    meta = ObjectMeta(
        deletion_timestamp=given["deletion_timestamp_s"], deletion_grace_period_seconds=given["deletion_grace_period_s"]
    )
    # A kind whose objects have a grace period; how long it is matters for a first DELETE only.
    graceful = Strategy(grace_period=lambda asked: asked or 0)
    return shape_before(before_delete(meta, options(given), graceful, NOW), expected)


@adapter("apiserver_before_delete")
def deleted_again_with_times_that_may_be_unchecked(given: Case, expected: Case) -> Case:
    answer = deleted_again(given, expected)
    unchecked = {key: None for key in ("deletion_timestamp_s",) if expected[key] is None}
    return answer | unchecked


@adapter("apiserver_before_delete_pod")
def pod_before_delete(given: Case, expected: Case) -> Case:
    meta = ObjectMeta(
        uid="uid",
        generation=given["generation"],
        deletion_timestamp=given["deletion_timestamp_s"],
        deletion_grace_period_seconds=given["deletion_grace_period_s"],
    )
    return shape_before(before_delete(meta, options(given), strategy_of_pod(given), NOW), expected)


@adapter("apiserver_delete_finalizers")
def ungraceful_delete(given: Case, expected: Case) -> Case:
    meta = ObjectMeta(generation=given["generation"], finalizers=tuple(given["finalizers"]))
    orphans = given["strategy_default_orphans"]
    policy = DefaultPolicy.ORPHAN_DEPENDENTS if orphans else DefaultPolicy.DELETE_DEPENDENTS
    deletion = delete(meta, options(given), Strategy(default_policy=policy), NOW)
    if deletion.removed:
        return {key: True if key == "object_gone" else None for key in expected}
    return shape_stored(deletion.stored or meta, given["generation"], expected)


def shape_stored(meta: ObjectMeta, generation: int, expected: Case) -> Case:
    answer: dict[str, Any] = {
        "object_gone": False,
        "finalizers": list(meta.finalizers),
        "deletion_timestamp_set": meta.deletion_timestamp is not None,
        "deletion_grace_period_s": meta.deletion_grace_period_seconds,
        "generation_increased": meta.generation > generation,
        "generation": meta.generation,
    }
    return {key: answer[key] for key in expected if key in answer}


@adapter("apiserver_pod_delete")
def pod_delete(given: Case, expected: Case) -> Case:
    pod = given["pod"]
    grace = pod["deletion_grace_period_s"]
    since = pod["deletion_requested_s_ago"]
    meta = ObjectMeta(
        uid="uid",
        generation=pod["generation"],
        finalizers=tuple(pod["finalizers"]),
        deletion_timestamp=None if since is None else NOW - since + (grace or 0),
        deletion_grace_period_seconds=grace,
    )
    # These cases come from a store without garbage collection: its finalizers are neither added nor taken away.
    deletion = delete(meta, options(given), strategy_of_pod(pod), NOW, garbage_collection=False)
    return shape_deletion(deletion, meta, expected)


def shape_deletion(deletion: Deletion, before: ObjectMeta, expected: Case) -> Case:
    result = {"result": RESULTS[deletion.refusal]}
    if deletion.removed:
        return {key: True if key == "object_gone" else None for key in expected} | result
    stored = deletion.stored or before
    return shape_stored(stored, before.generation, expected) | result | {"finalizers": sorted(stored.finalizers)}
