"""What one sync of the Job controller does, step by step.

A sync is a generator. It yields its writes to the API server in order, and is sent the answer to each: None, or why
the write was refused. Between them it yields what it notes in the controller's own memory, at the moment it does.

Writes that the controller makes at the same time (deletions; removals of finalizers; the creations of one batch)
are yielded one after the other, in the order of their Pods; each other order is as good.
"""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

import msgspec

from model.api.jobs import JobStatus
from model.api.objects import Pod
from model.api.refusals import Refusal
from model.controllers.job.backoff import BackoffRecord


class AdoptPod(msgspec.Struct, frozen=True):
    """PATCH of a Pod: this Job becomes its controller, and it gets the finalizer."""

    pod: Pod


class ReleasePod(msgspec.Struct, frozen=True):
    """PATCH of a Pod: this Job is not its controller any more."""

    pod: Pod


class CreatePod(msgspec.Struct, frozen=True):
    """POST of a Pod; its name is completed by the API server."""

    pod: Pod


class RemoveFinalizer(msgspec.Struct, frozen=True):
    """PATCH of a Pod by name, without any precondition: the finalizer goes."""

    pod: Pod


class DeletePod(msgspec.Struct, frozen=True):
    """DELETE of a Pod by name, without any precondition."""

    pod: Pod


class UpdateJobStatus(msgspec.Struct, frozen=True):
    """PUT of a Job's status. It carries the resourceVersion of the cached Job, or of the answer to the first PUT."""

    status: JobStatus


Write: TypeAlias = AdoptPod | ReleasePod | CreatePod | RemoveFinalizer | DeletePod | UpdateJobStatus


class Expect(msgspec.Struct, frozen=True, kw_only=True):
    """So many creations and deletions of Pods are to be seen, whatever was expected before."""

    creations: int = 0
    deletions: int = 0


class ExpectFewer(msgspec.Struct, frozen=True, kw_only=True):
    """So many of the creations and deletions expected will not be seen."""

    creations: int = 0
    deletions: int = 0


class ExpectFinalizersRemoved(msgspec.Struct, frozen=True):
    """The finalizers of the Pods with these uids are about to go: do not count them again."""

    uids: tuple[str, ...]


class FinalizerStays(msgspec.Struct, frozen=True):
    """The removal of this Pod's finalizer will not be seen: it was refused."""

    uid: str


class KeepBackoff(msgspec.Struct, frozen=True):
    """The record of the Job's failures from now on; None: there is none."""

    record: BackoffRecord | None


class MarkFinished(msgspec.Struct, frozen=True):
    """The Job has been written as finished; False: the cache shows it."""

    finished: bool


Note: TypeAlias = Expect | ExpectFewer | ExpectFinalizersRemoved | FinalizerStays | KeepBackoff | MarkFinished

Result = TypeVar("Result")
Steps: TypeAlias = Generator[Write | Note, Refusal | None, Result]
"""A part of a sync: yields writes and notes, is sent refusals, and returns its result."""
