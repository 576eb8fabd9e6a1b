"""SPIN: a depth-first search in C, generated and compiled for one model (spinroot.com; Debian's `spin`)."""

import re
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.peers.checker import MODELS, Answer, Built, Unreadable, first, number, prepare
from benchmarks.sizes import Size

CHECK = {"SpecBound": "SPEC_BOUND", "PodBound": "POD_BOUND", "Avail": "AVAIL", "LiveEp": "LIVE_EP"}

# One process, no cycles checked, no fairness: partial-order reduction could remove nothing and would cost time.
COMPILE = ("gcc", "-O3", "-march=native", "-w", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR")
LARGEST_STATE = 24  # bytes, as `pan` counts them, with eight Pod slots
RUN = ("./pan", "-E", "-n")  # a finished rollout is no error; no list of unreached code


class Spin(msgspec.Struct, frozen=True):
    """SPIN, depth-first with whole states (`pan -O3`) unless it is told otherwise."""

    compression: Literal["", "-DCOLLAPSE", "-DMA"] = ""
    breadth_first: bool = False
    symmetric: bool = False
    exact: bool = True

    @property
    def name(self) -> str:
        """How tables call it."""
        return " ".join(filter(None, ("SPIN", self.compression, "-DBFS" if self.breadth_first else "")))

    @property
    def shortest(self) -> bool:
        """Only breadth-first search finds a shortest counterexample."""
        return self.breadth_first

    def missing(self) -> str | None:
        """How to get it, where it is not there."""
        if shutil.which("spin") and shutil.which("gcc"):
            return None
        return "apt-get install spin gcc"

    def build(self, size: Size, directory: Path) -> Built:
        """Generate and compile the verifier."""
        constants = [f"-D{name}={value}" for name, value in size.task.constants.items()]
        checks = [f"-DCHECK_{CHECK[name]}" for name in size.task.checked]
        compression = f"-DMA={LARGEST_STATE}" if self.compression == "-DMA" else self.compression
        options = filter(None, (compression, "-DBFS" if self.breadth_first else ""))
        shutil.copy(MODELS / "rollout.pml", directory)
        prepare(directory, "spin", "-a", *constants, *checks, "rollout.pml")
        prepare(directory, *COMPILE, *options, "-o", "pan", "pan.c")
        return Built((*RUN, *([f"-w{size.states.bit_length()}"] if size.states else [])), directory)

    def read(self, output: str) -> Answer:
        """What `pan` said; it counts the initial state as a transition, and rounds from 10^8 on: that is no answer."""
        if re.search("max search depth too small|out of memory|memory limit", output):
            raise Unreadable(f"the search was cut: {output[-2000:]}")
        violated = first(r"pan:\d+: (\w+) violated", output)
        return Answer(
            states=number(r"(?m)^ *(\d+) states, stored", output),
            transitions=number(r"(?m)^ *(\d+) transitions \(= stored\+matched\)", output) - 1,
            violated=violated,
            steps=number(r"violated \(at depth (\d+)\)", output) if violated else None,
        )
