"""Why the scheduler does not place a Pod on a Node.

Source: staging/src/k8s.io/kube-scheduler/framework/interface.go (Status)
"""

from enum import Enum

import msgspec


class Code(Enum):
    """Whether evicting other Pods from the Node could help."""

    UNSCHEDULABLE = "Unschedulable"
    UNSCHEDULABLE_AND_UNRESOLVABLE = "UnschedulableAndUnresolvable"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A filter's answer that a Pod cannot run on a Node; `plugin` is the filter's name."""

    plugin: str
    code: Code = Code.UNSCHEDULABLE_AND_UNRESOLVABLE
    reasons: tuple[str, ...]
