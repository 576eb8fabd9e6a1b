"""What the container runtime tells the kubelet about a Pod, and what probes have found out about its containers.

Source: pkg/kubelet/container/runtime.go (PodStatus, Status), pkg/kubelet/prober/results/results_manager.go
"""

from enum import Enum

import msgspec


class RuntimeState(Enum):
    """The state of a container in the runtime."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"
    UNKNOWN = "unknown"


class ProbeResult(Enum):
    """What the kubelet holds about a container once enough probes agreed."""

    UNKNOWN = "Unknown"
    SUCCESS = "Success"
    FAILURE = "Failure"


class ContainerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The newest container of a name in the runtime."""

    state: RuntimeState
    exit_code: int = 0
    """Of one that exited."""
    out_of_memory: bool = False
    """It was killed for using too much memory."""
    spec_changed: bool = False
    """The Pod's spec says something else than what it was started with."""
    liveness: ProbeResult | None = None
    """None: nothing is held about this container."""
    startup: ProbeResult | None = None

    @property
    def runs(self) -> bool:
        """Its process runs, as far as the runtime knows."""
        return self.state is RuntimeState.RUNNING

    @property
    def succeeded(self) -> bool:
        """It has done its work."""
        return self.state is RuntimeState.EXITED and self.exit_code == 0


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """What the containers of a Pod share in the runtime: its network above all."""

    ready: bool = True
    has_ip: bool = True
    attempt: int = 0
    """How many sandboxes the Pod had before this one."""
    network_mode_changed: bool = False
    """The Pod's spec asks for another network namespace than the sandbox has."""


class PodRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """All that the runtime holds for one Pod. Containers stand where they stand in the spec; None: no record."""

    sandboxes: tuple[Sandbox, ...] = ()
    """The newest first."""
    containers: tuple[ContainerRecord | None, ...] = ()
    init_containers: tuple[ContainerRecord | None, ...] = ()
    ephemeral_containers: tuple[ContainerRecord | None, ...] = ()

    @property
    def has_records(self) -> bool:
        """Some container of the Pod was created and is remembered."""
        return any((*self.containers, *self.init_containers, *self.ephemeral_containers))
