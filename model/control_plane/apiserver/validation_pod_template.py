"""What the API server refuses about a Pod template and about the selector that has to select its Pods.

Of the Pod's own fields only those are looked at that make a workload work at all: names, images, restart policy.

Source: pkg/apis/core/validation/validation.go
"""

from collections.abc import Mapping
from typing import Any

from model.api.labels import (
    Expression,
    LabelSelector,
    label_selector,
    matches,
    validate_label_key,
    validate_label_value,
)
from model.control_plane.apiserver.validation_errors import (
    Errors,
    dns_label,
    duplicate,
    forbidden,
    invalid,
    one_of,
    required,
)

RESTART_POLICIES = ("Always", "OnFailure", "Never")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MAX_ACTIVE_DEADLINE = 2**31 - 1


def validate_labels(labels: Mapping[str, str] | None, field: str) -> Errors:
    """Keys and values of the labels are well formed.

    Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateLabels)
    """
    errors: Errors = []
    for key, value in (labels or {}).items():
        errors += _refused(validate_label_key, key, field) + _refused(validate_label_value, value, field)
    return errors


def _refused(validate: Any, text: str, field: str) -> Errors:
    """What `validate` has against the text."""
    try:
        validate(text)
    except ValueError as error:
        return [invalid(field, text, str(error))]
    return []


def validate_selector(selector: Mapping[str, Any] | None, field: str) -> Errors:
    """The label selector, if there is one, is well formed.

    Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateLabelSelector)
    """
    errors = validate_labels((selector or {}).get("matchLabels"), f"{field}.matchLabels")
    for index, expression in enumerate((selector or {}).get("matchExpressions") or ()):
        errors += _validate_expression(expression, f"{field}.matchExpressions[{index}]")
    return errors


def _validate_expression(expression: Mapping[str, Any], field: str) -> Errors:
    """One requirement of a label selector is well formed."""
    values = expression.get("values") or []
    errors: Errors = []
    match expression.get("operator"):
        case "In" | "NotIn":
            if not values:
                errors.append(required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
        case "Exists" | "DoesNotExist":
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.append(forbidden(f"{field}.values", detail))
        case operator:
            errors.append(invalid(f"{field}.operator", operator, "not a valid selector operator"))
    errors += _refused(validate_label_key, expression.get("key") or "", f"{field}.key")
    for index, value in enumerate(values):
        errors += _refused(validate_label_value, value, f"{field}.values[{index}]")
    return errors


def empty(selector: Mapping[str, Any] | None) -> bool:
    """The selector is there and requires nothing: it would select every Pod."""
    return selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions")


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str] | None) -> bool | None:
    """Whether the selector selects Pods with these labels; no selector selects none. None: it is malformed.

    Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector)
    """
    if selector is None:
        return False
    expressions = tuple(
        Expression(each.get("key") or "", each.get("operator") or "", tuple(each.get("values") or ()))
        for each in selector.get("matchExpressions") or ()
    )
    try:
        parsed = label_selector(
            LabelSelector(match_labels=selector.get("matchLabels") or {}, match_expressions=expressions)
        )
    except ValueError:
        return None
    return matches(parsed, labels or {})


def template_labels(template: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The labels of the Pods that are made from the template."""
    labels: Mapping[str, str] | None = (template.get("metadata") or {}).get("labels")
    return labels


def validate_pod_template(template: Mapping[str, Any], field: str) -> Errors:
    """The Pod template has containers, each with a name and an image, and known policies.

    Source: pkg/apis/core/validation/validation.go (ValidatePodTemplateSpec, ValidatePodSpec)
    """
    spec = template.get("spec") or {}
    errors = validate_labels(template_labels(template), f"{field}.labels")
    errors += _validate_containers(spec, f"{field}.spec")
    errors += one_of(spec["restartPolicy"], RESTART_POLICIES, f"{field}.spec.restartPolicy")
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= MAX_ACTIVE_DEADLINE:
        detail = f"must be between 1 and {MAX_ACTIVE_DEADLINE}, inclusive"
        errors.append(invalid(f"{field}.spec.activeDeadlineSeconds", deadline, detail))
    if spec.get("ephemeralContainers"):
        errors.append(
            forbidden(f"{field}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template")
        )
    return errors


def _validate_containers(spec: Mapping[str, Any], field: str) -> Errors:
    """There is a container, and the names of containers and init containers differ.

    Source: pkg/apis/core/validation/validation.go (validateContainers, validateInitContainers)
    """
    if not spec.get("containers"):
        return [required(f"{field}.containers")]
    errors: Errors = []
    names: list[str] = []
    for key in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(key) or ()):
            errors += _validate_container(container, f"{field}.{key}[{index}]")
            name = container.get("name") or ""
            if name in names:
                errors.append(duplicate(f"{field}.{key}[{index}].name", name))
            names.append(name)
    return errors


def _validate_container(container: Mapping[str, Any], field: str) -> Errors:
    """The container has a name and an image.

    Source: pkg/apis/core/validation/validation.go (validateContainerCommon)
    """
    name = container.get("name") or ""
    errors = dns_label(name, f"{field}.name") if name else [required(f"{field}.name")]
    if not container.get("image"):
        errors.append(required(f"{field}.image"))
    return errors + one_of(container["imagePullPolicy"], PULL_POLICIES, f"{field}.imagePullPolicy")


def validate_runs_forever(template: Mapping[str, Any], kind: str, field: str) -> Errors:
    """Pods of the kinds that run forever are always restarted, and have no deadline.

    Source: pkg/apis/apps/validation/validation.go
    """
    spec = template["spec"]
    errors = one_of(spec["restartPolicy"], ("Always",), f"{field}.spec.restartPolicy")
    if spec.get("activeDeadlineSeconds") is not None:
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        errors.append(forbidden(f"{field}.spec.activeDeadlineSeconds", detail))
    return errors
