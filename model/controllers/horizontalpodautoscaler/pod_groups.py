"""Which Pods' metrics the autoscaler believes.

Source: pkg/controller/podautoscaler/replica_calculator.go (groupPods)
"""

from collections.abc import Sequence
from enum import Enum

import msgspec

from model.api.objects import Pod, PodPhase
from model.controllers.horizontalpodautoscaler.settings import Settings


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the metrics API reports of one Pod: the mean over the `window` seconds before `time`, in thousandths."""

    value: int = 0
    time: int = 0
    window: int = 0


class MeasuredPod(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod of the workload with its sample, if there is one."""

    pod: Pod
    sample: Sample | None = None
    request: int | None = 0
    """What the Pod requests of the resource, in thousandths; None if a container does not say."""


class Group(Enum):
    """How much a Pod counts."""

    READY = "ready"
    """Its sample counts."""
    UNREADY = "unready"
    """It will take load, but its sample says nothing yet."""
    MISSING = "missing"
    """It has no sample."""
    IGNORED = "ignored"
    """It is on its way out."""


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """The Pods of a workload by group, each in the order given."""

    ready: tuple[MeasuredPod, ...] = ()
    unready: tuple[MeasuredPod, ...] = ()
    missing: tuple[MeasuredPod, ...] = ()
    ignored: tuple[MeasuredPod, ...] = ()


def group_of(measured: MeasuredPod, metric: str, settings: Settings, now: int) -> Group:
    """The group of one Pod. Whether it is ready matters for ``cpu`` only, for which starting is costly.

    Source: pkg/controller/podautoscaler/replica_calculator.go (groupPods)
    """
    pod, sample = measured.pod, measured.sample
    if pod.deleting or pod.phase is PodPhase.FAILED:
        return Group.IGNORED
    if pod.phase is PodPhase.PENDING:
        return Group.UNREADY
    if sample is None:
        return Group.MISSING
    if metric == "cpu" and not believable(pod, sample, settings, now):
        return Group.UNREADY
    return Group.READY


def believable(pod: Pod, sample: Sample, settings: Settings, now: int) -> bool:
    """Whether a sample of cpu usage shows the Pod at work, not on its way up.

    Soon after its start the Pod must be ready, and the whole window must lie after it became so. Later it must be
    ready or have been so at some time: it counts as having been so if its readiness changed after the initial delay.
    Source: pkg/controller/podautoscaler/replica_calculator.go (groupPods)
    """
    condition = next((each for each in pod.conditions if each.type == "Ready"), None)
    if condition is None or pod.start_time is None:
        return False
    unready = condition.status == "False"
    changed = condition.last_transition_time
    if pod.start_time + settings.cpu_initialization_period > now:
        return not unready and (changed is None or sample.time >= changed + sample.window)
    return not unready or (changed is not None and pod.start_time + settings.initial_readiness_delay <= changed)


def group_pods(pods: Sequence[MeasuredPod], metric: str, settings: Settings, now: int) -> Groups:
    """The Pods by group.

    Source: pkg/controller/podautoscaler/replica_calculator.go (groupPods)
    """
    groups = [group_of(pod, metric, settings, now) for pod in pods]

    def members(group: Group) -> tuple[MeasuredPod, ...]:
        return tuple(pod for pod, its in zip(pods, groups, strict=True) if its is group)

    return Groups(
        ready=members(Group.READY),
        unready=members(Group.UNREADY),
        missing=members(Group.MISSING),
        ignored=members(Group.IGNORED),
    )
