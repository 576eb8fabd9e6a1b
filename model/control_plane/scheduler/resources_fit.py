"""Filter NodeResourcesFit: a Pod runs only where its requests fit beside those of the Pods already there.

Only requests and allocatable amounts count, never what containers really use.

Source: pkg/scheduler/framework/plugins/noderesources/fit.go
"""

from collections.abc import Collection

import msgspec

from model.api.labels import validate_label_key
from model.api.pod_requests import Resources
from model.control_plane.scheduler.refusal import Code, Refusal

_NATIVE = ("cpu", "memory", "ephemeral-storage")


class InsufficientResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource of which the Node has too little left; `requested` by the Pod, `used` by those on the Node."""

    resource: str
    requested: int
    used: int
    capacity: int

    @property
    def unresolvable(self) -> bool:
        """Even the empty Node would have too little."""
        return self.resource != "pods" and self.requested > self.capacity

    @property
    def reason(self) -> str:
        """Kubernetes' words for it."""
        return "Too many pods" if self.resource == "pods" else f"Insufficient {self.resource}"


def fits(request: int, allocatable: int, used: int) -> bool:
    """`request` is nothing, or no more than what is left of `allocatable` (which others may overuse)."""
    return request <= 0 or request <= allocatable - used


def resources_fit(
    requests: Resources,
    allocatable: Resources,
    used: Resources,
    pods: int,
    ignored: Collection[str] = (),
) -> Refusal | None:
    """Refuse a Node where the Pod's `requests` do not fit; it runs `pods` Pods, which request `used` in all.

    `ignored` are extended resources, or their prefixes, that the scheduler's configuration leaves to others.
    """
    insufficient = insufficient_resources(requests, allocatable, used, pods, ignored)
    if not insufficient:
        return None
    return Refusal(
        plugin="NodeResourcesFit",
        code=(
            Code.UNSCHEDULABLE_AND_UNRESOLVABLE
            if any(each.unresolvable for each in insufficient)
            else Code.UNSCHEDULABLE
        ),
        reasons=tuple(each.reason for each in insufficient),
    )


def insufficient_resources(
    requests: Resources,
    allocatable: Resources,
    used: Resources,
    pods: int,
    ignored: Collection[str] = (),
) -> tuple[InsufficientResource, ...]:
    """All that keeps the Pod off the Node: one place for a Pod (``pods``), and each resource it requests.

    Source: fit.go (fitsRequest), without dynamic resource allocation
    """
    demanded = [("pods", 1, pods)]
    demanded += [(name, requests[name], used.get(name, 0)) for name in _checked(requests, ignored)]
    return tuple(
        InsufficientResource(resource=name, requested=request, used=taken, capacity=allocatable.get(name, 0))
        for name, request, taken in demanded
        if not fits(request, allocatable.get(name, 0), taken)
    )


def _checked(requests: Resources, ignored: Collection[str]) -> list[str]:
    """The resources that the filter looks at, Kubernetes' own first."""
    scalar = sorted(name for name in requests if name not in _NATIVE and _is_scalar(name))
    native = [name for name in _NATIVE if name in requests]
    return native + [name for name in scalar if not (_is_extended(name) and _is_ignored(name, ignored))]


def _is_ignored(name: str, ignored: Collection[str]) -> bool:
    """The extended resource, or its prefix, is left to others."""
    return name in ignored or name.partition("/")[0] in ignored


def _is_scalar(name: str) -> bool:
    """The scheduler counts the resource: extended, huge pages, prefixed by kubernetes.io/, or volumes.

    Source: pkg/scheduler/util/utils.go (IsScalarResourceName)
    """
    return _is_extended(name) or name.startswith(("hugepages-", "attachable-volumes-")) or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    """The resource is somebody's own, such as ``example.com/gpu``.

    Source: pkg/apis/core/v1/helper/helpers.go (IsExtendedResourceName)
    """
    if "/" not in name or "kubernetes.io/" in name or name.startswith("requests."):
        return False
    try:
        validate_label_key(f"requests.{name}")
    except ValueError:
        return False
    return True
