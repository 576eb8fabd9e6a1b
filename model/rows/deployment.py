"""What the state keeps of a Deployment."""

import msgspec

from checker.state import Row
from model.api.objects import Strategy
from model.controllers.deployment.conditions import Reason
from model.rows.deletion import WaitsTo


class DeploymentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a Deployment never changes within a scenario."""

    name: str
    strategy: Strategy = Strategy.ROLLING_UPDATE
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    revisions: tuple[int, ...]
    """Its Pod templates, by their number in `Constants.templates`, in the order in which the user applies them."""
    paused: bool = False
    """Whether it is paused to begin with."""
    revision_history_limit: int | None = None
    progress_deadline_seconds: int | None = None


class DeploymentStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status that the Deployment controller wrote last, as far as it reads it again."""

    observed: bool = True
    """It is of the spec as it is now: ``observedGeneration`` is the generation."""
    replicas: int
    updated_replicas: int
    available_replicas: int
    revision: int | None = None
    progressing: Reason | None = None
    """The reason of the condition Progressing; None where there is none."""
    overdue: bool = False
    """The condition was last updated longer ago than the progress deadline."""


class Deployment(Row, frozen=True):
    """A Deployment's spec, as etcd has it, and its status. Its constant part is ``constants.deployments[slot]``."""

    template: int
    replicas: int
    paused: bool = False
    deleting: WaitsTo | None = None
    """It is being deleted, and waits."""
    status: DeploymentStatus | None = None
    """None in a scenario that does not follow it."""
