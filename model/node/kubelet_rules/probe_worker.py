"""One probe of one container: when it is run, and when what it finds out counts.

Source: pkg/kubelet/prober/worker.go, pkg/kubelet/prober/prober.go
"""

from enum import Enum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from model.api.container_statuses import ContainerState
from model.api.containers import Container, Probe, is_sidecar
from model.api.objects import PodPhase
from model.node.kubelet_rules.restart_rules import restarts_after_exit
from model.node.kubelet_rules.runtime import ProbeResult
from model.rows.pod_template import RestartPolicy


class ProbeType(Enum):
    """What a probe is for."""

    STARTUP = "startup"
    LIVENESS = "liveness"
    READINESS = "readiness"


class ProbeOutcome(Enum):
    """What one run of a probe finds."""

    SUCCESS = "Success"
    WARNING = "Warning"
    FAILURE = "Failure"
    UNKNOWN = "Unknown"
    ERROR = "Error"
    """The probe could not be run, even when tried again."""


INITIAL_RESULT = {
    ProbeType.STARTUP: ProbeResult.UNKNOWN,
    ProbeType.LIVENESS: ProbeResult.SUCCESS,
    ProbeType.READINESS: ProbeResult.FAILURE,
}
"""What is held about a container before its probe was run."""


class ProbedPod(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe worker knows about the Pod."""

    phase: PodPhase | None = PodPhase.RUNNING
    """None: the kubelet has no status of it, because it is new or already gone."""
    deleting: bool = False
    """It has a deletion timestamp."""
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    restarts_all_containers: bool = False
    """A container's exit asked for the whole Pod to start over in place."""


class ProbedContainer(msgspec.Struct, frozen=True, kw_only=True):
    """The container's status, as the kubelet last computed it."""

    id: str
    state: ContainerState = ContainerState.RUNNING
    started: bool = False
    """Its startup probe has passed, or it has none."""
    exit_code: int = 0
    """Of one that terminated."""
    running_for: int = 0
    """Whole seconds since it was started."""
    older_than_kubelet: bool = False
    """It was started more than ten seconds before the kubelet itself."""


class ProbeWorker(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker remembers between two runs of its probe."""

    probe_type: ProbeType
    probe: Probe = Probe()
    container_id: str | None = None
    """The container that was last looked at."""
    result: ProbeResult | None = None
    """What the kubelet holds about that container; None: nothing."""
    on_hold: bool = False
    """Not run again before there is a new container."""
    last_result: ProbeResult | None = None
    """What the last run found."""
    result_run: int = 0
    """How many runs in a row found that."""


class AfterProbe(NamedTuple):
    """The worker after one round."""

    worker: ProbeWorker
    goes_on: bool
    """False: there is nothing more to probe, ever."""


def do_probe(
    worker: ProbeWorker,
    pod: ProbedPod,
    spec: Container,
    container: ProbedContainer | None,
    outcome: ProbeOutcome,
) -> AfterProbe:
    """One round of a worker. `container` None: it was not created yet. `outcome` is what the probe would find.

    Source: pkg/kubelet/prober/worker.go (doProbe)
    """
    if pod.phase in (PodPhase.FAILED, PodPhase.SUCCEEDED):
        return AfterProbe(worker, goes_on=False)
    if pod.phase is None or container is None:
        return AfterProbe(worker, goes_on=True)
    if container.id != worker.container_id:
        worker = _with_new_container(worker, spec, container)
    if worker.on_hold:
        return AfterProbe(worker, goes_on=True)
    if container.state is not ContainerState.RUNNING:
        return AfterProbe(replace(worker, result=ProbeResult.FAILURE), _comes_back(pod, spec, container))
    if pod.deleting and worker.probe_type is not ProbeType.READINESS:
        return AfterProbe(replace(worker, result=ProbeResult.SUCCESS), goes_on=False)
    if not _is_due(worker, container) or outcome is ProbeOutcome.ERROR:
        return AfterProbe(worker, goes_on=True)
    return AfterProbe(_with_outcome(worker, outcome), goes_on=True)


def _with_new_container(worker: ProbeWorker, spec: Container, container: ProbedContainer) -> ProbeWorker:
    """Nothing is held about a container that ran before the kubelet: it must not become unready by that alone.

    Of a sidecar that had started by then, the startup probe counts as passed.
    """
    result: ProbeResult | None = INITIAL_RESULT[worker.probe_type]
    if container.older_than_kubelet and container.state is ContainerState.RUNNING:
        passed = worker.probe_type is ProbeType.STARTUP and is_sidecar(spec) and container.started
        result = ProbeResult.SUCCESS if passed else None
    return replace(worker, container_id=container.id, result=result, on_hold=False)


def _comes_back(pod: ProbedPod, spec: Container, container: ProbedContainer) -> bool:
    """A container that does not run will, or will again."""
    if container.state is not ContainerState.TERMINATED or pod.restarts_all_containers:
        return True
    return restarts_after_exit(spec, pod.restart_policy, container.exit_code)


def _is_due(worker: ProbeWorker, container: ProbedContainer) -> bool:
    """The startup probe is run until the container has started, the others from then on."""
    if container.running_for < worker.probe.initial_delay_seconds:
        return False
    return container.started != (worker.probe_type is ProbeType.STARTUP)


def _with_outcome(worker: ProbeWorker, outcome: ProbeOutcome) -> ProbeWorker:
    """The result changes once enough runs in a row agree; a container to be killed is then left alone."""
    passed = outcome in (ProbeOutcome.SUCCESS, ProbeOutcome.WARNING)
    result = ProbeResult.SUCCESS if passed else ProbeResult.FAILURE
    run = worker.result_run + 1 if worker.last_result is result else 1
    worker = replace(worker, last_result=result, result_run=run)
    if run < (worker.probe.success_threshold if passed else worker.probe.failure_threshold):
        return worker
    worker = replace(worker, result=result)
    if worker.probe_type is ProbeType.STARTUP or (worker.probe_type is ProbeType.LIVENESS and not passed):
        return replace(worker, on_hold=True, result_run=0)
    return worker
