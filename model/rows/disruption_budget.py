"""What the state keeps of a PodDisruptionBudget."""

import msgspec

from checker.state import Row
from model.api.disruption_budgets import UnhealthyPodEvictionPolicy


class DisruptionBudgetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a PodDisruptionBudget never changes within a scenario."""

    name: str
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    unhealthy_pod_eviction_policy: UnhealthyPodEvictionPolicy | None = None
    templates: tuple[int, ...]
    """The Pod templates that its selector matches, by their number in `Constants.templates`."""


class DisruptionBudget(Row, frozen=True, kw_only=True):
    """A PodDisruptionBudget's status, as etcd has it. Its constant part is ``constants.disruption_budgets[slot]``.

    The Pods that the status lists as disrupted are those whose row says so (`Pod.disrupted`).
    """

    current_healthy: int
    desired_healthy: int
    expected_pods: int
    disruptions_allowed: int
    frozen: bool = False
    """The user has changed the spec: from then on it is ``maxUnavailable: 0``."""
    observed: bool = True
    """The status is of this spec: ``observedGeneration`` is the object's generation."""
