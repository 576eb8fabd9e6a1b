"""What the state keeps of a HorizontalPodAutoscaler, of its controller's memory of it, and of the load behind it."""

import msgspec

from checker.state import Row
from model.api.autoscalers import HorizontalPodAutoscaler
from model.controllers.horizontalpodautoscaler.recommendations import Recommendations
from model.controllers.horizontalpodautoscaler.scale_events import Events
from model.controllers.horizontalpodautoscaler.settings import Settings
from model.rows.slots import DeploymentSlot


class Load(msgspec.Struct, frozen=True):
    """How much there is to do: what so many Pods do at their target, and `above`, the least that can be told from it.

    With `above`, each of those Pods would be one percentage point, or one thousandth, over its target.
    """

    pods: int
    above: bool = False


class AutoscalerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a HorizontalPodAutoscaler never changes within a scenario. Its durations are in syncs."""

    name: str
    deployment: int
    """The Deployment that it scales, by its number in `Constants.deployments`."""
    autoscaler: HorizontalPodAutoscaler
    settings: Settings = Settings(downscale_stabilization=1, cpu_initialization_period=1, initial_readiness_delay=0)
    requested: tuple[bool, ...] = (True,)
    """By metric: the Pods say how much of the resource they request."""
    loads: tuple[Load, ...]
    """What the load may be."""
    written_replicas: int | None = None
    """``spec.replicas`` in the Deployment's manifest; None if it does not say."""


class Autoscaler(Row, frozen=True):
    """A HorizontalPodAutoscaler; its constant part is ``constants.autoscalers[slot]``.

    The controller's memory is the recommendations and the events, with times relative to the next sync: -1 is one sync
    before it. A controller that has just started has no recommendations.
    """

    deployment: DeploymentSlot
    load: int
    """The load that its Deployment's Pods share, by its number in ``AutoscalerSpec.loads``."""
    metrics_available: bool = True
    """The metrics API answers."""
    recommendations: Recommendations = ()
    grown: Events = ()
    shrunk: Events = ()
    really_grown: Events = ()
    """What `grown` would say if no controller had ever restarted: for promises about rates only."""
    really_shrunk: Events = ()
