"""The command line.

Exit codes: 0 nothing violated and nothing inconclusive; 1 something violated; 2 bad usage or bad input; 3 nothing
violated but something inconclusive.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.table import Table

from kubeproof.sitting import Fail, Interrupted, reported, standard_output

if TYPE_CHECKING:
    from kubeproof.narration import Narration
    from kubeproof.verification import ProgressCallback, Report

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

app = App(
    name="kubeproof",
    help="Find out whether a rollout, a scaling or a failure can hurt a Kubernetes workload, in any interleaving.\n\n"
    "Exit codes: 0 nothing violated and nothing inconclusive, 1 something violated, 2 bad usage or bad input, "
    "3 nothing violated but something inconclusive.",
    version_flags=["--version"],
)

Names = Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)]
Switch = Annotated[bool, Parameter(negative="")]


@app.command
def verify(
    *paths: Annotated[str, Parameter(allow_leading_hyphen=True)],
    scenario: Names = None,
    property: Names = None,
    assume: Names = None,
    nodes: int = 2,
    replicas: int | None = None,
    deepen: Switch = False,
    search: Literal["breadth", "depth", "simulation"] = "breadth",
    seed: int = 0,
    symmetry: bool = True,
    partial_order: bool = False,
    live_columns: bool = False,
    max_states: int | None = None,
    max_depth: int | None = None,
    timeout: float | None = None,
    memory: str | None = None,
    workers: int | None = None,
    sample: Switch = False,
    checkpoint: Path | None = None,
    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    save: Path | None = None,
) -> int:
    """Verify manifests: print a verdict for each property in each scenario, and a trace for each violation.

    Parameters
    ----------
    paths
        Files, folders, or - for standard input. Render Helm charts and kustomizations first and pipe them in.
    scenario
        Only this scenario; may be given several times. "all" is every one, also those that are searched on request.
    property
        Only this property; may be given several times.
    assume
        An order between two timers that you vouch for, such as prestop-outlasts-propagation.
    nodes
        How many nodes to assume when the manifests have no Node objects.
    replicas
        The most replicas a Deployment to search; each scenario has a bound of its own.
    deepen
        Search the smallest instance first, then ever larger ones up to the bound; stop at a property's first violation.
        The verdict names the size: that instance violates it, a larger one need not.
    search
        Breadth first finds shortest traces; depth first keeps fewer states waiting; a simulation takes random runs
        (10,000, or until --timeout) and proves nothing.
    seed
        Of the simulation.
    symmetry
        Count states that differ by exchanges of interchangeable Pods or nodes once.
    partial_order
        Do not take independent events in every order; traces may be longer than the shortest.
    live_columns
        Count states that differ only in what nothing reads once.
    max_states
        Distinct states after which a scenario is inconclusive: 3,000,000 by default, and 1,000,000 for promises about
        whole runs, which are looked at without reductions.
    max_depth
        Steps from the first state after which a scenario is inconclusive, or a run of the simulation ends (100 by
        default).
    timeout
        Seconds after which all that is undecided is inconclusive.
    memory
        Memory that the process may use, in MiB or as in 2GiB, 800MB; beyond it, a search goes on on disk. A share of
        the machine's by default.
    workers
        Threads; as many as there are processors by default. The result does not depend on it.
    sample
        Print a trace to a state of the greatest depth for a scenario without violations.
    checkpoint
        Keep the run in this folder, so that kubeproof resume can go on with it.
    json
        Write verdicts and notes to this file (- for standard output, instead of the text).
    save
        Write the counterexample of each violation into this folder.
    """
    from kubeproof.options import memory_size
    from kubeproof.verification import verify as run

    for path in paths:
        if path.startswith("-") and path != "-":
            raise Fail(f"there is no option {path}; try: kubeproof verify --help")
    if not paths:
        raise Fail("name a file or a folder of manifests, or - for standard input")

    def begin(progress: "ProgressCallback") -> "Report":
        return run(
            *paths,
            scenarios=scenario or (),
            properties=property or (),
            assume=assume or (),
            memory=None if memory is None else memory_size(memory),
            progress=progress,
            checkpoint=checkpoint,
            nodes=nodes,
            replicas=replicas,
            deepen=deepen,
            search=search,
            seed=seed,
            symmetry=symmetry,
            partial_order=partial_order,
            live_columns=live_columns,
            max_states=max_states,
            max_depth=max_depth,
            timeout=timeout,
            workers=workers,
            sample=sample,
        )

    return reported(begin, checkpoint, json, save)


@app.command
def resume(
    run: Path,
    *,
    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    save: Path | None = None,
) -> int:
    """Go on with a run that verify --checkpoint keeps in a folder; prints and exits like verify.

    What was decided is not searched again, and the result is that of the run without a break. --timeout counts anew.

    Parameters
    ----------
    run
        The folder.
    json
        Write verdicts and notes to this file (- for standard output, instead of the text).
    save
        Write the counterexample of each violation into this folder.
    """
    from kubeproof.verification import resume as go_on

    return reported(lambda progress: go_on(run, progress), run, json, save)


@app.command
def replay(counterexample: Path) -> int:
    """Replay a saved counterexample in the plain run.

    Exits with 0 when the recorded violation is reached again, 1 when it is not, 2 for a file that cannot be read.
    """
    from checker.trace import ReplayFailed
    from kubeproof import reporting
    from kubeproof.counterexample import BadCounterexample, load, take_again

    console = standard_output()
    try:
        saved = load(counterexample)
        replayed = take_again(saved)
    except BadCounterexample as error:
        raise Fail(str(error)) from None
    except ReplayFailed as failed:
        console.print(f"{counterexample}: {saved.property} is not violated again: {failed}", soft_wrap=True)
        return 1
    told = replayed.narration
    console.print(
        f"{counterexample}: {saved.property} is violated again after {reporting.steps(len(saved.steps))} "
        f"of {saved.scenario}{_and_forever(told)}, by {', '.join(told.offenders)}",
        soft_wrap=True,
    )
    for reason in told.why:
        console.print(f"why: {reason}", soft_wrap=True, markup=False)
    return 0


def _and_forever(told: "Narration") -> str:
    if told.forever is None:
        return ""
    cycle = len(told.forever.cycle)
    return f" and a cycle of {cycle} that goes on forever" if cycle else ", after which nothing more happens"


@app.command
def show(counterexample: Path, *, format: Literal["text", "json", "mermaid", "pytest"] = "text") -> int:
    """Print the trace of a saved counterexample.

    Parameters
    ----------
    format
        Text, JSON, a Mermaid sequence diagram, or a test for pytest that stands alone.
    """
    from checker.trace import ReplayFailed
    from kubeproof import output, reporting
    from kubeproof.counterexample import BadCounterexample, load, take_again

    try:
        saved = load(counterexample)
        replayed = take_again(saved)
    except (BadCounterexample, ReplayFailed) as error:
        raise Fail(f"{counterexample}: {error}" if isinstance(error, ReplayFailed) else str(error)) from None
    if format == "text":
        standard_output().print(reporting.story(replayed.narration, replayed.promise))
        return 0
    if format == "pytest":
        text = output.pytest_file(saved, replayed)
    else:
        render = output.narration_json if format == "json" else output.mermaid
        text = render(replayed.narration)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


@app.command
def properties() -> int:
    """List the properties: what each promises and what it needs."""
    from kubeproof.standard.catalog import PROPERTIES, PROPERTY_NEEDS

    _list((prop.name, f"{prop.sentence} ({prop.kind.value})", PROPERTY_NEEDS[prop.name]) for prop in PROPERTIES)
    return 0


@app.command
def scenarios() -> int:
    """List the scenarios and the assumptions that can be made."""
    from kubeproof.scenarios import ASSUMPTIONS
    from kubeproof.standard.catalog import STANDARD

    _list(
        (each.name, each.sentence, f"{each.needs}; on request" if each.on_request else each.needs) for each in STANDARD
    )
    standard_output().print("\nassumptions (--assume)")
    _list((name, sentence, "") for name, sentence in ASSUMPTIONS.items())
    return 0


def _list(rows: Any) -> None:
    table = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for name, sentence, needs in rows:
        table.add_row(f"[bold]{name}[/bold]", sentence, f"needs {needs}" if needs else "")
    standard_output().print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (the process's own arguments by default) and exit."""
    errors = Console(stderr=True, highlight=False)
    try:
        code = app(sys.argv[1:] if arguments is None else list(arguments), exit_on_error=False, print_error=False)
    except Fail as failure:
        errors.print(str(failure), style="red", markup=False, soft_wrap=True)
        code = EXIT_BAD_INPUT
    except CycloptsError as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        errors.print("try: kubeproof --help")
        code = EXIT_BAD_INPUT
    except Interrupted as interrupted:
        errors.print("; ".join(filter(None, ["interrupted", str(interrupted)])), markup=False, soft_wrap=True)
        code = EXIT_INTERRUPTED
    except KeyboardInterrupt:
        errors.print("interrupted")
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
