"""One scenario, decided as the options say: which search, what it shows, and how it came about."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from checker.explored import Explored, explore
from checker.liveness import REDUCTIONS_OFF, check_liveness
from checker.results import Progress, SearchResult
from checker.search import Order, search
from checker.storage import memory_used
from checker.trace import Trace
from checker.verdict import Outcome, Verdict, verdicts, with_fewer_disturbances
from checker.vocabulary import Kind, Property, Scenario
from kubeproof.options import LONGEST_RUN, MAX_STATES, MAX_STATES_OF_RUNS, Options
from kubeproof.scenarios import PROGRESS

NOT_REDUCED = "partial order and live columns are off where there is a property of steps"
SIMULATION = "simulation"
SIMULATED = "a simulation says nothing about runs without end"

ProgressCallback = Callable[[Progress], None]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How the verdicts of one search came about.

    `complete` says that every reachable state was visited, `stopped` why not. `memory` is the most bytes that the
    process had used, `spilled` says that the search went on on disk. `notes` name the reductions. `fired` counts the
    transitions of each action; `vacuous` names the properties that never looked at anything that changes. `sample` is
    a trace to a state of the greatest depth, if one was asked for.
    """

    way: str
    complete: bool
    stopped: str | None
    states: int
    transitions: int
    depth: int
    seconds: float
    collision_probability: float
    memory: int
    spilled: bool = False
    notes: tuple[str, ...] = ()
    fired: dict[str, int] = {}
    vacuous: tuple[str, ...] = ()
    sample: Trace | None = None


class Decided(msgspec.Struct, frozen=True):
    """The verdicts on a scenario, and the search that they come from.

    `cut_short` says what ended it though there is more to find out: ``timeout`` or ``interrupted``.
    """

    verdicts: tuple[Verdict, ...]
    summary: Summary
    cut_short: str | None = None


class Clock:
    """How many seconds are left of so many; None: any number."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """Seconds, at least 0."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())


def decide(
    scenario: Scenario[Any],
    options: Options,
    clock: Clock,
    progress: ProgressCallback | None = None,
    folder: Path | None = None,
) -> Decided:
    """Decide the properties of a scenario: all of states and steps, or all of whole runs.

    Parameters
    ----------
    folder
        Where a search is saved to go on from, if it is.
    """
    if not scenario.liveness_properties:
        return _states_and_steps(scenario, options, clock, progress, folder)
    if options.search == "simulation":
        return undecided(scenario, SIMULATED)
    return _whole_runs(scenario, options, clock)


def undecided(scenario: Scenario[Any], reason: str) -> Decided:
    """Nothing was searched, for a reason."""
    summary = Summary(
        way="not searched",
        complete=False,
        stopped=reason,
        states=0,
        transitions=0,
        depth=0,
        seconds=0.0,
        collision_probability=0.0,
        memory=memory_used(),
    )
    found = tuple(_undecided(scenario, prop, reason) for prop in scenario.properties)
    return Decided(found, summary, _cut_short(reason))


def _undecided(scenario: Scenario[Any], prop: Property, reason: str) -> Verdict:
    return Verdict(
        promise=prop,
        scenario=scenario.name,
        outcome=Outcome.INCONCLUSIVE,
        bounds=scenario.bounds,
        disturbances=scenario.disturbances,
        assumptions=scenario.assumptions,
        states=0,
        transitions=0,
        depth=0,
        seconds=0.0,
        collision_probability=0.0,
        reason=reason,
    )


# -- properties of states and steps


def _states_and_steps(
    scenario: Scenario[Any], options: Options, clock: Clock, progress: ProgressCallback | None, folder: Path | None
) -> Decided:
    if options.search == "simulation":
        return _simulated(scenario, options, clock, progress)
    order = Order.DEPTH if options.search == "depth" else Order.BREADTH
    result = _search(scenario, options, clock, progress, order, folder)
    found = verdicts(scenario, result).verdicts
    cut_short = _cut_short(result.stopped)
    several = _with_several_disturbances(found)
    if several and order is Order.BREADTH and cut_short is None:
        again = _search(replace(scenario, properties=several), options, clock, progress, Order.DISTURBANCES, None)
        found, cut_short = with_fewer_disturbances(found, again), _cut_short(again.stopped)
    notes = result.notes
    if (options.partial_order or options.live_columns) and _of_steps(scenario):
        notes = (*notes, NOT_REDUCED)
    return Decided(found, _summary(result, order.value, notes), cut_short)


def _with_several_disturbances(found: tuple[Verdict, ...]) -> tuple[Property, ...]:
    """What is violated by a trace that may have more disturbances than it takes."""
    return tuple(
        verdict.promise
        for verdict in found
        if verdict.outcome is Outcome.VIOLATED and verdict.trace is not None and verdict.trace.disturbances > 1
    )


def _stopped(seen: SearchResult | Explored) -> str | None:
    return seen.stopped or (f"too few slots in {', '.join(seen.full_pools)}" if seen.full_pools else None)


def _cut_short(stopped: str | None) -> str | None:
    return stopped if stopped in ("timeout", "interrupted") else None


def _search(
    scenario: Scenario[Any],
    options: Options,
    clock: Clock,
    progress: ProgressCallback | None,
    order: Order,
    folder: Path | None,
) -> SearchResult:
    return search(
        scenario,
        symmetry=options.symmetry,
        partial_order=options.partial_order,
        live_columns=options.live_columns,
        order=order,
        limits=options.limits(clock.left, MAX_STATES),
        progress=progress,
        workers=options.workers,
        checkpoint=folder,
        sample=options.sample,
    )


def _simulated(scenario: Scenario[Any], options: Options, clock: Clock, progress: ProgressCallback | None) -> Decided:
    from checker.simulation import simulate

    result = simulate(
        scenario,
        seed=options.seed,
        max_depth=options.max_depth or LONGEST_RUN,
        limits=options.limits(clock.left, MAX_STATES),
        swarm=True,
        progress=progress,
        workers=options.workers,
        sample=options.sample,
    )
    interrupted = "interrupted" if "interrupted" in (result.stopped or "") else None
    return Decided(verdicts(scenario, result).verdicts, _summary(result, SIMULATION, result.notes), interrupted)


def _of_steps(scenario: Scenario[Any]) -> bool:
    return any(prop.kind is Kind.NEVER_STEP for prop in scenario.properties)


def _summary(result: SearchResult, way: str, notes: tuple[str, ...]) -> Summary:
    return Summary(
        way=way,
        complete=result.exhausted,
        stopped=_stopped(result),
        states=result.states,
        transitions=result.transitions,
        depth=result.depth,
        seconds=result.seconds,
        collision_probability=result.collision_probability,
        memory=result.memory,
        spilled=result.spilled,
        notes=notes,
        fired=result.fired,
        vacuous=result.vacuous,
        sample=result.sample,
    )


# -- properties of whole runs


def _whole_runs(scenario: Scenario[Any], options: Options, clock: Clock) -> Decided:
    scenario = replace(scenario, assumptions=(*scenario.assumptions, *PROGRESS))
    try:
        graph = explore(scenario, options.limits(clock.left, MAX_STATES_OF_RUNS))
        found = check_liveness(scenario, explored=graph)
    except KeyboardInterrupt:
        return undecided(scenario, "interrupted")
    return Decided(found, _summary_of_runs(scenario, graph), _cut_short(graph.stopped))


def _summary_of_runs(scenario: Scenario[Any], graph: Explored) -> Summary:
    events = scenario.events()
    taken = np.bincount(graph.edge_event, minlength=len(events)).tolist()
    fired = {action.name: 0 for action in scenario.actions}
    for event, count in zip(events, taken, strict=True):
        fired[event.action.name] += count
    return Summary(
        way="whole runs",
        complete=graph.complete,
        stopped=_stopped(graph),
        states=graph.states,
        transitions=graph.transitions,
        depth=graph.depth,
        seconds=graph.seconds,
        collision_probability=graph.collision_probability,
        memory=memory_used(),
        notes=(REDUCTIONS_OFF,),
        fired=fired,
    )
