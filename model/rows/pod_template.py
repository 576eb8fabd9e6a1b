"""Pod templates: constant tables that the state points into."""

from enum import Enum

import msgspec

from model.control_plane.scheduler import filters


class RestartPolicy(Enum):
    """Which of a Pod's containers the kubelet starts again when they end (``spec.restartPolicy``)."""

    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"


class ContainerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a Pod template says about one container, as far as it matters here."""

    name: str
    init: bool = False
    """It runs to completion before the next one starts."""
    readiness_probe: bool = False
    startup_probe: bool = False
    pre_stop: bool = False
    """A preStop hook runs before SIGTERM."""
    receives_traffic: bool = False
    """The Service's target port is this container's."""

    @property
    def answers_matter(self) -> bool:
        """Somebody can tell whether the process behind this container answers: a probe, or a request."""
        return self.readiness_probe or self.startup_probe or self.receives_traffic


class PodTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a Pod template."""

    name: str
    containers: tuple[ContainerSpec, ...]
    """Init containers first, in the order in which they start."""
    spec: filters.PodSpec = filters.PodSpec()
    selected: bool = True
    """The Service's selector matches its labels."""
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    min_ready_seconds: int = 0
    """How long a Pod must have been ready to count as available; a field of the workload, not of its template."""
    claims: tuple[str, ...] = ()
    """The PersistentVolumeClaims that its Pods mount, all of them the same ones."""
    exit_codes: tuple[int, ...] = ()
    """What its containers may fail with, where a Job's podFailurePolicy tells exit codes apart."""
    unspecified: tuple[str, ...] = ()
    """Of cpu and memory, what some container does not request: a quota that limits it refuses its Pods."""
    works: bool = True
    """Its processes come to answer. A revision that does not is what gets a rollout stuck."""
