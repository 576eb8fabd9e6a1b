"""A verification on the command line: its progress, its report, and how it ends."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubeproof.verification import ProgressCallback, Report


class Fail(Exception):
    """Ends the command with exit code 2 and a message."""


class Interrupted(Exception):
    """Ends the command like Ctrl-C, and says how to go on."""


def reported(
    run: "Callable[[ProgressCallback], Report]", checkpoint: Path | None, json: Path | None, save: Path | None
) -> int:
    """Run a verification, print or write what it found, and return the exit code."""
    from checker.checkpoint import BadCheckpoint
    from kubeproof import output, reporting
    from kubeproof.manifests.errors import BadManifests
    from kubeproof.options import UsageError
    from kubeproof.runs import BadRun

    errors = Console(stderr=True, highlight=False)
    how = f"go on with: kubeproof resume {checkpoint}"
    if not compiled_before():
        errors.print("compiling the search loops: only once, some seconds")
    try:
        with errors.status("reading, searching") as status:
            report = run(lambda workload, name, now: _show(status, workload.name, name, now))
    except (BadManifests, UsageError, BadRun, BadCheckpoint) as error:
        raise Fail(str(error)) from None
    except KeyboardInterrupt:
        raise Interrupted(how if checkpoint is not None else "") from None
    try:
        if json is not None and str(json) != "-":
            json.write_bytes(output.report_json(report))
        saved = list(output.save(report, save)) if save is not None else []
    except OSError as error:
        raise Fail(f"{error.filename}: {error.strerror}") from None
    if json is not None and str(json) == "-":
        sys.stdout.write(output.report_json(report).decode())
    else:
        console = standard_output()
        reporting.print_report(report, console)
        for file in saved:
            console.print(f"saved {file}", soft_wrap=True)
    if checkpoint is not None and report.cut_short is not None:
        errors.print(f"{report.cut_short}; {how}", markup=False, soft_wrap=True)
    return report.exit_code


def compiled_before() -> bool:
    """The search loops were compiled by an earlier run and kept."""
    from checker import kernels

    return any(Path(kernels.insert.stats.cache_path).glob("kernels.*.nbi"))


def standard_output() -> Console:
    """Standard output; as wide as a matrix needs where it is not a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def _show(status: Status, workload: str, scenario: str, now: Any) -> None:
    from checker.storage import memory_used

    rate = now.states / now.seconds if now.seconds else 0
    status.update(
        f"{workload}, {scenario}: {now.states:,} states, {rate:,.0f} a second, depth {now.depth}, "
        f"frontier {now.frontier:,}, memory {memory_used() / 2**20:,.0f} MiB"
    )
