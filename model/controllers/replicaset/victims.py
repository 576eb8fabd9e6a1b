"""Which Pods a ReplicaSet deletes when it has too many.

Source: pkg/controller/replicaset/replica_set.go
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cmp_to_key
from itertools import combinations

from model.api.objects import Pod
from model.api.pods import active
from model.controllers.replicaset.deletion_order import compare, deletion_rank

_Ranked = tuple[Pod, int]


def colocation_rank(pod: Pod, related_pods: Iterable[Pod]) -> int:
    """How many active related Pods are on the Pod's node, itself included if it is related to itself.

    Pods without a node count as being together. Related are the Pods that any ReplicaSet of the same owner (a
    Deployment) selects; a ReplicaSet without an owner has none.

    Source: pkg/controller/replicaset/replica_set.go (getPodsRankedByRelatedPodsOnSameNode)
    """
    return sum(1 for other in related_pods if active(other) and other.node == pod.node)


def pods_to_delete(pods: Sequence[Pod], related_pods: Sequence[Pod], diff: int, now: int) -> tuple[Pod, ...]:
    """The `diff` Pods among the ReplicaSet's active `pods` that it deletes, at `now` (seconds).

    Pods that nothing tells apart keep their order.
    Source: pkg/controller/replicaset/replica_set.go (getPodsToDelete)
    """
    if diff >= len(pods):
        return tuple(pods)

    def order(first: _Ranked, second: _Ranked) -> int:
        return compare(first[0], second[0], first_rank=first[1], second_rank=second[1], now=now)

    ranked = sorted(_with_ranks(pods, related_pods), key=cmp_to_key(order))
    return tuple(pod for pod, _ in ranked[:diff])


def possible_pods_to_delete(pods: Sequence[Pod], related_pods: Sequence[Pod], diff: int) -> Iterator[tuple[Pod, ...]]:
    """Each choice that `pods_to_delete` could make if times, restarts and uids were not known.

    Source: pkg/controller/replicaset/replica_set.go (getPodsToDelete)
    """
    if diff >= len(pods):
        yield tuple(pods)
        return
    ranked = sorted(_with_ranks(pods, related_pods), key=_deletion_rank)
    last = _deletion_rank(ranked[diff - 1]) if diff > 0 else None
    certain = tuple(pod for pod, rank in ranked[:diff] if deletion_rank(pod, rank) != last)
    tied = tuple(pod for pod, rank in ranked if deletion_rank(pod, rank) == last)
    for chosen in combinations(tied, diff - len(certain)):
        yield certain + chosen


def _with_ranks(pods: Sequence[Pod], related_pods: Sequence[Pod]) -> list[_Ranked]:
    return [(pod, colocation_rank(pod, related_pods)) for pod in pods]


def _deletion_rank(ranked: _Ranked) -> tuple[bool, int, bool, int, int]:
    return deletion_rank(*ranked)
