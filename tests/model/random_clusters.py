"""Random clusters for Hypothesis: any row in any condition, reachable or not, in a scenario of their own."""

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st

from checker.state import Pool
from checker.vocabulary import Scenario
from kubeproof.standard.catalog import PROPERTIES
from model.api.objects import PodPhase, Strategy
from model.cluster import Assumptions, Caches, Cluster, Constants
from model.control_plane.scheduler import filters
from model.next_state import NEXT
from model.rows.deployment import Deployment
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, ObservedPod, Pod, Worker
from model.rows.replica_set import ObservedReplicaSet, ReplicaSet
from model.scenarios import first_like
from tests.model.clusters import APP, HOOKED, INIT, SIDE, UNPROBED, constants, machine

PHASES = (PodPhase.PENDING, PodPhase.RUNNING)
BUDGETS = (
    "image_updates",
    "rollbacks",
    "scale_ups",
    "scale_downs",
    "container_exits",
    "readiness_flaps",
    "node_crashes",
    "pod_evictions",
    "pod_relabels",
    "pauses",
    "resumes",
    "expectation_expiries",
    "controller_restarts",
)


def _structs(kind: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **fields)


@st.composite
def tables(draw: st.DrawFn) -> Constants:
    """Constant tables with one or two of everything."""
    cpu = draw(st.sampled_from((0, 400)))
    amounts: st.SearchStrategy[int | str] = st.sampled_from((0, 1, "50%"))
    return constants(
        containers=draw(st.sampled_from(((APP,), (HOOKED,), (UNPROBED, SIDE), (INIT, APP), (INIT, HOOKED, APP)))),
        nodes=[machine(f"node-{name}", allocatable={"cpu": 1000}) for name in draw(st.sampled_from(("a", "ab")))],
        deployments=draw(st.integers(1, 2)),
        spec=filters.PodSpec(requests={"cpu": cpu} if cpu else {}),
        selected=draw(st.booleans()),
        service=draw(st.sampled_from(("web", "web", None))),
        strategy=draw(st.sampled_from(Strategy)),
        max_surge=draw(amounts),
        max_unavailable=draw(amounts),
        publish_not_ready_addresses=draw(st.booleans()),
        assumptions=Assumptions(draw(st.booleans())),
        caches=Caches(draw(st.booleans()), draw(st.booleans()), stale_relists=draw(st.booleans())),
    )


def _replica_set(known: Constants, deployment: int, template: int) -> st.SearchStrategy[ReplicaSet]:
    few = st.integers(0, 3)
    numbers = {
        **dict.fromkeys(("replicas", "status_replicas", "available_replicas", "desired_annotation"), few),
        "revision": st.integers(1, 2),
        "max_annotation": st.integers(1, 4),
    }
    observed: Mapping[str, st.SearchStrategy[Any]] = {}
    if known.caches.deployment_replica_sets:
        observed = {
            "observed": st.none() | _structs(ObservedReplicaSet, **numbers),
            "observed_is_current": st.booleans(),
        }
    if known.caches.replica_set_pods:
        observed = {**observed, "expects": st.booleans(), "unseen_writes": st.booleans()}
    return _structs(ReplicaSet, deployment=st.just(deployment), template=st.just(template), **numbers, **observed)


def _pod(known: Constants) -> st.SearchStrategy[Pod]:
    node = st.none() | st.integers(0, len(known.nodes) - 1)
    observed: st.SearchStrategy[ObservedPod | None] = st.none()
    if known.caches.replica_set_pods:
        copies = _structs(
            ObservedPod, phase=st.sampled_from(PHASES), ready=st.booleans(), deleting=st.booleans(), node=node
        )
        observed = st.none() | copies
    containers = st.tuples(*[st.sampled_from(Container)] * len(known.container_positions))
    return _structs(
        Pod,
        replica_set=st.integers(0, len(known.templates) - 1) | st.none(),
        relabelled=st.booleans(),
        template=st.integers(0, len(known.templates) - 1),
        exists=st.sampled_from((True, True, True, False)),
        phase=st.sampled_from(PHASES),
        ready=st.booleans(),
        deleting=st.booleans(),
        node=node,
        worker=st.sampled_from(Worker),
        containers=containers,
        endpoint=st.sampled_from(Endpoint),
        routed=st.tuples(*[st.sampled_from(Endpoint)] * len(known.nodes)),
        observed=observed,
    )


@st.composite
def clusters(draw: st.DrawFn, known: Constants, pod_slots: int = 4) -> Cluster:
    """A cluster over these tables: rows of every kind in every condition, in any slot."""
    pairs = [(slot, template) for slot, spec in enumerate(known.deployments) for template in spec.revisions]
    owners = [draw(_replica_set(known, *pair)) for pair in draw(st.permutations(pairs)) if draw(st.booleans())]
    budgets: dict[str, Any] = {name: draw(st.integers(0, 1)) for name in BUDGETS}
    return Cluster(
        constants=known,
        deployments=Pool.of(
            Deployment(
                template=draw(st.sampled_from(spec.revisions)),
                replicas=draw(st.integers(0, 3)),
                paused=draw(st.booleans()),
            )
            for spec in known.deployments
        ),
        replica_sets=Pool.of(owners, slots=len(known.templates)),
        pods=Pool(tuple(draw(st.lists(st.none() | _pod(known), min_size=pod_slots, max_size=pod_slots)))),
        nodes=Pool.of(
            Node(like=first_like(known, slot), up=draw(st.sampled_from((True, True, False))))
            for slot in range(len(known.nodes))
        ),
        service_answered=draw(st.booleans()),
        **budgets,
    )


@st.composite
def scenarios(draw: st.DrawFn, states: int = 3) -> Scenario[Cluster]:
    """A scenario with every action and every property, over a few random clusters with the same tables."""
    known = draw(tables())
    initial = draw(st.lists(clusters(known), min_size=1, max_size=states))
    return Scenario("random clusters", tuple(initial), NEXT, PROPERTIES)


@st.composite
def reordered(draw: st.DrawFn, state: Cluster) -> Cluster:
    """The same cluster with its Pods in other slots."""
    slots = [None if pod is None else msgspec.structs.replace(pod) for pod in state.pods.slots]
    return state.set(pods=Pool(tuple(draw(st.permutations(slots)))))
