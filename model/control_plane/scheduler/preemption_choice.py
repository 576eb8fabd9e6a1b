"""On which of several Nodes to preempt.

Source: pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption)
"""

import math
from collections.abc import Sequence

from model.control_plane.scheduler.preemption_victims import Candidate

_LOWEST_PRIORITY = -(2**31)


def best_candidates(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those that are as good as any; the scheduler takes the first that it finds, in no particular order."""
    best = min((_harm(candidate) for candidate in candidates), default=None)
    return tuple(candidate for candidate in candidates if _harm(candidate) == best)


def _harm(candidate: Candidate) -> tuple[float, ...]:
    """How bad a choice would be: each criterion counts only where those before it are equal."""
    victims = candidate.victims
    priorities = [victim.priority for victim in victims]
    highest = max(priorities)
    earliest = min(
        math.inf if victim.start_time is None else victim.start_time for victim in victims if victim.priority == highest
    )
    # Above the lowest of all, so that many Pods are worse than few even if their priorities are negative.
    total = sum(priority - _LOWEST_PRIORITY for priority in priorities)
    return candidate.violations, highest, total, len(victims), -earliest
