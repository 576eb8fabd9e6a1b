"""What Kubernetes refuses in a Node.

Source: pkg/apis/core/validation/validation.go (ValidateNode)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding
from kubeproof.manifests.fields import items, mapping
from kubeproof.manifests.ranges import checked, one_of, quantity, unique
from model.api.labels import validate_label_key, validate_label_value

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def node(data: dict[str, Any]) -> Iterator[Finding]:
    """Its taints and what it has room for."""
    taints = list(items(data, "spec", "taints"))
    for path, taint in taints:
        yield from checked((*path, "key"), validate_label_key, taint.get("key") or "")
        yield from checked((*path, "value"), validate_label_value, taint.get("value") or "")
        yield from one_of((*path, "effect"), taint.get("effect") or "none", EFFECTS)
    yield from unique(((path, (taint.get("key"), taint.get("effect"))) for path, taint in taints), "key and effect")
    for amounts in ("capacity", "allocatable"):
        for resource, amount in mapping(data, "status", amounts).items():
            if amount is not None:
                yield from quantity(("status", amounts, resource), amount)[1]
