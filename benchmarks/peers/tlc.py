"""TLC: the model checker of TLA+, on Java. The environment variable KUBEPROOF_TLA2TOOLS names its tla2tools.jar."""

import os
import re
import shutil
from pathlib import Path

import msgspec

from benchmarks.peers.checker import MODELS, Answer, Built, Unreadable, first, number
from benchmarks.sizes import Size, Task

JAR = "KUBEPROOF_TLA2TOOLS"


def configuration(task: Task, *, symmetry: bool) -> str:
    """TLC's configuration file for one task."""
    numbers = task.constants
    slots = ", ".join(f"p{number}" for number in range(1, numbers["P"] + 1))
    nodes = ", ".join(f"n{number}" for number in range(1, numbers["K"] + 1))
    return "\n".join(
        (
            "SPECIFICATION Spec",
            "CHECK_DEADLOCK FALSE",
            "CONSTANTS",
            *(f"  {name} = {numbers[name]}" for name in "NSUCFX"),
            f"  Slots = {{{slots}}}",
            f"  Nodes = {{{nodes}}}",
            "  None = None",
            f"  G = {'TRUE' if numbers['G'] else 'FALSE'}",
            *(f"INVARIANT {name}" for name in task.checked),
            *(["SYMMETRY Symmetry"] if symmetry else []),
            "",
        )
    )


class Tlc(msgspec.Struct, frozen=True):
    """TLC, breadth-first, with or without its symmetry sets."""

    symmetric: bool = False
    workers: int = 2
    exact: bool = True

    @property
    def name(self) -> str:
        """How tables call it."""
        return f"TLC{' SYMMETRY' if self.symmetric else ''}, {self.workers} workers"

    @property
    def shortest(self) -> bool:
        """With more workers than one, levels overlap."""
        return self.workers == 1

    def missing(self) -> str | None:
        """How to get it, where it is not there."""
        if shutil.which("java") and Path(os.environ.get(JAR, "")).is_file():
            return None
        return f"apt-get install default-jre-headless, and {JAR}=/path/to/tla2tools.jar (TLA+ tools' releases)"

    def build(self, size: Size, directory: Path) -> Built:
        """Write the module and its configuration; a home of its own keeps TLC from sending execution statistics."""
        shutil.copy(MODELS / "Rollout.tla", directory)
        (directory / "Rollout.cfg").write_text(configuration(size.task, symmetry=self.symmetric))
        (directory / ".tlaplus").mkdir()
        (directory / ".tlaplus" / "esc.txt").write_text("NO_STATISTICS\n")
        java = ("java", "-XX:+UseParallelGC", f"-Duser.home={directory}", "-cp", os.environ[JAR], "tlc2.TLC")
        options = ("-workers", str(self.workers), "-nowarning", "-noGenerateSpecTE", "Rollout.tla")
        return Built((*java, *options), directory)

    def read(self, output: str) -> Answer:
        """What TLC said; it counts the initial state as generated."""
        violated = first(r"Error: Invariant (\w+) is violated", output)
        if violated is None and "No error has been found" not in output:
            raise Unreadable(f"no verdict in: {output[-2000:]}")
        return Answer(
            states=number(r"states generated, ([\d,]+) distinct states", output),
            transitions=number(r"([\d,]+) states generated, [\d,]+ distinct states", output) - 1,
            violated=violated,
            steps=len(re.findall(r"(?m)^State \d+:", output)) - 1 if violated else None,
        )
