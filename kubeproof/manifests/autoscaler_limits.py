"""What Kubernetes refuses in a HorizontalPodAutoscaler.

Source: pkg/apis/autoscaling/validation/validation.go
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.ranges import not_negative, one_of, quantity

_SOURCES = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_TARGETS = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}
_ALLOWED = {
    "Resource": ("Utilization", "AverageValue"),
    "ContainerResource": ("Utilization", "AverageValue"),
    "Pods": ("AverageValue",),
    "Object": ("Value", "AverageValue"),
    "External": ("Value", "AverageValue"),
}
_LONGEST_WINDOW = 3600
_LONGEST_PERIOD = 1800


def autoscaler(data: dict[str, Any]) -> Iterator[Finding]:
    """Its bounds, its target, its metrics and its behavior."""
    yield from _bounds(data)
    for name in ("kind", "name"):
        if not field(data, "spec", "scaleTargetRef", name):
            path: Path = ("spec", "scaleTargetRef", name)
            yield Finding(path, f"{spell(path)} is missing", "name the Deployment that is to be scaled")
    yield from _positive(("spec", "targetCPUUtilizationPercentage"), data)
    for path, metric in items(data, "spec", "metrics"):
        yield from _metric(("spec", "metrics", path[-1]), metric)
    for direction in ("scaleUp", "scaleDown"):
        yield from _rules(("spec", "behavior", direction), mapping(data, "spec", "behavior", direction))


def _bounds(data: dict[str, Any]) -> Iterator[Finding]:
    """At least one replica, and no fewer at most than at least; 0 takes a feature gate that is off."""
    fewest, most = field(data, "spec", "minReplicas"), field(data, "spec", "maxReplicas")
    fewest_path: Path = ("spec", "minReplicas")
    most_path: Path = ("spec", "maxReplicas")
    if fewest is not None and fewest < 1:
        yield Finding(fewest_path, f"{spell(fewest_path)} is {fewest}, less than 1", "write 1 or more")
    if most is None or most < 1:
        yield Finding(most_path, f"{spell(most_path)} is {most}, less than 1", "write 1 or more")
    elif most < (1 if fewest is None else fewest):
        yield Finding(
            most_path, f"{spell(most_path)} ({most}) is less than minReplicas ({fewest})", "raise maxReplicas"
        )


def _positive(path: Path, data: dict[str, Any]) -> Iterator[Finding]:
    value = field(data, *path)
    if value is not None and value <= 0:
        yield Finding(path, f"{spell(path)} is {value}, not more than 0", "write 1 or more")


def _metric(path: Path, metric: dict[str, Any]) -> Iterator[Finding]:
    """A metric has the source that its type says, with a target of a type that the source can have."""
    kind = metric.get("type")
    if kind not in _SOURCES:
        yield Finding((*path, "type"), f"{spell((*path, 'type'))} is {kind!r}", f"write one of {', '.join(_SOURCES)}")
        return
    at = (*path, _SOURCES[kind])
    source = metric.get(_SOURCES[kind])
    if not source:
        yield Finding(path, f"{spell(at)} is missing", f"describe the metric under {_SOURCES[kind]}")
        return
    named = ("name",) if kind in ("Resource", "ContainerResource") else ("metric", "name")
    if not field(source, *named):
        yield Finding(at, f"{spell((*at, *named))} is missing", "name the metric")
    if kind == "ContainerResource" and not source.get("container"):
        yield Finding(at, f"{spell((*at, 'container'))} is missing", "name the container")
    yield from _target((*at, "target"), mapping(source, "target"), _ALLOWED[kind])


def _target(path: Path, target: dict[str, Any], allowed: tuple[str, ...]) -> Iterator[Finding]:
    written = [kind for kind, name in _TARGETS.items() if target.get(name) is not None]
    yield from one_of((*path, "type"), target.get("type"), tuple(_TARGETS))
    if len(written) != 1 or written[0] not in allowed:
        names = " or ".join(_TARGETS[kind] for kind in allowed)
        yield Finding(path, f"{spell(path)} has no single target that the metric can have", f"write {names}")
        return
    at: Path = (*path, _TARGETS[written[0]])
    value = target[_TARGETS[written[0]]]
    amount = value
    if written[0] != "Utilization":
        found, malformed = quantity(at, value)
        yield from malformed
        amount = None if found is None else found.unscaled
    if amount is not None and amount <= 0:
        yield Finding(at, f"{spell(at)} is {value}, not more than 0", "write more than 0")


def _rules(path: Path, rules: dict[str, Any]) -> Iterator[Finding]:
    """How fast the size may go in one direction."""
    window_path: Path = (*path, "stabilizationWindowSeconds")
    window = rules.get("stabilizationWindowSeconds")
    yield from not_negative(window_path, window)
    if window is not None and window > _LONGEST_WINDOW:
        yield Finding(window_path, f"{spell(window_path)} is {window}", f"write {_LONGEST_WINDOW} or less")
    yield from one_of((*path, "selectPolicy"), rules.get("selectPolicy"), ("Max", "Min", "Disabled"))
    if rules.get("tolerance") is not None:
        yield from quantity((*path, "tolerance"), rules["tolerance"])[1]
    for at, policy in items(rules, "policies"):
        yield from _policy((*path, *at), policy)


def _policy(path: Path, policy: dict[str, Any]) -> Iterator[Finding]:
    yield from one_of((*path, "type"), policy.get("type") or "missing", ("Pods", "Percent"))
    for name, most in (("value", None), ("periodSeconds", _LONGEST_PERIOD)):
        at: Path = (*path, name)
        value = policy.get(name)
        if value is None or value <= 0:
            yield Finding(at, f"{spell(at)} is {value}, not more than 0", "write 1 or more")
        elif most is not None and value > most:
            yield Finding(at, f"{spell(at)} is {value}", f"write {most} or less")
