"""Counterexamples as files: JSON that holds all that it takes to replay one in the plain run.

Steps are saved, not states, so that a file survives new fields of the state. A file is data: it is decoded against a
schema and nothing in it is executed.
"""

from pathlib import Path
from typing import Any

import msgspec

from checker.lasso_definition import NotACounterexample, require_counterexample
from checker.trace import Choice, Lasso, ReplayFailed, Trace, replay
from checker.verdict import Verdict
from checker.vocabulary import Property, Scenario
from kubeproof.lassos import offenders_in_words, tell_lasso
from kubeproof.narration import Narration, narrate, tell
from kubeproof.runs import version
from kubeproof.scenarios import ASSUMPTIONS, build, scenario_names, standard_scenario
from kubeproof.standard.catalog import PROPERTIES
from kubeproof.workload import Workload
from model.cluster import Cluster

FORMAT = 1


class BadCounterexample(Exception):
    """A file that is not a counterexample, or one that this version cannot read."""


class Counterexample(msgspec.Struct, frozen=True, kw_only=True):
    """A violation: the workload at the size that was searched, the scenario, and the steps that lead there.

    Of a promise about whole runs, `cycle` has the steps that are then repeated forever (none: nothing more happens).
    """

    format: int = FORMAT
    kubeproof: str
    property: str
    scenario: str
    assume: tuple[str, ...] = ()
    workload: Workload
    initial: int
    steps: tuple[Choice, ...]
    offenders: tuple[str, ...]
    cycle: tuple[Choice, ...] | None = None


class Replayed(msgspec.Struct, frozen=True):
    """A counterexample that was taken again, and explained; `trace` without the cycle of a run without end."""

    promise: Property
    trace: Trace
    narration: Narration


def from_verdict(verdict: Verdict, workload: Workload, assume: tuple[str, ...]) -> Counterexample:
    """The counterexample of a violated verdict; `workload` is the instance that was searched."""
    if verdict.trace is None:
        raise ValueError(f"{verdict.promise.name} has no trace: it is {verdict.outcome.value}")
    lasso = verdict.lasso
    if lasso is None:
        told = narrate(verdict.trace, verdict.offenders).offenders
    else:
        told = offenders_in_words(lasso, verdict.promise)
    return Counterexample(
        kubeproof=version(),
        property=verdict.promise.name,
        scenario=verdict.scenario,
        assume=assume,
        workload=workload,
        initial=verdict.trace.initial_index,
        steps=tuple(step.choice for step in verdict.trace.steps),
        offenders=told,
        cycle=None if lasso is None else tuple(step.choice for step in lasso.cycle),
    )


def tell_verdict(verdict: Verdict, workload: Workload, assume: tuple[str, ...]) -> Narration:
    """The trace of a violated verdict in words, and explained; `workload` is the instance that was searched."""
    saved = from_verdict(verdict, workload, assume)
    assert verdict.trace is not None  # else `from_verdict` raises
    scenario, lasso = scenario_of(saved), verdict.lasso
    if lasso is not None:
        return tell_lasso(scenario, lasso, verdict.promise)
    return tell(scenario, verdict.trace, verdict.promise)


def encode(counterexample: Counterexample) -> bytes:
    """As JSON, readable, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(counterexample), indent=2) + b"\n"


def load(path: Path) -> Counterexample:
    """Read a counterexample.

    Raises
    ------
    BadCounterexample
        If the file cannot be read or is not a counterexample of this format.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadCounterexample(f"{path}: {error.strerror}") from None
    try:
        return from_builtins(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadCounterexample(f"{path}: not a counterexample: {error}") from None
    except BadCounterexample as error:
        raise BadCounterexample(f"{path}: {error}") from None


def from_builtins(document: Any) -> Counterexample:
    """A counterexample from what its JSON says, as plain dicts and lists.

    Raises
    ------
    BadCounterexample
        If it is not a counterexample of this format.
    """
    try:
        counterexample = msgspec.convert(document, Counterexample)
    except msgspec.ValidationError as error:
        raise BadCounterexample(f"not a counterexample: {error}") from None
    if counterexample.format != FORMAT:
        raise BadCounterexample(f"format {counterexample.format} is not known to this version (knows {FORMAT})")
    known = (
        ("property", counterexample.property, [prop.name for prop in PROPERTIES]),
        ("scenario", counterexample.scenario, scenario_names()),
        *(("assumption", name, list(ASSUMPTIONS)) for name in counterexample.assume),
    )
    for what, name, names in known:
        if name not in names:
            raise BadCounterexample(f"no {what} is called {name!r}; there are: {', '.join(names)}")
    [promise] = [prop for prop in PROPERTIES if prop.name == counterexample.property]
    if promise.kind.liveness != (counterexample.cycle is not None):
        raise BadCounterexample(f"a cycle is {'missing' if promise.kind.liveness else 'too much'} for {promise.name}")
    return counterexample


def scenario_of(counterexample: Counterexample) -> Scenario[Cluster]:
    """The scenario that the counterexample was found in.

    Raises
    ------
    BadCounterexample
        If the saved workload makes no scenario.
    """
    standard = standard_scenario(counterexample.scenario, counterexample.workload)
    try:
        return build(counterexample.workload, standard, assume=counterexample.assume)
    except Exception as error:
        raise BadCounterexample(f"the saved workload makes no scenario: {error}") from error


def take_again(counterexample: Counterexample) -> Replayed:
    """Replay a counterexample in the plain run.

    Raises
    ------
    ReplayFailed
        If a step is not possible any more, or the last state does not violate the property.
    BadCounterexample
        If the saved workload makes no scenario.
    """
    [promise] = [prop for prop in PROPERTIES if prop.name == counterexample.property]
    scenario = scenario_of(counterexample)
    if counterexample.cycle is not None:
        return _take_again_forever(counterexample, scenario, promise, counterexample.cycle)
    trace = replay(scenario, counterexample.initial, counterexample.steps)
    if not trace.offenders(promise):
        last = len(counterexample.steps)
        raise ReplayFailed(last, f"the recorded violation of {promise.name} is not there: nothing offends it")
    return Replayed(promise, trace, tell(scenario, trace, promise))


def _take_again_forever(
    counterexample: Counterexample, scenario: Scenario[Cluster], promise: Property, cycle: tuple[Choice, ...]
) -> Replayed:
    """Replay a run without end: its steps, the cycle once, and that it closes, is fair, and breaks the promise."""
    length = len(counterexample.steps)
    run = replay(scenario, counterexample.initial, (*counterexample.steps, *cycle))
    stem = Trace(run.initial_index, run.initial, run.steps[:length])
    lasso = Lasso(stem, run.steps[length:])
    try:
        require_counterexample(scenario, promise, lasso, disturbances_stop=True)
    except NotACounterexample as error:
        raise ReplayFailed(length + len(cycle), f"the recorded violation of {error}") from None
    return Replayed(promise, stem, tell_lasso(scenario, lasso, promise))
