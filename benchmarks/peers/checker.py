"""What every model checker that is compared has in common."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from benchmarks.sizes import Size

MODELS = Path(__file__).parent


class Answer(msgspec.Struct, frozen=True):
    """What a checker reports: distinct states, transitions without the initial state, and the verdict.

    `violated` names the invariant that does not hold, `steps` is the length of the run that shows it. `complete`: the
    checker ended by itself, with the whole state space or with a violation.
    """

    states: int
    transitions: int
    violated: str | None = None
    steps: int | None = None
    complete: bool = True


class Built(msgspec.Struct, frozen=True):
    """A command that checks one task, and where it runs."""

    command: Sequence[str]
    directory: Path


class Checker(Protocol):
    """One model checker in one configuration."""

    @property
    def name(self) -> str:
        """How tables call it."""

    @property
    def symmetric(self) -> bool:
        """It visits states up to permutations of Pod slots and nodes."""

    @property
    def exact(self) -> bool:
        """It visits each state, or each orbit, exactly once."""

    @property
    def shortest(self) -> bool:
        """Its counterexamples are as short as any."""

    def missing(self) -> str | None:
        """How to get it, where it is not there."""

    def build(self, size: Size, directory: Path, /) -> Built:
        """Prepare the model in an empty directory; not part of what is timed."""

    def read(self, output: str) -> Answer:
        """What it said.

        Raises
        ------
        Unreadable
            If that is not what it prints when all went well.
        """


class Unreadable(ValueError):
    """A checker printed something else than an answer."""


def number(pattern: str, output: str) -> int:
    """The number that a pattern's first group finds, which may have separators."""
    found = re.search(pattern, output)
    if found is None:
        raise Unreadable(f"no {pattern!r} in: {output[-2000:]}")
    return int(found[1].replace(",", ""))


def first(pattern: str, output: str) -> str | None:
    """What a pattern's first group finds, if anything."""
    found = re.search(pattern, output)
    return found[1] if found else None


def prepare(directory: Path, *command: str) -> None:
    """Run one step of a build.

    Raises
    ------
    RuntimeError
        If it fails, with what it printed.
    """
    finished = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)}: {finished.stdout}")
