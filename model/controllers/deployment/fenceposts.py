"""How far a rolling update may stray from the desired size: maxSurge above it, maxUnavailable below it.

Source: pkg/controller/deployment/util/deployment_util.go
"""

from typing import NamedTuple

from model.api.intstr import scaled_value
from model.api.objects import Deployment, Strategy


class Fenceposts(NamedTuple):
    """maxSurge and maxUnavailable as numbers of Pods."""

    surge: int
    unavailable: int


def not_both_zero(surge: int, unavailable: int) -> Fenceposts:
    """One Pod may be unavailable if both are 0: an update can always move (a surge might hit a quota)."""
    if surge == 0 and unavailable == 0:
        return Fenceposts(surge, 1)
    return Fenceposts(surge, unavailable)


def resolve_fenceposts(max_surge: int | str | None, max_unavailable: int | str | None, desired: int) -> Fenceposts:
    """maxSurge (rounded up) and maxUnavailable (rounded down) of `desired` Pods; None counts as 0.

    Raises ValueError if one is text but not a percentage.
    Source: pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts)
    """
    surge = 0 if max_surge is None else scaled_value(max_surge, desired, round_up=True)
    unavailable = 0 if max_unavailable is None else scaled_value(max_unavailable, desired, round_up=False)
    return not_both_zero(surge, unavailable)


def max_surge(deployment: Deployment) -> int:
    """How many Pods a rolling update may have beyond the desired number; 0 for Recreate.

    Source: pkg/controller/deployment/util/deployment_util.go (MaxSurge)
    """
    if deployment.strategy is not Strategy.ROLLING_UPDATE:
        return 0
    return resolve_fenceposts(deployment.max_surge, deployment.max_unavailable, deployment.replicas).surge


def max_unavailable(deployment: Deployment) -> int:
    """How many of the desired Pods may be unavailable in a rolling update; 0 for Recreate.

    Source: pkg/controller/deployment/util/deployment_util.go (MaxUnavailable)
    """
    if deployment.strategy is not Strategy.ROLLING_UPDATE or deployment.replicas == 0:
        return 0
    fenceposts = resolve_fenceposts(deployment.max_surge, deployment.max_unavailable, deployment.replicas)
    return min(fenceposts.unavailable, deployment.replicas)


def min_available(deployment: Deployment) -> int:
    """How many Pods a rolling update keeps available; 0 for Recreate.

    Source: pkg/controller/deployment/util/deployment_util.go (MinAvailable)
    """
    if deployment.strategy is not Strategy.ROLLING_UPDATE:
        return 0
    return deployment.replicas - max_unavailable(deployment)


def max_replicas(deployment: Deployment) -> int:
    """The most Pods that the Deployment may ask for: the desired ones and the surge."""
    return deployment.replicas + max_surge(deployment)
