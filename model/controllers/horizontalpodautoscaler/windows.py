"""Memory of a fixed length: what has become too old makes room for what is new.

Source: pkg/controller/podautoscaler/horizontal.go
"""

from collections.abc import Callable
from typing import TypeVar

Entry = TypeVar("Entry")


def remember(entries: tuple[Entry, ...], new: Entry, obsolete: Callable[[Entry], bool]) -> tuple[Entry, ...]:
    """The entries with `new` in place of the last obsolete one, or at the end if there is none.

    Source: pkg/controller/podautoscaler/horizontal.go (stabilizeRecommendation, storeScaleEvent)
    """
    slots = [slot for slot, entry in enumerate(entries) if obsolete(entry)]
    if not slots:
        return (*entries, new)
    return (*entries[: slots[-1]], new, *entries[slots[-1] + 1 :])
