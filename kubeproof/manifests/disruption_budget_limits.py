"""What Kubernetes refuses in a PodDisruptionBudget.

Source: pkg/apis/policy/validation/validation.go (ValidatePodDisruptionBudgetSpec)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.fields import field
from kubeproof.manifests.ranges import checked, int_or_percent, one_of
from kubeproof.manifests.workload_limits import written_selector
from model.api.labels import label_selector


def disruption_budget(data: dict[str, Any]) -> Iterator[Finding]:
    """One amount at most, of 100% at most, and a selector that is well formed."""
    paths: tuple[Path, ...] = (("spec", "minAvailable"), ("spec", "maxUnavailable"))
    written = [(path, field(data, *path)) for path in paths if field(data, *path) is not None]
    if len(written) > 1:
        yield Finding(paths[1], "minAvailable and maxUnavailable do not go together", "delete one of the two")
    for path, amount in written:
        malformed = list(int_or_percent(path, amount))
        yield from malformed
        if not malformed and isinstance(amount, str) and int(amount.removesuffix("%")) > 100:
            yield Finding(path, f"{spell(path)} is {amount}", "write 100% or less")
    policy: Path = ("spec", "unhealthyPodEvictionPolicy")
    yield from one_of(policy, field(data, *policy), ("IfHealthyBudget", "AlwaysAllow"))
    selector: Path = ("spec", "selector")
    yield from checked(selector, label_selector, written_selector(field(data, *selector)))
