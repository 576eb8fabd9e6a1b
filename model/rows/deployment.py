"""What the state keeps of a Deployment."""

import msgspec

from checker.state import Row
from model.api.objects import Strategy


class DeploymentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a Deployment never changes within a scenario."""

    name: str
    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    revisions: tuple[int, ...]
    """Its Pod templates, by their number in `Constants.templates`, in the order in which the user applies them."""


class Deployment(Row, frozen=True):
    """A Deployment's spec, as etcd has it. Its constant part is ``constants.deployments[slot]``."""

    template: int
    replicas: int
