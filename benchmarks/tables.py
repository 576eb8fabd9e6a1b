"""Markdown tables of what was measured."""

from collections.abc import Callable, Sequence

from benchmarks.runs import Cell

Shown = Callable[[Cell], str]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is a name, the others are numbers."""
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows))


def matrix(cells: Sequence[Cell], shown: Shown, corner: str) -> str:
    """One line a checker, one column a size; a dash where nothing is said."""
    sizes = list(dict.fromkeys(cell.size for cell in cells))
    checkers = list(dict.fromkeys(cell.checker for cell in cells))
    found = {(cell.checker, cell.size): shown(cell) for cell in cells if cell.runs}
    rows = [[checker, *(found.get((checker, size), "-") for size in sizes)] for checker in checkers]
    rows = [row for row in rows if set(row[1:]) != {"-"}]
    return table([corner, *sizes], rows)


def significant(value: float) -> str:
    """Three digits, or all digits of the whole part."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.1 else f"{value:.2f}"


def seconds(cell: Cell) -> str:
    """Median seconds, or why there are none."""
    if cell.answered:
        return significant(cell.seconds)
    limit = f"> {significant(cell.runs[-1].measurement.seconds)}"
    return {"timeout": limit, "memory": f"{limit}, out of memory"}.get(cell.ending, cell.ending)


def memory(cell: Cell) -> str:
    """Peak MiB; of a run that was ended, as far as it came."""
    return f"{'' if cell.answered else '> '}{cell.memory:,.0f}"


def rate(cell: Cell) -> str:
    """Distinct states a second of a run through the whole unreduced space, in thousands."""
    if cell.symmetric or cell.answer is None or cell.answer.violated:
        return "-"
    return f"{cell.answer.states / cell.seconds / 1000:,.0f}"


def bytes_a_state(cell: Cell) -> str:
    """Peak memory over distinct states, likewise."""
    if cell.symmetric or cell.answer is None or cell.answer.violated:
        return "-"
    return f"{cell.memory * 2**20 / cell.answer.states:,.0f}"


def verdict(cell: Cell) -> str:
    """States, transitions, and the violation with the length of its counterexample."""
    if cell.answer is None:
        return "-"
    counts = f"{cell.answer.states:,} / {cell.answer.transitions:,}"
    return f"{counts}, {cell.answer.violated} in {cell.answer.steps} steps" if cell.answer.violated else counts


TABLES: tuple[tuple[str, Shown], ...] = (
    ("Seconds to verdict (median)", seconds),
    ("Peak memory, MiB", memory),
    ("Distinct states a second, thousands, start-up included", rate),
    ("Bytes a state, start-up included", bytes_a_state),
    ("Distinct states / transitions, violation", verdict),
)


def report(cells: Sequence[Cell]) -> str:
    """Every table, each under its heading."""
    return "\n\n".join(f"### {heading}\n\n{matrix(cells, shown, 'checker')}" for heading, shown in TABLES) + "\n"
