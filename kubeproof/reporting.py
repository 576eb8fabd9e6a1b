"""What a person reads: the matrix, what each verdict rests on, and traces."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from checker.verdict import Outcome, Verdict
from checker.vocabulary import Kind, Property
from kubeproof.manifests.errors import Note
from kubeproof.narration import Narration, narrate
from kubeproof.verification import Cell, Report

_STYLES = {
    Outcome.HOLDS: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.UNREACHED: "yellow",
    Outcome.INCONCLUSIVE: "yellow",
}


def print_report(report: Report, console: Console) -> None:
    """Print everything: a matrix for each workload, the searches, the traces of violations, the notes."""
    for name, cells in _by_workload(report.cells):
        console.print(Text(f"\n{name}", style="bold"))
        console.print(matrix(cells))
        for scenario, group in _by_scenario(cells):
            console.print(rests_on(scenario, group))
        for cell in cells:
            if cell.verdict.outcome is Outcome.VIOLATED:
                console.print(violation(cell.verdict))
    print_notes(report.notes, console)
    console.print(summary(report))


def _by_workload(cells: Iterable[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.written.name, []).append(cell)
    yield from groups.items()


def _by_scenario(cells: Iterable[Cell]) -> Iterator[tuple[str, list[Verdict]]]:
    groups: dict[str, list[Verdict]] = {}
    for cell in cells:
        groups.setdefault(cell.verdict.scenario, []).append(cell.verdict)
    yield from groups.items()


def matrix(cells: Sequence[Cell]) -> Table:
    """Properties down, scenarios across."""
    scenarios = list(dict.fromkeys(cell.verdict.scenario for cell in cells))
    properties = list(dict.fromkeys(cell.verdict.promise.name for cell in cells))
    verdicts = {(cell.verdict.promise.name, cell.verdict.scenario): cell.verdict for cell in cells}
    table = Table(show_edge=False, pad_edge=False, caption=_caption(cells), caption_justify="left")
    table.add_column("", no_wrap=True)
    for scenario in scenarios:
        table.add_column(scenario, overflow="fold")
    for name in properties:
        table.add_row(name, *[_in_matrix(verdicts.get((name, scenario))) for scenario in scenarios])
    return table


def _caption(cells: Sequence[Cell]) -> str | None:
    violated = any(cell.verdict.outcome is Outcome.VIOLATED for cell in cells)
    return "(in brackets: steps of the shortest counterexample)" if violated else None


def _in_matrix(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("·", style="dim")
    text = verdict.outcome.value
    if verdict.outcome is Outcome.VIOLATED:
        text = f"violated ({verdict.depth})"
    return Text(text, style=_STYLES[verdict.outcome])


def steps(number: int) -> str:
    """As in ``1 step``, ``7 steps``."""
    return f"{number} step{'' if number == 1 else 's'}"


def rests_on(scenario: str, verdicts: Sequence[Verdict]) -> RenderableType:
    """What the verdicts of one scenario rest on: bounds, disturbances, assumptions, and the size of the search."""
    longest = max(verdicts, key=lambda verdict: verdict.seconds)
    lines = [
        f"[bold]{scenario}[/bold]: {longest.states:,} states, {longest.transitions:,} transitions, "
        f"depth {longest.depth}, {longest.seconds:.1f} s"
        f" (chance of a missed state {longest.collision_probability:.0e})",
        f"  bounds        {_pairs(longest.bounds)}",
        f"  disturbances  {_pairs({name.replace('_', ' '): most for name, most in longest.disturbances.items()})}",
    ]
    parts: list[RenderableType] = [Text.from_markup("\n".join(lines))]
    parts.extend(Text(f"  assuming      {assumption}") for assumption in longest.assumptions)
    parts.extend(
        Text(f"  inconclusive  {verdict.promise.name}: {verdict.reason}", style="yellow")
        for verdict in verdicts
        if verdict.outcome is Outcome.INCONCLUSIVE
    )
    return Group(*parts)


def _pairs(values: Mapping[str, int | str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "none"


def violation(verdict: Verdict) -> RenderableType:
    """A violated promise, the shortest trace to it, and what offends at the end."""
    assert verdict.trace is not None  # a violated verdict has one
    promise = verdict.promise
    title = Text(f"\n{promise.name} violated in {verdict.scenario}: {steps(verdict.depth)}, the shortest", "bold red")
    return Group(title, Text(promise.sentence, "italic"), story(narrate(verdict.trace, verdict.offenders), promise))


def story(narration: Narration, promise: Property) -> RenderableType:
    """A trace: the first state whole, then only what each step changed."""
    tree = Tree(Text("0  the first state", "bold"), guide_style="dim")
    for (component, thing), fact in narration.start.items():
        tree.add(Text(f"{component} {thing}: {', '.join(fact)}"))
    parts: list[RenderableType] = [tree]
    for step in narration.steps:
        branch = Tree(Text.assemble((f"{step.number}  {step.actor}", "bold"), f" {step.what}"), guide_style="dim")
        for change in step.changes:
            branch.add(Text(str(change)))
        parts.append(branch)
    word = "witness" if promise.kind is Kind.SOMETIMES else "offends"
    parts.extend(Text(f"→  {word}: {offender}", "bold red") for offender in narration.offenders)
    return Group(*parts)


def print_notes(notes: Sequence[Note], console: Console) -> None:
    """Print what is suspicious or not represented, with file and line."""
    if notes:
        console.print(Text("\nnotes", style="bold"))
    for note in notes:
        console.print(Text(f"  {note.file}:{note.line}: {note.message}"), soft_wrap=True)


def summary(report: Report) -> Text:
    """One line: how many verdicts of each kind."""
    if not report.cells:
        return Text("\nnothing to verify: no Deployment with replicas in the input, or none that the options choose")
    counts = {
        outcome: sum(verdict.outcome is outcome for verdict in report.verdicts)
        for outcome in (Outcome.VIOLATED, Outcome.INCONCLUSIVE, Outcome.UNREACHED, Outcome.HOLDS)
    }
    parts = [f"{number} {outcome.value}" for outcome, number in counts.items() if number]
    return Text("\n" + ", ".join(parts), style="bold")
