"""Score InterPodAffinity: Nodes in domains with Pods that are preferred, or that prefer the Pod, are better.

Source: pkg/scheduler/framework/plugins/interpodaffinity/scoring.go
"""

from collections.abc import Iterator, Sequence

from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.interpod_affinity import existing_selects, placed, same_domain, selects
from model.control_plane.scheduler.snapshot import PodAffinityTerm, PodInfo, Snapshot
from model.control_plane.scheduler.taint_toleration import MAX_NODE_SCORE


def interpod_affinity_scores(
    pod: PodInfo, feasible: Sequence[Node], snapshot: Snapshot, hard_weight: int = 1
) -> dict[str, int]:
    """0 to 100 for each `feasible` Node by name, the best 100 and the worst 0; all 0 if there is no difference.

    `hard_weight` (hardPodAffinityWeight) is what a Pod's required affinity to the `pod` is worth.
    """
    sums = dict.fromkeys((node.name for node in feasible), 0)
    for other, there in placed(snapshot):
        for weight, term in _preferences(pod, other, snapshot, hard_weight):
            for node in feasible:
                if same_domain(term, node.labels, there):
                    sums[node.name] += weight
    least, most = min(sums.values(), default=0), max(sums.values(), default=0)
    if most == least:
        return dict.fromkeys(sums, 0)
    return {name: int(MAX_NODE_SCORE * ((each - least) / (most - least))) for name, each in sums.items()}


def _preferences(
    pod: PodInfo, other: PodInfo, snapshot: Snapshot, hard_weight: int
) -> Iterator[tuple[int, PodAffinityTerm]]:
    """What either Pod's terms say about the other, and how much that weighs.

    Source: scoring.go (processExistingPod)
    """
    own = [(each.weight, each.term) for each in pod.preferred_affinity]
    own += [(-each.weight, each.term) for each in pod.preferred_anti_affinity]
    theirs = [(hard_weight, term) for term in other.affinity]
    theirs += [(each.weight, each.term) for each in other.preferred_affinity]
    theirs += [(-each.weight, each.term) for each in other.preferred_anti_affinity]
    yield from ((weight, term) for weight, term in own if selects(term, pod, other, snapshot))
    yield from ((weight, term) for weight, term in theirs if existing_selects(term, other, pod, snapshot))
