"""What one sync of the CronJob controller asks of the API server.

The steps of a sync are generators: every ``yield`` is one API call, in order, whose answer is sent in, or an event
that is recorded.
"""

from collections.abc import Callable, Generator, Sequence
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, CronJob
from model.api.refusals import Refusal


class GetCronJob(msgspec.Struct, frozen=True):
    """GET of the CronJob itself; the answer is the CronJob."""


class GetJob(msgspec.Struct, frozen=True):
    """GET of a Job; the answer is the Job."""

    name: str


class CreateJob(msgspec.Struct, frozen=True):
    """POST of a Job; the answer is the Job with the uid that it got."""

    job: ChildJob


class DeleteJob(msgspec.Struct, frozen=True):
    """DELETE of a Job by name, without any precondition; its Pods are deleted in the background."""

    name: str


class UpdateCronJobStatus(msgspec.Struct, frozen=True):
    """PUT of a CronJob's status."""

    cron_job: CronJob


class Event(Enum):
    """An event that the controller records about the CronJob, by its reason."""

    FAILED_CREATE = "FailedCreate"
    FAILED_DELETE = "FailedDelete"
    FAILED_GET = "FailedGet"
    INVALID_SCHEDULE = "InvalidSchedule"
    JOB_ALREADY_ACTIVE = "JobAlreadyActive"
    MISSING_JOB = "MissingJob"
    MISS_SCHEDULE = "MissSchedule"
    SAW_COMPLETED_JOB = "SawCompletedJob"
    SUCCESSFUL_CREATE = "SuccessfulCreate"
    SUCCESSFUL_DELETE = "SuccessfulDelete"
    TOO_MANY_MISSED_TIMES = "TooManyMissedTimes"
    UNEXPECTED_JOB = "UnexpectedJob"
    UNKNOWN_TIME_ZONE = "UnknownTimeZone"
    UNPARSEABLE_SCHEDULE = "UnparseableSchedule"
    UNSUPPORTED_SCHEDULE = "UnsupportedSchedule"

    @property
    def warning(self) -> bool:
        """Whether its type is Warning, not Normal."""
        return self not in _NORMAL_EVENTS


_NORMAL_EVENTS = (
    Event.JOB_ALREADY_ACTIVE,
    Event.MISSING_JOB,
    Event.SAW_COMPLETED_JOB,
    Event.SUCCESSFUL_CREATE,
    Event.SUCCESSFUL_DELETE,
)

Write: TypeAlias = CreateJob | DeleteJob | UpdateCronJobStatus
Request: TypeAlias = GetCronJob | GetJob | Write
Answer: TypeAlias = CronJob | ChildJob | Refusal | None
ApiServer: TypeAlias = Callable[[Request, Sequence[Write]], Answer]
"""Answers a request, given the accepted writes of the same sync before it."""
Result = TypeVar("Result")
Steps: TypeAlias = Generator[Request | Event, Answer, Result]
"""A part of a sync: yields requests and events, and returns its result."""


class Run(msgspec.Struct, Generic[Result], frozen=True):
    """What a part of a sync did: its result, and its accepted writes and its events in order."""

    result: Result
    writes: tuple[Write, ...]
    events: tuple[Event, ...]


def run(steps: Steps[Result], api_server: ApiServer) -> Run[Result]:
    """Carry out a part of a sync against that API server."""
    writes: list[Write] = []
    events: list[Event] = []
    answer: Answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as done:
            return Run(done.value, tuple(writes), tuple(events))
        answer = None
        if isinstance(step, Event):
            events.append(step)
            continue
        answer = api_server(step, writes)
        if isinstance(step, Write) and not isinstance(answer, Refusal):
            writes.append(step)


def undisturbed(cron_job: CronJob, jobs: Sequence[ChildJob]) -> ApiServer:
    """An API server that has this CronJob and these Jobs, and which nobody else writes to in the meantime.

    A created Job's uid is its name, unless it comes with one.
    """

    def answer(request: Request, earlier: Sequence[Write]) -> Answer:
        stored = {job.name: job for job in jobs if job.namespace == cron_job.namespace}
        for write in earlier:
            if isinstance(write, CreateJob):
                stored[write.job.name] = replace(write.job, uid=write.job.uid or write.job.name)
            elif isinstance(write, DeleteJob):
                del stored[write.name]
        match request:
            case GetCronJob():
                return cron_job
            case GetJob(name) | DeleteJob(name):
                return stored.get(name, Refusal.NOT_FOUND)
            case CreateJob(job):
                return Refusal.ALREADY_EXISTS if job.name in stored else replace(job, uid=job.uid or job.name)
            case UpdateCronJobStatus(written):
                return Refusal.CONFLICT if written.resource_version != cron_job.resource_version else None

    return answer
