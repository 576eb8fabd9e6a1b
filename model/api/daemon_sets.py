"""DaemonSet: one Pod on every Node that can run it.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/
"""

from collections.abc import Mapping
from enum import Enum

import msgspec

from model.api.node_affinity import NodeSelectorTerms
from model.api.taints import Toleration


class DaemonSetUpdateStrategy(Enum):
    """Who replaces the Pods of an old revision (``spec.updateStrategy.type``)."""

    ROLLING_UPDATE = "RollingUpdate"
    ON_DELETE = "OnDelete"


class DaemonPodTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """The Pod template of a DaemonSet: what decides where its Pods run, and everything else in `contents`."""

    labels: Mapping[str, str] = {}
    node_name: str = ""
    node_selector: Mapping[str, str] = {}
    required_terms: NodeSelectorTerms | None = None
    """``affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution``; None if it is not set."""
    tolerations: tuple[Toleration, ...] = ()
    host_network: bool = False
    contents: object = None
    """The rest of the template: any value that compares equal for equal Pods."""


class DaemonSet(msgspec.Struct, frozen=True, kw_only=True):
    """A DaemonSet. `max_surge` and `max_unavailable` are numbers or percentages (``"25%"``); None is 0.

    Without ``spec.updateStrategy.rollingUpdate`` both are None.
    """

    name: str = ""
    uid: str = ""
    deleting: bool = False
    """``metadata.deletionTimestamp`` is set."""
    generation: int = 1
    template: DaemonPodTemplate = DaemonPodTemplate()
    template_generation: int | None = None
    """Annotation ``deprecated.daemonset.template.generation``."""
    update_strategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy.ROLLING_UPDATE
    max_unavailable: int | str | None = 1
    max_surge: int | str | None = 0
    min_ready_seconds: int = 0
    revision_history_limit: int = 10
    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_misscheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    collision_count: int = 0
    """``status.collisionCount``: names of ControllerRevisions that were taken."""
