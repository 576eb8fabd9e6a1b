"""What one sync of the DaemonSet controller writes to the API server, and how it is answered.

The ControllerRevisions that it writes are those of `model.controllers.history`.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from model.api.objects import Pod
from model.api.refusals import Refusal
from model.controllers.daemonset.status import DaemonSetStatus
from model.controllers.history import CreateControllerRevision, DeleteControllerRevision, UpdateControllerRevision


class Adopt(msgspec.Struct, frozen=True):
    """PATCH of an orphaned Pod's owner references, under the precondition of its uid: it is the DaemonSet's now."""

    pod: Pod


class Release(msgspec.Struct, frozen=True):
    """PATCH of the owner references of a Pod that the selector does not match, under the precondition of its uid."""

    pod: Pod


class RelabelPod(msgspec.Struct, frozen=True):
    """PATCH of a Pod's label: it has this revision, another ControllerRevision of which is about to go."""

    pod: Pod
    hash_value: str


class CreatePod(msgspec.Struct, frozen=True):
    """POST of a Pod for a Node; the API server gives it a name and a uid."""

    node: str
    pod: Pod


class DeletePod(msgspec.Struct, frozen=True):
    """DELETE of a Pod by name, without any precondition."""

    pod: Pod


class CountCollision(msgspec.Struct, frozen=True):
    """PUT of the DaemonSet's status: the name of its newest ControllerRevision was taken once more."""

    collision_count: int


class UpdateStatus(msgspec.Struct, frozen=True):
    """PUT of the DaemonSet's status."""

    status: DaemonSetStatus


Write: TypeAlias = (
    Adopt
    | Release
    | RelabelPod
    | CreatePod
    | DeletePod
    | CountCollision
    | UpdateStatus
    | CreateControllerRevision
    | UpdateControllerRevision
    | DeleteControllerRevision
)

Answer: TypeAlias = Callable[[Write], Refusal | None]
"""The API server's answer to a write: None if it accepts it."""


def accepted(write: Write) -> None:
    """The answer of an API server that refuses nothing."""
