"""The history of Pod templates that StatefulSets and DaemonSets keep in ControllerRevisions.

Source: pkg/controller/history/controller_history.go
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision

HASH_LABEL = "controller.kubernetes.io/hash"
"""The label of a ControllerRevision that holds the hash of its data."""

LONGEST_PREFIX = 223
"""Characters of the owner's name that the name of a ControllerRevision may begin with."""

_FNV_OFFSET, _FNV_PRIME = 0x811C9DC5, 0x01000193
_SAFE = "bcdfghjklmnpqrstvwxz2456789"

Hash = Callable[[object, int], str]
"""The hash of a ControllerRevision's data, given how many collisions of names there have been."""


class CreateControllerRevision(msgspec.Struct, frozen=True):
    """POST of a ControllerRevision; the API server sets its creation time and uid."""

    revision: ControllerRevision


class UpdateControllerRevision(msgspec.Struct, frozen=True):
    """PUT of a ControllerRevision with another revision number."""

    revision: ControllerRevision


class DeleteControllerRevision(msgspec.Struct, frozen=True):
    """DELETE of a ControllerRevision by name, without any precondition."""

    name: str


class Naming(msgspec.Struct, frozen=True):
    """A ControllerRevision under a name that is free or its own, and the collisions until it was found."""

    revision: ControllerRevision
    collision_count: int
    exists: bool = False
    """The API server has it already: a create whose answer was lost, or which the cache does not show yet."""


def hash_controller_revision(data: object, collision_count: int) -> str:
    """The hash that a revision is named after: FNV-1 with 32 bits of `data` as text, without vowels.

    It is Kubernetes' own if `data` is the patch that Kubernetes stores, in JSON.
    Source: pkg/controller/history/controller_history.go (HashControllerRevision)
    """
    value = _FNV_OFFSET
    for byte in f"{data}{collision_count}".encode():
        value = (value * _FNV_PRIME & 0xFFFFFFFF) ^ byte
    return safe_encoded(str(value))


def safe_encoded(text: str) -> str:
    """`text`, character by character as one that cannot make up words.

    Source: staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go (SafeEncodeString)
    """
    return "".join(_SAFE[ord(character) % len(_SAFE)] for character in text)


def controller_revision_name(prefix: str, hash_value: str) -> str:
    """The name of a ControllerRevision: the owner's, cut to fit, and the hash.

    Source: pkg/controller/history/controller_history.go (ControllerRevisionName)
    """
    return f"{prefix[:LONGEST_PREFIX]}-{hash_value}"


def new_controller_revision(
    owner: str,
    owner_uid: str,
    template_labels: Mapping[str, str],
    data: object,
    revision: int,
    collision_count: int,
    hash_of: Hash = hash_controller_revision,
) -> ControllerRevision:
    """A ControllerRevision of the controller named `owner`, ready to be created.

    Source: pkg/controller/history/controller_history.go (NewControllerRevision)
    """
    hash_value = hash_of(data, collision_count)
    return ControllerRevision(
        name=controller_revision_name(owner, hash_value),
        controller=owner_uid,
        labels={**template_labels, HASH_LABEL: hash_value},
        data=data,
        revision=revision,
    )


def template_labels_of(revision: ControllerRevision) -> dict[str, str]:
    """The labels of the Pod template that the revision holds."""
    return {key: value for key, value in revision.labels.items() if key != HASH_LABEL}


def sort_controller_revisions(revisions: Iterable[ControllerRevision]) -> list[ControllerRevision]:
    """The revisions by number; those of one number by creation, then by name.

    Source: pkg/controller/history/controller_history.go (SortControllerRevisions)
    """
    return sorted(revisions, key=lambda revision: (revision.revision, revision.created, revision.name))


def next_revision(revisions: Iterable[ControllerRevision]) -> int:
    """The number of the revision that follows: one more than the highest, 1 if there is none.

    Source: pkg/controller/statefulset/stateful_set_utils.go (nextRevision)
    """
    return max((revision.revision for revision in revisions), default=0) + 1


def equal_revision(first: ControllerRevision, second: ControllerRevision) -> bool:
    """Whether both hold the same data, whatever they are called and numbered.

    Source: pkg/controller/history/controller_history.go (EqualRevision)
    """
    return first.data == second.data


def find_equal_revisions(
    revisions: Iterable[ControllerRevision], revision: ControllerRevision
) -> list[ControllerRevision]:
    """Those of `revisions` that hold the same data as `revision`, in the order given.

    Source: pkg/controller/history/controller_history.go (FindEqualRevisions)
    """
    return [other for other in revisions if equal_revision(other, revision)]


def owned_or_orphaned(
    revisions: Iterable[ControllerRevision], owner_uid: str, selected: Callable[[Mapping[str, str]], bool]
) -> list[ControllerRevision]:
    """The revisions that the selector matches and that nobody else controls.

    Source: pkg/controller/history/controller_history.go (ListControllerRevisions)
    """
    return [each for each in revisions if each.controller in (None, owner_uid) and selected(each.labels)]


def find_name(
    owner: str,
    revision: ControllerRevision,
    collision_count: int,
    stored: Iterable[ControllerRevision],
    hash_of: Hash = hash_controller_revision,
) -> Naming:
    """The name under which `revision` can be created, or the equal revision that has the name already.

    `stored` are the ControllerRevisions that the API server has at the time. The label with the hash stays as it
    was before any collision.

    Source: pkg/controller/history/controller_history.go (CreateControllerRevision)
    """
    by_name = {each.name: each for each in stored}
    while True:
        name = controller_revision_name(owner, hash_of(revision.data, collision_count))
        existing = by_name.get(name)
        if existing is None:
            return Naming(replace(revision, name=name), collision_count)
        if equal_revision(existing, revision):
            return Naming(existing, collision_count, exists=True)
        collision_count += 1


def revisions_beyond_history(
    revisions: Sequence[ControllerRevision],
    live: Callable[[ControllerRevision], bool],
    limit: int,
    *,
    limit_counts_live: bool = False,
) -> list[ControllerRevision]:
    """The revisions to delete so that `limit` are left: the lowest of those that are not `live`.

    A StatefulSet's limit counts only revisions that are not live. A DaemonSet's counts all that are given (its old
    ones). A negative limit keeps every revision.

    Source: pkg/controller/statefulset/stateful_set_control.go (truncateHistory), pkg/controller/daemon/update.go
    (cleanupHistory)
    """
    deletable = [revision for revision in sort_controller_revisions(revisions) if not live(revision)]
    counted = len(revisions) if limit_counts_live else len(deletable)
    return deletable[: max(counted - limit, 0)] if limit >= 0 else []
