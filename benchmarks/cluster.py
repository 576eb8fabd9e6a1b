"""How the search of the whole cluster model grows with replicas and nodes, reductions on and off.

    python -m benchmarks.cluster [--replicas 1,2,3] [--nodes 1,2,3] [--max-states 50000000] [--timeout 300] [--out DIR]

No other checker has this model. Each run is a process of its own (`benchmarks/cluster_rollout.py`), timed from its
start to its end. DIR gets a Markdown table, every raw number as JSON, and a plot.
"""

import argparse
import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.machine import machine
from benchmarks.measuring import Limits, Measurement, measure, printed_values
from benchmarks.plot import Point, draw
from benchmarks.tables import significant, table

ROOT = Path(__file__).parent.parent
REDUCTIONS: Mapping[str, tuple[str, ...]] = {"none": (), "symmetry": ("--symmetry",)}
HEADER = ("replicas", "nodes", "reductions", "states", "transitions", "depth", "seconds", "MiB", "states / s", "ended")


class ClusterRun(msgspec.Struct, frozen=True):
    """One run at one size, and what it printed; nothing where it was killed."""

    replicas: int
    nodes: int
    reductions: str
    measurement: Measurement
    printed: Mapping[str, str]

    @property
    def ended(self) -> str:
        """How it ended: exhausted, or what stopped it."""
        return self.printed.get("stopped", "failed" if self.measurement.ended == "finished" else self.measurement.ended)

    @property
    def cut(self) -> bool:
        """Not every state was visited."""
        return self.ended != "exhausted"


def run_once(replicas: int, nodes: int, reductions: str, max_states: int, limits: Limits) -> ClusterRun:
    """Run one size; the search stops itself first, the process is killed a minute later."""
    sizes = (str(replicas), str(nodes), "--max-states", str(max_states), "--timeout", str(limits.seconds))
    command = (sys.executable, "-m", "benchmarks.cluster_rollout", *sizes, *REDUCTIONS[reductions])
    measurement = measure(command, ROOT, msgspec.structs.replace(limits, seconds=limits.seconds + 60))
    printed = printed_values(measurement.output) if measurement.status == 0 else {}
    return ClusterRun(replicas, nodes, reductions, measurement, printed)


def row(run: ClusterRun) -> list[str]:
    """The run as a line of the table; "more than" where it was cut."""
    more = "> " if run.cut else ""
    states = int(run.printed.get("states", "0").replace(",", ""))
    return [
        *map(str, (run.replicas, run.nodes, run.reductions)),
        *(f"{more}{run.printed[name]}" if name in run.printed else "-" for name in ("states", "transitions", "depth")),
        f"{more}{significant(run.measurement.seconds)}",
        f"{more}{run.measurement.memory:,.0f}",
        f"{states / run.measurement.seconds:,.0f}" if states else "-",
        run.ended,
    ]


def problems(runs: Sequence[ClusterRun]) -> list[str]:
    """Runs that failed, and sizes at which a reduction changed what was found."""
    wrong: list[str] = []
    for (replicas, nodes), group in itertools.groupby(runs, lambda run: (run.replicas, run.nodes)):
        together = list(group)
        size = f"{replicas} replicas on {nodes} nodes"
        failed = [run for run in together if run.measurement.ended == "finished" and not run.printed]
        wrong.extend(f"{size}, reductions {run.reductions}: {run.measurement.output[-500:]}" for run in failed)
        found = {run.reductions: run.printed["found"] for run in together if not run.cut}
        if len(set(found.values())) > 1:
            wrong.append(f"{size}: {found}")
    return wrong


def write(out: Path, runs: Sequence[ClusterRun], where: Mapping[str, Any]) -> None:
    """Write the table, the raw numbers and the plot."""
    out.mkdir(parents=True, exist_ok=True)
    described = ", ".join(f"{name} {value}" for name, value in where.items())
    (out / "cluster.md").write_text(f"Measured on: {described}\n\n{table(HEADER, list(map(row, runs)))}\n")
    raw = {"machine": where, "runs": runs}
    (out / "cluster.json").write_bytes(msgspec.json.format(msgspec.json.encode(raw), indent=1))
    sizes = list(dict.fromkeys((run.replicas, run.nodes) for run in runs))
    lines: dict[str, list[Point]] = {f"reductions: {name}": [] for name in REDUCTIONS}
    for run in runs:
        measured = run.measurement
        point = Point(sizes.index((run.replicas, run.nodes)), measured.seconds, measured.memory, cut=run.cut)
        lines[f"reductions: {run.reductions}"].append(point)
    labels = [f"{replicas} replicas\n{nodes} nodes" for replicas, nodes in sizes]
    draw(lines, labels, "A rollout on the whole cluster model", out / "cluster")


def main() -> int:
    """Measure, write after each size, and fail if a run failed or a reduction changed what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicas", default="1,2,3")
    parser.add_argument("--nodes", default="1,2,3")
    parser.add_argument("--max-states", type=int, default=50_000_000)
    parser.add_argument("--timeout", type=float, default=300, help="seconds a run")
    parser.add_argument("--memory", type=float, default=12, help="GiB a run")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    options = parser.parse_args()
    limits, where = Limits(options.timeout, options.memory * 1024), machine()
    run_once(1, 1, "none", options.max_states, limits)  # leaves the compiled loops in the cache
    runs: list[ClusterRun] = []
    for replicas, nodes in itertools.product(options.replicas.split(","), options.nodes.split(",")):
        for reductions in REDUCTIONS:
            runs.append(run_once(int(replicas), int(nodes), reductions, options.max_states, limits))
            print(" | ".join(row(runs[-1])), flush=True)
        write(options.out, runs, where)
    found = problems(runs)
    print("\n".join(found) or "reductions changed nothing that was found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
