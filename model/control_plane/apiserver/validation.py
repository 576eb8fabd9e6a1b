"""POST of a workload object: what the API server stores, or why it refuses.

Source: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go (BeforeCreate), pkg/registry/apps, pkg/registry/batch
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from model.control_plane.apiserver.defaults import DEFAULT_GATES, FeatureGates, Manifest, with_defaults
from model.control_plane.apiserver.validation_apps import (
    validate_daemon_set_spec,
    validate_deployment_spec,
    validate_replica_set_spec,
    validate_stateful_set_spec,
)
from model.control_plane.apiserver.validation_batch import validate_cron_job_spec, validate_job_spec
from model.control_plane.apiserver.validation_errors import (
    Errors,
    FieldError,
    distinct,
    dns_label,
    dns_subdomain,
    invalid,
    required,
)
from model.control_plane.apiserver.validation_job_selector import generate_selector, validate_generated_selector
from model.control_plane.apiserver.validation_pod_template import validate_labels

MAX_CRON_JOB_NAME = 52
"""Its Jobs are named after it, with eleven characters more."""


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a POST: the object as it is stored, unless there are errors."""

    object: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()


def before_create(manifest: Manifest, gates: FeatureGates = DEFAULT_GATES, *, uid: str = "uid") -> Created:
    """What the API server makes of a new workload object, which gets the `uid`.

    Source: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go (BeforeCreate)
    """
    given = with_defaults(manifest, gates)
    metadata = {**(given.get("metadata") or {}), "uid": uid, "generation": 1}
    stored = prepare_for_create({**given, "metadata": metadata}, gates)
    return Created(object=stored, errors=tuple(distinct(validate(stored))))


def prepare_for_create(given: Manifest, gates: FeatureGates) -> dict[str, Any]:
    """The object without status, without fields of gates that are off, and with a Job's selector.

    Source: pkg/registry/apps, pkg/registry/batch (PrepareForCreate)
    """
    stored = {key: value for key, value in given.items() if key != "status"}
    if stored.get("kind") == "Job" and not stored["spec"]["manualSelector"]:
        return generate_selector(stored)
    if stored.get("kind") == "StatefulSet" and not gates.max_unavailable_stateful_set:
        return without_max_unavailable(stored)
    return stored


def without_max_unavailable(stateful_set: Manifest) -> dict[str, Any]:
    """The StatefulSet without the field of the gate MaxUnavailableStatefulSet.

    Source: pkg/registry/apps/statefulset/strategy.go (dropStatefulSetDisabledFields)
    """
    spec = dict(stateful_set["spec"])
    rolling = spec["updateStrategy"].get("rollingUpdate")
    if rolling is not None:
        kept = {key: value for key, value in rolling.items() if key != "maxUnavailable"}
        spec["updateStrategy"] = {**spec["updateStrategy"], "rollingUpdate": kept}
    return {**stateful_set, "spec": spec}


def validate(stored: Manifest) -> Errors:
    """What is wrong with a new object, which has its defaults; nothing is checked of other kinds than workloads.

    Source: pkg/registry/apps, pkg/registry/batch (Validate)
    """
    spec = stored.get("spec") or {}
    match stored.get("kind"):
        case "Deployment":
            return _validate_metadata(stored) + validate_deployment_spec(spec)
        case "ReplicaSet":
            return _validate_metadata(stored) + validate_replica_set_spec(spec)
        case "DaemonSet":
            return _validate_metadata(stored) + validate_daemon_set_spec(spec)
        case "StatefulSet":
            return _validate_metadata(stored) + validate_stateful_set_spec(spec)
        case "Job":
            return validate_job(stored)
        case "CronJob":
            return _validate_metadata(stored) + _validate_cron_job_name(stored) + validate_cron_job_spec(spec)
        case _:
            return []


def validate_job(job: Manifest, *, prefixed_labels: bool = True) -> Errors:
    """What is wrong with a Job; `prefixed_labels` are those that older Jobs may lack.

    Source: pkg/apis/batch/validation/validation.go (ValidateJob)
    """
    spec, name = job["spec"], job["metadata"].get("name") or ""
    errors = _validate_metadata(job) + validate_generated_selector(job, prefixed_labels=prefixed_labels)
    errors += validate_job_spec(spec)
    completions = spec.get("completions") or 0
    if spec.get("completionMode") == "Indexed" and completions > 0:
        hostname = f"{name}-{completions - 1}"
        if dns_label(hostname, "metadata.name"):
            detail = f"will not able to create pod with invalid DNS label: {hostname}"
            errors.append(invalid("metadata.name", name, detail))
    return errors


def _validate_metadata(stored: Manifest) -> Errors:
    """The name is a DNS subdomain, that of a StatefulSet a DNS label . Labels are well formed.

    Source: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go (ValidateObjectMeta)
    """
    metadata = stored["metadata"]
    name, errors = metadata.get("name") or "", validate_labels(metadata.get("labels"), "metadata.labels")
    if not name:
        generated = bool(metadata.get("generateName"))
        return errors if generated else [required("metadata.name", "name or generateName is required"), *errors]
    valid = dns_label if stored["kind"] == "StatefulSet" else dns_subdomain
    return valid(name, "metadata.name") + errors


def _validate_cron_job_name(stored: Manifest) -> Errors:
    """The name leaves room for that of its Jobs.

    Source: pkg/apis/batch/validation/validation.go (ValidateCronJobCreate)
    """
    name = stored["metadata"].get("name") or ""
    if len(name) <= MAX_CRON_JOB_NAME:
        return []
    return [invalid("metadata.name", name, f"must be no more than {MAX_CRON_JOB_NAME} characters")]
