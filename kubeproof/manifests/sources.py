"""Where manifests come from: files, folders and standard input."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from kubeproof.manifests.errors import BadManifest

STDIN = "<stdin>"
LARGEST = 16 * 1024 * 1024
"""Bytes in one file."""
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no text has: NUL, and the halves of characters that Python puts where it could not decode."""
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_RENDERED = {
    "Chart.yaml": ("a Helm chart", "helm template {folder} | kubeproof verify -"),
    "kustomization.yaml": ("a Kustomize folder", "kubectl kustomize {folder} | kubeproof verify -"),
    "kustomization.yml": ("a Kustomize folder", "kubectl kustomize {folder} | kubeproof verify -"),
    "Kustomization": ("a Kustomize folder", "kubectl kustomize {folder} | kubeproof verify -"),
}
"""Files that say that the folder they are in must be rendered, and how."""


class Source(msgspec.Struct, frozen=True):
    """The text of one file; `named` if the user named the file itself, not a folder above it."""

    file: str
    text: str
    named: bool


def read_sources(paths: Sequence[str], stdin: TextIO | None) -> tuple[list[Source], list[BadManifest]]:
    """The text of every manifest file that `paths` name, each file once, and what could not be read.

    Folders are read with all folders in them, in the order of the names; those whose names begin with a dot are not.
    """
    sources: list[Source] = []
    errors: list[BadManifest] = []
    seen: set[str] = set()
    for file, named in _files(paths, errors):
        try:
            identity = _identity(file)
            if identity in seen:
                continue
            seen.add(identity)
            text = _read_stdin(stdin) if file == "-" else _read_file(file)
            sources.append(Source(STDIN if file == "-" else file, text, named))
        except BadManifest as error:
            errors.append(error)
    return sources, errors


def _identity(file: str) -> str:
    """The same for all paths to the same file. Raises BadManifest if there can be no such path."""
    try:
        return file if file == "-" else os.path.realpath(file)
    except ValueError as error:
        raise _unreadable(file, error) from None


def _files(paths: Sequence[str], errors: list[BadManifest]) -> Iterator[tuple[str, bool]]:
    """The files that `paths` stand for, and whether they were named themselves."""
    for path in paths:
        if path != "-" and os.path.isdir(path):
            before = len(errors)
            found = False
            for file in _files_in(path, errors):
                found = True
                yield file, False
            if not found and len(errors) == before:
                remedy = "name the folder, or the files, that hold the manifests"
                errors.append(BadManifest(path, None, "no *.yaml, *.yml or *.json file in this folder", remedy))
        else:
            yield path, True


def _files_in(folder: str, errors: list[BadManifest]) -> Iterator[str]:
    """The manifest files in `folder` and the folders in it."""

    def unreadable(error: OSError) -> None:
        errors.append(_unreadable(str(error.filename), error))

    for place, folders, files in os.walk(folder, onerror=unreadable):
        marker = next((name for name in _RENDERED if name in files), None)
        if marker is not None:
            what, remedy = _RENDERED[marker]
            message = f"is {what}: its files are not manifests yet"
            errors.append(BadManifest(place, None, message, f"render it first: {remedy.format(folder=place)}"))
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(place, name) for name in sorted(files) if Path(name).suffix.lower() in _SUFFIXES)


def _read_file(file: str) -> str:
    """The text of `file`. Raises BadManifest."""
    try:
        with open(file, "rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        remedy = f"check the path; it is relative to {os.getcwd()}"
        raise BadManifest(file, None, "there is no such file or folder", remedy) from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from None
    if len(content) > LARGEST:
        raise _too_large(file)
    try:
        return _checked(file, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _not_text(file, content[: error.start].count(b"\n") + 1) from None


def _read_stdin(stdin: TextIO | None) -> str:
    """The text on standard input. Raises BadManifest."""
    if stdin is None:
        remedy = "pipe the manifests in, for example: kubectl get deploy,svc -o yaml | kubeproof verify -"
        raise BadManifest(STDIN, None, "there is no standard input to read", remedy)
    try:
        text = stdin.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise _not_text(STDIN, None) from None
    except (OSError, ValueError) as error:
        raise _unreadable(STDIN, error) from None
    if len(text) > LARGEST:
        raise _too_large(STDIN)
    return _checked(STDIN, text.removeprefix("\ufeff"))


def _checked(file: str, text: str) -> str:
    """`text` with every line ended by a newline alone. Raises BadManifest if it is empty or binary."""
    odd = _NOT_TEXT.search(text)
    if odd:
        raise _not_text(file, text.count("\n", 0, odd.start()) + 1)
    if not text.strip():
        if file == STDIN:
            remedy = "check the command before the pipe: it wrote nothing"
        else:
            remedy = "write manifests into it, or leave it out"
        raise BadManifest(file, None, "is empty", remedy)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(file: str, error: Exception) -> BadManifest:
    why = getattr(error, "strerror", None) or str(error)
    return BadManifest(file, None, f"cannot be read: {why}", "check the path and its permissions")


def _too_large(file: str) -> BadManifest:
    message = f"is larger than {LARGEST // 2**20} MiB"
    return BadManifest(file, None, message, "leave out what is not a Deployment, Service or Node, or split the file")


def _not_text(file: str, line: int | None) -> BadManifest:
    return BadManifest(file, line, "is binary, or not UTF-8 text", "save it as UTF-8 text")
