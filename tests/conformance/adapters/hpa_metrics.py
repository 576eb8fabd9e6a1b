"""Cases of the HorizontalPodAutoscaler controller: what one metric asks for."""

from model.api.objects import Condition, Pod, PodPhase
from model.controllers.horizontalpodautoscaler.float64 import Tolerances
from model.controllers.horizontalpodautoscaler.object_metrics import (
    average_value_replicas,
    external_average_value_replicas,
    external_value_replicas,
    value_replicas,
)
from model.controllers.horizontalpodautoscaler.pod_groups import Groups, MeasuredPod, Sample, group_pods
from model.controllers.horizontalpodautoscaler.pod_metrics import average_replicas, utilization_replicas
from model.controllers.horizontalpodautoscaler.proposals import Failure, Proposal
from model.controllers.horizontalpodautoscaler.settings import Settings
from tests.conformance.registry import Case, adapter

NOW = 0
"""Times in the cases are relative to now."""
LONG_AGO = -(10**9)
"""Go's zero time."""
SETTINGS = Settings(cpu_initialization_period=120, initial_readiness_delay=10)
STATES = {
    "ready": ("True", -3600, -3600),
    "unready": ("False", -3600, -3600),
    "cpu_initializing": ("True", -60, -60),
}
"""By state: the Ready condition, since when, and when the Pod started."""


def ready_condition(status: str | None, since: int | None) -> tuple[Condition, ...]:
    return () if status is None else (Condition(type="Ready", status=status, last_transition_time=since),)


def pod(given: Case) -> Pod:
    status, since, started = STATES[given["state"]]
    return Pod(
        phase=PodPhase(given["phase"]),
        deleting=given.get("deleting", False),
        ready=status == "True",
        conditions=ready_condition(status, since),
        start_time=started,
    )


def measured(given: Case, value: int | None, request: int | None = 0) -> MeasuredPod:
    sample = None if value is None else Sample(value=value, time=NOW - 30, window=60)
    return MeasuredPod(pod=pod(given), sample=sample, request=request)


def tolerances(given: Case) -> Tolerances:
    both = given.get("tolerance", 0.1)
    return Tolerances(down=given.get("tolerance_down", both), up=given.get("tolerance_up", both))


def shape(proposal: Proposal | Failure, expected: Case, value: str = "value_m") -> Case:
    failed = isinstance(proposal, Failure)
    answer = {
        "error": failed,
        "replicas": None if failed else proposal.replicas,
        "utilization_pct": None if failed else proposal.utilization,
        value: None if failed else proposal.value,
    }
    return {key: answer[key] for key in expected}


@adapter("hpa_group_pods")
def groups(given: Case, expected: Case) -> Case:
    settings = Settings(
        cpu_initialization_period=given["cpu_initialization_period_s"],
        initial_readiness_delay=given["initial_readiness_delay_s"],
    )
    pods = [grouped_pod(each, given["metrics"].get(each["name"])) for each in given["pods"]]
    found = group_pods(pods, given["resource"], settings, NOW)
    unready, missing, excluded = names(found.unready), names(found.missing), names(found.ignored)
    answer = {
        "ready_count": len(found.ready),
        "unready": unready,
        "missing": missing,
        "excluded": excluded,
        "ignored": sorted(unready + excluded),
    }
    return {key: answer[key] for key in expected}


def grouped_pod(given: Case, metric: Case | None) -> MeasuredPod:
    changed = given["ready_changed_s_ago"]
    started = given["started_s_ago"]
    sample = None
    if metric is not None:
        age = metric["sample_age_s"]
        sample = Sample(time=LONG_AGO if age is None else NOW - age, window=metric["window_s"] or 0)
    return MeasuredPod(
        pod=Pod(
            name=given["name"],
            phase=PodPhase(given["phase"]),
            deleting=given.get("deleting", False),
            ready=given["ready"] == "True",
            conditions=ready_condition(given["ready"], None if changed is None else NOW - changed),
            start_time=None if started is None else NOW - started,
        ),
        sample=sample,
    )


def names(pods: tuple[MeasuredPod, ...]) -> list[str]:
    return sorted(each.pod.name for each in pods)


@adapter("hpa_resource_replicas")
def utilization(given: Case, expected: Case) -> Case:
    pods = [measured(each, each.get("usage_m"), each.get("request_m")) for each in given["pods"]]
    proposal = utilization_replicas(
        given["current_replicas"],
        given["target_utilization_pct"],
        group_pods(pods, "cpu", SETTINGS, NOW),
        tolerances(given),
        given.get("metrics_of_unknown_pods_m") or [],
    )
    return shape(proposal, expected, "average_value_m")


@adapter("hpa_raw_resource_replicas")
def raw_resource(given: Case, expected: Case) -> Case:
    found = group_pods([measured(each, each.get("usage_m")) for each in given["pods"]], "cpu", SETTINGS, NOW)
    return shape(average_replicas(given["current_replicas"], given["target_m"], found, tolerances(given)), expected)


@adapter("hpa_metric_replicas")
def metric(given: Case, expected: Case) -> Case:
    current, target, levels = given["current_replicas"], given["target_m"], given["levels_m"]
    allowed = tolerances(given)
    pods = [pod(each) for each in given["pods"]]
    match given["metric"]:
        case "pods":
            proposal = average_replicas(current, target, sampled(given["pods"], levels), allowed)
        case "object":
            proposal = value_replicas(current, target, sum(levels), pods, allowed)
        case "object_per_pod":
            proposal = average_value_replicas(current, target, sum(levels), allowed)
        case "external":
            proposal = external_value_replicas(current, target, levels, pods, allowed)
        case "external_per_pod":
            proposal = external_average_value_replicas(current, target, levels, allowed)
    return shape(proposal, expected)


def sampled(pods: list[Case], levels: list[int]) -> Groups:
    samples = [measured(each, None if level == -1 else level) for each, level in zip(pods, levels, strict=True)]
    return group_pods(samples, "requests", SETTINGS, NOW)
