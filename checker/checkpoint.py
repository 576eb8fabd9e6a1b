"""Checkpoints: a search saved in a folder between two levels, to go on from there.

A checkpoint is a JSON document and the arrays that it names. The document is written last and replaces the one before
in one step, so that whatever kills the process, the folder holds a whole checkpoint or none. Values of fields are
stored as plain data and converted back by the fields' types; nothing is executed.
"""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from checker.results import Found
from checker.storage import file_of
from checker.trace import Choice, ReplayFailed, replay
from checker.vocabulary import Scenario

VERSION = 2
_EVERY = 20.0
_FILE = "checkpoint.json"


class BadCheckpoint(Exception):
    """What is in the folder cannot be gone on from."""


class SavedDiscovery(msgspec.Struct, frozen=True):
    """A discovery, as the choices that lead to it."""

    initial: int
    choices: list[Choice]
    states: int
    transitions: int
    seconds: float


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A search between two levels; arrays by the names of their files."""

    version: int
    scenario: str
    told_apart: list[str]
    values: dict[str, list[Any]]
    bits: dict[str, int]
    full_pools: list[str]
    runs: list[str]
    visited: str
    parents: list[str]
    causes: list[str]
    frontier: str
    transitions: int
    several: int
    depth: int
    fired: list[int]
    seconds: float
    python_calls: int
    found: dict[str, SavedDiscovery]
    finished: bool


class Checkpoint:
    """The checkpoint in a folder, of one scenario searched in one way."""

    def __init__(self, folder: Path, scenario: Scenario[Any], *ways: object) -> None:
        self._folder = folder
        self._scenario = scenario
        self._identity = _identity(scenario, ways)
        self._saved_at = time.monotonic()
        self._took = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def due(self) -> bool:
        """Enough time has passed that saving does not slow the search down."""
        return time.monotonic() - self._saved_at > max(_EVERY, 20 * self._took)

    def load(self) -> Saved | None:
        """What was saved, if anything was.

        Raises
        ------
        BadCheckpoint
            If it is of another scenario or another version, or cannot be read.
        """
        path = self._folder / _FILE
        try:
            saved = msgspec.json.decode(path.read_bytes(), type=Saved)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise BadCheckpoint(f"{path}: {error}. Remove the folder to start over.") from None
        if (saved.version, saved.scenario) != (VERSION, self._identity):
            raise BadCheckpoint(
                f"{path} was saved by another version, or by a search of another scenario or with other options. "
                "Name another folder, or remove this one to start over."
            )
        return saved

    def found(self, saved: Saved) -> dict[str, Found]:
        """The discoveries, replayed."""
        found = {}
        for name, discovery in saved.found.items():
            try:
                trace = replay(self._scenario, discovery.initial, discovery.choices)
            except ReplayFailed as error:
                raise BadCheckpoint(f"{self._folder / _FILE}: the trace for {name}: {error}") from None
            found[name] = Found(trace, discovery.states, discovery.transitions, discovery.seconds)
        return found

    def save(self, *, found: dict[str, Found], **fields: Any) -> None:
        """Save a search; see `Saved` for the fields."""
        started = time.monotonic()
        saved = Saved(
            version=VERSION,
            scenario=self._identity,
            found={name: _saved(discovery) for name, discovery in found.items()},
            **{name: _named(field) for name, field in fields.items()},
        )
        path = self._folder / _FILE
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(saved))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._remove_others({saved.visited, saved.frontier, *saved.runs, *saved.parents, *saved.causes})
        self._saved_at = time.monotonic()
        self._took = self._saved_at - started

    def _remove_others(self, names: set[str]) -> None:
        for path in self._folder.glob("*.npy"):
            if path.name not in names:
                path.unlink()


def _identity(scenario: Scenario[Any], ways: tuple[object, ...]) -> str:
    """A digest of what a search depends on: initial states, actions, properties, and how it is searched."""
    said = (
        scenario.name,
        scenario.initial,
        [(action.name, action.fairness) for action in scenario.actions],
        [(prop.name, prop.kind) for prop in scenario.properties],
        ways,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _named(field: Any) -> Any:
    """Arrays by the names of their files."""
    if isinstance(field, np.ndarray):
        return file_of(field)
    return [_named(element) for element in field] if isinstance(field, list) else field


def _saved(found: Found) -> SavedDiscovery:
    choices = [step.choice for step in found.trace.steps]
    return SavedDiscovery(found.trace.initial_index, choices, found.states, found.transitions, found.seconds)
