"""Which active Pods a Job deletes when it has too many.

Source: pkg/controller/job/job_controller.go, pkg/controller/job/indexed_job_utils.go
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, groupby, product

from model.api.jobs import Job
from model.api.objects import Pod
from model.controllers.job.finished_pods import has_valid_index, is_indexed
from model.controllers.replicaset.deletion_order import plain_order, startup_rank


def active_pods_for_removal(job: Job, active: Sequence[Pod], at_least: int) -> tuple[Pod, ...]:
    """The Pods to delete: those that no index needs, and then as many as it takes to make `at_least`.

    Of equals the first go. Source: pkg/controller/job/job_controller.go (activePodsForRemoval)
    """
    needless, left = needless_and_left(job, active)
    return needless + tuple(sorted(left, key=plain_order)[: max(at_least - len(needless), 0)])


def needless_and_left(job: Job, active: Sequence[Pod]) -> tuple[tuple[Pod, ...], tuple[Pod, ...]]:
    """In an Indexed Job: the Pods without an index of the Job, and all but the last of each index; and the rest.

    Source: pkg/controller/job/indexed_job_utils.go (appendDuplicatedIndexPodsForRemoval)
    """
    if not is_indexed(job):
        return (), tuple(active)
    needless = [pod for pod in active if not has_valid_index(pod, job)]
    left: list[Pod] = []
    for same in by_index(job, active):
        *surplus, most_advanced = sorted(same, key=plain_order)
        needless.extend(surplus)
        left.append(most_advanced)
    return tuple(needless), tuple(left)


def by_index(job: Job, active: Iterable[Pod]) -> list[tuple[Pod, ...]]:
    """The Pods that have an index of the Job, those of one index together."""
    valid = sorted((pod for pod in active if has_valid_index(pod, job)), key=_index)
    return [tuple(same) for _, same in groupby(valid, key=_index)]


def possible_pods_for_removal(job: Job, active: Sequence[Pod], at_least: int) -> Iterator[tuple[Pod, ...]]:
    """Each choice that `active_pods_for_removal` could make if times and restarts were not known.

    Source: pkg/controller/job/job_controller.go (activePodsForRemoval)
    """
    groups = by_index(job, active) if is_indexed(job) else [(pod,) for pod in active]
    invalid = tuple(pod for pod in active if is_indexed(job) and not has_valid_index(pod, job))
    for choice in product(*(_surplus_and_kept(same) for same in groups)):
        needless = invalid + tuple(pod for surplus, _ in choice for pod in surplus)
        for chosen in _first_to_go([kept for _, kept in choice], max(at_least - len(needless), 0)):
            yield needless + chosen


def _surplus_and_kept(same: tuple[Pod, ...]) -> list[tuple[tuple[Pod, ...], Pod]]:
    most = max(map(startup_rank, same))
    return [
        (same[:position] + same[position + 1 :], pod) for position, pod in enumerate(same) if startup_rank(pod) == most
    ]


def _first_to_go(pods: Sequence[Pod], count: int) -> Iterator[tuple[Pod, ...]]:
    ranked = sorted(pods, key=startup_rank)
    last = startup_rank(ranked[count - 1]) if count > 0 else None
    certain = tuple(pod for pod in ranked[:count] if startup_rank(pod) != last)
    tied = tuple(pod for pod in ranked if startup_rank(pod) == last)
    for chosen in combinations(tied, count - len(certain)):
        yield certain + chosen


def _index(pod: Pod) -> int:
    return -1 if pod.completion_index is None else pod.completion_index
