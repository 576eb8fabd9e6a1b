"""What a DaemonSet's controller says about its Pods.

Source: pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Sequence

import msgspec

from model.api.daemon_sets import DaemonSet
from model.api.pods import available, ready
from model.control_plane.scheduler.filters import Node
from model.controllers.daemonset.daemon_pods import PodsByNode, is_updated, seniority
from model.controllers.daemonset.should_run import node_should_run_daemon_pod


class DaemonSetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` of a DaemonSet, collisions of names left out. All but the last are numbers of Nodes."""

    desired_number_scheduled: int
    current_number_scheduled: int
    number_misscheduled: int
    number_ready: int
    updated_number_scheduled: int
    number_available: int
    number_unavailable: int
    observed_generation: int


def status_of(daemon_set: DaemonSet) -> DaemonSetStatus:
    """The status that the DaemonSet carries."""
    return DaemonSetStatus(**{field: getattr(daemon_set, field) for field in DaemonSetStatus.__struct_fields__})


def calculate_status(
    daemon_set: DaemonSet,
    nodes: Sequence[Node],
    pods: PodsByNode,
    hash_value: str,
    now: int,
    *,
    raise_observed_generation: bool = True,
) -> DaemonSetStatus:
    """The status to report at `now` (seconds). Of several Pods on a Node only the most senior one counts.

    The observed generation stays as it is if the controller did not act upon the spec.
    Source: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus)
    """
    runs = [(node.name, node_should_run_daemon_pod(node, daemon_set.template).run) for node in nodes]
    scheduled = [pods[name] for name, run in runs if run and pods.get(name)]
    seniors = [min(on_node, key=seniority) for on_node in scheduled]
    desired = sum(1 for _, run in runs if run)
    number_available = sum(1 for pod in seniors if available(pod, daemon_set.min_ready_seconds, now))
    generation = daemon_set.template_generation
    return DaemonSetStatus(
        desired_number_scheduled=desired,
        current_number_scheduled=len(seniors),
        number_misscheduled=sum(1 for name, run in runs if not run and pods.get(name)),
        number_ready=sum(1 for pod in seniors if ready(pod)),
        updated_number_scheduled=sum(1 for pod in seniors if is_updated(pod, hash_value, generation)),
        number_available=number_available,
        number_unavailable=desired - number_available,
        observed_generation=daemon_set.generation if raise_observed_generation else daemon_set.observed_generation,
    )


def status_to_write(daemon_set: DaemonSet, calculated: DaemonSetStatus) -> DaemonSetStatus | None:
    """The status if a number changed or the generation was not observed before; None: nothing is written.

    As long as the controller must not raise the observed generation, a status that says nothing new is written, too.
    Source: pkg/controller/daemon/daemon_controller.go (storeDaemonSetStatus)
    """
    written = status_of(daemon_set)
    same_numbers = msgspec.structs.replace(calculated, observed_generation=written.observed_generation) == written
    return None if same_numbers and daemon_set.observed_generation >= daemon_set.generation else calculated


def status_check(daemon_set: DaemonSet, calculated: DaemonSetStatus) -> int | None:
    """Seconds until the DaemonSet is synced again for a ready Pod to become available, or None.

    Source: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus)
    """
    waiting = calculated.number_ready != calculated.number_available
    return daemon_set.min_ready_seconds if daemon_set.min_ready_seconds > 0 and waiting else None
