"""Cases of the CronJob controller: one sync, against an API server that may answer with errors."""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, ConcurrencyPolicy, CronJob, JobOutcome, JobReference
from model.api.refusals import Refusal
from model.controllers.cronjob.history import cleanup_finished_jobs
from model.controllers.cronjob.progress import Progress
from model.controllers.cronjob.requests import (
    Answer,
    ApiServer,
    CreateJob,
    DeleteJob,
    GetJob,
    Request,
    Run,
    Write,
    run,
    undisturbed,
)
from model.controllers.cronjob.starting import job_name
from model.controllers.cronjob.sync import sync_cron_job
from tests.conformance.adapters.cronjob import milliseconds, now, shape_delay, shape_time
from tests.conformance.registry import Case, adapter


def cron_job(given: Case) -> CronJob:
    return CronJob(
        name="cron",
        uid="cron-uid",
        created=milliseconds(given["creation_time"]) or 0,
        deleting=given.get("deleting", False),
        schedule=given["schedule"],
        time_zone=given["time_zone"],
        suspend=given["suspend"],
        concurrency_policy=ConcurrencyPolicy(given["concurrency_policy"]),
        starting_deadline_seconds=given["starting_deadline_s"],
        successful_jobs_history_limit=given.get("successful_jobs_history_limit"),
        failed_jobs_history_limit=given.get("failed_jobs_history_limit"),
        last_schedule_time=milliseconds(given["last_schedule_time"]),
    )


def job(owner: CronJob, given: Case, finished: JobOutcome | None) -> ChildJob:
    """A Job; its uid is the time it was scheduled for."""
    return ChildJob(
        name=job_name(owner, milliseconds(given["scheduled_for"]) or 0),
        uid=given["scheduled_for"],
        controller=owner.uid,
        controller_name=owner.name,
        start_time=milliseconds(given["created"]),
        finished=finished,
        completion_time=milliseconds(given["completion_time"]),
    )


def with_active(owner: CronJob, jobs: Sequence[ChildJob]) -> CronJob:
    return replace(owner, active=tuple(JobReference(each.name, each.uid) for each in jobs))


def warnings(done: Run[Progress]) -> int:
    return sum(event.warning for event in done.events)


def deleted(done: Run[Progress], jobs: Sequence[ChildJob]) -> list[str]:
    """When the Jobs deleted were scheduled for."""
    names = {write.name for write in done.writes if isinstance(write, DeleteJob)}
    return sorted(each.uid for each in jobs if each.name in names)


def created_for(done: Run[Progress]) -> list[str]:
    """What the Jobs created were scheduled for, as their annotation says."""
    return [write.job.scheduled_timestamp for write in done.writes if isinstance(write, CreateJob)]


@adapter("cronjob_sync_jobs")
def sync_jobs(given: Case, expected: Case) -> Case:
    owner = cron_job(given)
    jobs = [job(owner, each, each["finished"] and JobOutcome(each["finished"])) for each in given["jobs"]]
    facts = list(zip(given["jobs"], jobs, strict=True))
    owner = with_active(owner, [each for fact, each in facts if fact["in_active_list"]])
    stored = [each for fact, each in facts if fact["exists"]]
    cached = [each for fact, each in facts if fact["exists"] and fact["visible_in_lister"]]
    synced = run(sync_cron_job(Progress(cron_job=owner), cached, now(given)), undisturbed(owner, stored))
    replaced = deleted(synced, stored)
    left = [each for each in stored if each.uid not in replaced]
    # In this order in the cases; the controller itself cleans up first.
    cleaned = run(cleanup_finished_jobs(synced.result, cached), undisturbed(owner, left))
    progress, after = cleaned.result, cleaned.result.cron_job
    scheduled = {each.name: each.uid for each in jobs}
    return {
        "created_for": created_for(synced),
        "replaced": replaced,
        "history_deleted": deleted(cleaned, left),
        "warning_events": warnings(synced) + warnings(cleaned),
        "status_changed": progress.update_status,
        "active": sorted(scheduled.get(each.name, "created") for each in after.active),
        "last_schedule_time": shape_time(after.last_schedule_time),
        "last_successful_time": shape_time(after.last_successful_time),
        "requeue_after_s": shape_delay(progress.requeue_after),
        "error": progress.error is not None,
    }


REFUSALS = {"alreadyexists": Refusal.ALREADY_EXISTS, "namespaceterminating": Refusal.NAMESPACE_TERMINATING}
"""Which errors of a creation the controller tells apart; by their names, in lower case."""


def refusal_of_creation(given: Case) -> Refusal | None:
    error = given.get("create_job_error")
    if not error:
        return None
    return REFUSALS.get(str(error).lower().replace(" ", "").replace("_", ""), Refusal.FORBIDDEN)


def with_errors(api_server: ApiServer, given: Case, existing: ChildJob | None) -> ApiServer:
    """As upstream's fake: a creation that is refused because the Job exists is answered by the only Job there is."""

    def answer(request: Request, earlier: Sequence[Write]) -> Answer:
        refusal = refusal_of_creation(given)
        if isinstance(request, CreateJob) and refusal is not None:
            return refusal
        if isinstance(request, GetJob | DeleteJob) and given.get("get_job_error"):
            return Refusal.FORBIDDEN
        if isinstance(request, GetJob) and existing is not None:
            return existing
        return api_server(request, earlier)

    return answer


@adapter("cronjob_sync")
def sync_one(given: Case, expected: Case) -> Case:
    owner = live = cron_job(given)
    fact = given["existing_job"]
    existing = fact and job(owner, fact, JobOutcome.COMPLETE if fact["finished"] else None)
    stored = [existing] if existing else []
    if existing and fact["in_active_list"]:
        owner = with_active(owner, stored)
    if existing and not fact["finished"]:
        # In upstream's tests the live status refers to a Job as long as it runs.
        live = with_active(owner, stored)
    cached = [existing] if existing and fact["visible_in_lister"] else []
    api_server = with_errors(undisturbed(live, stored), given, existing)
    done = run(sync_cron_job(Progress(cron_job=owner), cached, now(given)), api_server)
    progress = done.result
    answer = {
        "jobs_created": sum(isinstance(write, CreateJob) for write in done.writes),
        "jobs_deleted": sum(isinstance(write, DeleteJob) for write in done.writes),
        "warning_events": warnings(done),
        "status_changed": progress.update_status,
        "requeue_after_s": shape_delay(progress.requeue_after),
        "last_successful_time": shape_time(progress.to_write().last_successful_time),
    }
    return {key: answer[key] for key in expected}
