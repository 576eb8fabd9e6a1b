"""What the state keeps of a HorizontalPodAutoscaler."""

import msgspec

from checker.state import Row
from model.rows.slots import DeploymentSlot


class AutoscalerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a HorizontalPodAutoscaler never changes within a scenario."""

    name: str


class Autoscaler(Row, frozen=True):
    """A HorizontalPodAutoscaler as etcd has it; its constant part is
    ``constants.autoscalers[slot]``.
    """

    deployment: DeploymentSlot
