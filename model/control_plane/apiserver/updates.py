"""PUT of a workload object: what the API server stores, or why it refuses.

Source: staging/src/k8s.io/apiserver/pkg/registry/rest/update.go (BeforeUpdate), pkg/registry/apps, pkg/registry/batch
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from model.control_plane.apiserver.defaults import DEFAULT_GATES, FeatureGates, Manifest, with_defaults
from model.control_plane.apiserver.updates_equality import equal, immutable
from model.control_plane.apiserver.updates_job import validate_job_update
from model.control_plane.apiserver.validation import without_max_unavailable
from model.control_plane.apiserver.validation_apps import (
    validate_daemon_set_spec,
    validate_deployment_spec,
    validate_replica_set_spec,
    validate_stateful_set_spec,
)
from model.control_plane.apiserver.validation_batch import validate_cron_job_spec
from model.control_plane.apiserver.validation_errors import Errors, FieldError, distinct, forbidden
from model.control_plane.apiserver.validation_pod_template import validate_labels

MUTABLE_OF_STATEFUL_SET = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
"""What an update may change, in the order in which the refusal lists it."""


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a PUT: the object as it is stored, unless there are errors."""

    object: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()
    generation_increased: bool = False
    """``metadata.generation`` counts changes of the spec; controllers say which one they have seen."""


def before_update(manifest: Manifest, stored: Manifest, gates: FeatureGates = DEFAULT_GATES) -> Updated:
    """What the API server makes of `manifest` in place of the `stored` object, which has its defaults and its status.

    Source: staging/src/k8s.io/apiserver/pkg/registry/rest/update.go (BeforeUpdate)
    """
    given = with_defaults(manifest, gates)
    if (
        given.get("kind") == "StatefulSet"
        and not gates.max_unavailable_stateful_set
        and not _has_max_unavailable(stored)
    ):
        given = without_max_unavailable(given)
    before = stored.get("metadata") or {}
    metadata = {**(given.get("metadata") or {}), "uid": before.get("uid") or ""}
    increased = spec_changed({**given, "metadata": metadata}, stored)
    metadata["generation"] = before.get("generation", 1) + increased
    updated = {**given, "metadata": metadata, "status": stored.get("status") or {}}
    errors = tuple(distinct(validate_update(updated, stored, gates)))
    return Updated(object=updated, errors=errors, generation_increased=increased and not errors)


def _has_max_unavailable(stateful_set: Manifest) -> bool:
    """The stored StatefulSet has the field from when its gate was on: then it may keep it."""
    rolling = stateful_set["spec"]["updateStrategy"].get("rollingUpdate") or {}
    return rolling.get("maxUnavailable") is not None


def spec_changed(given: Manifest, stored: Manifest) -> bool:
    """Whether the update raises the generation: the spec has changed, or a Deployment's annotations.

    Source: pkg/registry/apps, pkg/registry/batch (PrepareForUpdate)
    """
    if not equal(given.get("spec"), stored.get("spec")):
        return True
    if given.get("kind") != "Deployment":
        return False
    annotations = [(each.get("metadata") or {}).get("annotations") for each in (given, stored)]
    return not equal(*annotations)


def validate_update(new: Manifest, old: Manifest, gates: FeatureGates = DEFAULT_GATES) -> Errors:
    """What is wrong with the new object, and with the change. Both have their defaults.

    Source: pkg/registry/apps, pkg/registry/batch (ValidateUpdate)
    """
    spec, old_spec = new.get("spec") or {}, old.get("spec") or {}
    errors = immutable(_metadata(new, "name"), _metadata(old, "name"), "metadata.name")
    errors += immutable(_metadata(new, "namespace"), _metadata(old, "namespace"), "metadata.namespace")
    errors += validate_labels(_metadata(new, "labels"), "metadata.labels")
    match new.get("kind"):
        case "Deployment":
            return errors + validate_deployment_spec(spec) + _selector_stays(spec, old_spec)
        case "ReplicaSet":
            return errors + validate_replica_set_spec(spec) + _selector_stays(spec, old_spec)
        case "DaemonSet":
            return errors + _selector_stays(spec, old_spec) + validate_daemon_set_spec(spec)
        case "StatefulSet":
            return errors + validate_stateful_set_update(spec, old_spec)
        case "Job":
            return errors + validate_job_update(new, old, gates)
        case "CronJob":
            return errors + validate_cron_job_spec(spec, old=old_spec)
        case _:
            return errors


def _metadata(manifest: Manifest, key: str) -> Any:
    return (manifest.get("metadata") or {}).get(key)


def _selector_stays(spec: Manifest, old_spec: Manifest) -> Errors:
    """The selector is what it was: otherwise the old Pods would lose their controller."""
    return immutable(spec.get("selector"), old_spec.get("selector"), "spec.selector")


def validate_stateful_set_update(spec: Manifest, old_spec: Manifest) -> Errors:
    """The new spec is valid, and differs from the old one in what may change only.

    Source: pkg/apis/apps/validation/validation.go (ValidateStatefulSetUpdate)
    """
    was_valid = not validate_stateful_set_spec(old_spec, updating=True)
    errors = validate_stateful_set_spec(spec, updating=True, skip_pod_template=not was_valid)
    if not equal({**spec, **_mutable(old_spec)}, {**old_spec, **_mutable(old_spec)}):
        *most, last = MUTABLE_OF_STATEFUL_SET
        fields = ", ".join(f"'{field}'" for field in most) + f" and '{last}'"
        detail = f"updates to statefulset spec for fields other than {fields} are forbidden"
        errors.append(forbidden("spec", detail))
    return errors


def _mutable(spec: Manifest) -> dict[str, Any]:
    return {key: spec.get(key) for key in MUTABLE_OF_STATEFUL_SET}
