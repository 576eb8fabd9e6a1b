"""Scores LeastAllocated and BalancedAllocation, over cpu and memory: Nodes with much left, and evenly used, are better.

Source: pkg/scheduler/framework/plugins/noderesources/{resource_allocation,least_allocated,balanced_allocation}.go
"""

from model.api.pod_requests import Resources
from model.control_plane.scheduler.taint_toleration import MAX_NODE_SCORE

_SCORED = ("cpu", "memory")
_SCORING_DEFAULTS = {"cpu": 100, "memory": 200 * 1024 * 1024}


def with_scoring_defaults(requests: Resources) -> Resources:
    """What a container with these `requests` counts for in scores: what it leaves out is a small amount, not none.

    Source: pkg/scheduler/util/pod_resources.go
    """
    return {**_SCORING_DEFAULTS, **requests}


def least_allocated(requests: Resources, allocatable: Resources, used: Resources) -> int:
    """0 to 100: the share of the Node that is left, in the mean, with the Pod's `requests` beside those `used`.

    Both are amounts with scoring defaults. A resource of which the Node has none does not count.
    Source: least_allocated.go (leastResourceScorer)
    """
    shares = [
        _left(requests.get(name, 0) + used.get(name, 0), allocatable[name]) for name in _SCORED if allocatable.get(name)
    ]
    return sum(shares) // len(shares) if shares else 0


def _left(requested: int, capacity: int) -> int:
    """The percentage of the `capacity` that is not `requested`."""
    return 0 if requested > capacity else (capacity - requested) * MAX_NODE_SCORE // capacity


def balanced_allocation(requests: Resources, allocatable: Resources, used: Resources) -> int | None:
    """25 to 100, by how much more evenly the Node's resources are used with the Pod: 75 if nothing changes.

    None if the Pod requests neither cpu nor memory: the plugin skips it.
    Source: balanced_allocation.go (PreScore, balancedResourceScorer)
    """
    if not any(requests.get(name) for name in _SCORED):
        return None
    together = {name: used.get(name, 0) + requests.get(name, 0) for name in _SCORED}
    change = _balance(together, allocatable) - _balance(used, allocatable)
    return MAX_NODE_SCORE // 2 + (MAX_NODE_SCORE // 2 + change) // 2


def _balance(requested: Resources, allocatable: Resources) -> int:
    """50 to 100, which it is if the same share of cpu and memory is requested: 1 less the standard deviation.

    Source: balanced_allocation.go (balancedResourceScore)
    """
    shares = [min(1.0, requested.get(name, 0) / allocatable[name]) for name in _SCORED if allocatable.get(name)]
    deviation = abs((shares[0] - shares[1]) / 2) if len(shares) == 2 else 0.0
    return int((1 - deviation) * MAX_NODE_SCORE)
