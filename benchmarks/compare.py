"""The rollout of `benchmarks/rollout.py`, by our checker and by every other that is installed, alternating.

    python -m benchmarks.compare [--sizes A,B,D] [--only CHECKER]... [--repeat 3] [--timeout 300] [--out DIR]

Each run is a process of its own, timed from its start to its end; building the model is timed apart. All must report
the same distinct states and transitions. DIR gets a Markdown report, every raw number as JSON, and a plot.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.machine import machine
from benchmarks.measuring import Limits, measure
from benchmarks.peers.checker import Built, Checker, Unreadable
from benchmarks.peers.ours import Ours
from benchmarks.peers.rumur import Rumur
from benchmarks.peers.spin import Spin
from benchmarks.peers.tlc import Tlc
from benchmarks.plot import Point, draw
from benchmarks.runs import Cell, Run, disagreements, split
from benchmarks.sizes import SIZES, Size
from benchmarks.tables import report, seconds

CHECKERS: tuple[Checker, ...] = (
    Ours(workers=1),
    Ours(workers=2),
    Ours(workers=1, symmetric=True),
    Ours(workers=2, symmetric=True),
    Spin(),
    Spin("-DCOLLAPSE"),
    Spin("-DMA"),
    Spin(breadth_first=True),
    Rumur(),
    Rumur(symmetry="heuristic"),
    Rumur(symmetry="exhaustive"),
    Tlc(),
    Tlc(symmetric=True),
)


def run_once(checker: Checker, built: Built, limits: Limits) -> Run:
    """Run a checker and read its answer."""
    measurement = measure(built.command, built.directory, limits)
    if measurement.ended != "finished":
        return Run(measurement)
    try:
        return Run(measurement, answer=checker.read(measurement.output))
    except Unreadable as unreadable:
        return Run(measurement, problem=str(unreadable))


def compare(size: Size, checkers: Sequence[Checker], repeat: int, limits: Limits) -> list[Cell]:
    """Build every checker's model, then run all in turn, `repeat` times; one that gave no answer is not run again."""
    with tempfile.TemporaryDirectory(prefix="rollout-") as folder:
        cells: dict[str, Cell] = {}
        built: dict[str, Built] = {}
        for index, checker in enumerate(checkers):
            directory = Path(folder, str(index))
            directory.mkdir()
            started = time.monotonic()
            built[checker.name] = checker.build(size, directory)
            cells[checker.name] = Cell(
                size=size.name, checker=checker.name, symmetric=checker.symmetric, built=time.monotonic() - started
            )
        for _ in range(repeat):
            for checker in checkers:
                cell = cells[checker.name]
                if cell.runs and not cell.answered:
                    continue
                run = run_once(checker, built[checker.name], limits)
                cells[checker.name] = msgspec.structs.replace(cell, runs=(*cell.runs, run))
                print(f"{size.name}  {checker.name:32} {seconds(cells[checker.name]):>10} s", flush=True)
    return list(cells.values())


def problems(size: Size, cells: Sequence[Cell], checkers: Sequence[Checker]) -> list[str]:
    """Everything that is not as it should be, as sentences."""
    by_name = {checker.name: checker for checker in checkers}
    found = [f"{size.name}: {difference}" for difference in split(size, cells, checkers)]
    for cell in cells:
        for run in cell.runs:
            if run.problem:
                found.append(f"{size.name}, {cell.checker}: {run.problem}")
            if run.answer:
                wrong = disagreements(size, by_name[cell.checker], run.answer)
                found.extend(f"{size.name}, {cell.checker}: {difference}" for difference in wrong)
    return list(dict.fromkeys(found))


def plotted(cells: Sequence[Cell], sizes: Sequence[str]) -> Mapping[str, list[Point]]:
    """A line for each checker, over the sizes in order."""
    lines: dict[str, list[Point]] = {}
    for cell in cells:
        if cell.runs and cell.ending != "failed":
            point = Point(sizes.index(cell.size), cell.seconds, cell.memory, cut=not cell.answered)
            lines.setdefault(cell.checker, []).append(point)
    return lines


def label(size: Size) -> str:
    """How the plot calls a size."""
    if size.violated:
        return f"{size.name}\nto the violation"
    return f"{size.name}\n{size.orbits:,} orbits" + (f"\n{size.states:,} states" if size.states else "")


def write(
    out: Path, sizes: Sequence[Size], cells: Sequence[Cell], found: Sequence[str], where: Mapping[str, Any]
) -> None:
    """Write the report, the raw numbers and the plot."""
    out.mkdir(parents=True, exist_ok=True)
    described = ", ".join(f"{name} {value}" for name, value in where.items())
    listed = "\n".join(f"- {problem}" for problem in found) or "All checkers agree, and with what was known before."
    (out / "compare.md").write_text(f"Measured on: {described}\n\n{report(cells)}\n### Agreement\n\n{listed}\n")
    raw = {"machine": where, "sizes": sizes, "cells": cells, "problems": found}
    (out / "compare.json").write_bytes(msgspec.json.format(msgspec.json.encode(raw), indent=1))
    lines = plotted(cells, [size.name for size in sizes])
    draw(lines, [label(size) for size in sizes], "One Deployment rollout, every checker", out / "compare")


def main() -> int:
    """Measure, write, and fail if checkers disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="Z,A,B,D", help=f"of {','.join(SIZES)}")
    parser.add_argument("--only", action="append", help="checkers whose names begin so; may be given several times")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=300, help="seconds a run")
    parser.add_argument("--memory", type=float, default=12, help="GiB a run")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    options = parser.parse_args()
    where = machine()
    asked = [checker for checker in CHECKERS if checker.name.startswith(tuple(options.only or [""]))]
    for checker in asked:
        if missing := checker.missing():
            print(f"left out: {checker.name} (to install: {missing})")
    checkers = [checker for checker in asked if not checker.missing()]
    sizes = [SIZES[name] for name in options.sizes.split(",")]
    cells: list[Cell] = []
    found: list[str] = []
    for size in sizes:
        measured = compare(size, checkers, options.repeat, Limits(options.timeout, options.memory * 1024))
        cells += measured
        found += problems(size, measured, checkers)
        write(options.out, sizes, cells, found, where)
    print("\n".join(found) or "all agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
