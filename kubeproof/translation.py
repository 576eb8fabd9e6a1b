"""From manifests to workloads: each Service with what runs the Pods behind it, and what runs Pods without one."""

from collections.abc import Iterator
from typing import Any

from kubeproof.kinds import disruption_budget
from kubeproof.kinds.autoscaler import autoscalers_of, scaled_by
from kubeproof.kinds.catalog import KINDS
from kubeproof.kinds.disruption_budget import WorkloadDisruptionBudget
from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member
from kubeproof.kinds.pod_templates import without_grace
from kubeproof.kinds.quota import quota_of
from kubeproof.kinds.volume import volumes_of
from kubeproof.manifests.errors import Note
from kubeproof.manifests.fields import POD_TEMPLATES, field, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from kubeproof.manifests.relations import pod_labels, service_selector
from kubeproof.workload import Workload
from model.api.pod_requests import whole_amounts
from model.api.taints import Taint, TaintEffect
from model.control_plane.scheduler.filters import Node

_ROOM = 10**18
_MAX_PODS = 110
"""The kubelet's default (``maxPods``)."""


def workloads_of(manifests: Manifests, nodes: int) -> list[Workload]:
    """The workloads in the manifests, on their Node objects or on `nodes` assumed ones."""
    return [workload for kind in KINDS for workload in _of_kind(kind, manifests, nodes)]


def _of_kind(kind: Kind, manifests: Manifests, nodes: int) -> Iterator[Workload]:
    given = tuple(_node(manifest) for manifest in manifests.of_kind("Node"))
    covered: set[str] = set()
    objects = manifests.of_kind(kind.name)
    for service in manifests.of_kind("Service"):
        behind = [manifest for manifest in objects if _selects(service, manifest)]
        covered.update(manifest.identity for manifest in behind)
        if behind:
            yield _workload(kind, service, behind, given, nodes, manifests)
    for manifest in objects:
        if manifest.identity not in covered:
            yield _workload(kind, None, [manifest], given, nodes, manifests)


def _workload(
    kind: Kind,
    service: Manifest | None,
    objects: list[Manifest],
    given: tuple[Node, ...],
    nodes: int,
    manifests: Manifests,
) -> Workload:
    subject = service or objects[0]
    autoscalers = tuple(autoscalers_of(manifests, objects))
    read = scaled_by(tuple(kind.read(manifest, service) for manifest in objects), autoscalers)
    anywhere = tuple(member.where_all_nodes_fit() for member in read)
    return Workload(
        name=subject.identity,
        namespace=subject.namespace,
        service=service.name if service and _receives_traffic(read) else None,
        publish_not_ready_addresses=bool(service and field(service.data, "spec", "publishNotReadyAddresses")),
        **_field(kind, read if given else anywhere),
        volumes=volumes_of(manifests, subject.namespace, read),
        disruption_budgets=tuple(_disruption_budgets(manifests, objects)),
        quota=quota_of(manifests, subject.namespace, objects),
        autoscalers=autoscalers,
        nodes=given or tuple(_assumed_node(number, anywhere) for number in range(nodes)),
        nodes_assumed=not given,
        caveats=(
            *_caveats([*([service] if service else []), *objects], manifests.notes),
            *_grace_caveats(objects),
            *disruption_budget.caveats(manifests, objects),
        ),
    )


def _field(kind: Kind, members: tuple[Member, ...]) -> dict[str, Any]:
    return {kind.field: members}


def _disruption_budgets(manifests: Manifests, objects: list[Manifest]) -> Iterator[WorkloadDisruptionBudget]:
    read = (disruption_budget.read(manifest, objects) for manifest in manifests.of_kind("PodDisruptionBudget"))
    return (budget for budget in read if budget is not None)


def _receives_traffic(members: tuple[Member, ...]) -> bool:
    """Some port of the Service leads to a container; otherwise there is no traffic to have verdicts about."""
    return any(container.receives_traffic for member in members for container in member.containers)


def _caveats(members: list[Manifest], notes: tuple[Note, ...]) -> Iterator[str]:
    """The notes that the verdicts on `members` depend on."""
    identities = {member.identity for member in members}
    return (f"{note.message} ({note.file}:{note.line})" for note in notes if note.affects & identities)


def _grace_caveats(objects: list[Manifest]) -> Iterator[str]:
    for manifest in objects:
        path = (*POD_TEMPLATES[manifest.kubernetes_kind], "spec")
        if without_grace(mapping(manifest.data, *path)):
            line = manifest.line((*path, "terminationGracePeriodSeconds"))
            yield (
                "terminationGracePeriodSeconds 0 deletes Pods at once, without preStop; verdicts keep the object until "
                f"its containers have stopped ({manifest.file}:{line})"
            )


def _selects(service: Manifest, manifest: Manifest) -> bool:
    """The Service's selector matches the labels of the object's Pods.

    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
    """
    selector, labels = service_selector(service), pod_labels(manifest) or {}
    return bool(selector) and service.namespace == manifest.namespace and selector.items() <= labels.items()


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


def _assumed_node(number: int, members: tuple[Member, ...]) -> Node:
    """A node with room for everything, and with the labels that are asked for: first of all by one of the members."""
    asked = {name for member in members for name in member.pod_spec.requests}
    first = number % len(members)
    labels: dict[str, str] = {}
    for member in (*members[:first], *members[first + 1 :], members[first]):
        labels |= member.pod_spec.node_selector
    return Node(
        name=f"node-{chr(ord('a') + number)}",
        labels=labels,
        allocatable={"pods": _ROOM, **dict.fromkeys(sorted(asked), _ROOM)},
    )
