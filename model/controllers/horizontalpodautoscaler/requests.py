"""What a Pod requests of a resource, as far as a target utilization is concerned.

Source: pkg/controller/podautoscaler/replica_calculator.go (calculateRequests)
"""

import msgspec

from model.api.pod_requests import InitContainer, Resources, pod_requests


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """A container that runs as long as its Pod does: a regular one or a sidecar."""

    name: str
    requests: Resources = {}


def container_requests(containers: tuple[Container, ...], resource: str, container: str = "") -> int | None:
    """What the containers request, or the one called `container`; None if one does not say, or is not there.

    `containers` are the regular ones, then the sidecars. In thousandths.
    Source: pkg/controller/podautoscaler/replica_calculator.go (calculatePodRequestsFromContainers)
    """
    wanted = [each for each in containers if container in ("", each.name)]
    if container and not wanted:
        return None
    if any(resource not in each.requests for each in wanted):
        return None
    return sum(_thousandths(each.requests[resource], resource) for each in wanted)


def pod_level_requests(
    containers: tuple[Resources, ...],
    init_containers: tuple[InitContainer, ...],
    pod_level: Resources,
    resource: str,
    overhead: Resources | None = None,
) -> int | None:
    """What a Pod requests that has requests of its own (``spec.resources``); None if it does not say. In thousandths.

    A target for one container goes by the container's request even then.
    Source: pkg/controller/podautoscaler/replica_calculator.go (calculatePodLevelRequests)
    """
    requests = pod_requests(containers, init_containers, overhead, pod_level)
    return _thousandths(requests[resource], resource) if resource in requests else None


def _thousandths(amount: int, resource: str) -> int:
    return amount if resource == "cpu" else amount * 1000
