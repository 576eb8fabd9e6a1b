"""Bounded scenarios of the cluster: initial states and disturbance budgets.

An initial state is a steady one: every Pod of the first revision runs, is ready, is in the EndpointSlice, and is routed
to by every node. Which node a Pod is on is open: every placement that the scheduler's filters allow is initial.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

from checker.state import Pool
from model.api.objects import PodPhase
from model.cluster import Cluster, Constants
from model.control_plane.informers import current_pod, current_replica_set
from model.control_plane.scheduler import filters
from model.control_plane.scheduler.filters import Requested, feasible
from model.controllers.deployment.actions import api_deployment
from model.controllers.deployment.fenceposts import max_replicas
from model.rows.deployment import Deployment
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, ObservedPod, Pod, Worker
from model.rows.pod_template import PodTemplate
from model.rows.replica_set import ObservedReplicaSet, ReplicaSet


def steady_states(
    constants: Constants, replicas: Sequence[int], *, pod_slots: int, budgets: Mapping[str, int]
) -> Iterator[Cluster]:
    """Every steady state of the Deployments in `constants` at their first revision, with `replicas` Pods each.

    Parameters
    ----------
    pod_slots
        The most Pods that may exist, or be remembered by some component, at once.
    budgets
        How often each disturbance may happen, by the name of the field of `Cluster`.
    """
    empty = Cluster(
        constants=constants,
        deployments=Pool.of(
            Deployment(template=spec.revisions[0], replicas=size)
            for spec, size in zip(constants.deployments, replicas, strict=True)
        ),
        replica_sets=Pool(()),
        pods=Pool(()),
        nodes=Pool.of(Node(like=first_like(constants, number)) for number in range(len(constants.nodes))),
    ).set(**budgets)
    owners = [_steady_replica_set(empty, slot, deployment) for slot, deployment in empty.deployments.items()]
    for placement in _placements(constants, owners):
        yield empty.set(
            replica_sets=Pool.of(owners, slots=len(constants.templates)),
            pods=Pool.of(
                (_steady_pod(constants, slot, owners[slot], node) for slot, node in placement), slots=pod_slots
            ),
            service_answered=constants.service is not None
            and any(constants.templates[owner.template].selected and owner.replicas > 0 for owner in owners),
        )


def _steady_replica_set(state: Cluster, slot: int, deployment: Deployment) -> ReplicaSet:
    row = ReplicaSet(
        deployment=slot,
        template=deployment.template,
        replicas=deployment.replicas,
        status_replicas=deployment.replicas,
        available_replicas=deployment.replicas,
        revision=1,
        desired_annotation=deployment.replicas,
        max_annotation=max_replicas(api_deployment(state, slot, deployment)),
    )
    lagging = state.constants.caches.deployment_replica_sets
    observed: ObservedReplicaSet | None = current_replica_set(row) if lagging else None
    return ReplicaSet(**{**_fields(row), "observed": observed})


def _steady_pod(constants: Constants, slot: int, owner: ReplicaSet, node: int) -> Pod:
    template = constants.templates[owner.template]
    in_service = constants.service is not None and template.selected
    endpoint = Endpoint.READY if in_service else Endpoint.UNUSED
    pod = Pod(
        replica_set=slot,
        template=owner.template,
        phase=PodPhase.RUNNING,
        ready=True,
        node=node,
        worker=Worker.SYNC,
        containers=_steady_containers(constants, template),
        endpoint=endpoint,
        routed=tuple(endpoint for _ in constants.nodes),
    )
    observed: ObservedPod | None = current_pod(pod) if constants.caches.replica_set_pods else None
    return Pod(**{**_fields(pod), "observed": observed})


def _steady_containers(constants: Constants, template: PodTemplate) -> tuple[Container, ...]:
    found = [
        Container.EXITED if spec.init else Container.SERVING if spec.answers_matter else Container.RUNNING
        for spec in template.containers
    ]
    return (*found, *[Container.WAITING] * (len(constants.container_positions) - len(found)))


def first_like(constants: Constants, number: int) -> int:
    """The first node that has the same room and that the filters let the same Pods onto."""
    node = constants.nodes[number]
    for first, other in enumerate(constants.nodes):
        if other.allocatable == node.allocatable and _accepted(constants, other) == _accepted(constants, node):
            return first
    raise AssertionError("a node is like itself")


def _accepted(constants: Constants, node: filters.Node) -> list[bool]:
    return [filters.feasible(template.spec, node, Requested()) is None for template in constants.templates]


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _placements(constants: Constants, owners: Sequence[ReplicaSet]) -> Iterator[list[tuple[int, int]]]:
    """(ReplicaSet slot, node) for every Pod, in every way that fits, but for the order of a ReplicaSet's Pods."""
    nodes = range(len(constants.nodes))
    choices = [combinations_with_replacement(nodes, owner.replicas) for owner in owners]
    for chosen in product(*choices):
        placement = [(slot, node) for slot, on in enumerate(chosen) for node in on]
        if all(_fits(constants, owners, placement, node) for node in nodes):
            yield placement


def _fits(constants: Constants, owners: Sequence[ReplicaSet], placement: Sequence[tuple[int, int]], node: int) -> bool:
    """The Pods on a node fit there when they are bound one after another."""
    taken: dict[str, int] = {}
    for count, slot in enumerate(slot for slot, on in placement if on == node):
        spec = constants.templates[owners[slot].template].spec
        if feasible(spec, constants.nodes[node], Requested(pods=count, resources=taken)) is not None:
            return False
        for name, amount in spec.requests.items():
            taken[name] = taken.get(name, 0) + amount
    return True
