"""What one sync of the Deployment controller writes to the API server.

The steps of a sync are generators: every ``yield`` is one write, in order. Whoever runs them throws
`RefusedError` in at a write that the API server refuses; the step, and with it the sync, ends there unless
the step says otherwise.
"""

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from model.api.objects import Deployment, ReplicaSet
from model.api.refusals import Refusal


class CreateReplicaSet(msgspec.Struct, frozen=True):
    """POST of a ReplicaSet; the API server sets its creation time and uid."""

    replica_set: ReplicaSet


class UpdateReplicaSet(msgspec.Struct, frozen=True):
    """PUT of a whole ReplicaSet; the API server keeps the stored status and counts the generation."""

    replica_set: ReplicaSet


class DeleteReplicaSet(msgspec.Struct, frozen=True):
    """DELETE of a ReplicaSet by name, without any precondition."""

    name: str


class UpdateDeploymentStatus(msgspec.Struct, frozen=True):
    """PUT of a Deployment's status; the revision annotation is stored with it."""

    deployment: Deployment


Write: TypeAlias = CreateReplicaSet | UpdateReplicaSet | DeleteReplicaSet | UpdateDeploymentStatus
Result = TypeVar("Result")
Writes: TypeAlias = Generator[Write, None, Result]
"""A step of a sync: yields writes and returns its result."""


class RefusedError(Exception):
    """The API server refused the write that the step has just yielded."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def stored(replica_set: ReplicaSet) -> ReplicaSet:
    """`replica_set` as the API server answers an accepted write: the same, with a newer resourceVersion."""
    return replace(replica_set, resource_version=replica_set.resource_version + 1)


def conflict_with_itself(write: Write, earlier: Sequence[Write]) -> Refusal | None:
    """The API server's answer when nobody but this sync writes: Conflict if it has made its own copy old.

    The controller does not read its writes back: a second PUT of an object carries the resourceVersion of the
    cached copy again, unless it starts from the answer to the first PUT.
    """
    match write:
        case UpdateReplicaSet(replica_set):
            version = replica_set.resource_version
            written = [
                other.replica_set.resource_version
                for other in earlier
                if isinstance(other, CreateReplicaSet | UpdateReplicaSet) and other.replica_set.name == replica_set.name
            ]
        case UpdateDeploymentStatus(deployment):
            version = deployment.resource_version
            written = [
                other.deployment.resource_version for other in earlier if isinstance(other, UpdateDeploymentStatus)
            ]
        case _:
            return None
    return Refusal.CONFLICT if any(other >= version for other in written) else None
