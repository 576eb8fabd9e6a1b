"""Small clusters for tests of DaemonSets: one called `agent`, on nodes of which each test says what they are like."""

from collections.abc import Sequence
from typing import Any

import msgspec

from checker.state import Pool
from model.api.daemon_sets import DaemonPodTemplate
from model.api.objects import PodPhase
from model.api.taints import Taint, TaintEffect
from model.cluster import Cluster, Constants
from model.control_plane.scheduler import filters
from model.controllers.daemonset.tolerations import daemon_pod_tolerations
from model.rows.daemon_set import DaemonSet, DaemonSetSpec
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, ObservedPod, Pod, Worker
from model.rows.pod_template import ContainerSpec, PodTemplate
from model.scenarios import first_like
from tests.model.clusters import machine

PROBED = ContainerSpec(name="agent", readiness_probe=True)
PLAIN = machine("node-a")
UNLABELLED = machine("node-x", labels={"role": "other"})
KEPT_AWAY = machine("node-y", taints=(Taint(key="maintenance", effect=TaintEffect.NO_SCHEDULE),))
DRIVEN_OUT = machine("node-z", taints=(Taint(key="maintenance", effect=TaintEffect.NO_EXECUTE),))


def constants(
    *nodes: filters.Node,
    min_ready_seconds: int = 0,
    broken: Sequence[str] = (),
    node_selector: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
    **spec: Any,
) -> Constants:
    """The constant tables: one DaemonSet with the Pod templates v1, v2 and v3, on these nodes (by default two)."""
    selector = node_selector or {}
    tolerations = daemon_pod_tolerations((), host_network=False)
    return Constants(
        templates=tuple(
            PodTemplate(
                name=name,
                containers=(PROBED,),
                spec=filters.PodSpec(node_selector=selector, tolerations=tolerations),
                min_ready_seconds=min_ready_seconds,
                works=name not in broken,
            )
            for name in ("v1", "v2", "v3")
        ),
        daemon_sets=(
            DaemonSetSpec(
                **{
                    "name": "agent",
                    "revisions": (0, 1, 2),
                    "template": DaemonPodTemplate(node_selector=selector),
                    **spec,
                }
            ),
        ),
        nodes=nodes or (PLAIN, machine("node-b")),
        container_positions=(0,),
        **(more or {}),
    )


def cluster(
    *pods: Pod,
    tables: Constants | None = None,
    template: int = 0,
    empty_pod_slots: int = 4,
    daemon_set: dict[str, Any] | None = None,
    **scalars: Any,
) -> Cluster:
    """A cluster with these Pods, and a DaemonSet of `template`."""
    known = constants() if tables is None else tables
    nowhere = tuple(Endpoint.UNUSED for _ in range(known.node_slots))
    return Cluster(
        constants=known,
        daemon_sets=Pool.of([DaemonSet(template=template, **(daemon_set or {}))]),
        pods=Pool.of((msgspec.structs.replace(pod, routed=nowhere) for pod in pods), slots=len(pods) + empty_pod_slots),
        nodes=Pool.of(
            Node(like=first_like(known, slot), up=slot < known.first_nodes, registered=slot < known.first_nodes)
            for slot in range(known.node_slots)
        ),
        **scalars,
    )


def pinned(to: int, **fields: Any) -> Pod:
    """The Pod for a node, just created."""
    return Pod(**{"daemon_set": 0, "template": 0, "pinned": to, "containers": (Container.WAITING,), **fields})


def running(node: int, **fields: Any) -> Pod:
    """The Pod of a node, which runs and is ready."""
    defaults = {
        "pinned": None,
        "node": node,
        "phase": PodPhase.RUNNING,
        "ready": True,
        "worker": Worker.SYNC,
        "containers": (Container.SERVING,),
    }
    return pinned(node, **{**defaults, **fields})


def unready(node: int, **fields: Any) -> Pod:
    """The Pod of a node, which runs and does not answer."""
    return running(node, **{"ready": False, "containers": (Container.RUNNING,), **fields})


def failed(node: int, **fields: Any) -> Pod:
    """The Pod of a node, which the kubelet has evicted."""
    ended = {"phase": PodPhase.FAILED, "worker": Worker.NONE, "containers": (Container.EXITED,)}
    return unready(node, **{**ended, **fields})


def terminating(node: int, **fields: Any) -> Pod:
    """The Pod of a node, which is being deleted."""
    return running(node, deleting=True, **fields)


def seen(pod: Pod, **fields: Any) -> Pod:
    """The Pod with a copy in the controller's cache, of what it is but for `fields`."""
    now = {"phase": pod.phase, "ready": pod.ready, "deleting": pod.deleting, "node": pod.node}
    return msgspec.structs.replace(pod, observed=ObservedPod(**{**now, **fields}))


def without_object(state: Cluster, slot: int) -> Cluster:
    """The cluster in which a node's machine is down and its object deleted."""
    node = state.nodes[slot]
    assert node is not None  # every test's nodes are there
    return state.update(node, up=False, registered=False)


def nodes_with(state: Cluster) -> list[tuple[int | None, int, bool]]:
    """Node, template and whether it terminates, of every Pod that exists, in this order."""
    found = [
        (pod.pinned if pod.node is None else pod.node, pod.template, pod.deleting) for pod in state.pods if pod.exists
    ]
    return sorted(found, key=str)
