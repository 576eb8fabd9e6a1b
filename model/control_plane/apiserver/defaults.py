"""What the API server fills in where a manifest of a workload says nothing.

Manifests go in and come out as plain mappings, with the names of YAML. What is never "unset" for Kubernetes
(``minReadySeconds``, ``paused``, ``serviceName``) is spelled out, so that two defaulted manifests can be compared.

Left out: the kinds other than workloads, and what admission adds.

Source: pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from model.control_plane.apiserver.defaults_pod_template import default_pod_template, defaulted

Manifest: TypeAlias = Mapping[str, Any]
"""An object as YAML spells it."""


class FeatureGates(msgspec.Struct, frozen=True, kw_only=True):
    """The feature gates that matter to workload objects, with the defaults of Kubernetes 1.36."""

    max_unavailable_stateful_set: bool = False
    mutable_pod_resources_for_suspended_jobs: bool = True
    mutable_scheduling_directives_for_suspended_jobs: bool = True


DEFAULT_GATES = FeatureGates()


def with_defaults(manifest: Manifest, gates: FeatureGates = DEFAULT_GATES) -> dict[str, Any]:
    """The object as the API server stores it; one of another kind than the workloads is not changed."""
    match manifest.get("kind"):
        case "Deployment":
            return _with_spec(manifest, default_deployment(manifest.get("spec") or {}))
        case "ReplicaSet":
            return _with_spec(manifest, default_replica_set(manifest.get("spec") or {}))
        case "DaemonSet":
            return _with_spec(manifest, default_daemon_set(manifest.get("spec") or {}))
        case "StatefulSet":
            return _with_spec(manifest, default_stateful_set(manifest.get("spec") or {}, gates))
        case "Job":
            return default_job(manifest)
        case "CronJob":
            return _with_spec(manifest, default_cron_job(manifest.get("spec") or {}))
        case _:
            return dict(manifest)


def _with_spec(manifest: Manifest, spec: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "spec": spec}


def _limits(given: Manifest | None, **defaults: int | str) -> dict[str, Any]:
    """The limits of a rolling update, for which empty text is not unset but wrong."""
    return defaults | {key: value for key, value in (given or {}).items() if value is not None}


def default_deployment(spec: Manifest) -> dict[str, Any]:
    """One replica, and a rolling update of a quarter at a time.

    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_Deployment)
    """
    strategy = defaulted(spec.get("strategy"), type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = _limits(strategy.get("rollingUpdate"), maxUnavailable="25%", maxSurge="25%")
    given = defaulted(
        spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, minReadySeconds=0, paused=False
    )
    return {**given, "strategy": strategy, "template": default_pod_template(spec.get("template"))}


def default_replica_set(spec: Manifest) -> dict[str, Any]:
    """One replica.

    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_ReplicaSet)
    """
    return {
        **defaulted(spec, replicas=1, minReadySeconds=0),
        "template": default_pod_template(spec.get("template")),
    }


def default_daemon_set(spec: Manifest) -> dict[str, Any]:
    """A rolling update of one Node at a time, without surge.

    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_DaemonSet)
    """
    strategy = defaulted(spec.get("updateStrategy"), type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = _limits(strategy.get("rollingUpdate"), maxUnavailable=1, maxSurge=0)
    return {
        **defaulted(spec, revisionHistoryLimit=10, minReadySeconds=0),
        "updateStrategy": strategy,
        "template": default_pod_template(spec.get("template")),
    }


def default_stateful_set(spec: Manifest, gates: FeatureGates) -> dict[str, Any]:
    """One replica, one Pod after the other, claims that stay.

    The partition is 0, but unset where the type is written out and ``rollingUpdate`` is not.
    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_StatefulSet)
    """
    strategy = defaulted(spec.get("updateStrategy"))
    if "type" not in strategy:
        strategy = {"type": "RollingUpdate", "rollingUpdate": strategy.get("rollingUpdate", {})}
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        unavailable = {"maxUnavailable": 1} if gates.max_unavailable_stateful_set else {}
        strategy["rollingUpdate"] = _limits(strategy["rollingUpdate"], partition=0, **unavailable)
    given = defaulted(
        spec,
        replicas=1,
        revisionHistoryLimit=10,
        minReadySeconds=0,
        podManagementPolicy="OrderedReady",
        serviceName="",
    )
    retention = defaulted(spec.get("persistentVolumeClaimRetentionPolicy"), whenDeleted="Retain", whenScaled="Retain")
    return {
        **given,
        "updateStrategy": strategy,
        "persistentVolumeClaimRetentionPolicy": retention,
        "volumeClaimTemplates": [
            {**claim, "spec": defaulted(claim.get("spec"), volumeMode="Filesystem")}
            for claim in spec.get("volumeClaimTemplates") or ()
        ],
        "template": default_pod_template(spec.get("template")),
    }


def default_job(manifest: Manifest) -> dict[str, Any]:
    """One completion, by one Pod at a time, with six retries; and the labels of its Pods, if it has none.

    Completions stay unset where only the parallelism is given: the Pods share a queue of work.
    Source: pkg/apis/batch/v1/defaults.go (SetDefaults_Job)
    """
    given = defaulted(manifest.get("spec"))
    completions = {} if "parallelism" in given else {"completions": 1}
    spec = defaulted(
        given,
        **completions,
        parallelism=1,
        backoffLimit=2**31 - 1 if "backoffLimitPerIndex" in given else 6,
        completionMode="NonIndexed",
        suspend=False,
        podReplacementPolicy="Failed" if "podFailurePolicy" in given else "TerminatingOrFailed",
        manualSelector=False,
    )
    if "podFailurePolicy" in spec:
        spec["podFailurePolicy"] = _default_pod_failure_policy(spec["podFailurePolicy"])
    spec["template"] = default_pod_template(given.get("template"))
    metadata = dict(manifest.get("metadata") or {})
    labels = (spec["template"].get("metadata") or {}).get("labels")
    if labels is not None and not metadata.get("labels"):
        metadata["labels"] = dict(labels)
    return {**manifest, "metadata": metadata, "spec": spec}


def _default_pod_failure_policy(policy: Manifest) -> dict[str, Any]:
    """A rule about a condition means one that is True.

    Source: pkg/apis/batch/v1/defaults.go (SetDefaults_PodFailurePolicyOnPodConditionsPattern)
    """
    rules = [
        {**rule, "onPodConditions": [defaulted(each, status="True") for each in rule["onPodConditions"]]}
        if rule.get("onPodConditions")
        else dict(rule)
        for rule in policy.get("rules") or ()
    ]
    return {**policy, "rules": rules}


def default_cron_job(spec: Manifest) -> dict[str, Any]:
    """Jobs may overlap; three that succeeded and one that failed are kept. The Job itself gets its defaults later.

    Source: pkg/apis/batch/v1/defaults.go (SetDefaults_CronJob)
    """
    job = dict(spec.get("jobTemplate") or {})
    job_spec = defaulted(job.get("spec"))
    if "podFailurePolicy" in job_spec:
        job_spec["podFailurePolicy"] = _default_pod_failure_policy(job_spec["podFailurePolicy"])
    job["spec"] = {**job_spec, "template": default_pod_template(job_spec.get("template"))}
    given = defaulted(
        spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1
    )
    return {**given, "jobTemplate": job}
