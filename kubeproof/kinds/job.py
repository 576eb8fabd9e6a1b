"""Jobs in front of the model."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member, pod_fields
from kubeproof.manifests.manifest import Manifest
from model.api import jobs
from model.api.jobs import (
    CompletionMode,
    ExitCodesOperator,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicyAction,
    PodFailurePolicyRule,
    PodReplacementPolicy,
    SuccessPolicyRule,
)
from model.control_plane.apiserver.defaults import default_job
from model.controllers.job.indexes import parse, text
from model.rows.job import JobSpec
from model.rows.pod_template import PodTemplate

OTHER_EXIT_CODE = 1
"""Stands for every exit code that a policy does not name; where it names this one, the next that it does not does."""


class WorkloadJob(Member, frozen=True, kw_only=True):
    """A Job as its manifest says it. Its size is the number of its completions, or else of its Pods at once."""

    job: jobs.Job

    def template(self, revision: str, *, works: bool = True) -> PodTemplate:
        """Its Pod template, with the exit codes that its policy tells apart."""
        return replace(super().template(revision, works=works), exit_codes=tuple(exit_codes(self.job)))


def read(manifest: Manifest, service: Manifest | None) -> WorkloadJob:
    """The Job in a manifest, with the API server's defaults."""
    spec = default_job(manifest.data)["spec"]
    fields = pod_fields(manifest, service)
    job = jobs.Job(
        name=manifest.name,
        parallelism=spec["parallelism"],
        completions=spec.get("completions"),
        completion_mode=CompletionMode(spec["completionMode"]),
        backoff_limit=spec["backoffLimit"],
        backoff_limit_per_index=spec.get("backoffLimitPerIndex"),
        max_failed_indexes=spec.get("maxFailedIndexes"),
        active_deadline_seconds=spec.get("activeDeadlineSeconds"),
        suspend=spec["suspend"],
        restart_policy=jobs.RestartPolicy(fields["restart_policy"].value),
        pod_replacement_policy=PodReplacementPolicy(spec["podReplacementPolicy"]),
        pod_failure_policy=_failure_rules(spec.get("podFailurePolicy")),
        success_policy=_success_rules(spec.get("successPolicy")),
        ttl_seconds_after_finished=spec.get("ttlSecondsAfterFinished"),
    )
    size = job.parallelism if job.completions is None else job.completions
    return WorkloadJob(**fields, replicas=size, job=job)


def _failure_rules(policy: Mapping[str, Any] | None) -> tuple[PodFailurePolicyRule, ...] | None:
    if policy is None:
        return None
    return tuple(
        PodFailurePolicyRule(
            action=PodFailurePolicyAction(rule["action"]),
            on_exit_codes=_on_exit_codes(rule.get("onExitCodes")),
            on_pod_conditions=tuple(
                OnPodCondition(type=each["type"], status=each["status"]) for each in rule.get("onPodConditions") or ()
            ),
        )
        for rule in policy.get("rules") or ()
    )


def _on_exit_codes(requirement: Mapping[str, Any] | None) -> OnExitCodes | None:
    if requirement is None:
        return None
    return OnExitCodes(
        operator=ExitCodesOperator(requirement["operator"]),
        values=tuple(requirement["values"]),
        container_name=requirement.get("containerName"),
    )


def _success_rules(policy: Mapping[str, Any] | None) -> tuple[SuccessPolicyRule, ...] | None:
    if policy is None:
        return None
    return tuple(
        SuccessPolicyRule(succeeded_indexes=rule.get("succeededIndexes"), succeeded_count=rule.get("succeededCount"))
        for rule in policy.get("rules") or ()
    )


def exit_codes(job: jobs.Job) -> Iterator[int]:
    """One exit code for each way to fail that the Job's podFailurePolicy tells apart; none if it looks at none."""
    named = {
        value for rule in job.pod_failure_policy or () if rule.on_exit_codes for value in rule.on_exit_codes.values
    }
    if named:
        yield from sorted(named)
        yield next(code for code in range(OTHER_EXIT_CODE, 256) if code not in named)


def smaller(workload: WorkloadJob, most: int) -> WorkloadJob:
    """The Job with `most` completions (or Pods, where it says nothing of completions), and no more at once."""
    job = workload.job
    completions = None if job.completions is None else most
    limited = replace(job, completions=completions, parallelism=min(job.parallelism, most))
    if job.max_failed_indexes is not None:
        limited = replace(limited, max_failed_indexes=min(job.max_failed_indexes, most))
    if job.success_policy is not None:
        limited = replace(limited, success_policy=tuple(_smaller_rule(rule, most) for rule in job.success_policy))
    return replace(workload, replicas=most, job=limited)


def _smaller_rule(rule: SuccessPolicyRule, most: int) -> SuccessPolicyRule:
    """The rule about no more indexes than there are; one about later ones alone asks for the last."""
    return replace(
        rule,
        succeeded_indexes=None if rule.succeeded_indexes is None else _first_indexes(rule.succeeded_indexes, most),
        succeeded_count=None if rule.succeeded_count is None else min(rule.succeeded_count, most),
    )


def _first_indexes(written: str, most: int) -> str:
    return text(parse(written, most)) or str(most - 1)


def spec(workload: WorkloadJob, templates: list[PodTemplate], revisions: int) -> JobSpec:
    """The Job's constant part."""
    templates.extend(workload.template(f"v{number + 1}") for number in range(revisions))
    return JobSpec(name=workload.name, template=len(templates) - revisions, written=workload.job)


def proportions(workload: WorkloadJob) -> str:
    """What parallelism has become, and what stays as it is written."""
    limit = workload.job.backoff_limit_per_index
    name, written = ("backoffLimit", workload.job.backoff_limit) if limit is None else ("backoffLimitPerIndex", limit)
    return f" (parallelism {workload.job.parallelism}, {name} {written})"


JOB = Kind(
    name="Job", field="jobs", counted="Pods to complete", read=read, smaller=smaller, spec=spec, proportions=proportions
)
