"""HorizontalPodAutoscalers in front of the model: what scales a workload's Deployments, as its manifest says it."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.kinds.member import Member
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from model.api.autoscalers import (
    CPU_UTILIZATION,
    DEFAULT_SCALE_DOWN,
    DEFAULT_SCALE_UP,
    Behavior,
    HorizontalPodAutoscaler,
    Metric,
    MetricSource,
    PolicySelect,
    PolicyType,
    ScalingPolicy,
    ScalingRules,
    TargetType,
)
from model.api.quantity import parse_quantity
from model.controllers.horizontalpodautoscaler.float64 import approximate

_SOURCES = {
    MetricSource.RESOURCE: "resource",
    MetricSource.CONTAINER_RESOURCE: "containerResource",
    MetricSource.PODS: "pods",
    MetricSource.OBJECT: "object",
    MetricSource.EXTERNAL: "external",
}


class WorkloadAutoscaler(msgspec.Struct, frozen=True, kw_only=True):
    """A HorizontalPodAutoscaler as its manifest says it, and what of its target matters to it."""

    name: str
    target: str
    """The name of the Deployment that it scales."""
    autoscaler: HorizontalPodAutoscaler
    requested: tuple[bool, ...]
    """By metric: every container that counts says how much of the resource it requests."""
    written_replicas: int | None = None
    """``spec.replicas`` in the Deployment's manifest; None if it does not say."""


def autoscalers_of(manifests: Manifests, objects: Sequence[Manifest]) -> Iterator[WorkloadAutoscaler]:
    """The autoscalers whose target is one of these Deployments."""
    for manifest in manifests.of_kind("HorizontalPodAutoscaler"):
        kind, name = (field(manifest.data, "spec", "scaleTargetRef", key) for key in ("kind", "name"))
        for target in objects:
            same = target.namespace == manifest.namespace and (target.kubernetes_kind, target.name) == (kind, name)
            if same and kind == "Deployment":
                yield read(manifest, target)


def scaled_by(members: tuple[Member, ...], autoscalers: Sequence[WorkloadAutoscaler]) -> tuple[Member, ...]:
    """The members at a size within the bounds of what scales them; 0 replicas are left alone."""
    return tuple(_scaled_by(member, autoscalers) for member in members)


def _scaled_by(member: Member, autoscalers: Sequence[WorkloadAutoscaler]) -> Member:
    for each in autoscalers:
        if each.target == member.name and member.replicas > 0:
            bounds = each.autoscaler
            return replace(member, replicas=max(bounds.min_replicas, min(member.replicas, bounds.max_replicas)))
    return member


def read(manifest: Manifest, target: Manifest) -> WorkloadAutoscaler:
    """The autoscaler in a manifest, with the API server's defaults.

    Source: pkg/apis/autoscaling/v2/defaults.go
    """
    spec = mapping(manifest.data, "spec")
    fewest, behavior = spec.get("minReplicas"), field(spec, "behavior")
    autoscaler = HorizontalPodAutoscaler(
        name=manifest.name,
        min_replicas=1 if fewest is None else fewest,
        max_replicas=spec["maxReplicas"],
        metrics=tuple(_metrics(spec)),
        behavior=None if behavior is None else _behavior(behavior),
    )
    return WorkloadAutoscaler(
        name=manifest.name,
        target=target.name,
        autoscaler=autoscaler,
        requested=tuple(_requested(metric, target) for metric in autoscaler.metrics),
        written_replicas=field(target.data, "spec", "replicas"),
    )


def _metrics(spec: dict[str, Any]) -> Iterator[Metric]:
    percent = spec.get("targetCPUUtilizationPercentage")  # autoscaling/v1
    written = [metric for _, metric in items(spec, "metrics")]
    if percent is not None:
        yield replace(CPU_UTILIZATION, target=percent)
    elif not written:
        yield CPU_UTILIZATION
    for metric in written:
        source = MetricSource(metric["type"])
        of = mapping(metric, _SOURCES[source])
        type, target = _target(mapping(of, "target"))
        name = of.get("name") or field(of, "metric", "name") or ""
        yield Metric(source=source, name=name, container=of.get("container") or "", target_type=type, target=target)


def _target(target: dict[str, Any]) -> tuple[TargetType, int]:
    """The type of a target, and its value: in percent, or in thousandths rounded up."""
    if target.get("averageUtilization") is not None:
        return TargetType.UTILIZATION, target["averageUtilization"]
    if target.get("averageValue") is not None:
        return TargetType.AVERAGE_VALUE, _thousandths(target["averageValue"])
    return TargetType.VALUE, _thousandths(target["value"])


def _thousandths(amount: str | int | float) -> int:
    return int(parse_quantity(str(amount)).amount.scaleb(3).to_integral_value(ROUND_CEILING))


def _behavior(behavior: dict[str, Any]) -> Behavior:
    return Behavior(
        scale_up=_rules(mapping(behavior, "scaleUp"), DEFAULT_SCALE_UP),
        scale_down=_rules(mapping(behavior, "scaleDown"), DEFAULT_SCALE_DOWN),
    )


def _rules(written: dict[str, Any], default: ScalingRules) -> ScalingRules:
    window, select, tolerance = (
        written.get(key) for key in ("stabilizationWindowSeconds", "selectPolicy", "tolerance")
    )
    policies = tuple(
        ScalingPolicy(PolicyType(policy["type"]), policy["value"], policy["periodSeconds"])
        for _, policy in items(written, "policies")
    )
    return ScalingRules(
        stabilization_window_seconds=default.stabilization_window_seconds if window is None else window,
        select=PolicySelect(select) if select else default.select,
        policies=policies or default.policies,
        tolerance=None if tolerance is None else approximate(parse_quantity(str(tolerance))),
    )


def _requested(metric: Metric, target: Manifest) -> bool:
    """Every container that counts says how much it requests; a limit without a request is the request."""
    if metric.source not in (MetricSource.RESOURCE, MetricSource.CONTAINER_RESOURCE):
        return True
    pod = mapping(target.data, "spec", "template", "spec")
    sidecars = [each for _, each in items(pod, "initContainers") if each.get("restartPolicy") == "Always"]
    running = [*(each for _, each in items(pod, "containers")), *sidecars]
    counted = [each for each in running if metric.container in ("", each.get("name"))]
    return bool(counted) and all(
        metric.name in {**mapping(each, "resources", "limits"), **mapping(each, "resources", "requests")}
        for each in counted
    )
