"""What a namespace's status says about its deletion.

Source: pkg/controller/namespace/deletion/status_condition_utils.go
"""

from enum import StrEnum

import msgspec

from model.api.conditions import with_condition
from model.api.objects import Condition
from model.controllers.namespace.content import Remaining


class Type(StrEnum):
    """What a condition is about; True is bad."""

    DISCOVERY_FAILURE = "NamespaceDeletionDiscoveryFailure"
    GROUP_VERSION_PARSING_FAILURE = "NamespaceDeletionGroupVersionParsingFailure"
    CONTENT_FAILURE = "NamespaceDeletionContentFailure"
    CONTENT_REMAINING = "NamespaceContentRemaining"
    FINALIZERS_REMAINING = "NamespaceFinalizersRemaining"


class Reasons(msgspec.Struct, frozen=True):
    """Why a condition is True, and why it is False."""

    bad: str
    good: str


REASONS = {
    Type.DISCOVERY_FAILURE: Reasons("DiscoveryFailed", "ResourcesDiscovered"),
    Type.GROUP_VERSION_PARSING_FAILURE: Reasons("GroupVersionParsingFailed", "ParsedGroupVersions"),
    Type.CONTENT_FAILURE: Reasons("ContentDeletionFailed", "ContentDeleted"),
    Type.CONTENT_REMAINING: Reasons("SomeResourcesRemain", "ContentRemoved"),
    Type.FINALIZERS_REMAINING: Reasons("SomeFinalizersRemain", "ContentHasNoFinalizers"),
}


def conditions_after(
    conditions: tuple[Condition, ...], remaining: Remaining, *, pods_only: bool, discovery_failed: bool, now: int
) -> tuple[Condition, ...]:
    """The conditions after an attempt to delete everything, at `now` (seconds).

    `pods_only`: Pods were left, so that nothing else was tried; the totals are then not told. Left out: messages.
    Source: pkg/controller/namespace/deletion/status_condition_utils.go (Update, ProcessContentTotals)
    """
    bad = {
        Type.DISCOVERY_FAILURE: discovery_failed,
        Type.GROUP_VERSION_PARSING_FAILURE: False,  # group versions that the API server itself names are well formed
        Type.CONTENT_FAILURE: remaining.failed,
        Type.CONTENT_REMAINING: remaining.objects > 0 and not pods_only,
        Type.FINALIZERS_REMAINING: bool(remaining.finalizers) and not pods_only,
    }
    for type, reasons in REASONS.items():
        status, reason = ("True", reasons.bad) if bad[type] else ("False", reasons.good)
        conditions = with_condition(conditions, type, status, reason, now)
    return conditions
