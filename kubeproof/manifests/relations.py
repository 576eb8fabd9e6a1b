"""Which objects of the input have to do with each other: by selector, by name, by reference."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from kubeproof.manifests.fields import POD_TEMPLATES, field, items, mapping
from kubeproof.manifests.manifest import Manifest
from kubeproof.manifests.workload_limits import written_selector
from model.api.labels import label_selector, matches

Labels = dict[str, str]


class Relations:
    """Finds the Pods of Services and the Services of Pods quickly, and what else refers to what."""

    def __init__(self, objects: Iterable[Manifest]) -> None:
        self._running: defaultdict[str, list[tuple[Manifest, Labels]]] = defaultdict(list)
        self._labelled: defaultdict[tuple[str, str], list[tuple[Manifest, Labels]]] = defaultdict(list)
        self._selecting: defaultdict[tuple[str, str, str], list[tuple[Manifest, Labels]]] = defaultdict(list)
        self._services: dict[tuple[str, str], Manifest] = {}
        for manifest in objects:
            self._add(manifest)

    def _add(self, manifest: Manifest) -> None:
        labels = pod_labels(manifest)
        if labels is not None:
            self._running[manifest.namespace].append((manifest, labels))
            for label in labels.items():
                self._labelled[label].append((manifest, labels))
        if manifest.kubernetes_kind == "Service":
            self._services[manifest.namespace, manifest.name] = manifest
            selector = service_selector(manifest)
            if selector:
                self._selecting[manifest.namespace, *next(iter(selector.items()))].append((manifest, selector))

    def with_pods_of(self, service: Manifest) -> Iterator[Manifest]:
        """The objects of any namespace whose Pods have the labels that a Service selects."""
        selector = service_selector(service)
        for manifest, labels in self._labelled[next(iter(selector.items()))] if selector else ():
            if selector.items() <= labels.items():
                yield manifest

    def services_of(self, manifest: Manifest) -> Iterator[Manifest]:
        """The Services that route to the Pods of an object."""
        labels = pod_labels(manifest) or {}
        for key, value in labels.items():
            for service, selector in self._selecting[manifest.namespace, key, value]:
                if selector.items() <= labels.items():
                    yield service

    def affected_by(self, manifest: Manifest) -> frozenset[str]:
        """The identities of the objects whose verdicts depend on how Kubernetes treats `manifest`."""
        affected = [manifest, *self._targets(manifest)]
        services = [service for other in affected for service in self.services_of(other)]
        return frozenset(other.identity for other in (*affected, *services))

    def _targets(self, manifest: Manifest) -> list[Manifest]:
        """The objects that `manifest` scales, protects, limits or routes to."""
        match manifest.kubernetes_kind:
            case "HorizontalPodAutoscaler":
                wanted = tuple(field(manifest.data, "spec", "scaleTargetRef", name) for name in ("kind", "name"))
                running = self._running[manifest.namespace]
                return [other for other, _ in running if (other.kubernetes_kind, other.name) == wanted]
            case "PodDisruptionBudget":
                return self._selected(manifest.namespace, field(manifest.data, "spec", "selector"))
            case "NetworkPolicy":
                return self._selected(manifest.namespace, mapping(manifest.data, "spec", "podSelector"))
            case "LimitRange" | "ResourceQuota":
                return [other for other, _ in self._running[manifest.namespace]]
            case "Ingress":
                names = sorted(_backends(manifest.data))
                found = (self._services.get((manifest.namespace, name)) for name in names)
                return [service for service in found if service is not None]
            case _:
                return []

    def _selected(self, namespace: str, selector: Any) -> list[Manifest]:
        """The objects whose Pods a label selector selects."""
        try:
            requirements = label_selector(written_selector(selector))
        except ValueError:
            return []
        return [other for other, labels in self._running[namespace] if matches(requirements, labels)]


def pod_labels(manifest: Manifest) -> Labels | None:
    """The labels of the Pods that an object runs; None if it runs none."""
    path = POD_TEMPLATES.get(manifest.kubernetes_kind)
    return None if path is None else _texts(mapping(manifest.data, *path, "metadata", "labels"))


def service_selector(service: Manifest) -> Labels:
    """The labels that a Service selects; none if it routes to no Pods."""
    external = field(service.data, "spec", "type") == "ExternalName"
    return {} if external else _texts(mapping(service.data, "spec", "selector"))


def _texts(labels: dict[str, str | None]) -> Labels:
    """Labels, in which nothing is empty text."""
    return {key: value or "" for key, value in labels.items()}


def _backends(ingress: dict[str, Any]) -> set[str]:
    """The names of the Services behind an Ingress."""
    names = {field(ingress, "spec", "defaultBackend", "service", "name")}
    for _, rule in items(ingress, "spec", "rules"):
        names |= {field(path, "backend", "service", "name") for _, path in items(rule, "http", "paths")}
    return {name for name in names if name}
