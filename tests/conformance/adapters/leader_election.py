"""Cases about leader election: several candidates and one Lease."""

from model.control_plane.leader_election import (
    Attempt,
    Candidate,
    Lease,
    release,
    try_acquire_or_renew,
)
from tests.conformance.registry import Case, adapter

OPERATIONS = {"try": try_acquire_or_renew, "release": release}


def shape_step(attempt: Attempt) -> Case:
    lease = attempt.lease
    record = None if lease is None else lease.record
    return {
        "ok": attempt.succeeded,
        "holder": record and record.holder,
        "renew_s": record and record.renew_time,
        "acquire_s": record and record.acquire_time,
        "transitions": record and record.transitions,
        "recorded_lease_duration_s": record and record.lease_duration,
    }


@adapter("leaderelection_acquire_or_renew")
def elections(given: Case, expected: Case) -> Case:
    candidates: dict[str, Candidate] = {}
    lease: Lease | None = None
    steps = []
    for step in given["steps"]:
        name = step["candidate"]
        candidate = candidates.get(name) or Candidate(identity=name, lease_duration=given["lease_duration_s"])
        attempt = OPERATIONS[step["op"]](candidate, lease, step["at_s"])
        candidates[name], lease = attempt.candidate, attempt.lease
        steps.append(shape_step(attempt))
    return {"steps": steps}
