"""What Kubernetes accepts, though its author hardly means it."""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Path, spell
from kubeproof.manifests.fields import POD_TEMPLATES, field, items, mapping
from kubeproof.manifests.manifest import Manifest
from kubeproof.manifests.relations import Relations, service_selector

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DEFAULTS = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def suspicions(manifest: Manifest, relations: Relations) -> Iterator[tuple[Path, str]]:
    """Where one object looks like a slip, and why."""
    if manifest.kubernetes_kind == "Service":
        yield from _service(manifest, relations)
    if manifest.kubernetes_kind == "HorizontalPodAutoscaler":
        yield from _autoscaler(manifest, relations)
    if manifest.kubernetes_kind == "PodDisruptionBudget" and relations.affected_by(manifest) == {manifest.identity}:
        yield ("spec", "selector"), f"PodDisruptionBudget {manifest.name} selects no Pods of the input"
    template = POD_TEMPLATES.get(manifest.kubernetes_kind)
    if template is not None:
        for path, container in items(manifest.data, *template, "spec", "containers"):
            yield from _probes(container, path)


def _service(service: Manifest, relations: Relations) -> Iterator[tuple[Path, str]]:
    """A Service whose selector, or whose port's name, fits nothing in the input."""
    path: Path = ("spec", "selector")
    selector = service_selector(service)
    if field(service.data, "spec", "type") == "ExternalName":
        return
    if not selector:
        yield ("spec",), f"Service {service.name} has no selector: verdicts assume that it has no endpoints"
        return
    matching = list(relations.with_pods_of(service))
    selected = [other for other in matching if other.namespace == service.namespace]
    if not selected:
        shown = ", ".join(f"{key}={value}" for key, value in selector.items())
        hint = f" of namespace {service.namespace}; {matching[0].identity} would match" if matching else ""
        yield path, f"the selector {shown} matches no Pod template of the input{hint}"
    for port, each in items(service.data, "spec", "ports"):
        yield from _target_port(each, port, selected)


def _autoscaler(autoscaler: Manifest, relations: Relations) -> Iterator[tuple[Path, str]]:
    """An autoscaler that scales nothing of the input."""
    path: Path = ("spec", "scaleTargetRef")
    kind, name = (field(autoscaler.data, *path, key) for key in ("kind", "name"))
    if kind == "Deployment" and relations.affected_by(autoscaler) == {autoscaler.identity}:
        yield path, f"spec.scaleTargetRef: Deployment {name} is not in the input; there is no verdict on scaling it"


def _target_port(port: dict[str, Any], path: Path, selected: list[Manifest]) -> Iterator[tuple[Path, str]]:
    """The port goes to a name that no container of some selected object has."""
    name = port.get("targetPort")
    protocol = port.get("protocol") or "TCP"
    for manifest in selected if isinstance(name, str) else ():
        if (name, protocol) not in _named_ports(manifest):
            where = (*path, "targetPort")
            yield where, f"{spell(where)}: no container of {manifest.identity} has a {protocol} port named {name}"


def _named_ports(manifest: Manifest) -> set[tuple[str | None, str]]:
    """Name and protocol of every port of the containers that an object runs."""
    template = POD_TEMPLATES[manifest.kubernetes_kind]
    return {
        (port.get("name"), port.get("protocol") or "TCP")
        for name in ("containers", "initContainers")
        for _, container in items(manifest.data, *template, "spec", name)
        for _, port in items(container, "ports")
    }


def _probes(container: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """A probe whose port has a name that the container lacks, or whose zero stands for something else."""
    names = {port.get("name") for _, port in items(container, "ports")}
    for name in _PROBES:
        probe = mapping(container, name)
        for way in ("httpGet", "tcpSocket"):
            port = field(probe, way, "port")
            if isinstance(port, str) and port not in names:
                where = (*path, name, way, "port")
                yield where, f"{spell(where)}: the container has no port named {port}, so the probe never succeeds"
        for count, default in _DEFAULTS.items():
            if probe.get(count) == 0:
                where = (*path, name, count)
                yield where, f"{spell(where)}: 0 stands for the default, {default}"
