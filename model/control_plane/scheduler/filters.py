"""May this Node run this Pod? The scheduler's filters, in the order of its default profile.

Left out: NodePorts, the volume filters, PodTopologySpread and InterPodAffinity.

Source: pkg/scheduler/apis/config/v1/default_plugins.go, pkg/scheduler/framework/runtime/framework.go
(RunFilterPlugins)
"""

from collections.abc import Mapping

import msgspec

from model.api.node_affinity import NodeSelectorTerms
from model.api.pod_requests import Resources
from model.api.taints import Taint, Toleration
from model.control_plane.scheduler.node_affinity import node_affinity, node_affinity_prefilter
from model.control_plane.scheduler.node_name import node_name
from model.control_plane.scheduler.node_unschedulable import node_unschedulable
from model.control_plane.scheduler.refusal import Refusal
from model.control_plane.scheduler.resources_fit import resources_fit
from model.control_plane.scheduler.taint_toleration import taint_toleration


class PodSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a Pod asks of its Node. `requests` are those of the whole Pod (`model.api.pod_requests`)."""

    node_name: str = ""
    node_selector: Mapping[str, str] = {}
    required_terms: NodeSelectorTerms | None = None
    """``affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution``; None if it is not set."""
    tolerations: tuple[Toleration, ...] = ()
    requests: Resources = {}


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A Node as the scheduler sees it. `allocatable` has the most Pods that it may run, too: ``pods``."""

    name: str
    labels: Mapping[str, str] = {}
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    allocatable: Resources = {}


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken on a Node: how many Pods it runs, terminating ones included, and their requests in all."""

    pods: int = 0
    resources: Resources = {}


def feasible(pod: PodSpec, node: Node, requested: Requested) -> Refusal | None:
    """None if the Node can run the Pod beside what is `requested` there, else the first refusal.

    Only the order of the answers depends on NodeAffinity's prefilter: its filter refuses all that the prefilter does.
    """
    return (
        node_affinity_prefilter(pod.required_terms, node.name)
        or node_unschedulable(node.unschedulable, pod.tolerations)
        or node_name(pod.node_name, node.name)
        or taint_toleration(node.taints, pod.tolerations)
        or node_affinity(pod.node_selector, pod.required_terms, node.name, node.labels)
        or resources_fit(pod.requests, node.allocatable, requested.resources, requested.pods)
    )
