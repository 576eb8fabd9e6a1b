"""The words in which `represented` says what the model does with a field."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgspec


class Covered(Enum):
    """Why a field needs no note."""

    REPRESENTED = "the model has it"
    CANNOT_MATTER = "whatever its value, no verdict changes"


class NotModelled(msgspec.Struct, frozen=True):
    """The model does not have the field; `means` says what that does to verdicts.

    No note is due where the field has one of the values in `unless`, or is false, zero or empty, or is `harmless`.
    """

    means: str
    unless: tuple[str, ...] = ()
    harmless: Callable[[Any], bool] | None = None

    def concerns(self, value: Any) -> bool:
        """The field with this value is worth a note."""
        return bool(value) and value not in self.unless and not (self.harmless and self.harmless(value))


class Assumed(msgspec.Struct, frozen=True):
    """The field names an object of `kind` that Pods need; it is assumed to exist where the input does not have it.

    `key` is the name's own key inside the field; empty if the field is the name.
    """

    kind: str
    key: str = "name"


Rule = Covered | NotModelled | Assumed
Table = Mapping[str, "Rule | Table"]
"""What is known of the fields of a mapping, or of every mapping in a list; ``*`` stands for every other field."""
