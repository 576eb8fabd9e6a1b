"""HorizontalPodAutoscalers as their controller sees them.

Amounts of metrics are whole thousandths (millicores, thousandths of a byte or of a request a second), as Kubernetes
computes with them; durations and times are whole seconds.

Source: staging/src/k8s.io/api/autoscaling/v2/types.go, pkg/apis/autoscaling/v2/defaults.go,
https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
"""

from enum import Enum

import msgspec

from model.api.objects import Condition


class PolicyType(Enum):
    """What a scaling policy counts in."""

    PODS = "Pods"
    PERCENT = "Percent"


class ScalingPolicy(msgspec.Struct, frozen=True):
    """How much the size may change within a period."""

    type: PolicyType
    value: int
    period_seconds: int


class PolicySelect(Enum):
    """Which of several policies counts: the one that allows the most change, the least, or none at all."""

    MAX = "Max"
    MIN = "Min"
    DISABLED = "Disabled"


class ScalingRules(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the size may go in one direction. There is at least one policy."""

    stabilization_window_seconds: int | None = None
    """None, which is possible for scaling down only: the controller's own window."""
    select: PolicySelect = PolicySelect.MAX
    policies: tuple[ScalingPolicy, ...]
    tolerance: float | None = None
    """How far the metric may be from its target without any change: 0.1 is 10 %. None: the controller's own."""


DEFAULT_SCALE_UP = ScalingRules(
    stabilization_window_seconds=0,
    policies=(ScalingPolicy(PolicyType.PODS, 4, 15), ScalingPolicy(PolicyType.PERCENT, 100, 15)),
)
DEFAULT_SCALE_DOWN = ScalingRules(policies=(ScalingPolicy(PolicyType.PERCENT, 100, 15),))


class Behavior(msgspec.Struct, frozen=True, kw_only=True):
    """``spec.behavior``, with the API server's defaults filled in."""

    scale_up: ScalingRules = DEFAULT_SCALE_UP
    scale_down: ScalingRules = DEFAULT_SCALE_DOWN


class MetricSource(Enum):
    """Where a metric comes from."""

    RESOURCE = "Resource"
    CONTAINER_RESOURCE = "ContainerResource"
    PODS = "Pods"
    OBJECT = "Object"
    EXTERNAL = "External"


class TargetType(Enum):
    """What is held to the target: the value, or its average over the Pods, be it in percent of what they request."""

    UTILIZATION = "Utilization"
    AVERAGE_VALUE = "AverageValue"
    VALUE = "Value"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of ``spec.metrics``. `target` is more than 0: thousandths, or percent for a utilization."""

    source: MetricSource
    name: str
    """``cpu``, ``memory``, or the name of a custom or external metric."""
    container: str = ""
    """Of a container resource."""
    target_type: TargetType
    target: int


CPU_UTILIZATION = Metric(source=MetricSource.RESOURCE, name="cpu", target_type=TargetType.UTILIZATION, target=80)
"""What an autoscaler without metrics scales on."""


class MetricStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller last read of a metric; a value that it did not report is None."""

    value: int | None = None
    """In thousandths: the average of the Pods, or the whole value where the target is one."""
    utilization: int | None = None
    """In percent."""


class HorizontalPodAutoscaler(msgspec.Struct, frozen=True, kw_only=True):
    """A HorizontalPodAutoscaler."""

    name: str = ""
    min_replicas: int = 1
    max_replicas: int
    metrics: tuple[Metric, ...] = (CPU_UTILIZATION,)
    behavior: Behavior | None = None
    current_replicas: int | None = None
    """``status.currentReplicas``."""
    desired_replicas: int = 0
    """``status.desiredReplicas``."""
    current_metrics: tuple[MetricStatus | None, ...] = ()
    """``status.currentMetrics``; None for a metric that could not be read."""
    last_scale_time: int | None = None
    conditions: tuple[Condition, ...] = ()


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The scale subresource of the workload that is scaled."""

    replicas: int
    """``spec.replicas``: what is wanted."""
    status_replicas: int
    """``status.replicas``: what there is."""
    selector: str
    """``status.selector``, as text: which Pods are the workload's."""
