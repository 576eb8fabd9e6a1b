"""A Job's selector is generated from its uid, so that it selects its own Pods and no others.

Source: pkg/registry/batch/job/strategy.go
"""

from collections.abc import Mapping
from typing import Any

from model.control_plane.apiserver.validation_errors import Errors, invalid, required
from model.control_plane.apiserver.validation_pod_template import selects, template_labels

CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
JOB_NAME = "batch.kubernetes.io/job-name"
LEGACY_CONTROLLER_UID = "controller-uid"
LEGACY_JOB_NAME = "job-name"


def generate_selector(job: Mapping[str, Any]) -> dict[str, Any]:
    """The Job with labels on its Pods, and a selector for them; labels that are there already are left alone.

    Source: pkg/registry/batch/job/strategy.go (generateSelector)
    """
    name, uid, spec = job["metadata"].get("name") or "", job["metadata"].get("uid") or "", job["spec"]
    generated = {LEGACY_JOB_NAME: name, JOB_NAME: name, LEGACY_CONTROLLER_UID: uid, CONTROLLER_UID: uid}
    metadata = spec["template"].get("metadata") or {}
    labels = {**generated, **(metadata.get("labels") or {})}
    selector = spec.get("selector") or {}
    match_labels = {CONTROLLER_UID: uid, **(selector.get("matchLabels") or {})}
    template = {**spec["template"], "metadata": {**metadata, "labels": labels}}
    return {**job, "spec": {**spec, "template": template, "selector": {**selector, "matchLabels": match_labels}}}


def validate_generated_selector(job: Mapping[str, Any], *, prefixed_labels: bool) -> Errors:
    """The labels of the Pods and the selector are those that would be generated, unless they are made by hand.

    Source: pkg/apis/batch/validation/validation.go (validateGeneratedSelector)
    """
    spec, name, uid = job["spec"], job["metadata"].get("name") or "", job["metadata"].get("uid") or ""
    if spec["manualSelector"] or spec.get("selector") is None:
        return []
    labels = template_labels(spec["template"]) or {}
    legacy = {LEGACY_CONTROLLER_UID: uid, LEGACY_JOB_NAME: name}
    generated = {**legacy, CONTROLLER_UID: uid, JOB_NAME: name} if prefixed_labels else legacy
    errors = [] if uid else [required("metadata.uid")]
    for key, value in generated.items():
        field = f"spec.template.metadata.labels[{key}]"
        if key not in labels:
            errors.append(required(field, f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(invalid(field, labels, f"must be '{value}'"))
    if selects(spec["selector"], generated) is False:
        errors.append(invalid("spec.selector", spec["selector"], "`selector` not auto-generated"))
    return errors
