"""Cases about what the API server makes of workload objects."""

from typing import Any

from model.control_plane.apiserver.defaults import with_defaults
from model.control_plane.apiserver.updates import before_update
from model.control_plane.apiserver.validation import before_create
from model.control_plane.apiserver.validation_errors import FieldError
from model.control_plane.apiserver.validation_job_selector import generate_selector
from tests.conformance.registry import Case, adapter

SPEC = {
    "replicas": "replicas",
    "min_ready_seconds": "minReadySeconds",
    "progress_deadline_seconds": "progressDeadlineSeconds",
    "revision_history_limit": "revisionHistoryLimit",
    "paused": "paused",
    "service_name": "serviceName",
    "pod_management_policy": "podManagementPolicy",
}
JOB_SPEC = {
    "parallelism": "parallelism",
    "completions": "completions",
    "completion_mode": "completionMode",
    "backoff_limit": "backoffLimit",
    "active_deadline_seconds": "activeDeadlineSeconds",
    "ttl_seconds_after_finished": "ttlSecondsAfterFinished",
    "suspend": "suspend",
    "pod_replacement_policy": "podReplacementPolicy",
}
CRON_JOB_SPEC = {
    "schedule": "schedule",
    "concurrency_policy": "concurrencyPolicy",
    "starting_deadline_seconds": "startingDeadlineSeconds",
    "successful_jobs_history_limit": "successfulJobsHistoryLimit",
    "failed_jobs_history_limit": "failedJobsHistoryLimit",
}
ROLLING_UPDATE = {"max_surge": "maxSurge", "max_unavailable": "maxUnavailable", "partition": "partition"}
RETENTION = {"when_deleted": "whenDeleted", "when_scaled": "whenScaled"}
NOT_IN_KIND = {
    "ReplicaSet": ("paused", "revision_history_limit", "progress_deadline_seconds"),
    "DaemonSet": ("replicas",),
}
TEMPLATE = {
    "restart_policy": "restartPolicy",
    "termination_grace_period_s": "terminationGracePeriodSeconds",
    "dns_policy": "dnsPolicy",
    "scheduler_name": "schedulerName",
}


def renamed(given: Case, names: dict[str, str]) -> Case:
    return {name: given[key] for key, name in names.items() if key in given}


def template(given: Case) -> Case:
    spec: Case = {"containers": [{"name": "c"} | renamed(given, {"image": "image"})]}
    spec |= renamed(given, {"restart_policy": "restartPolicy", "node_selector": "nodeSelector"})
    return {"metadata": renamed(given, {"template_labels": "labels"}), "spec": spec}


def strategy(given: Case) -> Case:
    rolling = renamed(given, ROLLING_UPDATE)
    return renamed(given, {"strategy": "type"}) | ({"rollingUpdate": rolling} if rolling else {})


def claim(given: str) -> Case:
    name, size = given.split(":")
    requests = {"requests": {"storage": size}}
    return {"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": requests}}


def apps_spec(kind: str, given: Case) -> Case:
    kept = {key: value for key, value in given.items() if key not in NOT_IN_KIND.get(kind, ())}
    spec = renamed(kept, SPEC) | {"template": template(given)}
    if "selector" in given:
        spec["selector"] = {"matchLabels": given["selector"]}
    if kind in ("Deployment", "DaemonSet", "StatefulSet"):
        spec["strategy" if kind == "Deployment" else "updateStrategy"] = strategy(given)
    if "claims" in given:
        spec["volumeClaimTemplates"] = [claim(each) for each in given["claims"]]
    if retention := renamed(given, RETENTION):
        spec["persistentVolumeClaimRetentionPolicy"] = retention
    if "ordinals_start" in given:
        spec["ordinals"] = {"start": given["ordinals_start"]}
    return spec


def job_spec(given: Case) -> Case:
    return renamed(given, JOB_SPEC) | {"template": template(given)}


def cron_job_spec(given: Case) -> Case:
    # `suspend` is that of the CronJob.
    job = {key: value for key, value in given.items() if key != "suspend"}
    own = renamed(given, CRON_JOB_SPEC | {"suspend": "suspend"})
    return own | {"jobTemplate": {"spec": job_spec(job)}}


def manifest(kind: str, given: Case) -> Case:
    metadata = {"name": "w", "namespace": "ns"} | renamed(given, {"labels": "labels"})
    match kind:
        case "Job":
            spec = job_spec(given)
        case "CronJob":
            spec = cron_job_spec(given)
        case _:
            spec = apps_spec(kind, given)
    return {"kind": kind, "metadata": metadata, "spec": spec}


def flat(stored: Case) -> Case:
    """The fields of the object under the names that the cases have for them."""
    spec = stored["spec"]
    update = spec.get("strategy") or spec.get("updateStrategy") or {}
    names = SPEC | JOB_SPEC | CRON_JOB_SPEC
    answer: dict[str, Any] = {key: spec.get(name) for key, name in names.items()}
    answer |= {key: (update.get("rollingUpdate") or {}).get(name) for key, name in ROLLING_UPDATE.items()}
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    answer |= {key: retention.get(name) for key, name in RETENTION.items()}
    answer["strategy"] = update.get("type")
    answer["selector"] = (spec.get("selector") or {}).get("matchLabels")
    answer["labels"] = stored["metadata"].get("labels") or {}
    if "jobTemplate" in spec:
        answer["job_template"] = flat_job_template(spec["jobTemplate"]["spec"])
        return answer
    pod = spec["template"]["spec"]
    answer["template"] = {key: pod.get(name) for key, name in TEMPLATE.items()}
    answer["template"]["image_pull_policy"] = pod["containers"][0]["imagePullPolicy"]
    answer["restart_policy"] = pod["restartPolicy"]
    answer["template_labels"] = spec["template"]["metadata"].get("labels")
    return answer


def flat_job_template(spec: Case) -> Case:
    answer = {key: spec.get(name) for key, name in JOB_SPEC.items()}
    answer["restart_policy"] = spec["template"]["spec"]["restartPolicy"]
    answer["template_labels"] = spec["template"]["metadata"].get("labels")
    return answer


def fields(errors: tuple[FieldError, ...]) -> list[str]:
    return sorted({error.field for error in errors})


@adapter("apiserver_workload_defaults")
def defaults(given: Case, expected: Case) -> Case:
    answer = flat(with_defaults(manifest(given["kind"], given["spec"])))
    return {key: answer[key] for key in expected}


@adapter("apiserver_workload_create")
def create(given: Case, expected: Case) -> Case:
    created = before_create(manifest(given["kind"], given["spec"]))
    return {"allowed": not created.errors, "fields": fields(created.errors)}


def stored(kind: str, given: Case) -> Case:
    """The object as it lies in etcd, with the status that the case gives."""
    defaulted = with_defaults(manifest(kind, given))
    defaulted = defaulted | {"metadata": defaulted["metadata"] | {"uid": "uid", "generation": 1}}
    if kind != "Job":
        return defaulted
    status: Case = {"startTime": "2026-01-01T00:00:00Z"} if given.get("started") else {}
    if given.get("suspended_condition"):
        status["conditions"] = [{"type": "Suspended", "status": "True"}]
    return generate_selector(defaulted) | {"status": status}


@adapter("apiserver_workload_update")
def update(given: Case, expected: Case) -> Case:
    kind = given["kind"]
    updated = before_update(stored(kind, given["new"]), stored(kind, given["old"]))
    return {
        "allowed": not updated.errors,
        "fields": fields(updated.errors),
        "generation_increased": None if updated.errors else updated.generation_increased,
    }
