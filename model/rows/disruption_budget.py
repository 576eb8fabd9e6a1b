"""What the state keeps of a PodDisruptionBudget."""

import msgspec

from checker.state import Row


class DisruptionBudgetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a PodDisruptionBudget never changes within a scenario."""

    name: str


class DisruptionBudget(Row, frozen=True):
    """A PodDisruptionBudget as etcd has it; its constant part is
    ``constants.disruption_budgets[slot]``.
    """

    disruptions_allowed: int
