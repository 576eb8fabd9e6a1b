"""What programs read: verdicts as JSON, traces as JSON, as Mermaid sequence diagrams and as tests for pytest.

A trace in JSON has these keys:

``start``
    The first state: a list of facts, each with ``component``, ``object`` and ``fact`` (its parts).
``steps``
    ``number`` (from 1), ``actor``, ``what``, ``changes`` (``component``, ``object``, ``before``, ``after``), and:
    ``needed``, false if the end does not depend on the step; ``needed_by``, the numbers of the later steps that read
    something that it provides; ``decides``, whether the property does at the end; ``instead``, what could have been
    done at that moment: ``actor``, ``what``, ``derails`` (the needed steps that remain then lead to no violation),
    ``disturbance``, ``other_event`` (false for another outcome of the same).
``offenders``, ``why``
    What offends at the end, and sentences that say why.
"""

import pprint
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from checker.verdict import Outcome
from kubeproof.counterexample import Counterexample, Replayed, encode, from_verdict, tell_verdict
from kubeproof.manifests.errors import Note
from kubeproof.narration import NarratedStep, Narration
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
    narration = tell_verdict(cell.verdict, cell.searched, tuple(assume))
    return {**msgspec.to_builtins(saved), "trace": narration_builtins(narration)}


def _note(note: Note) -> dict[str, Any]:
    return {"file": note.file, "line": note.line, "message": note.message, "affects": sorted(note.affects)}


def narration_builtins(narration: Narration) -> dict[str, Any]:
    """A trace in words, as plain dicts and lists; see the module's text for the keys."""
    return {
        "start": [
            {"component": component, "object": thing, "fact": list(fact)}
            for (component, thing), fact in narration.start.items()
        ],
        "steps": msgspec.to_builtins(narration.steps),
        "offenders": list(narration.offenders),
        "why": list(narration.why),
    }


def narration_json(narration: Narration) -> str:
    """A trace in words, as JSON."""
    return msgspec.json.format(msgspec.json.encode(narration_builtins(narration)), indent=2).decode()


def mermaid(narration: Narration) -> str:
    """A trace as a Mermaid sequence diagram: a column for each actor, a note for what each step changed.

    The arrow of a step that the end does not depend on is dotted.
    """
    actors = list(dict.fromkeys(step.actor for step in narration.steps))
    keys = {actor: f"a{number}" for number, actor in enumerate(actors)}
    lines = ["sequenceDiagram", "    autonumber"]
    lines.extend(f"    participant {keys[actor]} as {_escaped(actor)}" for actor in actors)
    for step in narration.steps:
        lines.extend(_arrow(step, keys[step.actor]))
    over = f"{keys[actors[0]]},{keys[actors[-1]]}" if actors else ""
    lines.extend(f"    Note over {over}: violated by {_escaped(offender)}" for offender in narration.offenders if over)
    lines.extend(f"    Note over {over}: why: {_escaped(reason)}" for reason in narration.why if over)
    return "\n".join(lines) + "\n"


def _arrow(step: NarratedStep, actor: str) -> Iterator[str]:
    arrow, mark = ("->>", "") if step.needed else ("-->>", " (not needed)")
    yield f"    {actor}{arrow}{actor}: {_escaped(step.what)}{mark}"
    if step.changes:
        yield f"    Note over {actor}: {'<br/>'.join(_escaped(str(change)) for change in step.changes)}"


def _escaped(text: str) -> str:
    """Text that Mermaid does not take for syntax."""
    return text.replace("#", "#35;").replace(";", "#59;").replace("<", "#lt;").replace(">", "#gt;")


_TEST = '''\
"""{promise} is violated in the scenario {scenario}: replayed by itself, without a search.

{sentence}
"""

from kubeproof.counterexample import from_builtins, take_again

COUNTEREXAMPLE = {{
{items}
    'steps': [
{steps}
    ],
}}


def test_{function}() -> None:
    replayed = take_again(from_builtins(COUNTEREXAMPLE))

    assert list(replayed.narration.offenders) == COUNTEREXAMPLE['offenders']
'''


def pytest_file(saved: Counterexample, replayed: Replayed) -> str:
    """A counterexample as a test for pytest that stands alone: it fails when the violation is not reached any more.

    All that comes from the saved file is written as literals or as comments of one line: it is data in the test, too.
    """
    document = msgspec.json.decode(encode(saved))
    choices = document.pop("steps")
    told = (f"{step.number}  {step.actor} {step.what}" for step in replayed.narration.steps)
    return _TEST.format(
        promise=replayed.promise.name,
        scenario=saved.scenario,
        sentence=replayed.promise.sentence,
        items="\n".join(_item(name, value) for name, value in document.items()),
        steps="\n".join(
            f"        {choice!r},  # {' '.join(text.split())}" for choice, text in zip(choices, told, strict=True)
        ),
        function=f"{replayed.promise.name}_is_violated_again_in_{re.sub('[^a-z0-9]+', '_', saved.scenario)}",
    )


def _item(name: str, value: Any) -> str:
    literal = pprint.pformat(value, width=100, sort_dicts=False).replace("\n", "\n" + " " * (len(repr(name)) + 6))
    return f"    {name!r}: {literal},"


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
