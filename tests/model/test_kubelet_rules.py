"""What the kubelet's rules say where Kubernetes' own cases do not ask."""

import pytest

from model.api.container_statuses import ContainerState, ContainerStatus
from model.api.containers import Container, PodContainers, Probe, RestartAction, RestartRule
from model.api.objects import Condition, PodPhase
from model.node.kubelet_rules.conditions import INITIALIZED, initialized, ready_to_start_containers
from model.node.kubelet_rules.container_ready import with_probes
from model.node.kubelet_rules.grace_periods import KillReason, stop_timeout
from model.node.kubelet_rules.init_containers import init_container_actions
from model.node.kubelet_rules.phase import pod_phase
from model.node.kubelet_rules.pod_actions import Which, pod_actions
from model.node.kubelet_rules.probe_worker import (
    ProbedContainer,
    ProbedPod,
    ProbeOutcome,
    ProbeType,
    ProbeWorker,
    do_probe,
)
from model.node.kubelet_rules.runtime import ContainerRecord, PodRuntime, ProbeResult, RuntimeState, Sandbox
from model.node.kubelet_rules.sandboxes import needs_new_sandbox, sandbox_attempt
from model.rows.pod_template import RestartPolicy

SIDECAR = Container(name="sidecar", restart_policy=RestartPolicy.ALWAYS)
APP = Container(name="app")
RESTARTS_ALL = Container(
    name="restarts-all",
    restart_policy=RestartPolicy.NEVER,
    restart_rules=(RestartRule(action=RestartAction.RESTART_ALL_CONTAINERS, exit_codes=(42,)),),
)
RESTARTS = Container(
    name="restarts", restart_policy=RestartPolicy.NEVER, restart_rules=(RestartRule(exit_codes=(42,)),)
)
RUNNING = ContainerRecord(state=RuntimeState.RUNNING)
EXITED = ContainerRecord(state=RuntimeState.EXITED)


def test_a_sandbox_without_address_is_fine_on_the_host_network() -> None:
    assert needs_new_sandbox([Sandbox(has_ip=False)])
    assert not needs_new_sandbox([Sandbox(has_ip=False)], host_network=True)
    assert ready_to_start_containers(PodRuntime(sandboxes=(Sandbox(has_ip=False),))).status == "False"


def test_two_ready_sandboxes_make_way_for_a_third() -> None:
    sandboxes = [Sandbox(attempt=1), Sandbox(attempt=0)]
    assert needs_new_sandbox(sandboxes)
    assert sandbox_attempt(sandboxes) == 2


def test_an_older_sandbox_that_has_ended_does_not_matter() -> None:
    assert not needs_new_sandbox([Sandbox(attempt=1), Sandbox(ready=False)])


def test_a_sandbox_in_another_network_is_replaced() -> None:
    assert needs_new_sandbox([Sandbox(network_mode_changed=True)])


@pytest.mark.parametrize(("ready", "status"), [(True, "True"), (False, "False")])
def test_a_pod_is_ready_to_start_containers_once_it_has_a_sandbox(ready: bool, status: str) -> None:
    assert ready_to_start_containers(PodRuntime(sandboxes=(Sandbox(ready=ready),))).status == status


def test_a_pod_that_starts_over_in_place_stays_initialized() -> None:
    spec = PodContainers(init_containers=(Container(name="init"),), containers=(APP,))
    waiting = (ContainerStatus(name="init", state=ContainerState.WAITING),)
    before = (Condition(type=INITIALIZED, status="True"),)
    assert initialized(spec, waiting, PodPhase.PENDING, before) == before[0]
    assert initialized(spec, waiting, PodPhase.PENDING).message == "containers with incomplete status: [init]"


def test_a_static_pod_has_no_final_phase_while_its_policy_restarts_it() -> None:
    ended = (ContainerStatus(name="app", state=ContainerState.TERMINATED, exit_code=0),)
    spec = PodContainers(containers=(APP,))
    assert pod_phase(spec, ended, pod_is_terminal=True) is PodPhase.SUCCEEDED
    assert pod_phase(spec, ended, pod_is_terminal=True, static=True) is PodPhase.RUNNING


def test_ephemeral_containers_are_started_once() -> None:
    runtime = PodRuntime(sandboxes=(Sandbox(),), containers=(RUNNING,), ephemeral_containers=(EXITED, None))
    assert pod_actions(PodContainers(containers=(APP,)), runtime).ephemeral_containers_to_start == (1,)


def test_nothing_is_started_again_in_a_pod_that_is_being_deleted() -> None:
    runtime = PodRuntime(sandboxes=(Sandbox(),), containers=(EXITED,))
    spec = PodContainers(containers=(APP,))
    assert pod_actions(spec, runtime).containers_to_start == (0,)
    assert pod_actions(spec, runtime, deleting=True).containers_to_start == ()


def test_an_init_container_that_ran_out_of_memory_has_failed_whatever_its_exit_code() -> None:
    spec = PodContainers(init_containers=(Container(),), containers=(APP,), restart_policy=RestartPolicy.ON_FAILURE)
    killed = ContainerRecord(state=RuntimeState.EXITED, out_of_memory=True)
    assert init_container_actions(spec, PodRuntime(containers=(None,), init_containers=(killed,))).pod_fails
    done = init_container_actions(spec, PodRuntime(containers=(None,), init_containers=(EXITED,)))
    assert done.initialized


def test_a_sidecar_that_is_replaced_does_not_hold_the_next_one_up() -> None:
    changed = ContainerRecord(state=RuntimeState.RUNNING, spec_changed=True)
    runtime = PodRuntime(containers=(None,), init_containers=(changed, None))
    actions = init_container_actions(PodContainers(init_containers=(SIDECAR, SIDECAR), containers=(APP,)), runtime)
    assert actions.start == (0, 1)
    assert actions.kill == ((0, KillReason.SPEC_CHANGED),)


def test_what_asked_for_a_restart_of_all_containers_is_forgotten_last() -> None:
    spec = PodContainers(init_containers=(SIDECAR,), containers=(RESTARTS_ALL, RESTARTS_ALL, RESTARTS, APP))
    asking = ContainerRecord(state=RuntimeState.EXITED, exit_code=42)
    still_runs = ContainerRecord(state=RuntimeState.RUNNING, exit_code=42)
    records = (asking, still_runs, asking, EXITED)
    runtime = PodRuntime(sandboxes=(Sandbox(),), containers=records, init_containers=(RUNNING,))
    actions = pod_actions(spec, runtime, restart_all_containers=True)
    assert actions.containers_to_reset == (Which(1), Which(2), Which(3), Which(0, init=True), Which(0))
    assert actions.containers_to_start == ()


def test_containers_are_killed_for_a_reason() -> None:
    records = (
        ContainerRecord(state=RuntimeState.RUNNING, spec_changed=True, liveness=ProbeResult.FAILURE),
        ContainerRecord(state=RuntimeState.RUNNING, liveness=ProbeResult.FAILURE),
        ContainerRecord(state=RuntimeState.RUNNING, startup=ProbeResult.FAILURE),
        ContainerRecord(state=RuntimeState.UNKNOWN),
    )
    actions = pod_actions(PodContainers(containers=(APP,) * 4), PodRuntime(sandboxes=(Sandbox(),), containers=records))
    assert [reason for _, reason in actions.containers_to_kill] == [
        KillReason.SPEC_CHANGED,
        KillReason.LIVENESS_PROBE,
        KillReason.STARTUP_PROBE,
        KillReason.UNKNOWN_STATE,
    ]


@pytest.mark.parametrize(("grace_period", "waited", "timeout"), [(30, 0, 30), (30, 10, 20), (30, 29, 2), (0, 0, 2)])
def test_sigkill_comes_two_seconds_after_the_stop_signal_at_the_earliest(
    grace_period: int, waited: int, timeout: int
) -> None:
    assert stop_timeout(grace_period, waited) == timeout


def test_a_probe_that_cannot_be_run_counts_for_nothing() -> None:
    worker = ProbeWorker(probe_type=ProbeType.LIVENESS, probe=Probe(failure_threshold=2))
    once = probed(worker, ProbeOutcome.FAILURE)
    assert probed(once, ProbeOutcome.ERROR) == once
    assert probed(once, ProbeOutcome.FAILURE).result is ProbeResult.FAILURE


def probed(worker: ProbeWorker, outcome: ProbeOutcome) -> ProbeWorker:
    """The worker after one round on a container that has started."""
    return do_probe(worker, ProbedPod(), APP, ProbedContainer(id="c", started=True), outcome).worker


@pytest.mark.parametrize(
    ("probe_type", "spec", "result"),
    [
        (ProbeType.READINESS, APP, None),
        (ProbeType.STARTUP, APP, None),
        (ProbeType.STARTUP, SIDECAR, ProbeResult.SUCCESS),
    ],
)
def test_a_new_kubelet_believes_what_containers_were(
    probe_type: ProbeType, spec: Container, result: ProbeResult | None
) -> None:
    worker = ProbeWorker(probe_type=probe_type, probe=Probe(initial_delay_seconds=10))
    container = ProbedContainer(id="c", started=True, older_than_kubelet=True)
    assert do_probe(worker, ProbedPod(), spec, container, ProbeOutcome.FAILURE).worker.result is result


def test_the_worker_of_an_ended_container_goes_on_while_its_pod_starts_over() -> None:
    worker = ProbeWorker(probe_type=ProbeType.READINESS)
    ended = ProbedContainer(id="c", state=ContainerState.TERMINATED)
    never = ProbedPod(restart_policy=RestartPolicy.NEVER)
    over = ProbedPod(restart_policy=RestartPolicy.NEVER, restarts_all_containers=True)
    assert not do_probe(worker, never, APP, ended, ProbeOutcome.SUCCESS).goes_on
    assert do_probe(worker, over, APP, ended, ProbeOutcome.SUCCESS).goes_on


@pytest.mark.parametrize(
    ("pod_was_ready", "readiness", "ready"),
    [(True, None, True), (False, None, False), (True, ProbeResult.FAILURE, False), (False, ProbeResult.SUCCESS, True)],
)
def test_a_container_is_as_ready_after_a_kubelet_restart_as_its_pod_was(
    pod_was_ready: bool, readiness: ProbeResult | None, ready: bool
) -> None:
    status = with_probes(
        Container(readiness_probe=Probe()),
        ContainerStatus(state=ContainerState.RUNNING),
        readiness=readiness,
        older_than_kubelet=True,
        pod_was_ready=pod_was_ready,
    )
    assert status.ready is ready


def test_a_container_without_a_readiness_probe_is_ready_after_a_kubelet_restart() -> None:
    running = ContainerStatus(state=ContainerState.RUNNING)
    assert with_probes(Container(), running, older_than_kubelet=True).ready


def test_a_container_stays_started_over_a_kubelet_restart() -> None:
    spec = Container(startup_probe=Probe())
    assert with_probes(spec, ContainerStatus(state=ContainerState.RUNNING, started=True)).started
    assert not with_probes(spec, ContainerStatus(state=ContainerState.RUNNING)).started
