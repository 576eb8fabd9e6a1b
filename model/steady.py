"""What a scenario begins with, kind by kind: rows, and groups of Pods that run, on Nodes yet to be chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from checker.state import Pool
from model.api.objects import PodPhase
from model.cluster import Constants
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import PodTemplate


class PodGroup(msgspec.Struct, frozen=True):
    """So many Pods that differ at most in their Node; `nodes` are those they may be on, None: any that lets them."""

    pod: Pod
    count: int = 1
    nodes: tuple[int, ...] | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of every pool but those of Pods and Nodes, the Pods, and the plain fields that are not zero."""

    pools: Mapping[str, Pool[Any]] = {}
    pods: tuple[PodGroup, ...] = ()
    fields: Mapping[str, Any] = {}


def together(starts: Iterable[Start]) -> Start:
    """All of them in one cluster."""
    pools: dict[str, Pool[Any]] = {}
    pods: list[PodGroup] = []
    fields: dict[str, Any] = {}
    for start in starts:
        pools |= start.pools
        pods += start.pods
        fields |= start.fields
    return Start(pools=pools, pods=tuple(pods), fields=fields)


def steady_pod(constants: Constants, template: int, **owner: Any) -> Pod:
    """A Pod that runs, is ready and available, and is routed to by every node; it is not bound yet."""
    of = constants.templates[template]
    endpoint = Endpoint.READY if constants.service is not None and of.selected else Endpoint.UNUSED
    return Pod(
        template=template,
        phase=PodPhase.RUNNING,
        ready=True,
        ready_long_enough=of.min_ready_seconds > 0,
        measured=bool(constants.autoscalers),
        worker=Worker.SYNC,
        containers=_steady_containers(constants, of),
        endpoint=endpoint,
        routed=tuple(endpoint for _ in range(constants.node_slots)),
        **owner,
    )


def _steady_containers(constants: Constants, template: PodTemplate) -> tuple[Container, ...]:
    found = [
        Container.EXITED if spec.init else Container.SERVING if spec.answers_matter else Container.RUNNING
        for spec in template.containers
    ]
    return (*found, *[Container.WAITING] * (len(constants.container_positions) - len(found)))
