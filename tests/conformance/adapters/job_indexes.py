"""Cases about the indexes of an Indexed Job, and about its success policy."""

from model.api.jobs import CompletionMode, Job, JobStatus, SuccessPolicyRule
from model.api.objects import Pod, PodPhase
from model.api.pods import active_pods
from model.controllers.job.annotations import completion_index
from model.controllers.job.indexed import (
    Indexes,
    failed_indexes,
    first_pending_indexes,
    pods_with_delayed_deletion,
    succeeded_indexes,
)
from model.controllers.job.indexes import Interval, Intervals, parse, text
from model.controllers.job.removal import needless_and_left
from model.controllers.job.success_policy import match_success_policy
from tests.conformance.adapters.job_pods import exited, failure_policy, pod_conditions
from tests.conformance.registry import Case, adapter


def indexed_job(given: Case, **fields: object) -> Job:
    return Job(completions=given["completions"], completion_mode=CompletionMode.INDEXED, **fields)


def intervals(given: list[list[int]]) -> Intervals:
    return tuple(Interval(first, last) for first, last in given)


def shape_intervals(given: Intervals) -> list[list[int]]:
    return [[each.first, each.last] for each in given]


@adapter("job_succeeded_indexes")
def succeeded(given: Case, expected: Case) -> Case:
    job = indexed_job(given, status=JobStatus(completed_indexes=given["completed_indexes_status"]))
    pods = [
        Pod(completion_index=completion_index(each["index"]), phase=PodPhase(each["phase"]), tracking_finalizer=True)
        for each in given["pods"]
    ]
    total = succeeded_indexes(job, pods)
    answer = {
        "from_status": shape_intervals(parse(given["completed_indexes_status"], given["completions"])),
        "total": shape_intervals(total),
        "text": text(total),
    }
    return {key: answer[key] for key in expected}


@adapter("job_failed_indexes")
def failed(given: Case, expected: Case) -> Case:
    job = indexed_job(
        given,
        backoff_limit_per_index=given["backoff_limit_per_index"],
        pod_failure_policy=failure_policy(given.get("pod_failure_policy_rules")),
        status=JobStatus(failed_indexes=given["failed_indexes_status"]),
    )
    pods = [
        Pod(
            completion_index=each["index"],
            index_failure_count=each["failure_count"] or 0,
            phase=PodPhase(each["phase"]),
            tracking_finalizer=each["tracking_finalizer"],
            containers=exited(each["container_exit_codes"]),
            conditions=pod_conditions(each.get("conditions", [])),
        )
        for each in given["pods"]
    ]
    return {"failed": shape_intervals(failed_indexes(job, pods))}


@adapter("job_delayed_deletion_per_index")
def delayed(given: Case, expected: Case) -> Case:
    job = indexed_job(given, backoff_limit_per_index=given["backoff_limit_per_index"])
    pods = [
        Pod(
            uid=each["uid"],
            completion_index=each["index"],
            index_failure_count=each["failure_count"] or 0,
            phase=PodPhase(each["phase"]),
            tracking_finalizer=each["tracking_finalizer"],
            deleting=each["deletion_time_s"] is not None,
            deletion_timestamp=each["deletion_time_s"],
        )
        for each in given["pods"]
    ]
    removals = given["uids_with_expected_finalizer_removal"]
    kept = pods_with_delayed_deletion(job, pods, succeeded_indexes(job, pods), failed_indexes(job, pods), removals)
    return {"delayed": sorted(pod.uid for pod in kept.values())}


@adapter("job_first_pending_indexes")
def pending(given: Case, expected: Case) -> Case:
    pods = [
        Pod(completion_index=completion_index(each["index"]), phase=PodPhase(each["phase"]))
        for each in given["active_pods"]
    ]
    indexes = Indexes(succeeded=intervals(given["succeeded"]), failed=intervals(given["failed"]))
    return {"indexes": first_pending_indexes(indexed_job(given), pods, indexes, given["count"])}


@adapter("job_duplicated_index_removal")
def duplicates(given: Case, expected: Case) -> Case:
    pods = [
        Pod(name=str(number), completion_index=completion_index(each["index"]), phase=PodPhase(each["phase"]))
        for number, each in enumerate(given["pods"])
    ]
    removed, left = needless_and_left(indexed_job(given), active_pods(pods))
    answer = {"remove": removed, "keep": left}
    return {key: AnyOrder(given["pods"][int(pod.name)] for pod in answer[key]) for key in expected}


class AnyOrder(list[Case]):
    """Pods that equal the same ones in another order."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and sorted(self, key=str) == sorted(other, key=str)


@adapter("job_success_policy")
def success_policy(given: Case, expected: Case) -> Case:
    rules = given["rules"] and [
        SuccessPolicyRule(succeeded_indexes=each["succeeded_indexes"], succeeded_count=each["succeeded_count"])
        for each in given["rules"]
    ]
    rule = match_success_policy(rules, given["completions"], intervals(given["succeeded_intervals"]))
    return {"met": rule is not None, "matched_rule": rule}
