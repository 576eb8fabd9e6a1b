"""Scaling a ReplicaSet, and spreading a new size of the Deployment over its ReplicaSets.

Source: pkg/controller/deployment/sync.go, pkg/controller/deployment/util/deployment_util.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.objects import Deployment, ReplicaSet, Strategy
from model.controllers.deployment.fenceposts import max_replicas
from model.controllers.deployment.replica_sets import active, all_replica_sets, by_creation, replica_count
from model.controllers.deployment.writes import UpdateReplicaSet, Writes, stored


def with_replicas_annotations(replica_set: ReplicaSet, deployment: Deployment) -> ReplicaSet:
    """The ReplicaSet, noting the size that the Deployment wants now and the most it may have.

    Source: pkg/controller/deployment/util/deployment_util.go (SetReplicasAnnotations)
    """
    return replace(replica_set, desired_annotation=deployment.replicas, max_annotation=max_replicas(deployment))


def scale_replica_set(
    replica_set: ReplicaSet, size: int, deployment: Deployment, *, force: bool = False
) -> Writes[tuple[bool, ReplicaSet]]:
    """Give the ReplicaSet that size; `force` refreshes its annotations even if it has the size already.

    Returns whether the size changed, and the ReplicaSet as it is then.
    Source: pkg/controller/deployment/sync.go (scaleReplicaSet)
    """
    if replica_set.replicas == size and not force:
        return False, replica_set
    scaled = with_replicas_annotations(replace(replica_set, replicas=size), deployment)
    if scaled == replica_set:
        return False, replica_set
    yield UpdateReplicaSet(scaled)
    return replica_set.replicas != size, stored(scaled)


def is_scaling_event(deployment: Deployment, replica_sets: Sequence[ReplicaSet]) -> bool:
    """Whether the Deployment has got another size since an active ReplicaSet was last scaled.

    Source: pkg/controller/deployment/sync.go (isScalingEvent)
    """
    return any(
        replica_set.desired_annotation is not None and replica_set.desired_annotation != deployment.replicas
        for replica_set in active(replica_sets)
    )


def find_active_or_latest(new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The only active ReplicaSet; the newest if none is active; None if several are.

    Source: pkg/controller/deployment/util/deployment_util.go (FindActiveOrLatest)
    """
    candidates = active(all_replica_sets(new, old))
    if len(candidates) > 1:
        return None
    if candidates:
        return candidates[0]
    return new if new is not None else max(old, key=by_creation, default=None)


def is_saturated(deployment: Deployment, replica_set: ReplicaSet | None) -> bool:
    """Whether the ReplicaSet alone has all the Pods, available, and was last scaled for that size.

    Source: pkg/controller/deployment/util/deployment_util.go (IsSaturated)
    """
    return (
        replica_set is not None
        and replica_set.replicas == deployment.replicas
        and replica_set.desired_annotation == deployment.replicas
        and replica_set.available_replicas == deployment.replicas
    )


def fraction_to_add(size: int, max_before: int, max_now: int) -> int:
    """How much a ReplicaSet grows (or, negative, shrinks) if it keeps its part of the Deployment.

    The Deployment was allowed `max_before` Pods (not 0) when the ReplicaSet was last scaled, and is `max_now`
    Pods now. Half a Pod is rounded up.
    Source: pkg/controller/deployment/util/deployment_util.go (getReplicaSetFraction)
    """
    return (2 * size * max_now + max_before) // (2 * max_before) - size


def proportion_to_add(fraction: int, to_add: int, added: int) -> int:
    """`fraction`, but no more (no less, if negative) than is left of `to_add` after `added`.

    Source: pkg/controller/deployment/util/deployment_util.go (GetReplicaSetProportion)
    """
    if to_add == added:
        return 0
    return min(fraction, to_add - added) if to_add > 0 else max(fraction, to_add - added)


def replica_set_fraction(replica_set: ReplicaSet, deployment: Deployment) -> int:
    """How much the ReplicaSet grows (or, negative, shrinks) with the Deployment.

    Without the max-replicas annotation, the Deployment's own count of its Pods stands in.
    Source: pkg/controller/deployment/util/deployment_util.go (getReplicaSetFraction)
    """
    if deployment.replicas == 0:
        return -replica_set.replicas
    max_before = replica_set.max_annotation
    if max_before is None or max_before == 0:
        max_before = deployment.status_replicas
    if max_before == 0:
        return 0
    return fraction_to_add(replica_set.replicas, max_before, max_replicas(deployment))


def proportional_sizes(deployment: Deployment, replica_sets: Sequence[ReplicaSet]) -> list[tuple[ReplicaSet, int]]:
    """The active ReplicaSets in the order in which they are scaled, each with its new size.

    The largest comes first; among equals the newest when growing, the oldest when shrinking. The first one
    gets what rounding left over.
    Source: pkg/controller/deployment/sync.go (scale)
    """
    allowed = max_replicas(deployment) if deployment.replicas > 0 else 0
    to_add = allowed - replica_count(replica_sets)
    if to_add == 0 or not replica_sets:
        return [(replica_set, replica_set.replicas) for replica_set in replica_sets]
    ordered = sorted(replica_sets, key=by_creation, reverse=to_add > 0)
    ordered = sorted(ordered, key=lambda replica_set: -replica_set.replicas)
    sizes = []
    added = 0
    for replica_set in ordered:
        proportion = proportion_to_add(replica_set_fraction(replica_set, deployment), to_add, added)
        sizes.append((replica_set, replica_set.replicas + proportion))
        added += proportion
    largest, size = sizes[0]
    sizes[0] = largest, max(0, size + to_add - added)
    return sizes


def scale(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> Writes[None]:
    """Bring the ReplicaSets to the Deployment's size without moving the rollout on.

    Source: pkg/controller/deployment/sync.go (scale)
    """
    newest_first = sorted(old, key=by_creation, reverse=True)
    only = find_active_or_latest(new, old)
    if only is not None:
        yield from scale_replica_set(only, deployment.replicas, deployment)
    elif is_saturated(deployment, new):
        for replica_set in active(newest_first):
            yield from scale_replica_set(replica_set, 0, deployment)
    elif deployment.strategy is Strategy.ROLLING_UPDATE:
        replica_sets = active(all_replica_sets(new, newest_first))
        for replica_set, size in proportional_sizes(deployment, replica_sets):
            yield from scale_replica_set(replica_set, size, deployment, force=True)
