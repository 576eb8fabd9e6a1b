"""What the state keeps of a StatefulSet."""

import msgspec

from checker.state import Row
from model.api.stateful_sets import PodManagementPolicy, RetentionPolicy, UpdateStrategy


class StatefulSetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What of a StatefulSet never changes within a scenario."""

    name: str
    replicas: int
    """How many Pods it begins with."""
    revisions: tuple[int, ...]
    """Its Pod templates, by their number in `Constants.templates`, in the order in which the user applies them."""
    pod_management_policy: PodManagementPolicy = PodManagementPolicy.ORDERED_READY
    update_strategy: UpdateStrategy = UpdateStrategy.ROLLING_UPDATE
    partition: int | None = 0
    """None if there is no ``rollingUpdate`` block."""
    max_unavailable: int | str | None = None
    """What counts only with the feature gate MaxUnavailableStatefulSet."""
    start_ordinal: int = 0
    claims: bool = False
    """Its Pods have PersistentVolumeClaims of their own."""
    when_scaled: RetentionPolicy = RetentionPolicy.RETAIN
    when_deleted: RetentionPolicy = RetentionPolicy.RETAIN

    def ordinals(self, replicas: int) -> range:
        """The ordinals of so many Pods."""
        return range(self.start_ordinal, self.start_ordinal + replicas)

    @property
    def goes_by_current_replicas(self) -> bool:
        """The status says which revision a Pod gets: there is a rolling update without a ``rollingUpdate`` block."""
        return self.partition is None and self.update_strategy is UpdateStrategy.ROLLING_UPDATE


class StatefulSet(Row, frozen=True):
    """A StatefulSet: its spec, and of its status what its controller reads again.

    Its constant part is ``constants.stateful_sets[slot]``.
    """

    template: int
    replicas: int
    current_revision: int
    """The template that its Pods are updated from (``status.currentRevision``)."""
    current_replicas: int = 0
    """``status.currentReplicas``, where something hangs on it (`goes_by_current_replicas`); 0 otherwise."""
