"""From manifests to workloads: each Service with the Deployments behind it, and each Deployment without a Service."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubeproof.manifests.errors import Note
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from kubeproof.manifests.relations import pod_labels, service_selector
from kubeproof.workload import Workload, WorkloadDeployment
from model.api.labels import Expression
from model.api.node_affinity import NodeSelectorTerm, NodeSelectorTerms
from model.api.objects import Strategy
from model.api.pod_requests import InitContainer, Resources, pod_requests, whole_amounts
from model.api.taints import Taint, TaintEffect, Toleration, TolerationOperator
from model.control_plane.scheduler.filters import Node, PodSpec
from model.rows.pod_template import ContainerSpec

_ROOM = 10**18
_MAX_PODS = 110
"""The kubelet's default (``maxPods``)."""


def workloads_of(manifests: Manifests, nodes: int) -> list[Workload]:
    """The workloads in the manifests, on their Node objects or on `nodes` assumed ones."""
    given = tuple(_node(manifest) for manifest in manifests.of_kind("Node"))
    workloads: list[Workload] = []
    covered: set[str] = set()
    deployments = manifests.of_kind("Deployment")
    for service in manifests.of_kind("Service"):
        behind = [deployment for deployment in deployments if _selects(service, deployment)]
        covered.update(deployment.identity for deployment in behind)
        if behind:
            workloads.append(_workload(service, behind, given, nodes, manifests.notes))
    workloads.extend(
        _workload(None, [deployment], given, nodes, manifests.notes)
        for deployment in deployments
        if deployment.identity not in covered
    )
    return workloads


def _workload(
    service: Manifest | None, deployments: list[Manifest], given: tuple[Node, ...], nodes: int, notes: tuple[Note, ...]
) -> Workload:
    subject = service or deployments[0]
    members = [*([service] if service else []), *deployments]
    parts = tuple(_deployment(deployment, service) for deployment in deployments)
    assumed = given or tuple(_assumed_node(number, parts) for number in range(nodes))
    return Workload(
        name=subject.identity,
        namespace=subject.namespace,
        service=service.name if service and _receives_traffic(parts) else None,
        publish_not_ready_addresses=bool(service and field(service.data, "spec", "publishNotReadyAddresses")),
        deployments=parts if given else tuple(_placed_anywhere(part) for part in parts),
        nodes=assumed,
        nodes_assumed=not given,
        caveats=(*_caveats(members, notes), *_grace_caveats(deployments)),
    )


def _receives_traffic(deployments: tuple[WorkloadDeployment, ...]) -> bool:
    """Some port of the Service leads to a container; otherwise there is no traffic to have verdicts about."""
    return any(container.receives_traffic for deployment in deployments for container in deployment.containers)


def _caveats(members: list[Manifest], notes: tuple[Note, ...]) -> Iterator[str]:
    """The notes that the verdicts on `members` depend on."""
    identities = {member.identity for member in members}
    return (f"{note.message} ({note.file}:{note.line})" for note in notes if note.affects & identities)


def _grace_caveats(deployments: list[Manifest]) -> Iterator[str]:
    for deployment in deployments:
        if _without_grace(mapping(deployment.data, "spec", "template", "spec")):
            line = deployment.line(("spec", "template", "spec", "terminationGracePeriodSeconds"))
            yield (
                "terminationGracePeriodSeconds 0 deletes Pods at once, without preStop; verdicts keep the object until "
                f"its containers have stopped ({deployment.file}:{line})"
            )


def _selects(service: Manifest, deployment: Manifest) -> bool:
    """The Service's selector matches the labels of the Deployment's Pods.

    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
    """
    selector, labels = service_selector(service), pod_labels(deployment) or {}
    return bool(selector) and service.namespace == deployment.namespace and selector.items() <= labels.items()


def _deployment(manifest: Manifest, service: Manifest | None) -> WorkloadDeployment:
    spec = mapping(manifest.data, "spec")
    pod = mapping(spec, "template", "spec")
    rolling = mapping(spec, "strategy", "rollingUpdate")
    replicas = spec.get("replicas")
    surge, unavailable = rolling.get("maxSurge"), rolling.get("maxUnavailable")
    return WorkloadDeployment(
        name=manifest.name,
        replicas=1 if replicas is None else replicas,
        strategy=Strategy(field(spec, "strategy", "type") or Strategy.ROLLING_UPDATE.value),
        max_surge="25%" if surge is None else surge,
        max_unavailable="25%" if unavailable is None else unavailable,
        containers=tuple(_containers(pod, service)),
        pod_spec=_pod_spec(pod),
        selected=service is not None,
    )


def _containers(pod: Mapping[str, Any], service: Manifest | None) -> Iterator[ContainerSpec]:
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
            pre_stop=bool(field(container, "lifecycle", "preStop")) and not _without_grace(pod),
            receives_traffic=container["name"] in behind,
        )


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


def _without_grace(pod: Mapping[str, Any]) -> bool:
    """A deleted Pod is gone at once: no hook gets its time."""
    return pod.get("terminationGracePeriodSeconds") == 0


def _pod_spec(pod: Mapping[str, Any]) -> PodSpec:
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


def _node(manifest: Manifest) -> Node:
    data = manifest.data
    amounts = mapping(data, "status", "allocatable") or mapping(data, "status", "capacity")
    taints = field(data, "spec", "taints") or []
    return Node(
        name=manifest.name,
        labels=dict(mapping(data, "metadata", "labels")),
        taints=tuple(
            Taint(key=taint["key"], value=taint.get("value") or "", effect=TaintEffect(taint["effect"]))
            for taint in taints
        ),
        unschedulable=bool(field(data, "spec", "unschedulable")),
        allocatable={
            "pods": _MAX_PODS,
            **whole_amounts({name: str(amount) for name, amount in amounts.items()}),
        },
    )


def _assumed_node(number: int, deployments: tuple[WorkloadDeployment, ...]) -> Node:
    """A node with room for everything."""
    asked = {name for deployment in deployments for name in deployment.pod_spec.requests}
    return Node(
        name=f"node-{chr(ord('a') + number)}", allocatable={"pods": _ROOM, **dict.fromkeys(sorted(asked), _ROOM)}
    )


def _placed_anywhere(deployment: WorkloadDeployment) -> WorkloadDeployment:
    """Assumed nodes satisfy every node selector and affinity."""
    spec = deployment.pod_spec
    free = PodSpec(tolerations=spec.tolerations, requests=spec.requests)
    return WorkloadDeployment(
        **{**{name: getattr(deployment, name) for name in deployment.__struct_fields__}, "pod_spec": free}
    )
