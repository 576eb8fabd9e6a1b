"""Runs of ``kubeproof verify`` that are kept in a folder, to go on with after whatever ended the process.

The folder holds ``run.json`` (the text of the manifests and the options: nothing else is needed to go on) and a folder
for each search, with the search itself while it runs (see `checker.checkpoint`) and ``decided.json`` once it is done.
Every file is replaced in one step, so that a process may be killed at any moment.
"""

import importlib.metadata
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from checker.vocabulary import Scenario
from kubeproof import finished
from kubeproof.manifests.sources import Source
from kubeproof.options import Options, UsageError, check_options
from kubeproof.searching import Decided

FORMAT = 1
_RUN, _DECIDED = "run.json", "decided.json"


class BadRun(Exception):
    """A folder that holds no run, or one that cannot be gone on with."""


class SavedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is about: the manifests' own text, and the options."""

    format: int = FORMAT
    kubeproof: str
    sources: tuple[Source, ...]
    options: Options


class Run:
    """A run in a folder."""

    def __init__(self, folder: Path, saved: SavedRun) -> None:
        self._folder = folder
        self.sources = saved.sources
        self.options = saved.options

    @classmethod
    def begin(cls, folder: Path, sources: Sequence[Source], options: Options) -> "Run":
        """Begin a run in a folder, or go on with the same run if it is there already.

        Raises
        ------
        BadRun
            If the folder holds another run, or cannot be written.
        """
        wanted = SavedRun(kubeproof=version(), sources=tuple(sources), options=options)
        if (folder / _RUN).exists():
            if _load(folder) != wanted:
                raise BadRun(
                    f"{folder} holds a run of other manifests or with other options: name another folder, or go on "
                    f"with that one: kubeproof resume {folder}"
                )
            return cls(folder, wanted)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / _RUN, msgspec.json.format(msgspec.json.encode(wanted), indent=2) + b"\n")
        except OSError as error:
            raise BadRun(f"{error.filename}: {error.strerror}") from None
        return cls(folder, wanted)

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """The run in a folder.

        Raises
        ------
        BadRun
            If there is none, or it is of another version or cannot be read.
        """
        return cls(folder, _load(folder))

    def folder(self, search: str) -> Path:
        """The folder of one search."""
        return self._folder / search

    def decided(self, search: str, scenario: Scenario[Any]) -> Decided | None:
        """What a search decided; None while it has not.

        Raises
        ------
        BadRun
            If what is there cannot be read.
        """
        path = self.folder(search) / _DECIDED
        try:
            return finished.decode(path.read_bytes(), scenario)
        except FileNotFoundError:
            return None
        except (OSError, finished.Unusable) as error:
            raise BadRun(f"{path}: {error}. Remove the file to search again.") from None

    def keep(self, search: str, decided: Decided) -> None:
        """Keep what a search decided, and no longer the search itself.

        Raises
        ------
        BadRun
            If it cannot be written.
        """
        try:
            self.folder(search).mkdir(parents=True, exist_ok=True)
            _write(self.folder(search) / _DECIDED, finished.encode(decided))
            for path in self.folder(search).iterdir():
                if path.name != _DECIDED:
                    path.unlink()
        except OSError as error:
            raise BadRun(f"{error.filename}: {error.strerror}") from None


def version() -> str:
    """The installed version of kubeproof."""
    return importlib.metadata.version("kubeproof")


def _load(folder: Path) -> SavedRun:
    path = folder / _RUN
    try:
        document = msgspec.json.decode(path.read_bytes())
        found = document.get("format") if isinstance(document, dict) else None
        if found != FORMAT:
            raise BadRun(f"{path}: format {found} is not known to this version (knows {FORMAT})")
        saved = msgspec.convert(document, SavedRun)
        check_options(saved.options, saved=True)
    except FileNotFoundError:
        raise BadRun(f"{folder} holds no run: there is no {_RUN} in it") from None
    except OSError as error:
        raise BadRun(f"{path}: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, UsageError) as error:
        raise BadRun(f"{path}: not a run: {error}") from None
    if saved.kubeproof != version():
        raise BadRun(f"{path}: kept by kubeproof {saved.kubeproof}, and this is {version()}: start over")
    return saved


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
