"""Cases of the Deployment controller: status, conditions, progress."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.objects import Condition, Deployment, ReplicaSet, Strategy
from model.controllers.deployment.conditions import Type
from model.controllers.deployment.progress import (
    deployment_complete,
    deployment_progressing,
    deployment_timed_out,
    requeue_stuck_deployment,
    rollout_status,
)
from model.controllers.deployment.status import calculate_status
from tests.conformance.registry import Case, adapter


class Now(int):
    """The time of the call: the cases write "now" for it, and an ordinary time for an earlier one that equals it."""


def now(time: str | None) -> Now:
    return Now(seconds(time) or 0)


def seconds(time: str | None) -> int | None:
    return None if time is None else int(datetime.fromisoformat(time).timestamp())


def timestamp(time: int | None) -> str | None:
    if time is None or isinstance(time, Now):
        return None if time is None else "now"
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(given: Case) -> Condition:
    return Condition(
        type=given["type"],
        status=given["status"],
        reason=given["reason"],
        last_update_time=seconds(given["last_update_time"]),
        last_transition_time=seconds(given.get("last_transition_time")),
    )


def conditions(given: Iterable[Case]) -> tuple[Condition, ...]:
    return tuple(condition(one) for one in given)


def conditions_by_type(subject: Deployment) -> Case:
    return {
        one.type: {
            "status": one.status,
            "reason": one.reason,
            "last_update_time": timestamp(one.last_update_time),
            "last_transition_time": timestamp(one.last_transition_time),
        }
        for one in subject.conditions
    }


def counts(subject: Deployment) -> Case:
    return {
        "replicas": subject.status_replicas,
        "updated": subject.updated_replicas,
        "ready": subject.ready_replicas,
        "available": subject.available_replicas,
        "unavailable": subject.unavailable_replicas,
        "terminating": subject.terminating_replicas,
    }


def with_counts(subject: Deployment, given: Case) -> Deployment:
    return replace(
        subject,
        status_replicas=given["replicas"],
        updated_replicas=given["updated"],
        ready_replicas=given.get("ready", 0),
        available_replicas=given["available"],
        unavailable_replicas=given.get("unavailable", 0),
        terminating_replicas=given.get("terminating"),
    )


def replica_set(given: Case) -> ReplicaSet:
    failure = given.get("replica_failure")
    failed = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": failure,
        "last_update_time": None,
        "last_transition_time": "2024-01-01T00:00:00Z",
    }
    return ReplicaSet(
        name=given["name"],
        replicas=given["spec_replicas"],
        status_replicas=given["status_replicas"],
        ready_replicas=given.get("ready", 0),
        available_replicas=given["available"],
        terminating_replicas=given.get("terminating"),
        observed_generation=0,
        conditions=() if failure is None else (condition(failed),),
    )


def new_and_old(given: Case) -> tuple[ReplicaSet | None, list[ReplicaSet]]:
    new = None if given["new_rs"] is None else replica_set(given["new_rs"])
    return new, [replica_set(one) for one in given["old_rss"]]


def statuses(given: Case) -> Deployment:
    counted = {
        "replicas": given["status_replicas"],
        "updated": given["status_updated"],
        "available": given["status_available"],
    }
    return with_counts(Deployment(replicas=given["desired"]), counted)


@adapter("deployment_complete")
def complete(given: Case, expected: Case) -> Case:
    return {"complete": deployment_complete(statuses(given))}


@adapter("deployment_progressing")
def progressing(given: Case, expected: Case) -> Case:
    before, after = (with_counts(Deployment(), given[key]) for key in ("old_status", "new_status"))
    return {"progressing": deployment_progressing(before, after)}


@adapter("deployment_timed_out")
def timed_out(given: Case, expected: Case) -> Case:
    subject = Deployment(
        progress_deadline_seconds=given["progress_deadline_seconds"],
        conditions=() if given["condition"] is None else (condition(given["condition"]),),
    )
    return {"timed_out": deployment_timed_out(subject, now(given["now"]))}


@adapter("deployment_requeue_stuck")
def requeue_stuck(given: Case, expected: Case) -> Case:
    subject = Deployment(
        replicas=given["desired"],
        progress_deadline_seconds=given["progress_deadline_seconds"],
        conditions=conditions(given["conditions"]),
    )
    stuck = with_counts(subject, given["status"])
    return {"requeue_after_s": requeue_stuck_deployment(stuck, now(given["now"]))}


@adapter("deployment_calculate_status")
def status(given: Case, expected: Case) -> Case:
    subject = Deployment(
        replicas=given["desired"],
        max_surge=given["max_surge"],
        max_unavailable=given["max_unavailable"],
        conditions=conditions(given["conditions"]),
    )
    after = calculate_status(subject, *new_and_old(given), now("2024-01-01T00:10:00Z"))
    return {**counts(after), "conditions": conditions_by_type(after)}


def rolled_out(given: Case) -> tuple[Deployment, Deployment]:
    before = Deployment(
        strategy=Strategy(given.get("strategy", "Recreate")),
        replicas=given["desired"],
        max_surge=given.get("max_surge"),
        max_unavailable=given.get("max_unavailable"),
        progress_deadline_seconds=given["progress_deadline_seconds"],
        conditions=conditions(given["conditions"]),
    )
    before = with_counts(before, given["status"])
    return before, rollout_status(before, *new_and_old(given), now(given["now"]))


@adapter("deployment_sync_rollout_status")
def progressing_condition(given: Case, expected: Case) -> Case:
    _, after = rolled_out(given)
    found = condition_of(after.conditions, Type.PROGRESSING)
    return {"progressing_condition": None if found is None else {"status": found.status, "reason": found.reason}}


@adapter("deployment_sync_rollout_status_full")
def full_rollout_status(given: Case, expected: Case) -> Case:
    before, after = rolled_out(given)
    answer: dict[str, Any] = {"updated": after != before, "conditions": conditions_by_type(after)}
    return {**answer, "status": counts(after)} if after != before else answer
