"""Small clusters for tests of StatefulSets: one called `db`, and whatever Pods of it a test asks for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from checker.state import Pool
from model.api.objects import PodPhase
from model.cluster import Cluster, Constants, FeatureGates
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import ContainerSpec, PodTemplate
from model.rows.stateful_set import StatefulSet, StatefulSetSpec
from tests.model.clusters import machine

PROBED = ContainerSpec(name="db", readiness_probe=True)
GATED = FeatureGates(max_unavailable_stateful_set=True)


def constants(
    *,
    nodes: int = 2,
    broken: Sequence[str] = (),
    min_ready_seconds: int = 0,
    gates: FeatureGates = FeatureGates(),  # noqa: B008  a frozen value
    **spec: Any,
) -> Constants:
    """The constant tables: one StatefulSet with the Pod templates v1, v2 and v3; the `broken` ones do not work."""
    return Constants(
        templates=tuple(
            PodTemplate(name=name, containers=(PROBED,), min_ready_seconds=min_ready_seconds, works=name not in broken)
            for name in ("v1", "v2", "v3")
        ),
        stateful_sets=(StatefulSetSpec(**{"name": "db", "replicas": 3, "revisions": (0, 1, 2), **spec}),),
        nodes=tuple(machine(f"node-{'ab'[number]}") for number in range(nodes)),
        container_positions=(0,),
        gates=gates,
    )


def cluster(
    *pods: Pod,
    tables: Constants | None = None,
    template: int = 0,
    replicas: int = 3,
    current_revision: int = 0,
    current_replicas: int = 0,
    empty_pod_slots: int = 2,
    **scalars: Any,
) -> Cluster:
    """A cluster with these Pods, and a StatefulSet that asks for `replicas` Pods of `template`."""
    known = constants() if tables is None else tables
    nowhere = tuple(Endpoint.UNUSED for _ in known.nodes)
    return Cluster(
        constants=known,
        stateful_sets=Pool.of([StatefulSet(template, replicas, current_revision, current_replicas)]),
        pods=Pool.of((msgspec.structs.replace(pod, routed=nowhere) for pod in pods), slots=len(pods) + empty_pod_slots),
        nodes=Pool.of(Node(like=0) for _ in known.nodes),
        **scalars,
    )


def pending(ordinal: int, **fields: Any) -> Pod:
    """The Pod of an ordinal, just created."""
    defaults = {"stateful_set": 0, "template": 0, "containers": (Container.WAITING,)}
    return Pod(ordinal=ordinal, **{**defaults, **fields})


def running(ordinal: int, **fields: Any) -> Pod:
    """The Pod of an ordinal, which runs and is ready."""
    defaults = {
        "node": 0,
        "phase": PodPhase.RUNNING,
        "ready": True,
        "worker": Worker.SYNC,
        "containers": (Container.SERVING,),
    }
    return pending(ordinal, **{**defaults, **fields})


def unready(ordinal: int, **fields: Any) -> Pod:
    """The Pod of an ordinal, which runs and does not answer."""
    return running(ordinal, **{"ready": False, "containers": (Container.RUNNING,), **fields})


def members(*templates: int) -> tuple[Pod, ...]:
    """A Pod that runs and is ready for each of the templates, from ordinal 0 up."""
    return tuple(running(ordinal, template=template) for ordinal, template in enumerate(templates))


def there(state: Cluster) -> dict[int, int]:
    """The templates of the Pods that exist and are not being deleted, by ordinal."""
    return {pod.ordinal: pod.template for pod in state.pods if pod.ordinal is not None and pod.active}


def doomed(state: Cluster) -> list[int]:
    """The ordinals of the Pods that are being deleted."""
    return sorted(pod.ordinal for pod in state.pods if pod.ordinal is not None and pod.exists and pod.deleting)


def owner(state: Cluster) -> StatefulSet:
    """The StatefulSet."""
    row = state.stateful_sets[0]
    assert row is not None
    return row
