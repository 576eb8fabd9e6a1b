"""Taints repel Pods from a Node; tolerations let a Pod run there all the same.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
"""

import re
from collections.abc import Callable, Collection, Iterable
from enum import Enum

import msgspec

from model.api.intstr import parse_decimal

NODE_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_CANONICAL_DECIMAL = re.compile(r"0|-?[1-9][0-9]*")
_FOREVER = 2**63 - 1


class TaintEffect(Enum):
    """What a taint does to Pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class TolerationOperator(Enum):
    """How a toleration compares its value with the taint's. Gt and Lt are alpha and off by default."""

    EQUAL = "Equal"
    EXISTS = "Exists"
    GT = "Gt"
    LT = "Lt"


class Taint(msgspec.Struct, frozen=True, kw_only=True):
    """A taint of a Node."""

    key: str
    value: str = ""
    effect: TaintEffect


class Toleration(msgspec.Struct, frozen=True, kw_only=True):
    """A toleration of a Pod. An empty `key` stands for all keys, `effect` None for all effects."""

    key: str = ""
    operator: TolerationOperator = TolerationOperator.EQUAL
    value: str = ""
    effect: TaintEffect | None = None
    seconds: int | None = None
    """``tolerationSeconds``: how long a NoExecute taint is tolerated; None means forever."""


UNREACHABLE = (
    Taint(key="node.kubernetes.io/unreachable", effect=TaintEffect.NO_SCHEDULE),
    Taint(key="node.kubernetes.io/unreachable", effect=TaintEffect.NO_EXECUTE),
)
"""What the node lifecycle controller puts on a Node whose kubelet has not been heard of."""


def do_not_schedule(taint: Taint) -> bool:
    """The taint keeps Pods that do not tolerate it from being scheduled.

    Source: pkg/scheduler/framework/plugins/helper/taint.go (DoNotScheduleTaintsFilterFunc)
    """
    return taint.effect in (TaintEffect.NO_SCHEDULE, TaintEffect.NO_EXECUTE)


def same_taint(one: Taint, other: Taint) -> bool:
    """Both denote the same taint: key and effect are equal. A Node has at most one of them.

    Source: staging/src/k8s.io/api/core/v1/taint.go (MatchTaint)
    """
    return one.key == other.key and one.effect == other.effect


def tolerates(toleration: Toleration, taint: Taint, *, comparison_operators: bool = False) -> bool:
    """The toleration tolerates the taint: effect and key match, and the operator holds for the values.

    `comparison_operators` is the feature gate TaintTolerationComparisonOperators (Gt and Lt).
    Source: staging/src/k8s.io/api/core/v1/toleration.go (ToleratesTaint)
    """
    if toleration.effect is not None and toleration.effect is not taint.effect:
        return False
    if toleration.key not in ("", taint.key):
        return False
    match toleration.operator:
        case TolerationOperator.EXISTS:
            return True
        case TolerationOperator.EQUAL:
            return toleration.value == taint.value
        case _:
            return comparison_operators and _compares(toleration, taint)


def _compares(toleration: Toleration, taint: Taint) -> bool:
    """The taint's number is greater (Gt) or less (Lt) than the toleration's; text that is no number never is."""
    bound, number = _canonical_number(toleration.value), _canonical_number(taint.value)
    if bound is None or number is None:
        return False
    return number > bound if toleration.operator is TolerationOperator.GT else number < bound


def _canonical_number(text: str) -> int | None:
    """The 64-bit number that `text` spells without plus sign or leading zeros, or None."""
    if not _CANONICAL_DECIMAL.fullmatch(text):
        return None
    try:
        return parse_decimal(text)
    except ValueError:
        return None


def untolerated_taint(
    taints: Iterable[Taint],
    tolerations: Collection[Toleration],
    considered: Callable[[Taint], bool] | None = None,
    *,
    comparison_operators: bool = False,
) -> Taint | None:
    """The first of the `considered` taints (all of them by default) that no toleration tolerates, or None.

    Source: staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go (FindMatchingUntoleratedTaint)
    """
    for taint in taints:
        if considered is not None and not considered(taint):
            continue
        if not any(tolerates(each, taint, comparison_operators=comparison_operators) for each in tolerations):
            return taint
    return None


def minimum_toleration_seconds(tolerations: Iterable[Toleration]) -> int | None:
    """For how many seconds a Pod stays on a Node whose NoExecute taints these `tolerations` tolerate.

    0 without tolerations; None is forever. Source: pkg/controller/tainteviction/taint_eviction.go
    (getMinTolerationTime)
    """
    bounds = [_FOREVER if toleration.seconds is None else toleration.seconds for toleration in tolerations]
    least = max(0, min(bounds, default=0))
    return None if least == _FOREVER else least
