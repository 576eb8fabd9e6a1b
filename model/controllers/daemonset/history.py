"""The history of a DaemonSet's Pod templates: which ControllerRevision is the current one, and which may go.

Source: pkg/controller/daemon/update.go
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.controllers.daemonset.daemon_pods import HASH_LABEL
from model.controllers.daemonset.writes import CountCollision, RelabelPod, Write
from model.controllers.history import (
    CreateControllerRevision,
    DeleteControllerRevision,
    Hash,
    UpdateControllerRevision,
    hash_controller_revision,
    next_revision,
    revisions_beyond_history,
)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A DaemonSet's history once the writes are made. `current` is None if the name of a new revision is taken."""

    current: ControllerRevision | None = None
    old: tuple[ControllerRevision, ...] = ()
    writes: tuple[Write, ...] = ()

    @property
    def hash_value(self) -> str:
        """The label that Pods of the current revision get."""
        return "" if self.current is None else hash_of(self.current)


def hash_of(revision: ControllerRevision) -> str:
    """The hash that the revision is labelled with."""
    return revision.labels.get(HASH_LABEL, "")


def matches(daemon_set: DaemonSet, revision: ControllerRevision) -> bool:
    """Whether the revision holds the DaemonSet's template.

    Source: pkg/controller/daemon/update.go (Match)
    """
    return revision.data == daemon_set.template


def construct_history(
    daemon_set: DaemonSet,
    revisions: Sequence[ControllerRevision],
    pods: Iterable[Pod],
    *,
    stored: Iterable[ControllerRevision] = (),
    live_collision_count: int | None = None,
    hash_function: Hash = hash_controller_revision,
) -> History:
    """Find the current one of the DaemonSet's own `revisions`, or create it; its number is to be the highest.

    `pods` are the DaemonSet's. `stored` are the ControllerRevisions that the API server has, `live_collision_count` is
    what it says of the DaemonSet (None: the same as the cache); both are asked only if the cache shows no match.
    Source: pkg/controller/daemon/update.go (constructHistory)
    """
    labelled = [_with_hash(revision) for revision in revisions]
    relabels = tuple(
        UpdateControllerRevision(after) for before, after in zip(revisions, labelled, strict=True) if before != after
    )
    current = [revision for revision in labelled if matches(daemon_set, revision)]
    old = tuple(revision for revision in labelled if not matches(daemon_set, revision))
    number = next_revision(old)
    if not current:
        found = snapshot(daemon_set, number, stored, live_collision_count, hash_function)
    else:
        found = deduplicate(current, pods)
    kept = found.current
    if current and kept is not None and kept.revision < number:
        found = replace(found, writes=(*found.writes, UpdateControllerRevision(replace(kept, revision=number))))
    return replace(found, old=old, writes=relabels + found.writes)


def snapshot(
    daemon_set: DaemonSet,
    number: int,
    stored: Iterable[ControllerRevision] = (),
    live_collision_count: int | None = None,
    hash_function: Hash = hash_controller_revision,
) -> History:
    """Create a ControllerRevision of the DaemonSet's template.

    If its name is taken by the same template, that one is the current revision. If by another, the collision is counted
    unless somebody has counted since, and the sync is tried again.
    Source: pkg/controller/daemon/update.go (snapshot)
    """
    hash_value = hash_function(daemon_set.template, daemon_set.collision_count)
    revision = ControllerRevision(
        name=f"{daemon_set.name}-{hash_value}",
        controller=daemon_set.uid,
        labels={**daemon_set.template.labels, HASH_LABEL: hash_value},
        data=daemon_set.template,
        revision=number,
    )
    existing = next((other for other in stored if other.name == revision.name), None)
    if existing is None:
        return History(current=revision, writes=(CreateControllerRevision(revision),))
    if matches(daemon_set, existing):
        return History(current=existing)
    if live_collision_count not in (None, daemon_set.collision_count):
        return History()
    return History(writes=(CountCollision(daemon_set.collision_count + 1),))


def deduplicate(current: Sequence[ControllerRevision], pods: Iterable[Pod]) -> History:
    """Keep one of the revisions that hold the same template: the highest, of those the last.

    Pods that have another of them are relabelled before the others are deleted; so is every other Pod.
    Source: pkg/controller/daemon/update.go (dedupCurHistories)
    """
    kept = max(reversed(current), key=lambda revision: revision.revision)
    if len(current) == 1:
        return History(current=kept)
    relabels = tuple(RelabelPod(pod, hash_of(kept)) for pod in pods if pod.labels.get(HASH_LABEL, "") != hash_of(kept))
    deletes = tuple(DeleteControllerRevision(other.name) for other in current if other.name != kept.name)
    return History(current=kept, writes=relabels + deletes)


def beyond_history(
    daemon_set: DaemonSet, old: Sequence[ControllerRevision], pods: Iterable[Pod]
) -> list[ControllerRevision]:
    """The old revisions to delete: the lowest that no Pod has, until no more than the limit are left.

    Source: pkg/controller/daemon/update.go (cleanupHistory)
    """
    live = [pod.labels.get(HASH_LABEL, "") for pod in pods]
    return revisions_beyond_history(
        old,
        lambda revision: hash_of(revision) in live and hash_of(revision) != "",
        daemon_set.revision_history_limit,
        limit_counts_live=True,
    )


def _with_hash(revision: ControllerRevision) -> ControllerRevision:
    """The revision, with its name for a hash if it has none."""
    if HASH_LABEL in revision.labels:
        return revision
    return replace(revision, labels={**revision.labels, HASH_LABEL: revision.name})
