"""How the containers of a Pod are, as its status says.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from collections.abc import Iterable
from enum import Enum

import msgspec


class ContainerState(Enum):
    """Which of the three fields of a container's ``state`` is set."""

    WAITING = "waiting"
    RUNNING = "running"
    TERMINATED = "terminated"


class ContainerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``status.containerStatuses`` or ``status.initContainerStatuses``."""

    name: str = ""
    exit_code: int | None = None
    """Of the container that terminated; None while it has not."""
    finished_at: int | None = None
    """When it terminated, in seconds; None while it has not, or if nobody recorded when."""
    restartable: bool = False
    """An init container with restartPolicy Always: a sidecar."""
    state: ContainerState | None = None
    """None if the status has no state, or if its reader only asks how the container ended."""
    last_exit_code: int | None = None
    """``lastState.terminated.exitCode``: of the run before this one; None if there was none."""
    termination_reason: str = ""
    """The reason that goes with `exit_code` or, while the container waits, with `last_exit_code`."""
    ready: bool = False
    started: bool | None = None
    """The container runs, and its startup probe, if it has one, has passed; None while nobody has said."""


def status_of(statuses: Iterable[ContainerStatus], name: str) -> ContainerStatus | None:
    """The status of the container of that name, or None."""
    return next((status for status in statuses if status.name == name), None)
