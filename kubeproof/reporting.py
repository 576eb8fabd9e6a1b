"""What a person reads: the matrix, what each verdict rests on, and traces."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from checker.verdict import Outcome, Verdict
from checker.vocabulary import Kind, Property
from kubeproof.counterexample import tell_verdict
from kubeproof.manifests.errors import Note
from kubeproof.narration import NarratedStep, Narration, narrate
from kubeproof.verification import Cell, Report

_STYLES = {
    Outcome.HOLDS: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.UNREACHED: "yellow",
    Outcome.INCONCLUSIVE: "yellow",
}
_MOST = 3
"""So many of a kind are printed, the rest is counted."""


def print_report(report: Report, console: Console) -> None:
    """Print everything: a matrix for each workload, the searches, the traces of violations, the notes."""
    for name, cells in _by_workload(report.cells):
        console.print(Text(f"\n{name}", style="bold"))
        console.print(matrix(cells))
        for scenario, group in _by_scenario(cells):
            console.print(rests_on(scenario, group))
        for cell in cells:
            if cell.verdict.outcome is Outcome.VIOLATED:
                console.print(violation(cell.verdict, tell_verdict(cell.verdict, cell.searched, report.assume)))
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


def violation(verdict: Verdict, narration: Narration | None = None) -> RenderableType:
    """A violated promise, the shortest trace to it, and what offends at the end; `narration` may explain it."""
    assert verdict.trace is not None  # a violated verdict has one
    promise = verdict.promise
    title = Text(f"\n{promise.name} violated in {verdict.scenario}: {steps(verdict.depth)}, the shortest", "bold red")
    told = narration or narrate(verdict.trace, verdict.offenders)
    return Group(title, Text(promise.sentence, "italic"), story(told, promise))


def story(narration: Narration, promise: Property) -> RenderableType:
    """A trace: the first state whole, then only what each step changed, and at the end what offends and why.

    A step that the end does not depend on is dim and starts with a dot.
    """
    tree = Tree(Text("0  the first state", "bold"), guide_style="dim")
    for (component, thing), fact in narration.start.items():
        tree.add(Text(f"{component} {thing}: {', '.join(fact)}"))
    last = len(narration.steps)
    return Group(tree, *(_step(step, last) for step in narration.steps), *_end(narration, promise))


def _step(step: NarratedStep, last: int) -> Tree:
    style = "" if step.needed else "dim"
    head = Text.assemble(
        ("" if step.needed else "· ", style),
        (f"{step.number}  {step.actor}", "bold" if step.needed else style),
        (f" {step.what}", style),
        (_needed_later(step, last), "dim"),
    )
    branch = Tree(head, guide_style="dim")
    for change in step.changes:
        branch.add(Text(str(change), style))
    return branch


def _needed_later(step: NarratedStep, last: int) -> str:
    """What a step is there for, unless the next one needs it (or, for the last step, the end)."""
    if not step.needed or step.number + 1 in step.needed_by or step.number == last:
        return ""
    if not step.needed_by:
        return "  (needed at the end)"
    return f"  (needed by {_listed(step.needed_by[:_MOST], ', ')}{', …' if step.needed_by[_MOST:] else ''})"


def _end(narration: Narration, promise: Property) -> Iterator[Text]:
    word = "witness" if promise.kind is Kind.SOMETIMES else "offends"
    yield from (Text(f"→  {word}: {offender}", "bold red") for offender in narration.offenders)
    yield from (Text(f"   why: {reason}", "red") for reason in narration.why)
    others = _instead(narration)
    for what, numbers in list(others.items())[:_MOST]:
        yield Text(f"   instead of {_listed(sorted(numbers), ' or ')}: {what}")
    if len(others) > _MOST:
        yield Text(f"   and {len(others) - _MOST} more", "dim")
    spare = sum(not step.needed for step in narration.steps)
    if spare:
        yield Text(f"·  without {'this step' if spare == 1 else f'these {spare} steps'} it ends the same", "dim")


def _instead(narration: Narration) -> dict[str, list[int]]:
    """What another component could have done that leads elsewhere, and instead of which of the last needed steps."""
    moments: dict[str, list[int]] = {}
    for step in [step for step in narration.steps if step.needed][: -_MOST - 1 : -1]:
        for other in step.instead:
            if other.derails and other.other_event and not other.disturbance:
                moments.setdefault(str(other), []).append(step.number)
    return moments


def _listed(numbers: Sequence[int], last: str) -> str:
    """As in ``1, 2 or 3``."""
    return last.join(filter(None, [", ".join(map(str, numbers[:-1])), *map(str, numbers[-1:])]))


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
