"""Bounded scenarios of the cluster: initial states and disturbance budgets.

An initial state is a steady one: every Pod of the first revision runs, is ready, is in the EndpointSlice, and is routed
to by every node. Which node a Pod is on is open: every placement that the scheduler's filters allow is initial.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product

from msgspec.structs import replace

from checker.state import Pool
from model.cluster import Cluster, Constants
from model.control_plane.informers import current_pod
from model.control_plane.scheduler import filters
from model.control_plane.scheduler.filters import Requested, feasible
from model.controllers.cronjob.steady import steady_cron_jobs
from model.controllers.daemonset.should_run import ShouldRun, node_should_run_daemon_pod
from model.controllers.daemonset.steady import steady_daemon_sets
from model.controllers.deployment.steady import steady_deployments
from model.controllers.disruption.steady import steady_disruption_budgets, synced
from model.controllers.horizontalpodautoscaler.steady import steady_autoscalers
from model.controllers.job.steady import steady_jobs
from model.controllers.statefulset.steady import steady_stateful_sets
from model.rows.node import Node
from model.rows.pod import Pod
from model.rows.volume import Volume
from model.steady import PodGroup, together


def steady_states(
    constants: Constants, replicas: Sequence[int], *, pod_slots: int, budgets: Mapping[str, int]
) -> Iterator[Cluster]:
    """Every steady state of the objects in `constants` at their first revision.

    Parameters
    ----------
    replicas
        How many Pods each Deployment has.
    pod_slots
        The most Pods that may exist, or be remembered by some component, at once.
    budgets
        How often each disturbance may happen, by the name of the field of `Cluster`.
    """
    start = together(
        [
            steady_deployments(constants, replicas if constants.deployments else ()),
            steady_stateful_sets(constants),
            steady_daemon_sets(constants),
            steady_cron_jobs(constants),
            steady_jobs(constants),
            steady_disruption_budgets(constants),
            steady_autoscalers(constants, replicas),
        ]
    )
    nodes = Pool.of(_node(constants, number) for number in range(constants.node_slots))
    answered = constants.service is not None and any(
        constants.templates[group.pod.template].selected and group.count > 0 for group in start.pods
    )
    for pods in _placements(constants, start.pods):
        volumes = _volumes(constants, pods)
        if volumes is None:
            continue
        placed = Cluster(
            constants=constants,
            nodes=nodes,
            pods=Pool.of((_seen(constants, pod) for pod in pods), slots=pod_slots),
            volumes=volumes,
            service_answered=answered,
            **start.fields,
        ).set(**{**start.pools, **budgets})
        yield synced(placed)


def _node(constants: Constants, number: int) -> Node:
    """The node in a slot; one that joins later has neither a machine nor an object yet."""
    there = number < constants.first_nodes
    return Node(like=first_like(constants, number), up=there, registered=there)


def _volumes(constants: Constants, pods: Sequence[Pod]) -> Pool[Volume] | None:
    """Every volume attached to the node of the Pods that use it; None if they are on several nodes."""
    rows: list[Volume] = []
    for spec in constants.volumes:
        nodes = {pod.node for pod in pods if spec.claim in constants.templates[pod.template].claims}
        if len(nodes) > 1:
            return None
        node = next(iter(nodes), None)
        rows.append(Volume(attached=node, home=node if spec.local else None))
    return Pool.of(rows)


def _seen(constants: Constants, pod: Pod) -> Pod:
    """The Pod with its copy in the cache that may lag: it does not yet."""
    return replace(pod, observed=current_pod(pod)) if constants.caches.replica_set_pods else pod


def first_like(constants: Constants, number: int) -> int:
    """The first node that has the same room and that the filters let the same Pods onto."""
    node = constants.nodes[number]
    for first, other in enumerate(constants.nodes):
        if other.allocatable == node.allocatable and _accepted(constants, other) == _accepted(constants, node):
            return first
    raise AssertionError("a node is like itself")


def _accepted(constants: Constants, node: filters.Node) -> tuple[list[bool], list[ShouldRun]]:
    feasible_for = [filters.feasible(template.spec, node, Requested()) is None for template in constants.templates]
    runs = [node_should_run_daemon_pod(node, spec.template) for spec in constants.daemon_sets]
    return feasible_for, runs


def _placements(constants: Constants, groups: Sequence[PodGroup]) -> Iterator[list[Pod]]:
    """The Pods on their Nodes, in every way that fits, but for the order of a group's Pods."""
    every = range(constants.first_nodes)
    choices = [
        combinations_with_replacement(every if group.nodes is None else group.nodes, group.count) for group in groups
    ]
    for chosen in product(*choices):
        placed = [replace(group.pod, node=node) for group, on in zip(groups, chosen, strict=True) for node in on]
        if all(_fits(constants, placed, node) for node in every):
            yield placed


def _fits(constants: Constants, placed: Sequence[Pod], node: int) -> bool:
    """The Pods on a node fit there when they are bound one after another."""
    taken: dict[str, int] = {}
    for count, pod in enumerate(pod for pod in placed if pod.node == node):
        spec = constants.templates[pod.template].spec
        if feasible(spec, constants.nodes[node], Requested(pods=count, resources=taken)) is not None:
            return False
        for name, amount in spec.requests.items():
            taken[name] = taken.get(name, 0) + amount
    return True
