"""How much of each resource a Pod requests in all.

Amounts are whole numbers: cpu in millicores, memory and ephemeral-storage in bytes, others in their own unit.

Source: staging/src/k8s.io/component-helpers/resource/helpers.go,
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from collections.abc import Iterable, Mapping

import msgspec

from model.api.quantity import milli_value, parse_quantity, value

Resources = Mapping[str, int]
"""Amounts by the name of the resource: ``cpu``, ``memory``, ``example.com/gpu``, ..."""


def whole_amounts(quantities: Mapping[str, str]) -> Resources:
    """The amounts of a manifest's resource list (``requests``, ``allocatable``), rounded up; cpu in millicores.

    Raises ValueError if a quantity is malformed.
    Source: pkg/scheduler/framework/types.go (Resource.Add)
    """
    return {
        name: milli_value(parse_quantity(text)) if name == "cpu" else value(parse_quantity(text))
        for name, text in quantities.items()
    }


class InitContainer(msgspec.Struct, frozen=True, kw_only=True):
    """What an init container requests. A `restartable` one (restartPolicy Always) is a sidecar: it keeps running."""

    requests: Resources = {}
    restartable: bool = False


def effective_request(containers: Iterable[int], init_containers: Iterable[tuple[int, bool]]) -> int:
    """What a Pod needs at its peak of one resource: while it starts, or once all its containers run.

    `init_containers` are (request, whether it is a sidecar) in the order in which they start.
    Source: helpers.go (AggregateContainerRequests)
    """
    sidecars = 0
    peak = 0
    for request, restartable in init_containers:
        peak = max(peak, sidecars + request)
        if restartable:
            sidecars = sidecars + request
    return max(peak, sum(containers) + sidecars)


def pod_requests(
    containers: tuple[Resources, ...],
    init_containers: tuple[InitContainer, ...] = (),
    overhead: Resources | None = None,
    pod_level: Resources | None = None,
) -> Resources:
    """What the scheduler sets aside for a Pod.

    `pod_level` (``spec.resources.requests``) replaces what the containers request of cpu, memory and huge pages;
    `overhead` (of the RuntimeClass) is added.
    Source: helpers.go (PodRequests)
    """
    requests = _container_requests(containers, init_containers)
    requests |= {name: amount for name, amount in (pod_level or {}).items() if _supported_at_pod_level(name)}
    for name, amount in (overhead or {}).items():
        requests[name] = requests.get(name, 0) + amount
    return requests


def _container_requests(
    containers: tuple[Resources, ...], init_containers: tuple[InitContainer, ...]
) -> dict[str, int]:
    """What the containers need at their peak, resource by resource."""
    requested = (*containers, *(container.requests for container in init_containers))
    return {
        name: effective_request(
            [container.get(name, 0) for container in containers],
            [(container.requests.get(name, 0), container.restartable) for container in init_containers],
        )
        for name in sorted({name for resources in requested for name in resources})
    }


def _supported_at_pod_level(name: str) -> bool:
    """A Pod as a whole can request this resource."""
    return name in ("cpu", "memory") or name.startswith("hugepages-")
