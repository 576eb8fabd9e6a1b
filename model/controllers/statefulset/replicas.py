"""Handling of the Pods that a StatefulSet wants, and of those that are condemned to go.

Source: pkg/controller/statefulset/stateful_set_control.go
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod, PodPhase
from model.api.pods import terminal
from model.api.stateful_sets import StatefulSet
from model.controllers.replicaset.slow_start import SLOW_START_INITIAL_BATCH_SIZE, next_batch_size
from model.controllers.statefulset.health import (
    available_long_enough,
    created,
    monotonic,
    running_and_ready,
    unavailable,
)
from model.controllers.statefulset.identity import in_ordinal_range, ordinal_of, ordinals
from model.controllers.statefulset.new_pod import new_versioned_stateful_set_pod
from model.controllers.statefulset.pod_control import (
    Claims,
    claims_match_retention_policy,
    create_missing_claims,
    create_stateful_pod,
    delete_stateful_pod,
    pod_claim_is_stale,
    update_claims_for_retention_policy,
    update_stateful_pod,
)
from model.controllers.statefulset.writes import Errors, Step, Writes

MAX_BATCH_SIZE = 500
"""The most Pods that are handled at the same time (``MaxBatchSize``)."""


def replicas_of(
    stateful_set: StatefulSet, pods: Iterable[Pod], current: ControllerRevision, update: ControllerRevision
) -> list[Pod]:
    """The Pod for each ordinal that is wanted, ascending; where there is none, the one that is to be created.

    Of two Pods with one ordinal (``web-1`` and ``web-01``) the last counts.
    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    there = {ordinal_of(pod): pod for pod in pods if in_ordinal_range(pod, stateful_set)}
    return [
        there.get(ordinal) or new_versioned_stateful_set_pod(stateful_set, current, update, ordinal)
        for ordinal in ordinals(stateful_set)
    ]


def condemned_of(stateful_set: StatefulSet, pods: Iterable[Pod]) -> list[Pod]:
    """The Pods whose ordinal is not wanted, descending. A Pod without an ordinal is left alone.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    unwanted = [pod for pod in pods if ordinal_of(pod) >= 0 and not in_ordinal_range(pod, stateful_set)]
    return sorted(unwanted, key=ordinal_of, reverse=True)


def first_unavailable(
    stateful_set: StatefulSet, replicas: Iterable[Pod], condemned: Sequence[Pod], now: int
) -> Pod | None:
    """The unavailable Pod with the lowest ordinal, among the replicas first, then among the condemned.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    candidates = [*replicas, *reversed(condemned)]
    return next((pod for pod in candidates if unavailable(pod, stateful_set, now)), None)


def holds_up(pod: Pod, stateful_set: StatefulSet, now: int) -> bool:
    """Whether the Pods after this one have to wait for it: it is going, or not running, ready and available.

    Source: pkg/controller/statefulset/stateful_set_control.go (processReplica)
    """
    if not monotonic(stateful_set):
        return False
    return pod.deleting or not running_and_ready(pod) or not available_long_enough(pod, stateful_set, now)


def process_replica(stateful_set: StatefulSet, pod: Pod, claims: Claims, now: int) -> Writes[Step]:
    """Create the Pod, or delete it if it has finished, or see that it is as it should be.

    Source: pkg/controller/statefulset/stateful_set_control.go (processReplica)
    """
    errors: Errors = ()
    if terminal(pod):
        # It is created anew once it is gone.
        if not pod.deleting:
            errors = yield from delete_stateful_pod(pod)
        return Step(exit=True, errors=errors)
    if not created(pod):
        if pod_claim_is_stale(stateful_set, pod, claims):
            return Step(exit=True)
        errors = yield from create_stateful_pod(stateful_set, pod, claims)
        if errors or monotonic(stateful_set):
            return Step(exit=True, errors=errors)
    if pod.phase is PodPhase.PENDING:
        errors = yield from create_missing_claims(stateful_set, pod, claims)
    if errors or holds_up(pod, stateful_set, now):
        return Step(exit=True, errors=errors)
    return Step(errors=(yield from update_stateful_pod(stateful_set, pod, claims)))


def fix_claims_of_condemned(stateful_set: StatefulSet, pod: Pod, claims: Claims) -> Writes[Step]:
    """Hand the claims of a condemned Pod to the Pod if they are to go with it; only then is it deleted.

    Source: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet)
    """
    errors: Errors = ()
    if not claims_match_retention_policy(stateful_set, pod, claims):
        errors = yield from update_claims_for_retention_policy(stateful_set, pod, claims)
    return Step(errors=errors)


def may_be_scaled_down(pod: Pod, stateful_set: StatefulSet, first: Pod | None, now: int) -> bool:
    """Whether a condemned Pod may be deleted now; `first` is the first Pod that is unavailable.

    One after the other, a Pod that is not running, ready and available goes only if it is that first one.
    Source: pkg/controller/statefulset/stateful_set_control.go (processCondemned)
    """
    if pod.deleting:
        return False
    return not holds_up(pod, stateful_set, now) or (first is not None and pod.name == first.name)


def process_condemned(stateful_set: StatefulSet, pod: Pod, first: Pod | None, now: int) -> Writes[Step]:
    """Delete a condemned Pod, or wait.

    Source: pkg/controller/statefulset/stateful_set_control.go (processCondemned)
    """
    errors: Errors = ()
    if may_be_scaled_down(pod, stateful_set, first, now):
        errors = yield from delete_stateful_pod(pod)
    return Step(exit=True, errors=errors)


def run_for_all(pods: Sequence[Pod], handle: Callable[[Pod], Writes[Step]], *, one_by_one: bool) -> Writes[Step]:
    """Handle the Pods one by one until one says that the sync has to wait, or all of them in growing batches.

    In batches nothing waits, and only errors, of any Pod of a batch, keep the next batch from being started. The
    calls of a batch happen at the same time: their order is arbitrary.

    Source: pkg/controller/statefulset/stateful_set_control.go (runForAll, slowStartBatch)
    """
    for batch in [pods[index : index + 1] for index in range(len(pods))] if one_by_one else batches(pods):
        errors: Errors = ()
        for pod in batch:
            step = yield from handle(pod)
            errors += step.errors
            if one_by_one and step.exit:
                return step
        if errors:
            return Step(exit=True, errors=errors)
    return Step()


def batches(pods: Sequence[Pod]) -> Iterator[Sequence[Pod]]:
    """The Pods in batches of 1, 2, 4, ... and of at most `MAX_BATCH_SIZE`.

    Source: pkg/controller/statefulset/stateful_set_control.go (slowStartBatch)
    """
    size = SLOW_START_INITIAL_BATCH_SIZE
    while pods:
        yield pods[:size]
        pods = pods[size:]
        size = min(next_batch_size(size, len(pods)), MAX_BATCH_SIZE)
