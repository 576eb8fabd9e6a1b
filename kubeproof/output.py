"""What programs read: verdicts as JSON, traces as JSON and as Mermaid sequence diagrams."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from checker.verdict import Outcome
from kubeproof.counterexample import encode, from_verdict
from kubeproof.manifests.errors import Note
from kubeproof.narration import Narration, narrate
from kubeproof.verification import Cell, Report


def report_json(report: Report) -> bytes:
    """The verdicts and notes of a report as JSON."""
    document = {
        "verdicts": [_verdict(cell, report.assume) for cell in report.cells],
        "notes": [_note(note) for note in report.notes],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _verdict(cell: Cell, assume: Sequence[str]) -> dict[str, Any]:
    verdict = cell.verdict
    return {
        "workload": cell.written.name,
        "property": verdict.promise.name,
        "scenario": verdict.scenario,
        "verdict": verdict.outcome.value,
        "reason": verdict.reason,
        "bounds": dict(verdict.bounds),
        "disturbances": dict(verdict.disturbances),
        "assumptions": list(verdict.assumptions),
        "states": verdict.states,
        "transitions": verdict.transitions,
        "depth": verdict.depth,
        "seconds": round(verdict.seconds, 3),
        "collision_probability": verdict.collision_probability,
        "counterexample": _counterexample(cell, assume),
    }


def _counterexample(cell: Cell, assume: Sequence[str]) -> dict[str, Any] | None:
    if cell.verdict.outcome is not Outcome.VIOLATED or cell.verdict.trace is None:
        return None
    saved = from_verdict(cell.verdict, cell.searched, tuple(assume))
    narration = narrate(cell.verdict.trace, cell.verdict.offenders)
    return {**msgspec.to_builtins(saved), "trace": narration_builtins(narration)}


def _note(note: Note) -> dict[str, Any]:
    return {"file": note.file, "line": note.line, "message": note.message, "affects": sorted(note.affects)}


def narration_builtins(narration: Narration) -> dict[str, Any]:
    """A trace in words, as plain dicts and lists."""
    return {
        "start": [
            {"component": component, "object": thing, "fact": list(fact)}
            for (component, thing), fact in narration.start.items()
        ],
        "steps": msgspec.to_builtins(narration.steps),
        "offenders": list(narration.offenders),
    }


def narration_json(narration: Narration) -> str:
    """A trace in words, as JSON."""
    return msgspec.json.format(msgspec.json.encode(narration_builtins(narration)), indent=2).decode()


def mermaid(narration: Narration) -> str:
    """A trace as a Mermaid sequence diagram: a column for each actor, a note for what each step changed."""
    actors = list(dict.fromkeys(step.actor for step in narration.steps))
    keys = {actor: f"a{number}" for number, actor in enumerate(actors)}
    lines = ["sequenceDiagram", "    autonumber"]
    lines.extend(f"    participant {keys[actor]} as {_escaped(actor)}" for actor in actors)
    for step in narration.steps:
        lines.append(f"    {keys[step.actor]}->>{keys[step.actor]}: {_escaped(step.what)}")
        if step.changes:
            changes = "<br/>".join(_escaped(str(change)) for change in step.changes)
            lines.append(f"    Note over {keys[step.actor]}: {changes}")
    over = f"{keys[actors[0]]},{keys[actors[-1]]}" if actors else ""
    lines.extend(f"    Note over {over}: violated by {_escaped(offender)}" for offender in narration.offenders if over)
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Text that Mermaid does not take for syntax."""
    return text.replace("#", "#35;").replace(";", "#59;").replace("<", "#lt;").replace(">", "#gt;")


def save(report: Report, folder: Path) -> Iterator[Path]:
    """Write each violation's counterexample into `folder`; yields the files.

    Raises
    ------
    OSError
        If the folder or a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for cell in report.cells:
        if cell.verdict.outcome is Outcome.VIOLATED:
            path = folder / file_name(cell)
            path.write_bytes(encode(from_verdict(cell.verdict, cell.searched, tuple(report.assume))))
            yield path


def file_name(cell: Cell) -> str:
    """As in ``service-default-web.rollout.no_outage.json``."""
    workload = re.sub(r"[^a-z0-9]+", "-", cell.written.name.lower()).strip("-")
    return f"{workload}.{cell.verdict.scenario}.{cell.verdict.promise.name}.json"
