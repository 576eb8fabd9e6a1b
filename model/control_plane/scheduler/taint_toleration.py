"""Plugin TaintToleration: Pods keep off Nodes with taints that they do not tolerate.

`comparison_operators` is the feature gate TaintTolerationComparisonOperators, off by default.

Source: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
"""

from model.api.taints import Taint, TaintEffect, Toleration, do_not_schedule, tolerates, untolerated_taint
from model.control_plane.scheduler.refusal import Refusal

MAX_NODE_SCORE = 100


def taint_toleration(
    taints: tuple[Taint, ...], tolerations: tuple[Toleration, ...], *, comparison_operators: bool = False
) -> Refusal | None:
    """Refuse a Node with a NoSchedule or NoExecute taint that no toleration tolerates."""
    taint = untolerated_taint(taints, tolerations, do_not_schedule, comparison_operators=comparison_operators)
    if taint is None:
        return None
    return Refusal(plugin="TaintToleration", reasons=("node(s) had untolerated taint(s)",))


def requeue_after_node_change(
    tolerations: tuple[Toleration, ...],
    old_taints: tuple[Taint, ...] | None,
    new_taints: tuple[Taint, ...],
    *,
    comparison_operators: bool = False,
) -> bool:
    """A Node that was added (`old_taints` None) or changed may now take a Pod that its taints repelled.

    Source: taint_toleration.go (isSchedulableAfterNodeChange)
    """

    def repels(taints: tuple[Taint, ...]) -> bool:
        return taint_toleration(taints, tolerations, comparison_operators=comparison_operators) is not None

    return (old_taints is None or repels(old_taints)) and not repels(new_taints)


def untolerated_preferences(
    taints: tuple[Taint, ...], tolerations: tuple[Toleration, ...], *, comparison_operators: bool = False
) -> int:
    """How many PreferNoSchedule taints no toleration tolerates: the Node's score before it is normalised.

    Source: taint_toleration.go (countIntolerableTaintsPreferNoSchedule)
    """
    return sum(
        not any(tolerates(each, taint, comparison_operators=comparison_operators) for each in tolerations)
        for taint in taints
        if taint.effect is TaintEffect.PREFER_NO_SCHEDULE
    )


def normalised_scores(counts: tuple[int, ...]) -> tuple[int, ...]:
    """The scores of Nodes from 0 to 100, by their `counts` of untolerated preferences: 100 for none.

    Source: pkg/scheduler/framework/plugins/helper/normalize_score.go (DefaultNormalizeScore, reversed)
    """
    most = max(counts, default=0)
    if most == 0:
        return tuple(MAX_NODE_SCORE for _ in counts)
    return tuple(MAX_NODE_SCORE - MAX_NODE_SCORE * count // most for count in counts)
