"""What a person reads: the matrix, what each verdict rests on, and traces."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from checker.verdict import Outcome, Verdict
from checker.vocabulary import Kind, Property
from kubeproof.activity import idle_actions
from kubeproof.counterexample import tell_verdict
from kubeproof.manifests.errors import Note
from kubeproof.naming import count
from kubeproof.narration import Forever, NarratedStep, Narration, narrate
from kubeproof.options import Options
from kubeproof.scenarios import standard_scenario
from kubeproof.searching import SIMULATION
from kubeproof.standard.catalog import PROPERTIES
from kubeproof.verification import Cell, Report

_STYLES = {
    Outcome.HOLDS: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.UNREACHED: "yellow",
    Outcome.INCONCLUSIVE: "yellow",
}
_SHOWN = 5
"""So many steps are printed at the beginning and at the end of a long sample."""
_MOST = 3
"""So many of a kind are printed, the rest is counted."""


def print_report(report: Report, console: Console) -> None:
    """Print everything: a matrix for each workload, the searches, the traces of violations, the notes."""
    for name, cells in _by_workload(report.cells):
        console.print(Text(f"\n{name}", style="bold"))
        console.print(matrix(cells))
        shared = _shared_assumptions(cells)
        shared_of_runs = _shared_assumptions([cell for cell in cells if cell.verdict.promise.kind.liveness])
        for group in _by_search(cells):
            console.print(rests_on(group, [*shared, *shared_of_runs]))
        for assumption in dict.fromkeys([*shared, *shared_of_runs]):
            whole_runs = "" if assumption in shared else " (for the promises about whole runs)"
            console.print(Text(f"assuming        {assumption}{whole_runs}"), soft_wrap=True)
        for cell in cells:
            if cell.verdict.outcome is Outcome.VIOLATED:
                told = tell_verdict(cell.verdict, cell.searched, report.assume)
                console.print(violation(cell.verdict, told, shortest=_shortest(report.options)))
    print_notes(report.notes, console)
    console.print(summary(report))


def _shortest(options: Options) -> bool:
    """Traces are shortest: a breadth-first search in which nothing is left out."""
    return options.search == "breadth" and not options.partial_order


def _by_workload(cells: Iterable[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.written.name, []).append(cell)
    yield from groups.items()


def _by_search(cells: Iterable[Cell]) -> Iterable[list[Cell]]:
    groups: dict[int, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(id(cell.summary), []).append(cell)
    return groups.values()


def _shared_assumptions(cells: Sequence[Cell]) -> list[str]:
    """What every verdict rests on."""
    each = [cell.verdict.assumptions for cell in cells]
    return [assumption for assumption in chain(*each[:1]) if all(assumption in others for others in each)]


def matrix(cells: Sequence[Cell]) -> RenderableType:
    """Properties down, scenarios across."""
    scenarios = list(dict.fromkeys(cell.verdict.scenario for cell in cells))
    properties = sorted({cell.verdict.promise.name for cell in cells}, key=_place)
    verdicts = {(cell.verdict.promise.name, cell.verdict.scenario): cell.verdict for cell in cells}
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True)
    for scenario in scenarios:
        table.add_column(scenario, overflow="fold")
    for name in properties:
        table.add_row(name, *[_in_matrix(verdicts.get((name, scenario))) for scenario in scenarios])
    return Group(table, *_caption(cells))


def _place(name: str) -> tuple[int, str]:
    """Where a property's row is: the standard ones come first, in their order."""
    standard = [prop.name for prop in PROPERTIES]
    return (standard.index(name) if name in standard else len(standard)), name


def _caption(cells: Sequence[Cell]) -> Iterator[Text]:
    violated = [cell.verdict for cell in cells if cell.verdict.outcome is Outcome.VIOLATED]
    forever = any(verdict.cycle is not None for verdict in violated)
    if violated:
        yield Text(f"(in brackets: steps of the counterexample{'; ∞: then it stays wrong' if forever else ''})", "dim")


def _in_matrix(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("·", style="dim")
    text = verdict.outcome.value
    if verdict.outcome is Outcome.VIOLATED:
        text = f"violated ({verdict.depth}{'' if verdict.cycle is None else ' ∞'})"
    return Text(text, style=_STYLES[verdict.outcome])


def steps(number: int) -> str:
    """As in ``1 step``, ``7 steps``."""
    return f"{number} step{'' if number == 1 else 's'}"


def rests_on(cells: Sequence[Cell], shared: Sequence[str] = ()) -> RenderableType:
    """What the verdicts of one search rest on: its size and kind, bounds, disturbances, assumptions not `shared`."""
    verdict, search = cells[0].verdict, cells[0].summary
    complete = "complete" if search.complete else f"not complete: {search.stopped}"
    note = "reductions" if search.way != SIMULATION else "note      "
    lines = [
        f"{search.states:,} states, {search.transitions:,} transitions, depth {search.depth}, {search.seconds:.1f} s, "
        f"{complete}",
        f"  searched      {search.way}, memory {size(search.memory)}{', and on disk' if search.spilled else ''}, "
        f"chance of a missed state {search.collision_probability:.0e}",
        *(f"  {note}    {text}" for text in search.notes),
        f"  bounds        {_pairs(verdict.bounds)}",
        f"  disturbances  {_pairs({name.replace('_', ' '): most for name, most in verdict.disturbances.items()})}",
        *(f"  assuming      {assumption}" for assumption in verdict.assumptions if assumption not in shared),
    ]
    if not search.states:
        del lines[:2]
        lines.insert(0, f"not searched: {search.stopped}")
    head = Text.assemble((f"{verdict.scenario}", "bold"), ": ", "\n".join(lines))
    return Group(head, *_worth_saying(cells), *_inconclusive(cells), *_sample(cells))


def _worth_saying(cells: Sequence[Cell]) -> Iterator[Text]:
    """Actions that never happened though they could, and properties that looked at nothing."""
    first = cells[0]
    idle = idle_actions(first.summary, first.searched, standard_scenario(first.verdict.scenario, first.searched))
    if idle:
        yield Text(f"  never happens {', '.join(name.replace('_', ' ') for name in idle)}", "yellow")
    if first.summary.vacuous and first.summary.complete:
        names = ", ".join(first.summary.vacuous)
        yield Text(f"  vacuous       {names}: what it looks at is the same in every state", "yellow")


def _inconclusive(cells: Sequence[Cell]) -> Iterator[Text]:
    reasons: dict[str | None, list[str]] = {}
    for verdict in (cell.verdict for cell in cells):
        if verdict.outcome is Outcome.INCONCLUSIVE:
            reasons.setdefault(verdict.reason, []).append(verdict.promise.name)
    for reason, names in reasons.items():
        yield Text(f"  inconclusive  {', '.join(names)}: {reason}", "yellow")


def _sample(cells: Sequence[Cell]) -> Iterator[RenderableType]:
    """Where nothing is violated, one of the longest ways, if it was asked for."""
    sample = cells[0].summary.sample
    if sample is not None and not any(cell.verdict.outcome is Outcome.VIOLATED for cell in cells):
        told = narrate(sample)
        yield Text(f"  a sample: {steps(len(told.steps))} to a state of the greatest depth", "italic")
        yield Group(*_abbreviated(told.steps))


def _abbreviated(told: Sequence[NarratedStep]) -> Iterator[RenderableType]:
    """The first and the last steps of a long trace."""
    left_out = len(told) - 2 * _SHOWN
    if left_out <= 1:
        yield from (_step(step, len(told)) for step in told)
        return
    yield from (_step(step, len(told)) for step in told[:_SHOWN])
    yield Text(f"... {left_out} more steps", "dim")
    yield from (_step(step, len(told)) for step in told[-_SHOWN:])


def size(number: int) -> str:
    """Bytes, as in ``310 MiB``."""
    return f"{number / 2**20:,.0f} MiB"


def _pairs(values: Mapping[str, int | str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "none"


def violation(verdict: Verdict, narration: Narration | None = None, *, shortest: bool = True) -> RenderableType:
    """A violated promise, the trace to it, and what offends at the end; `narration` may explain it.

    `shortest` says that there is no shorter trace with as many disturbances.
    """
    assert verdict.trace is not None  # a violated verdict has one
    promise, disturbances = verdict.promise, verdict.trace.disturbances
    length = f"{count(disturbances, 'disturbance')}, {steps(verdict.depth)}{', the shortest' if shortest else ''}"
    title = Text(
        f"\n{promise.name} violated in {verdict.scenario} ({_pairs(verdict.bounds)}): with {length}", "bold red"
    )
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
    told = (_step(step, last) for step in narration.steps)
    if narration.forever is not None:
        return Group(tree, *told, *_forever(narration.offenders, narration.forever))
    return Group(tree, *told, *_end(narration, promise))


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
        return "  (needed at the end)" if step.decides else ""
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


def _forever(offenders: Sequence[str], forever: Forever) -> Iterator[RenderableType]:
    """How a run goes on without end, what stays wrong, and why that may be."""
    yield Text("and from here on forever:" if forever.cycle else "and from here on nothing more happens", "bold")
    yield from (_step(step, step.number) for step in forever.cycle)
    word = "stays wrong" if forever.always else "is wrong again and again"
    yield from (Text(f"→  {word}: {offender}", "bold red") for offender in offenders)
    yield from (Text(f"   never happens: {event}") for event in forever.starved)
    yield from (Text(f"   runs that count: {_without_long_lists(sentence)}", "dim") for sentence in forever.fairness)


def _without_long_lists(sentence: str) -> str:
    """A sentence that ends in a list of names; of a long list only the length."""
    text, colon, names = sentence.partition(": ")
    many = names.count(", ") >= 2 * _MOST
    return f"{text}{colon}{names.count(', ') + 1} actions" if many else sentence


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
