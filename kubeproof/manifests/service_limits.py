"""What Kubernetes refuses in a Service.

Source: pkg/apis/core/validation/validation.go (ValidateService)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.ranges import PROTOCOLS, label_name, labels, one_of, port, port_number, unique

_PORTS: Path = ("spec", "ports")


def service(data: dict[str, Any]) -> Iterator[Finding]:
    """Its type, ports, selector and policies."""
    words = {
        "type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "sessionAffinity": ("None", "ClientIP"),
        "externalTrafficPolicy": ("Cluster", "Local"),
        "internalTrafficPolicy": ("Cluster", "Local"),
    }
    for name, allowed in words.items():
        yield from one_of(("spec", name), field(data, "spec", name), allowed)
    yield from labels(("spec", "selector"), mapping(data, "spec", "selector"))
    kind = field(data, "spec", "type")
    if kind == "ExternalName" and not field(data, "spec", "externalName"):
        message = "a Service of type ExternalName has no externalName"
        yield Finding(("spec",), message, "write externalName: the DNS name it stands for")
    if kind != "ExternalName" and field(data, "spec", "clusterIP") != "None" and not field(data, *_PORTS):
        yield Finding(("spec",), "a Service with an IP address has no ports", "add ports, or write clusterIP: None")
    yield from _ports(data)


def _ports(data: dict[str, Any]) -> Iterator[Finding]:
    """Each port, and that no two are the same."""
    written = list(items(data, *_PORTS))
    for path, each in written:
        yield from port_number((*path, "port"), each.get("port"))
        yield from port((*path, "targetPort"), each.get("targetPort"))
        yield from port_number((*path, "nodePort"), each.get("nodePort") or None)
        yield from one_of((*path, "protocol"), each.get("protocol"), PROTOCOLS)
        yield from label_name((*path, "name"), each.get("name"))
        if len(written) > 1 and not each.get("name"):
            yield Finding(path, "a Service with several ports has one without a name", "give each port a name")
    yield from unique((((*path, "name"), each.get("name")) for path, each in written), "name")
    numbers = (((*path, "port"), (each.get("port"), each.get("protocol") or "TCP")) for path, each in written)
    yield from unique(numbers, "port")
