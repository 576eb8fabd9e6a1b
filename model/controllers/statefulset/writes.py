"""What one sync of the StatefulSet controller writes to the API server.

The steps of a sync are generators: every ``yield`` is one write, in order, and is answered with None, or with the
reason why the API server refuses it. What a step returns says whether the sync goes on.
"""

from collections.abc import Callable, Generator, Sequence
from enum import Enum
from typing import TypeAlias, TypeVar

import msgspec

from model.api.objects import Pod
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.refusals import Refusal
from model.controllers.history import CreateControllerRevision, DeleteControllerRevision, UpdateControllerRevision
from model.controllers.statefulset.status import StatefulSetStatus


class CreatePod(msgspec.Struct, frozen=True):
    """POST of a Pod; the API server sets its creation time, uid and phase."""

    pod: Pod


class UpdatePod(msgspec.Struct, frozen=True):
    """PUT of a Pod, with the resourceVersion that the cache shows."""

    pod: Pod


class DeletePod(msgspec.Struct, frozen=True):
    """DELETE of a Pod by name, without any precondition."""

    name: str


class CreateClaim(msgspec.Struct, frozen=True):
    """POST of a PersistentVolumeClaim."""

    claim: PersistentVolumeClaim


class UpdateClaim(msgspec.Struct, frozen=True):
    """PUT of a PersistentVolumeClaim, with the resourceVersion that the cache shows."""

    claim: PersistentVolumeClaim


class UpdateStatefulSetStatus(msgspec.Struct, frozen=True):
    """PUT of a StatefulSet's status."""

    status: StatefulSetStatus


class Obstacle(Enum):
    """Why a sync fails without any write being refused."""

    CLAIM_IS_BEING_DELETED = "ClaimIsBeingDeleted"
    INVALID_MAX_UNAVAILABLE = "InvalidMaxUnavailable"


Write: TypeAlias = (
    CreateControllerRevision
    | UpdateControllerRevision
    | DeleteControllerRevision
    | CreatePod
    | UpdatePod
    | DeletePod
    | CreateClaim
    | UpdateClaim
    | UpdateStatefulSetStatus
)
Errors: TypeAlias = tuple[Refusal | Obstacle, ...]
"""What went wrong; if anything did, the sync is tried again, at a limited rate."""
Result = TypeVar("Result")
Writes: TypeAlias = Generator[Write, Refusal | None, Result]
"""A step of a sync: yields writes, is sent the answers, and returns its result."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What came of handling one Pod."""

    exit: bool = False
    """Nothing more can be done in this sync, if it is to go one Pod after the other."""
    errors: Errors = ()


def errors_of(refusal: Refusal | None) -> Errors:
    """The answer to a write as errors."""
    return () if refusal is None else (refusal,)


def conflict_with_itself(write: Write, earlier: Sequence[Write]) -> Refusal | None:
    """The API server's answer when nobody but this sync writes: Conflict if it has made its own copy old.

    The controller reads a claim from its cache each time, which need not show what it has just written.
    """
    if not isinstance(write, UpdateClaim):
        return None
    updated = [other.claim.name for other in earlier if isinstance(other, UpdateClaim)]
    return Refusal.CONFLICT if write.claim.name in updated else None


def run(
    steps: Writes[Result], refusal: Callable[[Write, Sequence[Write]], Refusal | None] = conflict_with_itself
) -> tuple[Result, tuple[Write, ...]]:
    """The result of `steps`, and the writes that were accepted, in order.

    `refusal` is the API server's answer to a write, given the accepted writes before it: None if it accepts it, too.
    By default nobody else writes in the meantime.
    """
    accepted: list[Write] = []
    try:
        write = next(steps)
        while True:
            refused = refusal(write, accepted)
            if refused is None:
                accepted.append(write)
            write = steps.send(refused)
    except StopIteration as done:
        return done.value, tuple(accepted)
