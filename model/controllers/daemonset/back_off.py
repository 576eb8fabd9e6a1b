"""How long a DaemonSet's failed Pod stays before it is replaced, when Pods fail again and again on one Node.

Source: pkg/controller/daemon/daemon_controller.go, staging/src/k8s.io/client-go/util/flowcontrol/backoff.go,
cmd/kube-controller-manager/app/apps.go
"""

from collections.abc import Mapping

import msgspec

from model.api.daemon_sets import DaemonSet

INITIAL = 1
"""Seconds for which the first failed Pod's successor stays, should it fail."""

MAXIMUM = 15 * 60
"""Seconds beyond which the delay grows no more; after twice as long without a failure it begins anew."""


class BackOff(msgspec.Struct, frozen=True):
    """The delay of one DaemonSet on one Node, in seconds, and when it was set; unset before the first failure."""

    delay: int = 0
    since: int | None = None

    def expired(self, now: int) -> bool:
        """Whether the last failure is so long ago that it does not count."""
        return self.since is None or now - self.since > 2 * MAXIMUM

    def pending(self, now: int) -> bool:
        """Whether a failed Pod has to stay for now.

        Source: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go (IsInBackOffSinceUpdate)
        """
        return self.since is not None and not self.expired(now) and now - self.since < self.delay

    def next(self, now: int) -> "BackOff":
        """A failed Pod is deleted: twice the delay, up to the maximum, or the first one.

        Source: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go (Next)
        """
        return BackOff(INITIAL if self.expired(now) else min(2 * self.delay, MAXIMUM), now)


Key = tuple[str, int, str]
"""A DaemonSet's uid, the generation that its controller last observed, and a Node's name."""

BackOffs = Mapping[Key, BackOff]


def back_off_key(daemon_set: DaemonSet, node: str) -> Key:
    """Under which key the delay is kept: a new generation begins with none.

    Source: pkg/controller/daemon/daemon_controller.go (failedPodsBackoffKey)
    """
    return daemon_set.uid, daemon_set.observed_generation, node
