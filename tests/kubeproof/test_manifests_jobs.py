"""Jobs in manifests: what they say by default, and what Kubernetes refuses in them."""

import io
from typing import Any

import pytest
import yaml

from kubeproof.kinds.job import WorkloadJob
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build
from kubeproof.standard.catalog import STANDARD
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.jobs import CompletionMode, PodFailurePolicyAction, PodReplacementPolicy
from model.rows.pod_template import RestartPolicy

INDEXED: dict[str, Any] = {"completions": 3, "completionMode": "Indexed"}
ON_FAILURE = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}


def manifest(restart_policy: str = "Never", **spec: Any) -> str:
    pod = {"restartPolicy": restart_policy, "containers": [{"name": "main", "image": "main:1"}]}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work"}}
    return yaml.safe_dump({**job, "spec": {**spec, "template": {"spec": pod}}})


def workload(restart_policy: str = "Never", **spec: Any) -> Workload:
    [found] = workloads_of(load(["-"], io.StringIO(manifest(restart_policy, **spec))), 1)
    return found


def job(restart_policy: str = "Never", **spec: Any) -> WorkloadJob:
    [found] = workload(restart_policy, **spec).jobs
    return found


def mistakes(restart_policy: str = "Never", **spec: Any) -> list[str]:
    with pytest.raises(BadManifests) as bad:
        load(["-"], io.StringIO(manifest(restart_policy, **spec)))
    return [error.message for error in bad.value.errors]


def test_a_job_is_one_pod_with_six_retries_by_default() -> None:
    said = job().job

    assert (said.completions, said.parallelism, said.backoff_limit) == (1, 1, 6)
    assert (said.completion_mode, said.suspend) == (CompletionMode.NON_INDEXED, False)
    assert said.pod_replacement_policy is PodReplacementPolicy.TERMINATING_OR_FAILED


def test_with_parallelism_alone_the_pods_share_a_queue_and_are_counted_by_how_many_run_at_once() -> None:
    said = job("OnFailure", parallelism=3)

    assert (said.job.completions, said.replicas) == (None, 3)
    assert said.restart_policy is RestartPolicy.ON_FAILURE


def test_with_a_failure_policy_a_pod_is_replaced_only_when_it_has_failed() -> None:
    said = job(podFailurePolicy={"rules": [ON_FAILURE]})

    assert said.job.pod_replacement_policy is PodReplacementPolicy.FAILED
    assert [rule.action for rule in said.job.pod_failure_policy or ()] == [PodFailurePolicyAction.FAIL_JOB]
    assert said.template("v1").exit_codes == (42, 1)


def test_with_retries_for_each_index_the_job_itself_has_no_limit() -> None:
    said = job(**INDEXED, backoffLimitPerIndex=1, successPolicy={"rules": [{"succeededCount": 2}]}).job

    assert (said.backoff_limit, said.backoff_limit_per_index) == (2**31 - 1, 1)
    assert [rule.succeeded_count for rule in said.success_policy or ()] == [2]


@pytest.mark.parametrize("standard", [each for each in STANDARD if each.kind == "Job"], ids=lambda each: each.name)
def test_every_scenario_begins_with_a_job_that_has_no_pods_and_can_take_a_step(standard: Any) -> None:
    scenario = build(workload(), standard)

    [initial] = scenario.initial
    assert list(initial.pods) == []
    assert any(event.name == "job_controller_syncs(job=0)" for event, _ in scenario.transitions(initial))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"parallelism": -1}, "spec.parallelism: Invalid value: -1"),
        ({"backoffLimitPerIndex": 1}, "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"),
        ({"completionMode": "Indexed", "parallelism": 2}, "spec.completions: Required value"),
        ({**INDEXED, "maxFailedIndexes": 1}, "spec.backoffLimitPerIndex: Required value"),
        ({"podReplacementPolicy": "Never"}, 'spec.podReplacementPolicy: Unsupported value: "Never"'),
        ({"successPolicy": {"rules": [{"succeededCount": 1}]}}, "requires indexed completion mode"),
        ({"podFailurePolicy": {"rules": [{**ON_FAILURE, "action": "Retry"}]}}, "rules[0].action: Unsupported value"),
        (
            {"podFailurePolicy": {"rules": [ON_FAILURE]}, "podReplacementPolicy": "TerminatingOrFailed"},
            "spec.podReplacementPolicy: Unsupported value",
        ),
    ],
)
def test_a_mistake_is_named_in_the_words_of_the_api_server(spec: dict[str, Any], message: str) -> None:
    assert any(message in said for said in mistakes(**spec))


def test_a_failure_policy_goes_with_pods_that_are_never_restarted_only() -> None:
    [said] = mistakes("OnFailure", podFailurePolicy={"rules": [ON_FAILURE]})

    assert 'only "Never" is supported when podFailurePolicy is specified' in said


def test_a_job_that_somebody_else_manages_has_a_note() -> None:
    [note] = load(["-"], io.StringIO(manifest(managedBy="example.com/queue"))).notes

    assert "spec.managedBy is not modelled" in note.message
