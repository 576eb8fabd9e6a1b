"""One whole sync of a Deployment, as a pure function of what the controller's caches show.

Left out: claiming ReplicaSets (the given ones are the Deployment's own), an empty selector, and the
deprecated annotation for a rollback.
Source: pkg/controller/deployment/deployment_controller.go, pkg/controller/deployment/sync.go
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from model.api.conditions import condition_of
from model.api.objects import Deployment, Pod, ReplicaSet, Strategy
from model.api.refusals import Refusal
from model.controllers.deployment.conditions import (
    Reason,
    Status,
    Type,
    new_condition,
    set_condition,
)
from model.controllers.deployment.history import cleanup_deployment
from model.controllers.deployment.new_replica_set import get_new_replica_set
from model.controllers.deployment.progress import progress_deadline
from model.controllers.deployment.recreate import rollout_recreate
from model.controllers.deployment.replica_sets import all_replica_sets, find_old_replica_sets
from model.controllers.deployment.rolling import rollout_rolling
from model.controllers.deployment.scaling import is_scaling_event, scale
from model.controllers.deployment.status import sync_deployment_status
from model.controllers.deployment.writes import (
    RefusedError,
    UpdateDeploymentStatus,
    Write,
    Writes,
    conflict_with_itself,
)


class Sync(msgspec.Struct, frozen=True):
    """What a sync did: its accepted writes in order, and when the Deployment has to be looked at again."""

    writes: tuple[Write, ...] = ()
    requeue_after: int | None = None
    """Seconds until the progress deadline is checked again; 0: now, rate limited; None: at the next event."""
    error: Refusal | None = None
    """The refusal that ended the sync early. The key is then requeued, rate limited, 15 times in a row at most.

    After NamespaceTerminating it is dropped at once.
    """


def check_paused_conditions(deployment: Deployment, now: int) -> Writes[Deployment]:
    """Note in the status that the rollout was paused or resumed: a pause must not count as no progress.

    Source: pkg/controller/deployment/sync.go (checkPausedConditions)
    """
    if progress_deadline(deployment) is None:
        return deployment
    condition = condition_of(deployment.conditions, Type.PROGRESSING)
    reason = None if condition is None else condition.reason
    if reason == Reason.PROGRESS_DEADLINE_EXCEEDED:
        return deployment
    if deployment.paused == (reason == Reason.DEPLOYMENT_PAUSED):
        return deployment
    reason = Reason.DEPLOYMENT_PAUSED if deployment.paused else Reason.DEPLOYMENT_RESUMED
    condition = new_condition(Type.PROGRESSING, Status.UNKNOWN, reason, now)
    after = replace(deployment, conditions=set_condition(deployment.conditions, condition))
    yield UpdateDeploymentStatus(after)
    return after


def sync_status_only(deployment: Deployment, replica_sets: Sequence[ReplicaSet], now: int) -> Writes[None]:
    """Write the status of a Deployment that is being deleted; scale nothing.

    Source: pkg/controller/deployment/sync.go (syncStatusOnly)
    """
    old = find_old_replica_sets(deployment, replica_sets)
    deployment, new = yield from get_new_replica_set(deployment, replica_sets, now)
    yield from sync_deployment_status(deployment, new, old, now)


def sync_scale(deployment: Deployment, replica_sets: Sequence[ReplicaSet], now: int) -> Writes[None]:
    """Scale a Deployment that is paused or has got another size; the rollout stays where it is.

    Source: pkg/controller/deployment/sync.go (sync)
    """
    old = find_old_replica_sets(deployment, replica_sets)
    deployment, new = yield from get_new_replica_set(deployment, replica_sets, now)
    yield from scale(deployment, new, old)
    if deployment.paused:
        yield from cleanup_deployment(deployment, old)
    yield from sync_deployment_status(deployment, new, old, now)


def sync_deployment(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], pods: Sequence[Pod], now: int
) -> Writes[int | None]:
    """One sync, write by write. Returns in how many seconds to look again; None: at the next event.

    `pods` may hold others than the Deployment's; only those of `replica_sets` are looked at.
    Source: pkg/controller/deployment/deployment_controller.go (syncDeployment)
    """
    if deployment.deleting:
        yield from sync_status_only(deployment, replica_sets, now)
        return None
    deployment = yield from check_paused_conditions(deployment, now)
    if deployment.paused:
        yield from sync_scale(deployment, replica_sets, now)
        return None
    old = find_old_replica_sets(deployment, replica_sets)
    deployment, new = yield from get_new_replica_set(deployment, replica_sets, now)
    if is_scaling_event(deployment, all_replica_sets(new, old)):
        yield from sync_scale(deployment, replica_sets, now)
        return None
    if deployment.strategy is Strategy.ROLLING_UPDATE:
        return (yield from rollout_rolling(deployment, replica_sets, now))
    own = [pod for pod in pods if any(pod.controller == replica_set.uid for replica_set in replica_sets)]
    return (yield from rollout_recreate(deployment, replica_sets, own, now))


def sync(
    deployment: Deployment,
    replica_sets: Sequence[ReplicaSet],
    pods: Sequence[Pod],
    now: int,
    refusal: Callable[[Write, Sequence[Write]], Refusal | None] = conflict_with_itself,
) -> Sync:
    """One sync of a Deployment: what it writes, given what the controller's caches show.

    `replica_sets` are the ones that the Deployment controls, `now` is in seconds. `refusal` is the API
    server's answer to a write, given the accepted writes before it: None if it accepts it, too. By default
    nobody else writes in the meantime.
    Source: pkg/controller/deployment/deployment_controller.go (syncDeployment)
    """
    steps = sync_deployment(deployment, replica_sets, pods, now)
    writes: list[Write] = []
    try:
        write = next(steps)
        while True:
            refused = refusal(write, writes)
            if refused is None:
                writes.append(write)
                write = next(steps)
            else:
                write = steps.throw(RefusedError(refused))
    except StopIteration as done:
        return Sync(tuple(writes), requeue_after=done.value)
    except RefusedError as ended:
        return Sync(tuple(writes), error=ended.refusal)
