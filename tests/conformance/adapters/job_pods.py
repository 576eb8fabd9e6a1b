"""Cases about the Pods of a Job: failures, finish times, back-off."""

from model.api.container_statuses import ContainerStatus
from model.api.jobs import (
    ExitCodesOperator,
    Job,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicyAction,
    PodFailurePolicyRule,
    PodReplacementPolicy,
)
from model.api.jobs import JobStatus as Status
from model.api.objects import Condition, Pod, PodPhase
from model.controllers.job.annotations import failure_count, generate_name, index_failure_counts
from model.controllers.job.backoff import BackoffRecord, new_backoff_record, remaining_time, remaining_time_of_index
from model.controllers.job.failure_policy import match_pod_failure_policy
from model.controllers.job.finished_pods import count_failed, count_succeeded, new_finished_pods
from model.controllers.job.finished_time import finished_time
from tests.conformance.adapters.pods import NOW
from tests.conformance.registry import Case, adapter

ACTIONS = {action.value: action for action in PodFailurePolicyAction}
OPERATORS = {operator.value: operator for operator in ExitCodesOperator}


def failure_rule(given: Case) -> PodFailurePolicyRule:
    codes = given.get("on_exit_codes")
    return PodFailurePolicyRule(
        action=ACTIONS.get(given["action"]),
        on_exit_codes=None
        if codes is None
        else OnExitCodes(
            operator=OPERATORS.get(codes["operator"]),
            values=tuple(codes["values"]),
            container_name=codes.get("container_name"),
        ),
        on_pod_conditions=tuple(
            OnPodCondition(type=each["type"], status=each["status"]) for each in given.get("on_pod_conditions") or ()
        ),
    )


def failure_policy(rules: list[Case] | None) -> tuple[PodFailurePolicyRule, ...] | None:
    return None if rules is None else tuple(failure_rule(rule) for rule in rules)


def replacement_policy(name: str | None) -> PodReplacementPolicy | None:
    return None if name is None else PodReplacementPolicy(name)


def pod_conditions(given: list[Case]) -> tuple[Condition, ...]:
    return tuple(Condition(type=each["type"], status=each["status"]) for each in given)


def exited(codes: list[int | None]) -> tuple[ContainerStatus, ...]:
    return tuple(ContainerStatus(name="c", exit_code=code) for code in codes)


@adapter("job_pod_failure_policy")
def failure_policy_match(given: Case, expected: Case) -> Case:
    pod = Pod(
        namespace=given["pod"]["namespace"],
        name=given["pod"]["name"],
        phase=PodPhase(given["pod"]["phase"]),
        containers=statuses(given["pod"]["containers"]),
        init_containers=statuses(given["pod"]["init_containers"]),
        conditions=pod_conditions(given["pod"]["conditions"]),
    )
    match = match_pod_failure_policy(failure_policy(given["rules"]), pod)
    answer = {
        "action": None if match.action is None else match.action.value,
        "count_failed": match.counts,
        "job_failure_message": match.message,
    }
    return {key: answer[key] for key in expected}


def statuses(given: list[Case]) -> tuple[ContainerStatus, ...]:
    return tuple(ContainerStatus(name=each["name"], exit_code=each["terminated_exit_code"]) for each in given)


@adapter("job_pod_finished_time")
def finish_time(given: Case, expected: Case) -> Case:
    condition = given["ready_condition"] or {"status": "Unknown"}
    pod = Pod(
        containers=finishes(given["containers"]),
        init_containers=finishes(given["init_containers"]),
        deleting=given["deletion_timestamp_s"] is not None,
        deletion_timestamp=given["deletion_timestamp_s"],
        deletion_grace_period_seconds=given["deletion_grace_period_s"] or 0,
        not_ready_since=condition["last_transition_s"] if condition["status"] == "False" else None,
        created=given["creation_timestamp_s"],
    )
    return {"finished_s": finished_time(pod)}


def finishes(given: list[Case]) -> tuple[ContainerStatus, ...]:
    return tuple(
        ContainerStatus(finished_at=each.get("terminated_finished_s"), restartable=each.get("sidecar", False))
        for each in given
    )


@adapter("job_backoff_record")
def backoff_record(given: Case, expected: Case) -> Case:
    previous = BackoffRecord(**given["previous"] or {})
    record = new_backoff_record(previous, given["new_succeeded_finish_times"], given["new_failed_finish_times"])
    return {
        "failures_after_last_success": record.failures_after_last_success,
        "last_failure_time": record.last_failure_time,
    }


@adapter("job_remaining_backoff")
def backoff(given: Case, expected: Case) -> Case:
    record = BackoffRecord(
        failures_after_last_success=given["failures_after_last_success"],
        last_failure_time=given["last_failure_time_s"],
    )
    now = given["now_s"] or NOW
    return {"remaining_s": remaining_time(record, now, given["default_backoff_s"], given["max_backoff_s"])}


@adapter("job_remaining_backoff_per_index")
def backoff_per_index(given: Case, expected: Case) -> Case:
    failed = given["last_failed_pod"]
    pod = failed and Pod(
        index_failure_count=failed["index_failure_count"] or 0,
        index_ignored_failure_count=failed["index_ignored_failure_count"] or 0,
        containers=(ContainerStatus(exit_code=1, finished_at=failed["finished_s"]),),
    )
    remaining = remaining_time_of_index(pod, given["now_s"], given["default_backoff_s"], given["max_backoff_s"])
    return {"remaining_s": remaining}


@adapter("job_index_failure_count")
def failures_of_index(given: Case, expected: Case) -> Case:
    return {"count": failure_count(given["annotation"])}


@adapter("job_new_index_failure_count")
def new_failures_of_index(given: Case, expected: Case) -> Case:
    failed = given["replaced_pod"]
    pod = failed and Pod(
        phase=PodPhase(failed["phase"]),
        index_failure_count=failed["failure_count"] or 0,
        index_ignored_failure_count=failed.get("ignored_failure_count") or 0,
        containers=exited(failed.get("container_exit_codes", [])),
        conditions=pod_conditions(failed["conditions"]),
    )
    job = Job(backoff_limit_per_index=6, pod_failure_policy=failure_policy(given["pod_failure_policy_rules"]))
    failures, ignored = index_failure_counts(job, pod)
    return {"failure_count": failures, "ignored_failure_count": ignored}


@adapter("job_pod_generate_name")
def name_prefix(given: Case, expected: Case) -> Case:
    return {"generate_name": generate_name(Job(name=given["job_name"]), given["index"])}


@adapter("job_count_finished_pods")
def finished_pods(given: Case, expected: Case) -> Case:
    job = Job(
        pod_replacement_policy=replacement_policy(given.get("pod_replacement_policy")),
        pod_failure_policy=() if given.get("has_pod_failure_policy") else None,
        status=Status(
            succeeded=given["status_succeeded"],
            failed=given["status_failed"],
            uncounted_succeeded=tuple(given["uncounted_succeeded"]),
            uncounted_failed=tuple(given["uncounted_failed"]),
        ),
    )
    pods = [
        Pod(
            uid=each["uid"],
            phase=PodPhase(each["phase"]),
            tracking_finalizer=each["tracking_finalizer"],
            deleting=each["deleting"],
        )
        for each in given["pods"]
    ]
    new = new_finished_pods(job, pods, given["expected_finalizer_removals"])
    return {"succeeded": count_succeeded(job, new), "failed": count_failed(job, new)}
