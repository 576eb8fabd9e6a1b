"""Cases of the TTL-after-finished controller."""

from model.api.jobs import Job, JobCondition, JobStatus
from model.controllers.ttlafterfinished.sync import expire_time, needs_cleanup, time_left
from tests.conformance.adapters.pods import NOW
from tests.conformance.registry import Case, adapter


@adapter("job_ttl_time_left")
def left(given: Case, expected: Case) -> Case:
    finished = given["finished_condition"]
    at = given["finished_at_s"]
    condition = JobCondition(
        type=finished or "Suspended", status="True", last_transition_time=None if at is None else NOW + at
    )
    job = Job(
        ttl_seconds_after_finished=given["ttl_seconds_after_finished"],
        status=JobStatus(conditions=(condition,) if finished else ()),
    )
    expires = expire_time(job)
    return {
        "cleanup_applies": needs_cleanup(job),
        "time_left_s": time_left(job, NOW),
        "expires_at_s": None if expires is None else expires - NOW,
    }
