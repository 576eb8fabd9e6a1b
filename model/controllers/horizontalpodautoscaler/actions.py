"""The HorizontalPodAutoscaler controller and the metrics that it reads, as transitions of the cluster.

A sync is one step. Between its reading the scale and writing the new one, only a write to the same field could be told
from one before the sync: it is overwritten with a size that comes of the metrics, as it would be a sync later.

Time is counted in syncs, of which anything may happen between two: see `remembered`. Every metric follows one load,
which the ready Pods share evenly. A Pod that is not ready has no share; one that has become ready is believed from when
the metrics API has a sample of it that was taken since, which may be at any moment, but not later than the next sync.

Left out: what a process uses while it starts; status and conditions, which only people read; a refused size.

Source: pkg/controller/podautoscaler/horizontal.go, pkg/controller/podautoscaler/replica_calculator.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.api import objects
from model.api.autoscalers import Metric, MetricSource, Scale, TargetType
from model.cluster import Cluster
from model.controllers.horizontalpodautoscaler.decision import Decision, Observed, decide
from model.controllers.horizontalpodautoscaler.metrics import Reading
from model.controllers.horizontalpodautoscaler.normalization import Memory
from model.controllers.horizontalpodautoscaler.pod_groups import MeasuredPod, Sample
from model.controllers.horizontalpodautoscaler.remembered import aged_events, aged_recommendations, windows
from model.controllers.horizontalpodautoscaler.scale_events import Events, ScaleEvent, ScaleEvents
from model.controllers.horizontalpodautoscaler.sync import conclude
from model.parts import Part, component, some
from model.rows.autoscaler import Autoscaler, AutoscalerSpec, Load
from model.rows.pod import Pod
from model.rows.slots import AutoscalerSlot, DeploymentSlot, PodSlot

_REQUEST = 1000
"""What a Pod requests of a resource. Only percentages of it matter."""
_LONG_AGO = -1000
_SELECTOR = "app=target"

Numbers = tuple[int, int, int, int, int]
"""How many of a Deployment's Pods the controller takes for: at work, once at work and not ready, just ready and not
measured since, started and not ready, not started."""


def autoscaler_syncs(state: Cluster, autoscaler: AutoscalerSlot) -> Iterator[Cluster]:
    """The HorizontalPodAutoscaler controller reads the metrics and sets the Deployment's size if it is not right."""
    row = state.autoscalers[autoscaler]
    if row is None:
        return
    target = state.deployments[row.deployment]
    if target is None:
        return
    spec = state.constants.autoscalers[autoscaler]
    for decision in decisions(state, autoscaler):
        _, memory = conclude(decision, spec.settings, 0)
        size = target.replicas if decision.new_size is None else decision.new_size
        after = _with_samples(_remembering(state, row, spec, memory, size - target.replicas), row.deployment)
        yield after.update(target, replicas=size) if size != target.replicas else after


def decisions(state: Cluster, autoscaler: AutoscalerSlot) -> list[Decision]:
    """What a sync may come to now, each outcome once."""
    row = state.autoscalers[autoscaler]
    if row is None:
        return []
    target = state.deployments[row.deployment]
    if target is None:
        return []
    spec = state.constants.autoscalers[autoscaler]
    memory = Memory(recommendations=row.recommendations, events=ScaleEvents(up=row.grown, down=row.shrunk))
    found: list[Decision] = []
    rivals = sum(1 for other in state.constants.autoscalers if other.deployment == spec.deployment)
    scale = Scale(replicas=target.replicas, status_replicas=target.replicas, selector=_SELECTOR)
    for readings in _possible_readings(state, row, spec):
        observed = Observed(scale=scale, readings=readings, other_autoscaler=rivals > 1)
        decision = decide(spec.autoscaler, observed, memory, spec.settings, 0)
        if decision not in found:
            found.append(decision)
    return found


def _remembering(state: Cluster, row: Autoscaler, spec: AutoscalerSpec, memory: Memory, change: int) -> Cluster:
    """The state in which the controller has `memory`, one sync later."""
    behavior = spec.autoscaler.behavior
    up, down = (None, None) if behavior is None else (behavior.scale_up, behavior.scale_down)
    return state.update(
        row,
        recommendations=aged_recommendations(memory.recommendations, *windows(spec.autoscaler, spec.settings)),
        grown=aged_events(memory.events.up, up),
        shrunk=aged_events(memory.events.down, down),
        really_grown=aged_events(_with(row.really_grown, change), up),
        really_shrunk=aged_events(_with(row.really_shrunk, -change), down),
    )


def _with_samples(state: Cluster, deployment: int) -> Cluster:
    """The state in which the metrics API has a sample of every Pod that is ready, as it has before the next sync."""
    after = state
    for pod in state.pods:
        if _to_be_measured(pod) and deployment in _deployment_of(state, pod):
            after = after.update(pod, measured=True)
    return after


def _to_be_measured(pod: Pod) -> bool:
    return pod.active and pod.ready and not pod.measured


def _with(events: Events, change: int) -> Events:
    return (ScaleEvent(change, 0), *events) if change > 0 else events


def _possible_readings(state: Cluster, row: Autoscaler, spec: AutoscalerSpec) -> Iterator[tuple[Reading, ...]]:
    """What the metrics may show: a Pod that is on its way up has no sample yet, or one that says little."""
    metrics = spec.autoscaler.metrics
    if not row.metrics_available:
        yield tuple(Reading(failed=True) for _ in metrics)
        return
    numbers, load = numbers_of_pods(state, row.deployment), spec.loads[row.load]
    _, _, fresh, starting, _ = numbers
    for sampled in (False, True) if fresh + starting > 0 else (False,):
        yield tuple(
            _reading(metric, load, numbers, sampled, _REQUEST if requested else None)
            for metric, requested in zip(metrics, spec.requested, strict=True)
        )


def _reading(metric: Metric, load: Load, numbers: Numbers, sampled: bool, request: int | None) -> Reading:
    """What one metric shows."""
    at_work, idle, fresh, starting, waiting = numbers
    total, ready = total_of(metric, load), at_work + fresh
    share = total // ready if ready > 0 else 0
    pods = (
        *_alike(at_work, _pod(ready=True), share, taken=True, request=request),
        *_alike(idle, _pod(ready=False), 0, taken=True, request=request),
        *_alike(fresh, _pod(ready=True, since=0), share, taken=sampled, request=request),
        *_alike(starting, _pod(ready=False, since=0), 0, taken=sampled, request=request),
        *_alike(waiting, objects.Pod(phase=objects.PodPhase.PENDING), 0, taken=False, request=request),
    )
    value = share if metric.target_type is TargetType.VALUE else total
    outside = metric.source in (MetricSource.OBJECT, MetricSource.EXTERNAL)
    return Reading(pods=pods, values=(value,) if outside else ())


def total_of(metric: Metric, load: Load) -> int:
    """A load in the metric's own measure, in thousandths."""
    amount = load.pods * (metric.target + load.above)
    return amount * _REQUEST // 100 if metric.target_type is TargetType.UTILIZATION else amount


def _alike(number: int, pod: objects.Pod, usage: int, *, taken: bool, request: int | None) -> tuple[MeasuredPod, ...]:
    sample = Sample(value=usage, time=0, window=1) if taken else None
    return (MeasuredPod(pod=pod, sample=sample, request=request),) * number


def _pod(*, ready: bool, since: int = _LONG_AGO) -> objects.Pod:
    """A Pod that has been running, and been as ready as it is, since some time."""
    status = objects.Condition(type="Ready", status="True" if ready else "False", last_transition_time=since)
    return objects.Pod(phase=objects.PodPhase.RUNNING, ready=ready, conditions=(status,), start_time=since)


@derived
def numbers_of_pods(state: Cluster, deployment: DeploymentSlot) -> Numbers:
    """How many of a Deployment's Pods are how far; those that are going do not count."""
    at_work = idle = fresh = starting = waiting = 0
    for pod in state.pods:
        if not pod.active or deployment not in _deployment_of(state, pod):
            continue
        if pod.phase is objects.PodPhase.PENDING:
            waiting += 1
        elif pod.measured:
            at_work, idle = (at_work + 1, idle) if pod.ready else (at_work, idle + 1)
        elif pod.ready:
            fresh += 1
        else:
            starting += 1
    return at_work, idle, fresh, starting, waiting


def _deployment_of(state: Cluster, pod: Pod) -> tuple[int, ...]:
    owner = None if pod.replica_set is None else state.replica_sets[pod.replica_set]
    return () if owner is None else (owner.deployment,)


def metrics_server_measures(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The metrics API gets a sample of a Pod that was taken wholly after the Pod became ready.

    Source: https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/
    """
    running = state.pods[pod]
    if running is None or not _to_be_measured(running):
        return
    if any(autoscaler.deployment in _deployment_of(state, running) for autoscaler in state.autoscalers):
        yield state.update(running, measured=True)


PARTS: tuple[Part, ...] = component(some("autoscalers"), autoscaler_syncs, metrics_server_measures)
