"""Cases about the workers that run the probes of containers."""

from model.api.container_statuses import ContainerState
from model.api.containers import Container, Probe
from model.api.objects import PodPhase
from model.node.kubelet_rules.probe_worker import (
    INITIAL_RESULT,
    ProbedContainer,
    ProbedPod,
    ProbeOutcome,
    ProbeType,
    ProbeWorker,
    do_probe,
)
from model.node.kubelet_rules.runtime import ProbeResult
from model.rows.pod_template import RestartPolicy
from tests.conformance.registry import Case, adapter


def probed_container(given: Case) -> ProbedContainer | None:
    """The container's status; None where the case says that there is none."""
    if given["container_state"] in (None, "absent"):
        return None
    return ProbedContainer(
        id="c",
        state=ContainerState(given["container_state"]),
        started=given["container_started"],
        exit_code=given.get("exit_code", 0),
        running_for=given["container_running_for_s"],
    )


@adapter("kubelet_probe_step", "kubelet_probe_worker_step")
def probe_step(given: Case, expected: Case) -> Case:
    probe = Probe(initial_delay_seconds=given["initial_delay_s"], success_threshold=1, failure_threshold=1)
    policy = "Always" if given.get("sidecar") else given.get("container_restart_policy")
    after = do_probe(
        ProbeWorker(probe_type=ProbeType(given["probe_type"]), probe=probe),
        ProbedPod(
            phase=PodPhase(given["pod_phase"]) if given["pod_phase"] else None,
            deleting=given["pod_deleting"],
            restart_policy=RestartPolicy(given.get("restart_policy", "Never")),
        ),
        Container(restart_policy=RestartPolicy(policy) if policy else None),
        probed_container(given),
        ProbeOutcome(given.get("outcome", "Success")),
    )
    result = after.worker.result
    return {"continue": after.goes_on, "result": result.value if result else None}


@adapter("kubelet_probe_sequence")
def probe_sequence(given: Case, expected: Case) -> Case:
    probe_type = ProbeType(given["probe_type"])
    before = given["cached_result_before"]
    worker = ProbeWorker(
        probe_type=probe_type,
        probe=Probe(
            initial_delay_seconds=given["initial_delay_s"],
            success_threshold=given["success_threshold"],
            failure_threshold=given["failure_threshold"],
        ),
        container_id="0",
        result=ProbeResult(before) if before else INITIAL_RESULT[probe_type],
    )
    containers, started, answers = 0, given["container_started"], []
    for step, asked in zip(given["steps"], expected["steps"], strict=True):
        containers += step["new_container_before"]
        started = started if step["set_started_before"] is None else step["set_started_before"]
        seen = ProbedContainer(id=str(containers), started=started, running_for=step["container_running_for_s"])
        worker, _ = do_probe(worker, ProbedPod(), Container(), seen, ProbeOutcome(step["outcome"]))
        answers.append(answer(worker, asked))
    return {"steps": answers}


def answer(worker: ProbeWorker, asked: Case) -> Case:
    """What the worker holds, of which the case asks for what is not null."""
    fields = {
        "result": worker.result.value if worker.result else None,
        "on_hold": worker.on_hold,
        "result_run": worker.result_run,
    }
    return {key: None if value is None else fields[key] for key, value in asked.items()}
