"""StatefulSet: Pods with an identity that stays.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
"""

from collections.abc import Mapping
from enum import Enum

import msgspec

from model.api.persistent_volume_claims import PersistentVolumeClaim


class PodManagementPolicy(Enum):
    """Whether Pods are created and scaled down one after the other (``spec.podManagementPolicy``)."""

    ORDERED_READY = "OrderedReady"
    PARALLEL = "Parallel"


class UpdateStrategy(Enum):
    """Who replaces the Pods of an old revision (``spec.updateStrategy.type``)."""

    ROLLING_UPDATE = "RollingUpdate"
    ON_DELETE = "OnDelete"


class RetentionPolicy(Enum):
    """What becomes of a PersistentVolumeClaim whose Pod or StatefulSet goes."""

    RETAIN = "Retain"
    DELETE = "Delete"


class StatefulSet(msgspec.Struct, frozen=True, kw_only=True):
    """A StatefulSet. `template` is any value that compares equal for equal Pod templates."""

    name: str
    uid: str = ""
    deleting: bool = False
    """``metadata.deletionTimestamp`` is set."""
    generation: int = 1
    template: object = None
    template_labels: Mapping[str, str] = {}
    match_labels: Mapping[str, str] = {}
    """``spec.selector.matchLabels``, which its claims get."""
    replicas: int = 1
    start_ordinal: int = 0
    service_name: str = ""
    pod_management_policy: PodManagementPolicy = PodManagementPolicy.ORDERED_READY
    update_strategy: UpdateStrategy = UpdateStrategy.ROLLING_UPDATE
    partition: int | None = 0
    """``spec.updateStrategy.rollingUpdate.partition``; None if there is no ``rollingUpdate`` block."""
    max_unavailable: int | str | None = None
    """``spec.updateStrategy.rollingUpdate.maxUnavailable``: a number or a percentage (``"25%"``); None is 1."""
    min_ready_seconds: int = 0
    revision_history_limit: int = 10
    volume_claim_templates: tuple[PersistentVolumeClaim, ...] = ()
    when_scaled: RetentionPolicy = RetentionPolicy.RETAIN
    when_deleted: RetentionPolicy = RetentionPolicy.RETAIN
    observed_generation: int = 0
    status_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    current_revision: str = ""
    """Name of the ControllerRevision that the Pods are updated from."""
    update_revision: str = ""
    """Name of the ControllerRevision that the Pods are updated to."""
    collision_count: int = 0
