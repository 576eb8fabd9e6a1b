"""Score NodeAffinity: Nodes that match the preferred node affinity are better.

Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go,
staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
"""

from collections.abc import Mapping, Sequence

from model.api.node_affinity import matches_terms, validate_terms
from model.control_plane.scheduler.snapshot import PreferredSchedulingTerm
from model.control_plane.scheduler.taint_toleration import MAX_NODE_SCORE


def preferred_terms_score(terms: Sequence[PreferredSchedulingTerm], name: str, labels: Mapping[str, str]) -> int:
    """The sum of the weights of the terms that match the Node with this `name` and these `labels`.

    Empty terms match nothing.
    Source: nodeaffinity.go (PreferredSchedulingTerms.Score)
    """
    return sum(term.weight for term in terms if matches_terms((term.preference,), name, labels))


def validate_preferred_terms(terms: Sequence[PreferredSchedulingTerm]) -> None:
    """Raise ValueError if a term that weighs something is malformed.

    Source: nodeaffinity.go (NewPreferredSchedulingTerms)
    """
    validate_terms(tuple(term.preference for term in terms if term.weight))


def scaled_to_best(scores: Sequence[int]) -> tuple[int, ...]:
    """The scores from 0 to 100, which the best Node gets; if none is above 0, all get 0.

    Source: pkg/scheduler/framework/plugins/helper/normalize_score.go (DefaultNormalizeScore)
    """
    best = max(scores, default=0)
    return tuple(MAX_NODE_SCORE * score // best if best > 0 else 0 for score in scores)
