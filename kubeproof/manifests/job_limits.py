"""What Kubernetes refuses in a Job.

Source: pkg/apis/batch/validation/validation.go (validateJobSpec)
"""

import re
from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path
from model.control_plane.apiserver.defaults import default_job
from model.control_plane.apiserver.validation_batch import validate_job_fields
from model.control_plane.apiserver.validation_errors import FieldError

_TEMPLATE = "spec.template."
"""What is below is checked for every kind alike, but for what a podFailurePolicy needs."""
_POLICY = "podFailurePolicy"
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def job(data: dict[str, Any]) -> Iterator[Finding]:
    """Counts, what goes with indexes only, and the policies for failures and for success."""
    for error in validate_job_fields(default_job(data)["spec"], "spec"):
        if not error.field.startswith(_TEMPLATE) or _POLICY in error.detail:
            yield Finding(_path(error.field), str(error), _remedy(error))


def _path(field: str) -> Path:
    """As in ``spec.podFailurePolicy.rules[0].action``."""
    return tuple(int(index) if index else name for name, index in _PART.findall(field))


def _remedy(error: FieldError) -> str:
    if "indexed completion mode" in error.detail:
        return "write completionMode: Indexed, or delete this"
    if error.field == "spec.podReplacementPolicy":
        return "write Failed"
    if _POLICY in error.detail:
        return f"write restartPolicy: Never, or delete {_POLICY}"
    name = error.field.rpartition(".")[2]
    return f"add {name}" if error.type.name == "REQUIRED" else f"correct {name}"
