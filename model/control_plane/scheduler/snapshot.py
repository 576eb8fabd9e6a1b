"""What the scheduler sees in one scheduling cycle: the Nodes, and the Pods that run or are assumed to run on them.

Source: pkg/scheduler/backend/cache/snapshot.go, pkg/scheduler/framework/types.go (PodInfo)
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from model.api.labels import Selector
from model.api.node_affinity import NodeSelectorTerm
from model.api.pod_requests import Resources
from model.control_plane.scheduler.filters import Node, PodSpec


class HostPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of the Node that a container takes. `ip` is the address it listens on; empty: all of them."""

    protocol: str = "TCP"
    ip: str = ""
    port: int


class PodAffinityTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term of podAffinity or podAntiAffinity: which Pods it is about, and how far "together" reaches.

    `namespaces` and those that `namespace_selector` selects are united; with neither, it is the owner's namespace.
    """

    selector: Selector | None = None
    """What selects the Pods, by label; None selects none."""
    topology_key: str
    namespaces: tuple[str, ...] = ()
    namespace_selector: Selector | None = None


class PreferredSchedulingTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A preferred term of nodeAffinity; `weight` is 1 to 100."""

    weight: int
    preference: NodeSelectorTerm


class WeightedPodAffinityTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A preferred term; `weight` is 1 to 100."""

    weight: int
    term: PodAffinityTerm


class TopologySpreadConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """How evenly Pods shall spread over the values of a Node label."""

    max_skew: int = 1
    topology_key: str
    hard: bool = True
    """``whenUnsatisfiable`` is DoNotSchedule, not ScheduleAnyway."""
    selector: Selector | None = None
    match_label_keys: tuple[str, ...] = ()
    min_domains: int = 1
    honor_node_affinity: bool = True
    """``nodeAffinityPolicy``: count only Nodes that the Pod's node affinity and nodeSelector select."""
    honor_node_taints: bool = False
    """``nodeTaintsPolicy``: count only Nodes whose taints the Pod tolerates."""


class PodInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod as the scheduler sees it: the one to place, or one that has a Node."""

    name: str = ""
    """Tells it, with the namespace, from every other Pod."""
    namespace: str = ""
    labels: Mapping[str, str] = {}
    node: str = ""
    """Where it runs or is assumed to run; empty: nowhere yet."""
    terminating: bool = False
    spec: PodSpec = PodSpec()
    host_ports: tuple[HostPort, ...] = ()
    """Those of containers and sidecars: init containers that end take none."""
    affinity: tuple[PodAffinityTerm, ...] = ()
    """Required terms of podAffinity."""
    anti_affinity: tuple[PodAffinityTerm, ...] = ()
    """Required terms of podAntiAffinity."""
    preferred_affinity: tuple[WeightedPodAffinityTerm, ...] = ()
    preferred_anti_affinity: tuple[WeightedPodAffinityTerm, ...] = ()
    preferred_node_affinity: tuple[PreferredSchedulingTerm, ...] = ()
    topology_spread: tuple[TopologySpreadConstraint, ...] = ()
    scored_requests: Resources | None = None
    """What LeastAllocated counts (`with_scoring_defaults` for each container); None: the requests as they are."""
    priority: int = 0
    start_time: int | None = None
    """``status.startTime``, in seconds; None: not started."""
    disruption_reason: str | None = None
    """Why it is to go: the reason of its condition DisruptionTarget, if that is True."""
    preempts: bool = True
    """``preemptionPolicy`` is PreemptLowerPriority, not Never."""
    nominated_node: str = ""
    """``status.nominatedNodeName``: where it will fit once the Pods that it preempts have gone."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster in one scheduling cycle. `namespaces` are the labels of each Namespace that exists."""

    nodes: tuple[Node, ...] = ()
    pods: tuple[PodInfo, ...] = ()
    nominated: tuple[PodInfo, ...] = ()
    """Pods without a Node that are nominated to one."""
    namespaces: Mapping[str, Mapping[str, str]] = {}

    def pods_on(self, node: str) -> tuple[PodInfo, ...]:
        """The Pods on the Node with this name."""
        return tuple(pod for pod in self.pods if pod.node == node)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a filter is to suppose in one Node: Pods of the snapshot that are `removed`, others that are `added`."""

    removed: tuple[PodInfo, ...] = ()
    added: tuple[PodInfo, ...] = ()


NO_CHANGES = Changes()


def changed_snapshot(snapshot: Snapshot, changes: Changes) -> Snapshot:
    """The snapshot with the changes made."""
    if changes == NO_CHANGES:
        return snapshot
    kept = tuple(pod for pod in snapshot.pods if pod not in changes.removed)
    return replace(snapshot, pods=kept + changes.added)
