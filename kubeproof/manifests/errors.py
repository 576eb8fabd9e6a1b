"""What can be said about a manifest: that it is wrong (`BadManifest`), or what to know about it (`Note`)."""

from collections.abc import Sequence

import msgspec

Path = tuple[str | int, ...]
"""Where a field is inside an object: keys and list positions."""


class BadManifest(Exception):
    """One mistake in a manifest: where it is, what it is, what to do.

    `line` counts from 1; it is None where no line is to blame (a file that does not exist).
    """

    def __init__(self, file: str, line: int | None, message: str, remedy: str) -> None:
        super().__init__(file, line, message, remedy)
        self.file = file
        self.line = line
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}\n  remedy: {self.remedy}"


class BadManifests(Exception):
    """Every mistake in the input: what cannot be read first, then file by file and line by line."""

    def __init__(self, errors: Sequence[BadManifest]) -> None:
        super().__init__(tuple(errors))
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class Finding(msgspec.Struct, frozen=True):
    """A mistake at a path inside one object; the loader knows the file and the line of that path."""

    path: Path
    message: str
    remedy: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is legal, but suspicious or not represented in the model.

    `affects` are the identities (``Deployment/default/web``) of the objects whose verdicts depend on it.
    """

    file: str
    line: int
    message: str
    affects: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: note: {self.message}"


def spell(path: Path) -> str:
    """`path` as Kubernetes writes it: ``spec.containers[0].image``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif any(character in step for character in "./ "):
            text += f"[{step!r}]"
        else:
            text += f".{step}" if text else step
    return text
