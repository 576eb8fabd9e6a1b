"""Rumur: a breadth-first search in C, generated and compiled for one Murphi model (Debian's `rumur`)."""

import re
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.peers.checker import MODELS, Answer, Built, first, number, prepare
from benchmarks.peers.spin import CHECK
from benchmarks.sizes import Size

COMPILE = ("gcc", "-std=c11", "-O3", "-march=native", "-mcx16", "-w")


class Rumur(msgspec.Struct, frozen=True):
    """Rumur, with one of its symmetry reductions; its default is `heuristic`."""

    symmetry: Literal["off", "heuristic", "exhaustive"] = "off"
    threads: int = 2

    @property
    def name(self) -> str:
        """How tables call it."""
        reduction = "" if self.symmetry == "off" else f", {self.symmetry} symmetry"
        return f"rumur{reduction}, {self.threads} threads"

    @property
    def symmetric(self) -> bool:
        """It visits states up to permutations."""
        return self.symmetry != "off"

    @property
    def exact(self) -> bool:
        """The heuristic may visit several states of an orbit."""
        return self.symmetry != "heuristic"

    @property
    def shortest(self) -> bool:
        """With more threads than one, levels overlap."""
        return self.threads == 1

    def missing(self) -> str | None:
        """How to get it, where it is not there."""
        if shutil.which("rumur") and shutil.which("gcc"):
            return None
        return "apt-get install rumur gcc"

    def build(self, size: Size, directory: Path) -> Built:
        """Generate and compile the verifier."""
        checks = {f"CHECK_{CHECK[name]}": int(name in size.task.checked) for name in CHECK}
        constants = [f"const {name}: {value};" for name, value in {**size.task.constants, **checks}.items()]
        model = (MODELS / "rollout.m").read_text()
        (directory / "rollout.m").write_text("\n".join((*constants, model)))
        options = ("--symmetry-reduction", self.symmetry, "--threads", str(self.threads))
        prepare(directory, "rumur", *options, "--deadlock-detection", "off", "--output", "rollout.c", "rollout.m")
        prepare(directory, *COMPILE, "-o", "rollout", "rollout.c", "-lpthread", "-latomic")
        return Built(("./rollout",), directory)

    def read(self, output: str) -> Answer:
        """What the verifier said."""
        violated = first(r'invariant "(\w+)" failed', output)
        return Answer(
            states=number(r"(\d+) states, \d+ rules fired", output),
            transitions=number(r"\d+ states, (\d+) rules fired", output),
            violated=violated,
            steps=len(re.findall(r'^Rule "', output, re.MULTILINE)) if violated else None,
        )
