"""Which Pods the DaemonSet's controller takes for its own.

Source: pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Callable, Mapping, Sequence

from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.controllers.claims import Claim, claim

Selects = Callable[[Mapping[str, str]], bool]
"""Whether the DaemonSet's selector matches these labels."""


def claim_pods(daemon_set: DaemonSet, pods: Sequence[Pod], selects: Selects, *, can_adopt: bool = True) -> Claim:
    """Claim what is the DaemonSet's among `pods`, terminating and finished ones included.

    `can_adopt` is what a live read of the DaemonSet says: the same uid is there and not being deleted.

    Source: pkg/controller/daemon/daemon_controller.go (getDaemonPods)
    """
    return claim(daemon_set, pods, lambda pod: selects(pod.labels), can_adopt=can_adopt)
