"""The command line.

Exit codes: 0 nothing violated and nothing inconclusive; 1 something violated; 2 bad usage or bad input; 3 nothing
violated but something inconclusive.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.status import Status
from rich.table import Table

EXIT_BAD_INPUT = 2

app = App(
    name="kubeproof",
    help="Find out whether a rollout, a scaling or a failure can hurt a Kubernetes workload, in any interleaving.\n\n"
    "Exit codes: 0 nothing violated and nothing inconclusive, 1 something violated, 2 bad usage or bad input, "
    "3 nothing violated but something inconclusive.",
    version_flags=["--version"],
)

Names = Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)]


class _Fail(Exception):
    """Ends the command with exit code 2 and a message."""


@app.command
def verify(
    *paths: Annotated[str, Parameter(allow_leading_hyphen=True)],
    scenario: Names = None,
    property: Names = None,
    assume: Names = None,
    nodes: int = 2,
    replicas: int | None = None,
    max_states: int = 3_000_000,
    timeout: float | None = None,
    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    save: Path | None = None,
) -> int:
    """Verify manifests: print a verdict for each property in each scenario, and a trace for each violation.

    Parameters
    ----------
    paths
        Files, folders, or - for standard input. Render Helm charts and kustomizations first and pipe them in.
    scenario
        Only this scenario; may be given several times.
    property
        Only this property; may be given several times.
    assume
        An order between two timers that you vouch for, such as prestop-outlasts-propagation.
    nodes
        How many nodes to assume when the manifests have no Node objects.
    replicas
        The most replicas a Deployment to search; each scenario has a bound of its own.
    max_states
        Distinct states after which a scenario is inconclusive.
    timeout
        Seconds after which all that is undecided is inconclusive.
    json
        Write verdicts and notes to this file (- for standard output, instead of the text).
    save
        Write the counterexample of each violation into this folder.
    """
    from kubeproof import output, reporting
    from kubeproof.manifests.errors import BadManifests
    from kubeproof.verification import UsageError
    from kubeproof.verification import verify as run

    for path in paths:
        if path.startswith("-") and path != "-":
            raise _Fail(f"there is no option {path}; try: kubeproof verify --help")
    if not paths:
        raise _Fail("name a file or a folder of manifests, or - for standard input")
    console, errors = _console(), Console(stderr=True, highlight=False)
    try:
        with errors.status("reading, searching (the very first run also compiles, for some seconds)") as status:
            report = run(
                *paths,
                scenarios=scenario or (),
                properties=property or (),
                assume=assume or (),
                nodes=nodes,
                replicas=replicas,
                max_states=max_states,
                timeout=timeout,
                progress=lambda workload, name, now: _show(status, workload.name, name, now),
            )
    except (BadManifests, UsageError) as error:
        raise _Fail(str(error)) from None
    try:
        if json is not None and str(json) != "-":
            json.write_bytes(output.report_json(report))
        saved = list(output.save(report, save)) if save is not None else []
    except OSError as error:
        raise _Fail(f"{error.filename}: {error.strerror}") from None
    if json is not None and str(json) == "-":
        sys.stdout.write(output.report_json(report).decode())
    else:
        reporting.print_report(report, console)
        for file in saved:
            console.print(f"saved {file}", soft_wrap=True)
    return report.exit_code


def _console() -> Console:
    """Standard output; as wide as a matrix needs where it is not a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def _show(status: Status, workload: str, scenario: str, now: Any) -> None:
    rate = now.states / now.seconds if now.seconds else 0
    status.update(
        f"{workload}, {scenario}: {now.states:,} states, {rate:,.0f} a second, depth {now.depth}, "
        f"frontier {now.frontier:,}"
    )


@app.command
def replay(counterexample: Path) -> int:
    """Replay a saved counterexample in the plain run.

    Exits with 0 when the recorded violation is reached again, 1 when it is not, 2 for a file that cannot be read.
    """
    from checker.trace import ReplayFailed
    from kubeproof import reporting
    from kubeproof.counterexample import BadCounterexample, load, take_again

    console = _console()
    try:
        saved = load(counterexample)
        replayed = take_again(saved)
    except BadCounterexample as error:
        raise _Fail(str(error)) from None
    except ReplayFailed as failed:
        console.print(f"{counterexample}: {saved.property} is not violated again: {failed}", soft_wrap=True)
        return 1
    console.print(
        f"{counterexample}: {saved.property} is violated again after {reporting.steps(len(saved.steps))} "
        f"of {saved.scenario}, by {', '.join(replayed.narration.offenders)}",
        soft_wrap=True,
    )
    return 0


@app.command
def show(counterexample: Path, *, format: Literal["text", "json", "mermaid"] = "text") -> int:
    """Print the trace of a saved counterexample.

    Parameters
    ----------
    format
        Text, JSON, or a Mermaid sequence diagram.
    """
    from checker.trace import ReplayFailed
    from kubeproof import output, reporting
    from kubeproof.counterexample import BadCounterexample, load, take_again

    try:
        replayed = take_again(load(counterexample))
    except (BadCounterexample, ReplayFailed) as error:
        raise _Fail(f"{counterexample}: {error}" if isinstance(error, ReplayFailed) else str(error)) from None
    if format == "text":
        _console().print(reporting.story(replayed.narration, replayed.promise))
    else:
        render = output.narration_json if format == "json" else output.mermaid
        sys.stdout.write(render(replayed.narration).rstrip("\n") + "\n")
    return 0


@app.command
def properties() -> int:
    """List the properties: what each promises and what it needs."""
    from kubeproof.scenarios import PROPERTIES, PROPERTY_NEEDS

    _list((prop.name, f"{prop.sentence} ({prop.kind.value})", PROPERTY_NEEDS[prop.name]) for prop in PROPERTIES)
    return 0


@app.command
def scenarios() -> int:
    """List the scenarios and the assumptions that can be made."""
    from kubeproof.scenarios import ASSUMPTIONS, STANDARD

    _list((standard.name, standard.sentence, standard.needs) for standard in STANDARD)
    _console().print("\nassumptions (--assume)")
    _list((name, sentence, "") for name, sentence in ASSUMPTIONS.items())
    return 0


def _list(rows: Any) -> None:
    table = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for name, sentence, needs in rows:
        table.add_row(f"[bold]{name}[/bold]", sentence, f"needs {needs}" if needs else "")
    _console().print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (the process's own arguments by default) and exit."""
    errors = Console(stderr=True, highlight=False)
    try:
        code = app(sys.argv[1:] if arguments is None else list(arguments), exit_on_error=False, print_error=False)
    except _Fail as failure:
        errors.print(str(failure), style="red", markup=False, soft_wrap=True)
        code = EXIT_BAD_INPUT
    except CycloptsError as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        errors.print("try: kubeproof --help")
        code = EXIT_BAD_INPUT
    except KeyboardInterrupt:
        errors.print("interrupted")
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
