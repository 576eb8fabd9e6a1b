"""Runs of checkers on sizes: what was measured, and whether all say the same."""

import statistics
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from benchmarks.measuring import Measurement
from benchmarks.peers.checker import Answer, Checker
from benchmarks.sizes import Size


class Run(msgspec.Struct, frozen=True):
    """One run; `problem` says why a finished one gave no answer."""

    measurement: Measurement
    answer: Answer | None = None
    problem: str | None = None


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One checker on one size: seconds to build, and every run in order."""

    size: str
    checker: str
    symmetric: bool
    built: float
    runs: tuple[Run, ...] = ()

    @property
    def answered(self) -> bool:
        """There are runs, and each came to an answer."""
        return bool(self.runs) and all(run.answer for run in self.runs)

    @property
    def answer(self) -> Answer | None:
        """The last run's answer, if every run has one."""
        return self.runs[-1].answer if self.answered else None

    @property
    def seconds(self) -> float:
        """The median, from the start of the process to its end."""
        return statistics.median(run.measurement.seconds for run in self.runs)

    @property
    def memory(self) -> float:
        """The largest peak, in MiB."""
        return max(run.measurement.memory for run in self.runs)

    @property
    def ending(self) -> str:
        """How the last run ended."""
        last = self.runs[-1]
        return "failed" if last.problem else last.measurement.ended


def disagreements(size: Size, checker: Checker, answer: Answer) -> Iterator[str]:
    """Everything in an answer that is not what is known of the size."""
    if answer.violated != size.violated:
        yield f"verdict {answer.violated or 'holds'}, expected {size.violated or 'holds'}"
    if size.violated:
        yield from _wrong_lengths(size, checker, answer)
        return
    states, transitions = (
        (size.orbits, size.orbit_transitions) if checker.symmetric else (size.states, size.transitions)
    )
    if states is not None and (answer.states != states if checker.exact else answer.states < states):
        yield f"{answer.states:,} states, expected {'' if checker.exact else 'at least '}{states:,}"
    if checker.exact and transitions is not None and answer.transitions != transitions:
        yield f"{answer.transitions:,} transitions, expected {transitions:,}"


def _wrong_lengths(size: Size, checker: Checker, answer: Answer) -> Iterator[str]:
    steps, shortest = answer.steps, size.shortest
    if steps is None or shortest is None:
        return
    if steps < shortest or (checker.shortest and steps != shortest):
        yield f"a counterexample of {steps} steps, the shortest has {shortest}"


def split(size: Size, cells: Sequence[Cell], checkers: Iterable[Checker]) -> Iterator[str]:
    """Where nothing was known before: exact checkers of one kind that count differently."""
    exact = {checker.name for checker in checkers if checker.exact}
    for symmetric, known in ((False, size.states), (True, size.orbits)):
        if known is None and not size.violated:
            answers = {
                cell.checker: (cell.answer.states, cell.answer.transitions)
                for cell in cells
                if cell.answer and cell.symmetric is symmetric and cell.checker in exact
            }
            if len(set(answers.values())) > 1:
                yield f"states and transitions differ: {answers}"
