"""What the state keeps of a DaemonSet."""

import msgspec

from checker.state import Row
from model.api.daemon_sets import DaemonPodTemplate, DaemonSetUpdateStrategy


class DaemonSetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a DaemonSet never changes within a scenario."""

    name: str
    revisions: tuple[int, ...]
    """Its Pod templates, by their number in `Constants.templates`, in the order in which the user applies them."""
    template: DaemonPodTemplate = DaemonPodTemplate()
    """What each of them says about where its Pods run, as the user has written it."""
    update_strategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy.ROLLING_UPDATE
    max_unavailable: int | str | None = 1
    max_surge: int | str | None = 0


class DaemonSet(Row, frozen=True):
    """A DaemonSet as etcd has it, and what its controller remembers of it.

    Its constant part is ``constants.daemon_sets[slot]``. The status is not kept: only users read it.
    """

    template: int
    expects: bool = False
    """The controller has created or deleted Pods that its cache does not show yet: it leaves Pods alone until then."""
    unseen_writes: bool = False
    """The consistency store knows that the cache does not show a Pod that the controller has created."""
