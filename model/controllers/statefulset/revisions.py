"""The two revisions that a StatefulSet's controller moves Pods between, and how many older ones it keeps.

Source: pkg/controller/statefulset/stateful_set_control.go
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod
from model.api.refusals import Refusal
from model.api.stateful_sets import StatefulSet
from model.controllers.history import (
    CreateControllerRevision,
    DeleteControllerRevision,
    Hash,
    UpdateControllerRevision,
    equal_revision,
    find_equal_revisions,
    find_name,
    hash_controller_revision,
    new_controller_revision,
    next_revision,
    revisions_beyond_history,
    sort_controller_revisions,
)
from model.controllers.statefulset.new_pod import pod_revision
from model.controllers.statefulset.writes import Errors, Writes

Defaulting = Callable[[object], object]
"""What the API server's defaulting of today makes of a template that was stored some time ago."""


class Revisions(msgspec.Struct, frozen=True):
    """The revision that the Pods are updated from, and the one that they are updated to."""

    current: ControllerRevision
    update: ControllerRevision
    collision_count: int


def no_defaulting(template: object) -> object:
    """Nothing has changed about the defaults, or the feature gate StatefulSetSemanticRevisionComparison is off."""
    return template


def new_revision(stateful_set: StatefulSet, revision: int, hash_of: Hash) -> ControllerRevision:
    """The StatefulSet's template as a ControllerRevision.

    Source: pkg/controller/statefulset/stateful_set_utils.go (newRevision)
    """
    return new_controller_revision(
        stateful_set.name,
        stateful_set.uid,
        stateful_set.template_labels,
        stateful_set.template,
        revision,
        stateful_set.collision_count,
        hash_of,
    )


def get_revisions(
    stateful_set: StatefulSet,
    revisions: Iterable[ControllerRevision],
    *,
    stored: Sequence[ControllerRevision] | None = None,
    defaulting: Defaulting = no_defaulting,
    hash_of: Hash = hash_controller_revision,
) -> Writes[Revisions | Refusal]:
    """Find the current and the update revision; the latter is created, or an old one renumbered, if need be.

    `revisions` are the StatefulSet's as the cache shows them, `stored` those that the API server has (None: the same).
    The current one is taken from the cache: its number is that before this sync. If the API server refuses the write,
    there is neither of the two.

    Source: pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions)
    """
    history = sort_controller_revisions(revisions)
    proposed = new_revision(stateful_set, next_revision(history), hash_of)
    collisions, refusal = stateful_set.collision_count, None
    equal = find_equal_revisions(history, proposed)
    if history and is_unchanged(history[-1], proposed, equal, defaulting):
        update = history[-1]
    elif equal:
        update = replace(equal[-1], revision=proposed.revision)
        refusal = yield UpdateControllerRevision(update)
    else:
        naming = find_name(stateful_set.name, proposed, collisions, history if stored is None else stored, hash_of)
        update, collisions = naming.revision, naming.collision_count
        if not naming.exists:
            refusal = yield CreateControllerRevision(update)
    if refusal is not None:
        return refusal
    named = (revision for revision in history if revision.name == stateful_set.current_revision)
    return Revisions(next(named, update), update, collisions)


def is_unchanged(
    latest: ControllerRevision,
    proposed: ControllerRevision,
    equal: Sequence[ControllerRevision],
    defaulting: Defaulting,
) -> bool:
    """Whether the latest revision is what the StatefulSet asks for; `equal` are all revisions that are.

    Defaults may have been added since it was stored; that is looked at only if no revision is equal as it stands.
    Source: pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions,
    setMatchesLatestExistingRevision)
    """
    return equal_revision(latest, proposed) or (not equal and defaulting(latest.data) == proposed.data)


def truncate_history(
    stateful_set: StatefulSet,
    pods: Iterable[Pod],
    revisions: Sequence[ControllerRevision],
    needed: Iterable[ControllerRevision] = (),
) -> Writes[Errors]:
    """Delete the oldest revisions beyond the limit that no Pod has and that are not among the `needed` ones.

    Needed are the current and the update revision, as far as they could be told.
    Source: pkg/controller/statefulset/stateful_set_control.go (truncateHistory)
    """
    live = {pod_revision(pod) for pod in pods} | {revision.name for revision in needed}
    for revision in revisions_beyond_history(
        revisions, lambda each: each.name in live, stateful_set.revision_history_limit
    ):
        refusal = yield DeleteControllerRevision(revision.name)
        if refusal is not None:
            return (refusal,)
    return ()
