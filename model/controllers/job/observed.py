"""A Job and its Pods as the Job controller's rules take them, built from what the state keeps.

uids are made up: a Pod's is its place among the rows of its Job. Times are those of the active deadline alone: a Job
that has started did so at `NOW`.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from model.api import jobs, objects
from model.api.container_statuses import ContainerStatus
from model.api.jobs import JobCondition, JobConditionType, JobStatus
from model.api.objects import PodPhase
from model.cluster import Cluster
from model.controllers.job.conditions import new_condition
from model.controllers.job.sync import with_suspension
from model.rows.job import Job, JobSpec
from model.rows.pod import Container, Pod

NOW = 0
"""When every sync takes place that does not find the active deadline over."""
KILLED = 137
"""What a container exits with that did not end by itself, whichever signal ended it."""
_UID = "job"
_DISRUPTED = (objects.Condition(type="DisruptionTarget", status="True"),)

OwnPods = Sequence[tuple[int, Pod]]
"""The rows of a Job's Pods, with their slots; a Pod's uid is its place here."""


def own_pods(state: Cluster, job: int) -> OwnPods:
    """The rows of the Job's Pods, those whose objects are gone included."""
    return [(slot, pod) for slot, pod in state.pods.items() if pod.job == job]


def job_spec(state: Cluster, job: Job) -> JobSpec:
    """The constant part of a Job."""
    return state.constants.jobs[job.spec]


def api_job(state: Cluster, job: Job, own: OwnPods) -> jobs.Job:
    """The Job as etcd has it."""
    written = replace(job_spec(state, job).written, uid=_UID, suspend=job.suspended, deleting=job.deleting)
    status = JobStatus(
        succeeded=job.succeeded,
        failed=job.failed,
        completed_indexes=job.completed_indexes,
        failed_indexes=None if written.backoff_limit_per_index is None else job.failed_indexes,
        uncounted_succeeded=_uncounted(own, PodPhase.SUCCEEDED),
        uncounted_failed=_uncounted(own, PodPhase.FAILED),
        start_time=NOW if job.started or written.active_deadline_seconds is None else None,
        conditions=_conditions(written, job),
    )
    return replace(written, status=status)


def _uncounted(own: OwnPods, phase: PodPhase) -> tuple[str, ...]:
    return tuple(str(place) for place, (_, pod) in enumerate(own) if pod.uncounted is phase)


def _conditions(written: jobs.Job, job: Job) -> tuple[JobCondition, ...]:
    """The conditions in the status. Their messages, which nobody reads, are left out."""
    suspended = with_suspension(replace(written, suspend=True), NOW).conditions if job.said_suspended else ()
    found = (
        (JobConditionType.FAILURE_TARGET, job.failure_target),
        (JobConditionType.SUCCESS_CRITERIA_MET, job.success_criteria_met),
        (JobConditionType.FAILED, job.failure_target if job.has_failed else None),
        (JobConditionType.COMPLETE, job.success_criteria_met if job.complete else None),
    )
    return (*suspended, *(new_condition(type, reason, "", NOW) for type, reason in found if reason is not None))


def api_pods(
    state: Cluster, own: OwnPods, just_failed: Collection[str] = (), first_to_go: Collection[str] = ()
) -> list[objects.Pod]:
    """The Job's Pods that exist.

    Those with the uids `just_failed` are backed off from, others that failed did so long ago. Of Pods that are
    too many, those with the uids `first_to_go` go first: the others are known to be older.
    """
    return [
        replace(
            _api_pod(state, pod, str(place)),
            not_ready_since=NOW if str(place) in just_failed else None,
            created=NOW if first_to_go and str(place) not in first_to_go else None,
        )
        for place, (_, pod) in enumerate(own)
        if pod.exists
    ]


def _api_pod(state: Cluster, pod: Pod, uid: str) -> objects.Pod:
    return objects.Pod(
        name=uid,
        uid=uid,
        controller=_UID,
        node="" if pod.node is None else "bound",
        phase=pod.phase,
        ready=pod.ready,
        deleting=pod.deleting,
        conditions=_DISRUPTED if pod.disruption_target else (),
        containers=_container_statuses(state, pod),
        total_restarts=pod.restarts,
        tracking_finalizer=pod.finalizer,
        completion_index=pod.ordinal,
        index_failure_count=pod.index_failures,
    )


def _container_statuses(state: Cluster, pod: Pod) -> tuple[ContainerStatus, ...]:
    """How the containers of a Pod that Failed ended, where somebody tells exit codes apart."""
    template = state.constants.templates[pod.template]
    if pod.phase is not PodPhase.FAILED or not template.exit_codes:
        return ()
    return tuple(
        ContainerStatus(name=spec.name, exit_code=_exit_code(pod, pod.containers[position]))
        for position, spec in enumerate(template.containers)
        if not spec.init
    )


def _exit_code(pod: Pod, container: Container) -> int:
    if pod.disruption_target:
        return KILLED
    return 0 if container is Container.EXITED else pod.exit_code or KILLED
