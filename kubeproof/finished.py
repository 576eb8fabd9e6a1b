"""What one search has decided, as JSON: to take it up again instead of searching again.

Traces are saved as choices and taken again in the plain run when they are read.
"""

from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from checker.trace import Choice, ReplayFailed, Trace, replay
from checker.verdict import Outcome, Verdict
from checker.vocabulary import Event, Scenario
from kubeproof.searching import Decided, Summary


class Unusable(Exception):
    """What was saved does not fit the scenario."""


class SavedTrace(msgspec.Struct, frozen=True):
    """A run; `cycle` has the steps that follow forever, of a run without end."""

    initial: int
    steps: tuple[Choice, ...]
    cycle: tuple[Choice, ...] | None = None


class SavedVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict but for what the scenario says. `starved` are an action and its slots each."""

    property: str
    outcome: Outcome
    states: int
    transitions: int
    depth: int
    seconds: float
    collision_probability: float
    assumptions: tuple[str, ...]
    reason: str | None
    trace: SavedTrace | None
    starved: tuple[tuple[str, dict[str, int]], ...]
    fairness: tuple[str, ...]
    notes: tuple[str, ...]


class Finished(msgspec.Struct, frozen=True):
    """All of it; `summary` without its sample, which is `sample`."""

    verdicts: tuple[SavedVerdict, ...]
    summary: dict[str, Any]
    sample: SavedTrace | None


def encode(decided: Decided) -> bytes:
    """As JSON."""
    summary = asdict(replace(decided.summary, sample=None))
    del summary["sample"]
    sample = None if decided.summary.sample is None else _saved_trace(decided.summary.sample)
    return msgspec.json.encode(Finished(tuple(map(_saved_verdict, decided.verdicts)), summary, sample))


def decode(text: bytes, scenario: Scenario[Any]) -> Decided:
    """What was decided about a scenario.

    Raises
    ------
    Unusable
        If the text is something else, is about other properties, or has a trace that the scenario does not have.
    """
    try:
        saved = msgspec.json.decode(text, type=Finished)
        summary = msgspec.convert(saved.summary, Summary)
        if [verdict.property for verdict in saved.verdicts] != [prop.name for prop in scenario.properties]:
            raise Unusable("it is about other properties")
        found = tuple(_verdict(verdict, scenario) for verdict in saved.verdicts)
        return Decided(found, replace(summary, sample=_trace(saved.sample, scenario)[0]))
    except (msgspec.MsgspecError, UnicodeDecodeError, ReplayFailed) as error:
        raise Unusable(str(error)) from None


def _saved_verdict(verdict: Verdict) -> SavedVerdict:
    kept = {name: getattr(verdict, name) for name in SavedVerdict.__struct_fields__ if hasattr(verdict, name)}
    return SavedVerdict(
        **{
            **kept,
            "property": verdict.promise.name,
            "trace": None if verdict.trace is None else _saved_trace(verdict.trace, verdict),
            "starved": tuple((event.action.name, event.slots) for event in verdict.starved),
        }
    )


def _saved_trace(trace: Trace, verdict: Verdict | None = None) -> SavedTrace:
    cycle = None if verdict is None else verdict.cycle
    return SavedTrace(
        trace.initial_index,
        tuple(step.choice for step in trace.steps),
        None if cycle is None else tuple(step.choice for step in cycle),
    )


def _verdict(saved: SavedVerdict, scenario: Scenario[Any]) -> Verdict:
    kept = {name: getattr(saved, name) for name in SavedVerdict.__struct_fields__ if name != "property"}
    [promise] = [prop for prop in scenario.properties if prop.name == saved.property]
    trace, cycle = _trace(saved.trace, scenario)
    events: dict[Any, Event] = {(event.action.name, *sorted(event.slots.items())): event for event in scenario.events()}
    starved = [(action, *sorted(slots.items())) for action, slots in saved.starved]
    if not all(name in events for name in starved):
        raise Unusable("it names an event that the scenario does not have")
    return Verdict(
        **{
            **kept,
            "promise": promise,
            "scenario": scenario.name,
            "bounds": scenario.bounds,
            "disturbances": scenario.disturbances,
            "trace": trace,
            "cycle": cycle,
            "starved": tuple(events[name] for name in starved),
        }
    )


def _trace(saved: SavedTrace | None, scenario: Scenario[Any]) -> tuple[Trace | None, Any]:
    """The trace and the steps of its cycle."""
    if saved is None:
        return None, None
    trace = replay(scenario, saved.initial, (*saved.steps, *(saved.cycle or ())))
    stem = Trace(trace.initial_index, trace.initial, trace.steps[: len(saved.steps)])
    return stem, None if saved.cycle is None else trace.steps[len(saved.steps) :]
