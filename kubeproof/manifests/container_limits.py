"""What Kubernetes refuses in a container.

Source: pkg/apis/core/validation/validation.go (validateContainerCommon, validateProbe, validateResourceRequirements)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.ranges import (
    PROTOCOLS,
    label_name,
    not_negative,
    one_of,
    port,
    port_name,
    port_number,
    quantity,
    unique,
)
from model.api.quantity import Quantity, compare

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_PROBE_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def container(data: dict[str, Any], path: Path, grace_period: int) -> Iterator[Finding]:
    """The container at `path`, in a Pod that has `grace_period` seconds to end."""
    yield from label_name((*path, "name"), data.get("name"))
    for name in ("name", "image"):
        if not data.get(name):
            yield Finding(path, f"{spell(path)} has no {name}", f"add {name}")
    pull: Path = (*path, "imagePullPolicy")
    yield from one_of(pull, data.get("imagePullPolicy"), ("Always", "IfNotPresent", "Never"))
    yield from _ports(data, path)
    yield from _resources(data, path)
    for name in _PROBES:
        probe = data.get(name)
        if probe is not None:
            yield from _probe(probe, (*path, name))
    for name in ("preStop", "postStart"):
        hook = field(data, "lifecycle", name)
        if hook is not None:
            yield from _hook(hook, (*path, "lifecycle", name), grace_period)
    if "initContainers" in path and data.get("restartPolicy") != "Always":
        yield from _only_for_running_containers(data, path)


def _only_for_running_containers(data: dict[str, Any], path: Path) -> Iterator[Finding]:
    """An init container runs to its end: it has neither probes nor hooks."""
    for name in (*_PROBES, "lifecycle"):
        if data.get(name) is not None:
            message = f"{spell((*path, name))}: an init container has no {name}"
            yield Finding((*path, name), message, f"delete {name}, or write restartPolicy: Always to make it a sidecar")


def _ports(data: dict[str, Any], path: Path) -> Iterator[Finding]:
    ports = [((*path, *inner), each) for inner, each in items(data, "ports")]
    for where, each in ports:
        yield from port_number((*where, "containerPort"), each.get("containerPort"))
        yield from port_number((*where, "hostPort"), each.get("hostPort") or None)
        yield from port_name((*where, "name"), each.get("name"))
        yield from one_of((*where, "protocol"), each.get("protocol"), PROTOCOLS)
    yield from unique((((*where, "name"), each.get("name")) for where, each in ports), "name")


def _resources(data: dict[str, Any], path: Path) -> Iterator[Finding]:
    """Requests and limits are amounts, and no request exceeds its limit."""
    amounts: dict[tuple[str, str], Quantity] = {}
    for which in ("limits", "requests"):
        for resource, value in mapping(data, "resources", which).items():
            if value is None:
                continue
            amount, findings = quantity((*path, "resources", which, resource), value)
            yield from findings
            if amount is not None:
                amounts[which, resource] = amount
    for (which, resource), amount in amounts.items():
        limit = amounts.get(("limits", resource))
        if which == "requests" and limit is not None and compare(amount, limit) > 0:
            where = (*path, "resources", "requests", resource)
            written = mapping(data, "resources", "requests")[resource], mapping(data, "resources", "limits")[resource]
            message = f"{spell(where)} is {written[0]}, more than its limit of {written[1]}"
            yield Finding(where, message, "lower the request or raise the limit")


def _probe(probe: dict[str, Any], path: Path) -> Iterator[Finding]:
    """One way to probe, counts that are not negative; only readiness may need several successes."""
    yield from _handler(probe, path)
    for name in _PROBE_COUNTS:
        yield from not_negative((*path, name), probe.get(name))
    if path[-1] != "readinessProbe" and (probe.get("successThreshold") or 1) > 1:
        where = (*path, "successThreshold")
        yield Finding(where, f"{spell(where)} must be 1", "delete it: only a readinessProbe may ask for more")


def _handler(handler: dict[str, Any], path: Path) -> Iterator[Finding]:
    """Exactly one way to do it, and a port that can be."""
    ways = [name for name in _HANDLERS if handler.get(name) is not None]
    if len(ways) != 1:
        message = f"{spell(path)} has {' and '.join(ways) or 'no action'}: it takes exactly one action"
        yield Finding(path, message, "keep one of exec, httpGet, tcpSocket and grpc")
    for name in ways:
        if name in ("httpGet", "tcpSocket", "grpc"):
            yield from port((*path, name, "port"), field(handler, name, "port"))


def _hook(hook: dict[str, Any], path: Path, grace_period: int) -> Iterator[Finding]:
    """A hook that sleeps does not sleep longer than the Pod has to end."""
    yield from _handler(hook, path)
    seconds = field(hook, "sleep", "seconds")
    if seconds is not None and not 0 <= seconds <= grace_period:
        where = (*path, "sleep", "seconds")
        message = f"{spell(where)} is {seconds}, not from 0 to terminationGracePeriodSeconds ({grace_period})"
        yield Finding(where, message, "shorten the sleep or raise terminationGracePeriodSeconds")
