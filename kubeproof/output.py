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
``forever``
    Only of a run without end: ``cycle``, the steps that are repeated forever after the others (none: nothing more
    happens); ``always``, whether the offenders are there in every state of the cycle, not only again and again;
    ``starved``, what could happen on the cycle and never does; ``fairness``, which runs count.

A report has these keys:

``verdicts``
    ``workload``, ``property``, ``scenario``, ``verdict``, ``reason``, ``bounds``, ``disturbances``, ``assumptions``,
    ``states``, ``transitions``, ``depth``, ``seconds``, ``collision_probability``, ``notes``, ``fairness`` (of promises
    about whole runs), ``counterexample`` (as it is saved, and its ``trace``), and ``search``, a place in ``searches``.
``searches``
    ``way``; ``complete``, whether every reachable state was visited, and if not, what ``stopped`` it; ``states``,
    ``transitions``, ``depth``, ``seconds``, ``collision_probability``; ``memory``, the most bytes that the process had
    used, and ``spilled``, whether it went on on disk; ``notes``, which reductions were used; ``fired``, the transitions
    of each action; ``idle``, the actions that never happened though the scenario could set them going; ``vacuous``, the
    properties that never looked at anything that changes; ``sample``, a trace, if one was asked for.
``notes``
    ``file``, ``line``, ``message``, ``affects``.
"""

import pprint
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from checker.verdict import Outcome
from kubeproof.activity import idle_actions
from kubeproof.counterexample import Counterexample, Replayed, encode, from_verdict, tell_verdict
from kubeproof.manifests.errors import Note
from kubeproof.naming import slug
from kubeproof.narration import NarratedStep, Narration, narrate
from kubeproof.scenarios import standard_scenario
from kubeproof.verification import Cell, Report


def report_json(report: Report) -> bytes:
    """The verdicts and notes of a report as JSON."""
    searches = list({id(cell.summary): cell for cell in report.cells}.values())
    places = {id(cell.summary): place for place, cell in enumerate(searches)}
    document = {
        "verdicts": [_verdict(cell, report.assume, places[id(cell.summary)]) for cell in report.cells],
        "searches": [_search(cell) for cell in searches],
        "notes": [_note(note) for note in report.notes],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _search(cell: Cell) -> dict[str, Any]:
    summary = cell.summary
    return {
        **msgspec.structs.asdict(summary),
        "seconds": round(summary.seconds, 3),
        "idle": idle_actions(summary, cell.searched, standard_scenario(cell.verdict.scenario, cell.searched)),
        "sample": None if summary.sample is None else narration_builtins(narrate(summary.sample)),
    }


def _verdict(cell: Cell, assume: Sequence[str], search: int) -> dict[str, Any]:
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
        "notes": list(verdict.notes),
        "fairness": list(verdict.fairness),
        "counterexample": _counterexample(cell, assume),
        "search": search,
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
    document = {
        "start": [
            {"component": component, "object": thing, "fact": list(fact)}
            for (component, thing), fact in narration.start.items()
        ],
        "steps": msgspec.to_builtins(narration.steps),
        "offenders": list(narration.offenders),
        "why": list(narration.why),
    }
    if narration.forever is not None:
        document["forever"] = msgspec.to_builtins(narration.forever)
    return document


def narration_json(narration: Narration) -> str:
    """A trace in words, as JSON."""
    return msgspec.json.format(msgspec.json.encode(narration_builtins(narration)), indent=2).decode()


def mermaid(narration: Narration) -> str:
    """A trace as a Mermaid sequence diagram: a column for each actor, a note for what each step changed.

    The arrow of a step that the end does not depend on is dotted. What is repeated forever is in a loop.
    """
    cycle = narration.forever.cycle if narration.forever else ()
    actors = list(dict.fromkeys(step.actor for step in (*narration.steps, *cycle)))
    keys = {actor: f"a{number}" for number, actor in enumerate(actors)}
    lines = ["sequenceDiagram", "    autonumber"]
    lines.extend(f"    participant {keys[actor]} as {_escaped(actor)}" for actor in actors)
    for step in narration.steps:
        lines.extend(_arrow(step, keys[step.actor]))
    over = f"{keys[actors[0]]},{keys[actors[-1]]}" if actors else ""
    if cycle:
        lines.append("    loop forever")
        lines.extend(line for step in cycle for line in _arrow(step, keys[step.actor]))
        lines.append("    end")
    elif narration.forever and over:
        lines.append(f"    Note over {over}: nothing more happens")
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

from kubeproof import from_builtins, take_again

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
    return f"{slug(cell.written.name)}.{cell.verdict.scenario}.{cell.verdict.promise.name}.json"
