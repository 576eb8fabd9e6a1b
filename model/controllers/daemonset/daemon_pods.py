"""The Pods of a DaemonSet: for which Node each is, which revision it has, and how a new one looks.

Source: pkg/controller/daemon/util/daemonset_util.go, pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from model.api.daemon_sets import DaemonPodTemplate, DaemonSet
from model.api.labels import Expression
from model.api.node_affinity import NodeSelectorTerm, NodeSelectorTerms
from model.api.objects import Pod
from model.api.pods import terminal
from model.control_plane.scheduler.filters import PodSpec
from model.controllers.daemonset.tolerations import daemon_pod_tolerations

HASH_LABEL = "controller-revision-hash"
"""The label of a Pod, and of a ControllerRevision, that says which revision of the template it has."""

GENERATION_LABEL = "pod-template-generation"
"""The label that said so before; Pods still get it, and it still counts."""

_NODE_NAME_FIELD = "metadata.name"


class Placement(Enum):
    """Who binds the Pods of a DaemonSet to their Nodes."""

    NODE_AFFINITY = "NodeAffinity"
    """The scheduler: a required node affinity leaves it one Node only (``ScheduleDaemonSetPods``)."""
    NODE_NAME = "NodeName"
    """The controller, which sets ``spec.nodeName`` as Kubernetes did before 1.12; no scheduler sees the Pod."""


PodsByNode = Mapping[str, tuple[Pod, ...]]
"""The Pods of a DaemonSet by the Node that each is for; Nodes without one are missing, or have none."""


def only_node(name: str) -> NodeSelectorTerms:
    """The required node affinity that only the Node called `name` satisfies.

    Source: pkg/controller/daemon/util/daemonset_util.go (ReplaceDaemonSetPodNodeNameNodeAffinity)
    """
    return (NodeSelectorTerm(match_fields=(Expression(_NODE_NAME_FIELD, "In", (name,)),)),)


def target_node(pod: Pod) -> str | None:
    """The name of the Node that the Pod is bound to, or else the only one that it can be; None if there is none.

    Source: pkg/controller/daemon/util/daemonset_util.go (GetTargetNodeName)
    """
    if pod.node:
        return pod.node
    fields = (field for term in pod.required_terms or () for field in term.match_fields)
    pinned = next((field for field in fields if field.key == _NODE_NAME_FIELD and field.operator == "In"), None)
    return pinned.values[0] if pinned is not None and len(pinned.values) == 1 else None


def pods_by_node(pods: Iterable[Pod], *, include_deleted_terminal: bool = False) -> dict[str, tuple[Pod, ...]]:
    """The Pods by the Node that each is for, in the order given.

    Those that have finished and are being deleted are left out: nothing is left to do about them.
    Source: pkg/controller/daemon/daemon_controller.go (getNodesToDaemonPods)
    """
    found: dict[str, tuple[Pod, ...]] = {}
    for pod in pods:
        node = target_node(pod)
        if node is not None and (include_deleted_terminal or not (terminal(pod) and pod.deleting)):
            found[node] = (*found.get(node, ()), pod)
    return found


def has_hash(pod: Pod, hash_value: str) -> bool:
    """Whether the Pod's label names the revision with this hash."""
    return pod.labels.get(HASH_LABEL, "") == hash_value


def is_updated(pod: Pod, hash_value: str, template_generation: int | None = None) -> bool:
    """Whether the Pod has the newest template: by its hash, or by the template's generation (None: unknown).

    Source: pkg/controller/daemon/util/daemonset_util.go (IsPodUpdated)
    """
    if hash_value and has_hash(pod, hash_value):
        return True
    return template_generation is not None and pod.labels.get(GENERATION_LABEL) == str(template_generation)


def seniority(pod: Pod) -> tuple[bool, int, str]:
    """Sort key of a Node's Pods: those that are bound first, then the oldest, then by name.

    Source: pkg/controller/daemon/daemon_controller.go (podByCreationTimestampAndPhase)
    """
    return pod.node == "", -1 if pod.created is None else pod.created, pod.name


def new_pod(daemon_set: DaemonSet, node: str, hash_value: str, placement: Placement = Placement.NODE_AFFINITY) -> Pod:
    """The Pod to create for `node`, still without a name, with the hash of the newest revision.

    Source: pkg/controller/daemon/daemon_controller.go (syncNodes), pkg/controller/daemon/util/daemonset_util.go
    (CreatePodTemplate)
    """
    generation = daemon_set.template_generation
    spec = pod_spec(daemon_set.template, node, placement)
    return Pod(
        controller=daemon_set.uid,
        labels={
            **daemon_set.template.labels,
            **({} if generation is None else {GENERATION_LABEL: str(generation)}),
            **({HASH_LABEL: hash_value} if hash_value else {}),
        },
        node=spec.node_name,
        required_terms=spec.required_terms,
    )


def pod_spec(template: DaemonPodTemplate, node: str, placement: Placement = Placement.NODE_AFFINITY) -> PodSpec:
    """What the Pod for `node` asks of its Node, resources left out.

    The template's own required node affinity is lost: it was satisfied when the Node was chosen.
    Source: pkg/controller/daemon/daemon_controller.go (syncNodes)
    """
    pinned = placement is Placement.NODE_AFFINITY
    return PodSpec(
        node_name=template.node_name if pinned else node,
        node_selector=template.node_selector,
        required_terms=only_node(node) if pinned else template.required_terms,
        tolerations=daemon_pod_tolerations(template.tolerations, host_network=template.host_network),
    )
