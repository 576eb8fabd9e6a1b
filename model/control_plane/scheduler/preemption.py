"""Plugin DefaultPreemption: a Pod that fits nowhere may have Pods of lower priority deleted, on one Node.

Left out: extenders and Pod groups.

Source: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go,
pkg/scheduler/framework/preemption/preemption.go,
https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

from collections.abc import Sequence

import msgspec

from model.control_plane.scheduler.default_filters import feasible_nodes
from model.control_plane.scheduler.filters import Node
from model.control_plane.scheduler.preemption_choice import best_candidates
from model.control_plane.scheduler.preemption_victims import Budgets, Candidate, select_victims
from model.control_plane.scheduler.refusal import Code
from model.control_plane.scheduler.snapshot import PodInfo, Snapshot

PREEMPTION_BY_SCHEDULER = "PreemptionByScheduler"


class CandidateNumber(msgspec.Struct, frozen=True, kw_only=True):
    """How many candidates are enough: a share of the Nodes, but at least so many, in the default configuration."""

    min_percentage: int = 10
    min_absolute: int = 100

    def of(self, nodes: int) -> int:
        """How many for so many Nodes.

        Source: default_preemption.go (calculateNumCandidates)
        """
        return min(nodes, max(self.min_absolute, nodes * self.min_percentage // 100))


def possible_preemptions(
    pod: PodInfo,
    snapshot: Snapshot,
    budgets: Budgets | None = None,
    number: CandidateNumber = CandidateNumber(),  # noqa: B008 (frozen)
) -> tuple[Candidate, ...]:
    """Where the `pod` may be nominated to and which Pods are deleted for it; empty if nothing is to be done.

    There are several where equally good Nodes are found in any order, or where the search begins at any Node.
    Source: default_preemption.go (PostFilter), preemption.go (Preempt, findCandidates)
    """
    feasible, refused = feasible_nodes(pod, snapshot)
    nominated = refused.get(pod.nominated_node)
    if feasible or not eligible_to_preempt(pod, None if nominated is None else nominated.code, snapshot):
        return ()
    potential = tuple(
        node for node in snapshot.nodes if node.name in refused and refused[node.name].code is Code.UNSCHEDULABLE
    )
    enough = number.of(len(potential))
    # With as many as there are Nodes, all are tried, wherever the search begins.
    offsets = range(len(potential)) if enough < len(potential) else range(min(1, len(potential)))
    choices = [
        choice
        for offset in offsets
        for choice in best_candidates(dry_run(pod, potential, snapshot, budgets, offset=offset, enough=enough))
    ]
    return tuple(choice for at, choice in enumerate(choices) if choice not in choices[:at])


def eligible_to_preempt(pod: PodInfo, nominated_status: Code | None, snapshot: Snapshot) -> bool:
    """The `pod` may preempt, and does not wait for Pods to go that it preempted before, on its nominated Node.

    `nominated_status` is what the filters said about that Node in this cycle (None: nothing).
    Source: default_preemption.go (PodEligibleToPreemptOthers)
    """
    if not pod.preempts:
        return False
    if not pod.nominated_node or nominated_status is Code.UNSCHEDULABLE_AND_UNRESOLVABLE:
        return True
    return not any(
        other.priority < pod.priority and other.terminating and other.disruption_reason == PREEMPTION_BY_SCHEDULER
        for other in snapshot.pods_on(pod.nominated_node)
    )


def dry_run(
    pod: PodInfo,
    potential: Sequence[Node],
    snapshot: Snapshot,
    budgets: Budgets | None = None,
    *,
    offset: int = 0,
    enough: int | None = None,
) -> tuple[Candidate, ...]:
    """The Nodes among the `potential` ones where preemption would help, those that violate no budget first.

    They are tried in order from `offset` on, until there are `enough` (None: never), one without violation among them.
    Kubernetes tries several at a time, and so may find a few more.
    Source: preemption.go (DryRunPreemption)
    """
    most = len(potential) if enough is None else enough
    harmless: list[Candidate] = []
    violating: list[Candidate] = []
    for node in (*potential[offset:], *potential[:offset]):
        candidate = select_victims(pod, node, snapshot, budgets or {})
        if candidate is not None:
            (violating if candidate.violations else harmless).append(candidate)
        if harmless and len(harmless) + len(violating) >= most:
            break
    return (*harmless[:most], *violating[:most])
