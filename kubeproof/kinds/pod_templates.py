"""What a manifest's Pod template says, as the model takes it."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.api.labels import Expression
from model.api.node_affinity import NodeSelectorTerm, NodeSelectorTerms
from model.api.pod_requests import InitContainer, Resources, pod_requests, whole_amounts
from model.api.taints import TaintEffect, Toleration, TolerationOperator
from model.control_plane.scheduler.filters import PodSpec
from model.rows.pod_template import ContainerSpec


def containers(pod: Mapping[str, Any], service: Manifest | None) -> Iterator[ContainerSpec]:
    """The containers in the order in which they start; sidecars are left out (the loader notes them)."""
    for container in pod.get("initContainers") or []:
        if container.get("restartPolicy") != "Always":
            yield ContainerSpec(name=container["name"], init=True)
    apps = pod.get("containers") or []
    behind = _behind_ports(apps, service) if service else set()
    for container in apps:
        yield ContainerSpec(
            name=container["name"],
            readiness_probe=bool(container.get("readinessProbe")),
            startup_probe=bool(container.get("startupProbe")),
            pre_stop=bool(field(container, "lifecycle", "preStop")) and not without_grace(pod),
            receives_traffic=container["name"] in behind,
        )


def claims(pod: Mapping[str, Any]) -> Iterator[str]:
    """The names of the PersistentVolumeClaims among the volumes."""
    for volume in pod.get("volumes") or []:
        name = field(volume, "persistentVolumeClaim", "claimName")
        if name:
            yield name


def _behind_ports(containers: list[dict[str, Any]], service: Manifest) -> set[str]:
    """The names of the containers behind the Service's ports; the first where no container declares a port's number.

    A port's name has no endpoint where nobody declares it; declaring a number is only information: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
    """
    found: set[str] = set()
    for port in field(service.data, "spec", "ports") or [{}]:
        target = port.get("targetPort") or port.get("port")
        declaring = [
            container["name"]
            for container in containers
            for declared in container.get("ports") or []
            if target in (declared.get("containerPort"), declared.get("name"))
        ]
        if declaring:
            found.add(declaring[0])
        elif isinstance(target, int):
            found.add(containers[0]["name"])
    return found


def without_grace(pod: Mapping[str, Any]) -> bool:
    """A deleted Pod is gone at once: no hook gets its time."""
    return pod.get("terminationGracePeriodSeconds") == 0


def pod_spec(pod: Mapping[str, Any]) -> PodSpec:
    """What the Pods ask of their Node."""
    required = field(pod, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return PodSpec(
        node_selector=dict(pod.get("nodeSelector") or {}),
        required_terms=None if required is None else _terms(required),
        tolerations=tuple(_toleration(toleration) for toleration in pod.get("tolerations") or []),
        requests=_requests(pod),
    )


def _requests(pod: Mapping[str, Any]) -> Resources:
    inits = tuple(
        InitContainer(requests=_container_requests(container), restartable=container.get("restartPolicy") == "Always")
        for container in pod.get("initContainers") or []
    )
    apps = tuple(_container_requests(container) for container in pod.get("containers") or [])
    return dict(pod_requests(apps, inits))


def _container_requests(container: Mapping[str, Any]) -> Resources:
    """What a container requests; a limit without a request is the request.

    Source: pkg/apis/core/v1/defaults.go (SetDefaults_Pod)
    """
    limits, requests = mapping(container, "resources", "limits"), mapping(container, "resources", "requests")
    return whole_amounts({name: str(amount) for name, amount in {**limits, **requests}.items()})


def unspecified_requests(pod: Mapping[str, Any]) -> Iterator[str]:
    """Of cpu and memory, what some container does not request."""
    every = [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]
    for name in ("cpu", "memory"):
        if any(name not in _container_requests(container) for container in every):
            yield name


def _terms(required: Mapping[str, Any]) -> NodeSelectorTerms:
    return tuple(
        NodeSelectorTerm(
            match_expressions=tuple(_expression(item) for item in term.get("matchExpressions") or []),
            match_fields=tuple(_expression(item) for item in term.get("matchFields") or []),
        )
        for term in required.get("nodeSelectorTerms") or []
    )


def _expression(item: Mapping[str, Any]) -> Expression:
    return Expression(key=item["key"], operator=item["operator"], values=tuple(item.get("values") or ()))


def _toleration(item: Mapping[str, Any]) -> Toleration:
    effect = item.get("effect")
    return Toleration(
        key=item.get("key") or "",
        operator=TolerationOperator(item.get("operator") or TolerationOperator.EQUAL.value),
        value=item.get("value") or "",
        effect=TaintEffect(effect) if effect else None,
        seconds=item.get("tolerationSeconds"),
    )
