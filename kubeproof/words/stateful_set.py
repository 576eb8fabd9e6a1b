"""StatefulSets in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, condition, count
from model.cluster import Cluster
from model.rows.pod import Pod
from properties.stateful_set_identity import doubled_identities, runs
from properties.stateful_set_order import (
    last_ordinal_there,
    ordinals_up,
    ordinals_updated,
    pods_started_too_early,
    pods_stopped_too_early,
    pods_updated_too_early,
)

ACTORS: Mapping[str, str] = {"stateful_set_controller": "StatefulSet controller"}
"""Who acts, by the first words of an action's name."""


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The StatefulSets as the API has them."""
    for slot, stateful_set in state.stateful_sets.items():
        spec = state.constants.stateful_sets[slot]
        template = state.constants.templates[stateful_set.template].name
        current = state.constants.templates[stateful_set.current_revision].name
        at_current = f" ({count(stateful_set.current_replicas, 'Pod')})" if spec.partition is None else ""
        yield (
            ("StatefulSet", spec.name),
            (f"template {template}", count(stateful_set.replicas, "replica"), f"current revision {current}{at_current}"),
        )


def _doubled(states: Sequence[Cluster], identity: str, names: Names) -> str:
    state = states[-1]
    twice = [
        f"on {state.constants.nodes[pod.node].name}{condition(state, pod)}"
        for pod in state.pods
        if pod.node is not None and runs(pod) and f"Pod {_identity(state, pod)}" == identity
    ]
    return f"{identity} runs {' and '.join(twice)}"


def _started(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    before, owner, ordinal = states[-2], _owner(pod), _ordinal(pod)
    first = before.constants.stateful_sets[owner].start_ordinal
    missing = [lower for lower in range(first, ordinal) if lower not in ordinals_up(before, owner)]
    return f"Pod {_identity(before, pod)} is created while {_not_available(before, owner, missing)}"


def _stopped(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    before, owner = states[-2], _owner(pod)
    name = before.constants.stateful_sets[owner].name
    return f"Pod {_identity(before, pod)} is deleted while {name}-{last_ordinal_there(before, owner)} is still there"


def _updated(states: Sequence[Cluster], pod: Pod, names: Names) -> str:
    before, owner, ordinal = states[-2], _owner(pod), _ordinal(pod)
    stateful_set, spec = before.stateful_sets[owner], before.constants.stateful_sets[owner]
    assert stateful_set is not None  # it is what is being updated
    updated = ordinals_updated(before, owner, stateful_set.template)
    above = range(ordinal + 1, spec.start_ordinal + stateful_set.replicas)
    missing = [higher for higher in above if higher not in updated]
    template = before.constants.templates[stateful_set.template].name
    return (
        f"Pod {_identity(before, pod)} is deleted for {template} while "
        f"{_not_available(before, owner, missing)} with {template}"
    )


def _not_available(state: Cluster, owner: int, ordinals: Sequence[int]) -> str:
    """As in ``db-0 and db-1 are not available``."""
    name = state.constants.stateful_sets[owner].name
    return f"{' and '.join(f'{name}-{ordinal}' for ordinal in ordinals)} {'is' if len(ordinals) == 1 else 'are'} not available"


def _identity(state: Cluster, pod: Pod) -> str:
    return f"{state.constants.stateful_sets[_owner(pod)].name}-{_ordinal(pod)}"


def _owner(pod: Pod) -> int:
    assert pod.stateful_set is not None  # the promises are about Pods of StatefulSets
    return pod.stateful_set


def _ordinal(pod: Pod) -> int:
    assert pod.ordinal is not None  # every Pod of a StatefulSet has one
    return pod.ordinal


REASONS: Mapping[str, Callable[[Sequence[Cluster], Any, Names], str]] = {
    doubled_identities.name: _doubled,
    pods_started_too_early.name: _started,
    pods_stopped_too_early.name: _stopped,
    pods_updated_too_early.name: _updated,
}
"""Promise -> says why one offender offends, at the end of these states."""
