"""What an update of a Job may change: while it is suspended, more than while it runs.

Source: pkg/apis/batch/validation/validation.go, pkg/registry/batch/job/strategy.go
"""

from typing import Any

from model.control_plane.apiserver.defaults import FeatureGates, Manifest
from model.control_plane.apiserver.updates_equality import immutable
from model.control_plane.apiserver.validation import validate_job
from model.control_plane.apiserver.validation_batch import validate_job_spec
from model.control_plane.apiserver.validation_errors import Errors, invalid
from model.control_plane.apiserver.validation_job_selector import CONTROLLER_UID, JOB_NAME
from model.control_plane.apiserver.validation_pod_template import template_labels

IMMUTABLE = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")


def validate_job_update(new: Manifest, old: Manifest, gates: FeatureGates) -> Errors:
    """What is wrong with the new Job, and with the change.

    Source: pkg/registry/batch/job/strategy.go (ValidateUpdate), pkg/apis/batch/validation/validation.go
    (ValidateJobSpecUpdate)
    """
    spec, old_spec = new["spec"], old["spec"]
    labels = template_labels(old_spec["template"]) or {}
    errors = validate_job(new, prefixed_labels=JOB_NAME in labels and CONTROLLER_UID in labels)
    errors += validate_job_spec(spec)
    errors += _validate_completions(spec, old_spec)
    errors += immutable(spec.get("selector"), old_spec.get("selector"), "spec.selector")
    errors += _validate_template_update(spec, old, gates)
    return errors + [error for key in IMMUTABLE for error in immutable(spec.get(key), old_spec.get(key), f"spec.{key}")]


def _validate_completions(spec: Manifest, old_spec: Manifest) -> Errors:
    """The completions stay; those of an indexed Job may change together with its parallelism.

    Source: pkg/apis/batch/validation/validation.go (validateCompletions)
    """
    completions = spec.get("completions")
    if spec.get("completionMode") != "Indexed":
        return immutable(completions, old_spec.get("completions"), "spec.completions")
    if completions is None or completions in (old_spec.get("completions"), spec["parallelism"]):
        return []
    detail = "can only be modified in tandem with spec.parallelism"
    return [invalid("spec.completions", completions, detail)]


def template_is_mutable(job: Manifest) -> bool:
    """Whether parts of the Pod template may change: the Job is suspended, and none of its Pods is active.

    Source: pkg/registry/batch/job/strategy.go (shouldAllowMutablePodTemplate)
    """
    status = job.get("status") or {}
    stopped = any(
        each.get("type") == "Suspended" and each.get("status") == "True" for each in status.get("conditions") or ()
    )
    idle = status.get("startTime") is None or stopped
    return bool(job["spec"]["suspend"]) and idle and not status.get("active")


def _validate_template_update(spec: Manifest, old: Manifest, gates: FeatureGates) -> Errors:
    """The Pod template stays, apart from what may change while the Job is suspended.

    Source: pkg/apis/batch/validation/validation.go (validatePodTemplateUpdate)
    """
    template, old_template, suspended = spec["template"], old["spec"]["template"], bool(old["spec"]["suspend"])
    mutable = template_is_mutable(old)
    not_started = suspended and (old.get("status") or {}).get("startTime") is None
    directives_may_change = mutable if gates.mutable_scheduling_directives_for_suspended_jobs else not_started
    if directives_may_change:
        old_template = with_scheduling_directives(old_template, template)
    if suspended and mutable and gates.mutable_pod_resources_for_suspended_jobs:
        old_pod = with_resources(old_template["spec"], template["spec"])
        return immutable(template["spec"], old_pod, "spec.template.spec")
    return immutable(template, old_template, "spec.template")


def with_scheduling_directives(old: Manifest, new: Manifest) -> dict[str, Any]:
    """The old Pod template with the new one's labels, annotations, and directives on where its Pods may run."""
    metadata = {**(old.get("metadata") or {})}
    metadata |= {key: (new.get("metadata") or {}).get(key) for key in ("labels", "annotations")}
    spec = {**old["spec"]}
    spec |= {key: new["spec"].get(key) for key in ("nodeSelector", "tolerations", "schedulingGates")}
    affinity = {**(old["spec"].get("affinity") or {})}
    affinity["nodeAffinity"] = (new["spec"].get("affinity") or {}).get("nodeAffinity")
    spec["affinity"] = {key: value for key, value in affinity.items() if value is not None}
    return {**old, "metadata": metadata, "spec": spec}


def with_resources(old: Manifest, new: Manifest) -> dict[str, Any]:
    """The old Pod with the new one's resources, where the containers are the same by name and place.

    Source: pkg/apis/batch/validation/validation.go (validatePodResourceUpdatesOnly)
    """
    pod = dict(old)
    for key in ("containers", "initContainers"):
        before, after = old.get(key) or [], new.get(key) or []
        if len(before) == len(after):
            pod[key] = [
                {**one, "resources": other.get("resources")} if one.get("name") == other.get("name") else one
                for one, other in zip(before, after, strict=True)
            ]
    return pod
