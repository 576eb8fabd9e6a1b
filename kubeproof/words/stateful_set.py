"""StatefulSets in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, claim_name, count
from model.cluster import Cluster
from model.rows.claim import Claim, ClaimOwner
from model.rows.pod import Pod
from properties.stateful_set_claims import claims_lost
from properties.stateful_set_identity import doubled_identities, runs
from properties.stateful_set_order import (
    last_ordinal_there,
    ordinals_up,
    ordinals_updated,
    pods_started_too_early,
    pods_stopped_too_early,
    pods_updated_too_early,
)
from properties.stateful_set_update import pods_updated_below_the_partition

ACTORS: Mapping[str, str] = {
    "stateful_set_controller": "StatefulSet controller",
    "garbage_collector": "garbage collector",
}
"""Who acts, by the first words of an action's name."""


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The StatefulSets as the API has them."""
    for slot, stateful_set in state.stateful_sets.items():
        spec = state.constants.stateful_sets[slot]
        template = state.constants.templates[stateful_set.template].name
        current = state.constants.templates[stateful_set.current_revision].name
        at_current = f" ({count(stateful_set.current_replicas, 'Pod')})" if spec.goes_by_current_replicas else ""
        yield (
            ("StatefulSet", spec.name),
            (
                f"template {template}",
                count(stateful_set.replicas, "replica"),
                f"current revision {current}{at_current}",
            ),
        )

    for slot, claim in state.claims.items():
        owner = "belongs to nobody" if claim.owner is ClaimOwner.NOBODY else f"belongs to its {claim.owner.value}"
        yield ("Claims of", claim_name(state, slot)), (owner,)


def _doubled(states: Sequence[Cluster], identity: str, _: Names) -> str:
    state = states[-1]
    same = [pod for pod in state.pods if pod.stateful_set is not None and f"Pod {_identity(state, pod)}" == identity]
    return f"{identity} runs {' and '.join(_where(state, pod) for pod in same if runs(pod))}"


def _where(state: Cluster, pod: Pod) -> str:
    assert pod.node is not None  # something of it runs
    heard = "" if pod.exists else ", whose kubelet has not stopped it although it is deleted"
    return f"on {state.constants.nodes[pod.node].name}{heard}"


def _started(states: Sequence[Cluster], pod: Pod, _: Names) -> str:
    before, owner, ordinal = states[-2], _owner(pod), _ordinal(pod)
    first = before.constants.stateful_sets[owner].start_ordinal
    missing = [lower for lower in range(first, ordinal) if lower not in ordinals_up(before, owner)]
    return f"Pod {_identity(before, pod)} is created while {_not_available(before, owner, missing)}"


def _stopped(states: Sequence[Cluster], pod: Pod, _: Names) -> str:
    before, owner = states[-2], _owner(pod)
    name = before.constants.stateful_sets[owner].name
    return f"Pod {_identity(before, pod)} is deleted while {name}-{last_ordinal_there(before, owner)} is still there"


def _updated(states: Sequence[Cluster], pod: Pod, _: Names) -> str:
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


def _not_held_back(states: Sequence[Cluster], identity: str, _: Names) -> str:
    state = states[-1]
    for pod in state.pods:
        if pod.exists and pod.stateful_set is not None and f"Pod {_identity(state, pod)}" == identity:
            spec = state.constants.stateful_sets[pod.stateful_set]
            template = state.constants.templates[pod.template].name
            return f"{identity} has template {template} although the partition is {spec.partition}"
    return identity


def _lost(states: Sequence[Cluster], claim: Claim, _: Names) -> str:
    before = states[-2]
    slot = next(slot for slot, other in before.claims.items() if other is claim)
    name = claim_name(before, slot)
    return f"the claims of {name} belong to a Pod {name} that is gone, and are deleted although the Pod is wanted again"


def _not_available(state: Cluster, owner: int, ordinals: Sequence[int]) -> str:
    """As in ``db-0 and db-1 are not available``."""
    name = state.constants.stateful_sets[owner].name
    pods = " and ".join(f"{name}-{ordinal}" for ordinal in ordinals)
    return f"{pods} {'is' if len(ordinals) == 1 else 'are'} not available"


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
    pods_updated_below_the_partition.name: _not_held_back,
    claims_lost.name: _lost,
}
"""Promise -> says why one offender offends, at the end of these states."""
