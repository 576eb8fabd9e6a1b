"""This project's own checker, run as any other: `python -m benchmarks.rollout`."""

import sys
from pathlib import Path

import msgspec

from benchmarks.measuring import printed_values
from benchmarks.peers.checker import Answer, Built, Unreadable, first, number, prepare
from benchmarks.sizes import Size, Task

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-m", "benchmarks.rollout")
SMALLEST = Task((1, 1, 0, 2, 1, 2, 0, 0, 1))


class Ours(msgspec.Struct, frozen=True):
    """Our search, unreduced or with symmetry."""

    workers: int = 1
    symmetric: bool = False
    exact: bool = True
    shortest: bool = True

    @property
    def name(self) -> str:
        """How tables call it."""
        reduction = ", symmetry" if self.symmetric else ""
        return f"kubeproof{reduction}, {self.workers} worker{'s' if self.workers > 1 else ''}"

    def missing(self) -> str | None:
        """It is always there."""
        return None

    def command(self, task: Task, *options: str) -> tuple[str, ...]:
        """The command that checks a task."""
        reduction = ("--symmetry",) if self.symmetric else ()
        drop = [option for name in task.dropped for option in ("--drop", name)]
        return (*PROGRAM, *map(str, task.numbers), "--workers", str(self.workers), *reduction, *drop, *options)

    def build(self, size: Size, _: Path) -> Built:
        """Run the smallest size, which leaves the compiled loops in the cache."""
        prepare(ROOT, *self.command(SMALLEST))
        return Built(self.command(size.task, *(("--stop",) if size.violated else ())), ROOT)

    def read(self, output: str) -> Answer:
        """What it printed."""
        printed = printed_values(output)
        verdict = printed.get("verdict", "")
        if not verdict.startswith(("holds", "violated")):
            raise Unreadable(f"no verdict in: {output[-2000:]}")
        violated = first(r"violated \((\w+)", verdict)
        return Answer(
            states=number(r"([\d,]+)", printed["states"]),
            transitions=number(r"([\d,]+)", printed["transitions"]),
            violated=violated,
            steps=number(rf"{violated}: (\d+) steps", output) if violated else None,
        )
