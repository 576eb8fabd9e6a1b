"""Runs commands in a process of their own and says what each took."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

LAUNCHER = Path(__file__).parent / "measured.py"


class Limits(msgspec.Struct, frozen=True):
    """What a run may take: seconds, and MiB of memory."""

    seconds: float
    memory: float


class Measurement(msgspec.Struct, frozen=True):
    """What one run took, from the start of the process to its end: seconds, peak MiB; and what it printed."""

    seconds: float
    memory: float
    status: int
    ended: Literal["finished", "timeout", "memory"]
    output: str = ""


def measure(command: Sequence[str], directory: Path, limits: Limits) -> Measurement:
    """Run a command in a directory."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as output:
        launched = [sys.executable, "-I", "-S", str(LAUNCHER), str(limits.seconds), str(limits.memory)]
        finished = subprocess.run(
            [*launched, str(directory), output.name, *command], check=True, stdout=subprocess.PIPE
        )
        measurement = msgspec.json.decode(finished.stdout, type=Measurement)
        return msgspec.structs.replace(measurement, output=output.read())


def printed_values(output: str) -> dict[str, str]:
    """The values of the lines "name  value" that our own programs print."""
    pairs = (line.split(maxsplit=1) for line in output.splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}
